// SPDX-License-Identifier: MIT
//
// Text of every source becomes UTF-8 here. Decoding is total: what cannot be decoded becomes
// U+FFFD and is reported by a flag, so the caller can keep the raw bytes beside it.
// Embedded NULs are data. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/byte_reader.h"

namespace dirsnap {

// UTF-8 text and whether every input unit had a character.
struct Decoded {
  std::string text;
  bool lossless = true;  // false: at least one U+FFFD stands for something undecodable
};

// UTF-16 little-endian; an odd last byte or a lone surrogate is lossy.
Decoded decode_utf16le(Bytes bytes);
Decoded decode_utf16be(Bytes bytes);

// Windows code page by number (1252, 932, 1200, 65001, ...), by the C library's iconv.
// nullopt: the machine has no such code page.
std::optional<Decoded> decode_codepage(Bytes bytes, unsigned codepage);

// Valid UTF-8 without overlong forms and surrogates.
bool is_valid_utf8(std::string_view text);
// The first line that is not, counted from 1; nullopt: all are.
std::optional<std::uint64_t> line_not_utf8(std::string_view text);

// Replaces each bad sequence by U+FFFD.
Decoded repair_utf8(std::string_view text);

std::string encode_utf16le(std::string_view utf8);

// Appends one code point as UTF-8. REQUIRES: a scalar value (not a surrogate, <= 0x10FFFF).
void append_utf8(std::string& out, char32_t code_point);

// A byte that cannot begin a character.
inline bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Simple Unicode case folding, one code point to one code point (utf8proc). The FOLD collation,
// every index on names, and the look-ups of DNs, paths and names use exactly this function.
// Invalid UTF-8 bytes are kept as they are.
std::string fold_case(std::string_view utf8);
// ASCII so far means that folding moves no byte.
bool is_ascii(std::string_view text);
// The folded form of eight ASCII characters at once. REQUIRES: no byte above 0x7F.
inline std::uint64_t fold_ascii_word(std::uint64_t word) {
  // Bit 7 of each byte says whether it lies in A..Z.
  constexpr std::uint64_t kEach = 0x0101010101010101U;
  const std::uint64_t from_a = word + kEach * (0x80 - 'A');
  const std::uint64_t past_z = word + kEach * (0x80 - 'Z' - 1);
  return word | ((from_a & ~past_z & (kEach * 0x80)) >> 2);
}
// The same of one. REQUIRES: below 0x80.
inline int fold_ascii(unsigned char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }
// <0, 0, >0: the order of the bytes of fold_case(a) and fold_case(b), which for UTF-8 is the order
// of the folded code points.
int compare_folded(std::string_view a, std::string_view b);
bool equal_folded(std::string_view a, std::string_view b);
// FNV-1a 64 of the folded bytes, begun with the seed: who knows the seed can make texts of one
// hash.
std::uint64_t hash_folded(std::string_view text, std::uint64_t seed);

// ASCII-only helpers, for keywords.
bool equal_ascii_nocase(std::string_view a, std::string_view b);
std::string to_lower_ascii(std::string_view text);
std::string_view trim_blanks(std::string_view text);

// Lower-case hex digits, two a byte.
std::string to_hex(Bytes bytes);

// Escapes `text` for a JSON string literal without the quotes: controls, quote, backslash,
// U+2028/9 and "</". REQUIRES: valid UTF-8.
std::string escape_json(std::string_view text);

}  // namespace dirsnap
