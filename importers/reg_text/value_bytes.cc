// SPDX-License-Identifier: MIT
#include "importers/reg_text/value_bytes.h"

#include "storage/base/text.h"
#include "storage/base/wtf8.h"

namespace dirsnap::reg_text {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<std::string> number_bytes(std::string_view text, std::size_t bytes) {
  text = trim_blanks(text);
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  if (text.empty() || text.size() > bytes * 2) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    const auto digit = hex_digit(c);
    if (!digit) return std::nullopt;
    number = number << 4 | *digit;
  }
  std::string data;
  for (std::size_t i = 0; i < bytes; ++i) data.push_back(static_cast<char>(number >> (8 * i)));
  return data;
}

std::optional<std::string> hex_bytes(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string data;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = hex_digit(digits[i]);
    const auto low = hex_digit(digits[i + 1]);
    if (!high || !low) return std::nullopt;
    data.push_back(static_cast<char>(*high << 4 | *low));
  }
  return data;
}

std::string string_bytes(std::string_view wtf8) {
  return utf16le_from_wtf8(wtf8) + std::string(2, '\0');
}

std::string multi_string_bytes(const std::vector<std::string>& strings) {
  std::string data;
  for (const std::string& text : strings) data += string_bytes(text);
  return data + std::string(2, '\0');
}

}  // namespace dirsnap::reg_text
