// SPDX-License-Identifier: MIT
//
// Registry data from the printed forms of the text dumps.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dirsnap::reg_text {

std::optional<unsigned> hex_digit(char c);

// "0x1f" or "1f" as `bytes` little-endian bytes; nullopt if it is no such number.
std::optional<std::string> number_bytes(std::string_view text, std::size_t bytes);
// Pairs of hex digits without anything between.
std::optional<std::string> hex_bytes(std::string_view digits);

// WTF-8 to UTF-16LE: one string with its NUL; strings each with a NUL and one more at the end.
std::string string_bytes(std::string_view wtf8);
std::string multi_string_bytes(const std::vector<std::string>& strings);

}  // namespace dirsnap::reg_text
