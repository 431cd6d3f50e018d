// SPDX-License-Identifier: MIT
#include "shell/render/escape.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <utf8proc.h>

namespace dirsnap {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array kUnsafe = {
    Range{0x00, 0x1F},        // C0
    Range{0x7F, 0x9F},        // DEL, C1
    Range{0x061C, 0x061C},    // Arabic letter mark
    Range{0x180E, 0x180E},    // Mongolian vowel separator
    Range{0x200B, 0x200F},    // zero-width, direction marks
    Range{0x2028, 0x202E},    // line and paragraph separator, embeddings, overrides
    Range{0x2060, 0x2064},    // word joiner, invisible operators
    Range{0x2066, 0x206F},    // isolates, deprecated format characters
    Range{0xFDD0, 0xFDEF},    // no characters, by definition
    Range{0xFEFF, 0xFEFF},    // byte order mark
    Range{0xFFF9, 0xFFFB},    // interlinear annotation
    Range{0xFFFE, 0xFFFF},    // no characters; XML cannot hold them
    Range{0xE0000, 0xE007F},  // tags
};

bool needs_no_escape(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

void append_escape(std::string& out, const CodePoint& point) {
  const auto value = static_cast<std::uint32_t>(point.value);
  if (!point.valid || value < 0x80) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", value);
  } else if (value < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", value);
  } else {
    fmt::format_to(std::back_inserter(out), "\\U{:08x}", value);
  }
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {lead, 1, true};
  utf8proc_int32_t value = 0;
  const auto left = std::min<std::size_t>(text.size() - at, 4);
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                     static_cast<utf8proc_ssize_t>(left), &value);
  if (size <= 0) return {lead, 1, false};
  return {static_cast<char32_t>(value), static_cast<std::size_t>(size), true};
}

bool is_unsafe(char32_t code_point) {
  if ((code_point & 0xFFFEU) == 0xFFFEU) return true;  // the last two of a plane: no characters
  return std::any_of(kUnsafe.begin(), kUnsafe.end(), [code_point](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

std::string escape_for_terminal(std::string_view text, LineBreaks breaks) {
  if (needs_no_escape(text)) return std::string(text);
  std::string out;
  std::string doubled;  // the same with backslashes doubled, wanted once anything was escaped
  bool escaped = false;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    const std::string_view bytes = text.substr(at, point.size_bytes);
    at += point.size_bytes;
    if (point.valid && point.value == '\n') {
      const std::string_view shown = breaks == LineBreaks::kKeep ? "\n" : "\u240A";
      out += shown;
      doubled += shown;
    } else if (!point.valid || is_unsafe(point.value)) {
      escaped = true;
      append_escape(doubled, point);
    } else {
      out += bytes;
      if (bytes == "\\") doubled += '\\';
      doubled += bytes;
    }
  }
  return escaped ? doubled : out;
}

}  // namespace dirsnap
