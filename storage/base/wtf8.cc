// SPDX-License-Identifier: MIT
#include "storage/base/wtf8.h"

#include <utf8proc.h>

namespace dirsnap {
namespace {

constexpr bool is_high(char32_t c) { return c >= 0xD800 && c < 0xDC00; }
constexpr bool is_low(char32_t c) { return c >= 0xDC00 && c < 0xE000; }

// append_utf8 asks for scalar values; a lone surrogate is written here.
void append_unit(std::string& out, char32_t c) {
  if (!is_high(c) && !is_low(c)) {
    append_utf8(out, c);
    return;
  }
  out.push_back(static_cast<char>(0xE0 | (c >> 12)));
  out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
  out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
}

template <bool BigEndian>
std::string from_utf16(Bytes bytes) {
  std::string out;
  out.reserve(bytes.size() / 2);
  const auto unit = [&](std::size_t at) -> char32_t {
    return BigEndian ? load_be<std::uint16_t>(bytes, at) : load_le<std::uint16_t>(bytes, at);
  };
  for (std::size_t at = 0; bytes.size() - at >= 2; at += 2) {
    char32_t c = unit(at);
    if (c < 0x80) {
      out.push_back(static_cast<char>(c));
      continue;
    }
    if (is_high(c) && bytes.size() - at >= 4 && is_low(unit(at + 2))) {
      c = 0x10000 + ((c - 0xD800) << 10) + (unit(at + 2) - 0xDC00);
      at += 2;
    }
    append_unit(out, c);
  }
  return out;
}

// True if a lone surrogate's three bytes stand at `at`.
bool surrogate_at(std::string_view text, std::size_t at) {
  return text.size() - at >= 3 && text[at] == '\xED' &&
         static_cast<unsigned char>(text[at + 1]) >= 0xA0 &&
         static_cast<unsigned char>(text[at + 1]) <= 0xBF &&
         (static_cast<unsigned char>(text[at + 2]) & 0xC0) == 0x80;
}

// Calls `plain` with each run without surrogates and `lone` with each surrogate unit.
template <class Plain, class Lone>
void split(std::string_view text, const Plain& plain, const Lone& lone) {
  std::size_t begin = 0;
  for (std::size_t at = text.find('\xED'); at != std::string_view::npos;
       at = text.find('\xED', at + 1)) {
    if (!surrogate_at(text, at)) continue;
    plain(text.substr(begin, at - begin));
    const auto high = static_cast<unsigned char>(text[at + 1]);
    const auto low = static_cast<unsigned char>(text[at + 2]);
    lone(static_cast<char32_t>(0xD000 | ((high & 0x3FU) << 6) | (low & 0x3FU)));
    begin = at + 3;
    at += 2;
  }
  plain(text.substr(begin));
}

// One UTF-16 unit that is no surrogate, in upper case as the registry has it.
char32_t upcase_unit(char32_t c) {
  constexpr char32_t kFinalSigma = 0x3C2;
  constexpr char32_t kSharpS = 0xDF;  // utf8proc has a capital for it, Windows has none
  if (c == kSharpS) return c;
  const utf8proc_int32_t upper = utf8proc_toupper(static_cast<utf8proc_int32_t>(c));
  const auto lower_again = static_cast<char32_t>(utf8proc_tolower(upper));
  const bool is_pair = upper < 0x10000 && (lower_again == c || c == kFinalSigma);
  return is_pair ? static_cast<char32_t>(upper) : c;
}

}  // namespace

std::string registry_fold(std::string_view wtf8) {
  std::string out;
  out.reserve(wtf8.size());
  for (std::size_t at = 0; at < wtf8.size();) {
    const auto lead = static_cast<unsigned char>(wtf8[at]);
    if (lead < 0x80) {
      out.push_back(lead >= 'a' && lead <= 'z' ? static_cast<char>(lead - 0x20) : wtf8[at]);
      ++at;
      continue;
    }
    // The units above ASCII have two or three bytes; longer characters, lone surrogates and what
    // is no WTF-8 are copied byte by byte.
    const std::size_t length = lead < 0xE0 ? 2 : 3;
    const std::string_view unit = wtf8.substr(at, length);
    utf8proc_int32_t c = -1;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(unit.data());
    const auto got = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(unit.size()), &c);
    if (got > 0) {
      append_utf8(out, upcase_unit(static_cast<char32_t>(c)));
      at += static_cast<std::size_t>(got);
    } else {
      out.push_back(wtf8[at++]);
    }
  }
  return out;
}

std::string wtf8_from_utf16le(Bytes bytes) { return from_utf16<false>(bytes); }
std::string wtf8_from_utf16be(Bytes bytes) { return from_utf16<true>(bytes); }

std::string utf16le_from_wtf8(std::string_view wtf8) {
  std::string out;
  split(
      wtf8, [&out](std::string_view run) { out += encode_utf16le(run); },
      [&out](char32_t unit) {
        out.push_back(static_cast<char>(unit & 0xFF));
        out.push_back(static_cast<char>(unit >> 8));
      });
  return out;
}

Decoded utf8_from_wtf8(std::string_view wtf8) {
  if (is_valid_utf8(wtf8)) return {.text = std::string(wtf8), .lossless = true};
  Decoded result;
  split(
      wtf8, [&result](std::string_view run) { result.text += repair_utf8(run).text; },
      [&result](char32_t) { append_utf8(result.text, 0xFFFD); });
  result.lossless = false;
  return result;
}

}  // namespace dirsnap
