// SPDX-License-Identifier: MIT
#include "importers/ldif/base64.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace dirsnap::ldif {
namespace {

constexpr std::uint8_t kBad = 0xFF;
constexpr std::uint8_t kBlank = 0xFE;
constexpr std::uint8_t kPadding = 0xFD;

constexpr std::array<std::uint8_t, 256> make_table() {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> table{};
  for (auto& entry : table) entry = kBad;
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    table[static_cast<unsigned char>(kDigits[i])] = static_cast<std::uint8_t>(i);
  }
  for (const char c : std::string_view(" \t\r\n")) table[static_cast<unsigned char>(c)] = kBlank;
  table['='] = kPadding;
  return table;
}
constexpr auto kTable = make_table();

}  // namespace

std::optional<std::size_t> decode_base64(std::span<char> text) {
  std::uint32_t bits = 0;
  unsigned digits = 0;  // of the present group of four
  bool is_padded = false;
  std::size_t out = 0;
  std::size_t at = 0;
  // Whole groups without blanks and padding, which is nearly all there is.
  const auto digit_at = [text](std::size_t i) -> std::uint32_t {
    return kTable[static_cast<unsigned char>(text[i])];
  };
  for (; text.size() - at >= 4; at += 4) {
    const std::uint32_t a = digit_at(at);
    const std::uint32_t b = digit_at(at + 1);
    const std::uint32_t c = digit_at(at + 2);
    const std::uint32_t d = digit_at(at + 3);
    if ((a | b | c | d) > 63) break;
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    text[out++] = static_cast<char>(group >> 16);
    text[out++] = static_cast<char>(group >> 8);
    text[out++] = static_cast<char>(group);
  }
  for (const char c : text.subspan(at)) {
    const std::uint8_t digit = kTable[static_cast<unsigned char>(c)];
    if (digit == kBlank) continue;
    if (digit == kPadding) {
      is_padded = true;
      continue;
    }
    if (digit == kBad || is_padded) return std::nullopt;
    bits = (bits << 6) | digit;
    if (++digits < 4) continue;
    text[out++] = static_cast<char>(bits >> 16);
    text[out++] = static_cast<char>(bits >> 8);
    text[out++] = static_cast<char>(bits);
    bits = 0;
    digits = 0;
  }
  if (digits == 1) return std::nullopt;
  if (digits >= 2) text[out++] = static_cast<char>(digits == 2 ? bits >> 4 : bits >> 10);
  if (digits == 3) text[out++] = static_cast<char>(bits >> 2);
  return out;
}

}  // namespace dirsnap::ldif
