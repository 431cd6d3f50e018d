// SPDX-License-Identifier: MIT
#include "storage/base/identifiers.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace dirsnap {
namespace {

// An identifier authority above 32 bits is written in hexadecimal (MS-DTYP 2.4.2.1).
std::string authority_text(std::uint64_t authority) {
  if (authority <= UINT32_MAX) return std::to_string(authority);
  char buffer[24];
  std::snprintf(buffer, sizeof buffer, "0x%012llX", static_cast<unsigned long long>(authority));
  return buffer;
}

}  // namespace

std::optional<std::string> guid_text(Bytes bytes) {
  if (bytes.size() != 16) return std::nullopt;
  // The first three groups are little-endian numbers. MS-DTYP 2.3.4.
  constexpr std::array<std::size_t, 16> kOrder = {3, 2, 1,  0,  5,  4,  7,  6,
                                                  8, 9, 10, 11, 12, 13, 14, 15};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = std::to_integer<unsigned>(bytes[kOrder[i]]);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::optional<std::string> sid_text(Bytes bytes, bool rid_big_endian) {
  constexpr std::size_t kHeader = 8;  // revision, count, 6-byte authority
  if (bytes.size() < kHeader) return std::nullopt;
  const std::size_t count = std::to_integer<std::size_t>(bytes[1]);
  if (std::to_integer<unsigned>(bytes[0]) != 1 || bytes.size() != kHeader + 4 * count) {
    return std::nullopt;
  }
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < kHeader; ++i) {
    authority = (authority << 8) | std::to_integer<std::uint64_t>(bytes[i]);
  }
  std::string text = "S-1-" + authority_text(authority);
  for (std::size_t i = 0; i < count; ++i) {
    const bool last = i + 1 == count;
    const std::uint32_t part = rid_big_endian && last
                                   ? load_be<std::uint32_t>(bytes, kHeader + 4 * i)
                                   : load_le<std::uint32_t>(bytes, kHeader + 4 * i);
    text += '-' + std::to_string(part);
  }
  return text;
}

std::optional<std::string> oid_from_der(Bytes bytes) {
  if (bytes.empty()) return std::nullopt;
  std::string text;
  std::uint64_t arc = 0;
  bool open = false;
  for (const std::byte b : bytes) {
    const auto octet = std::to_integer<std::uint64_t>(b);
    if (!open && octet == 0x80) return std::nullopt;  // padding: not the shortest form
    if (arc > (UINT64_MAX >> 7)) return std::nullopt;
    arc = (arc << 7) | (octet & 0x7F);
    open = (octet & 0x80) != 0;
    if (open) continue;
    if (text.empty()) {
      const std::uint64_t first = arc < 40 ? 0 : arc < 80 ? 1 : 2;
      text = std::to_string(first) + '.' + std::to_string(arc - 40 * first);
    } else {
      text += '.' + std::to_string(arc);
    }
    arc = 0;
  }
  if (open) return std::nullopt;
  return text;
}

std::optional<std::vector<std::uint8_t>> oid_to_der(std::string_view dotted) {
  std::vector<std::uint64_t> arcs;
  const char* at = dotted.data();
  const char* const end = at + dotted.size();
  while (true) {
    std::uint64_t arc = 0;
    const auto [next, error] = std::from_chars(at, end, arc);
    if (error != std::errc{}) return std::nullopt;
    arcs.push_back(arc);
    if (next == end) break;
    if (*next != '.') return std::nullopt;
    at = next + 1;
  }
  if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39)) return std::nullopt;
  if (arcs[1] > UINT64_MAX - 80) return std::nullopt;
  arcs[1] += arcs[0] * 40;
  std::vector<std::uint8_t> der;
  for (std::size_t i = 1; i < arcs.size(); ++i) {
    int shift = 63;
    while (shift > 0 && (arcs[i] >> shift) == 0) shift -= 7;
    for (; shift >= 0; shift -= 7) {
      const std::uint64_t group = (arcs[i] >> shift) & 0x7F;
      der.push_back(static_cast<std::uint8_t>(group | (shift > 0 ? 0x80 : 0)));
    }
  }
  return der;
}

}  // namespace dirsnap
