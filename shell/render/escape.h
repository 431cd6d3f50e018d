// SPDX-License-Identifier: MIT
//
// Makes untrusted text harmless for a terminal: what could move the cursor, change colours, turn
// the reading direction or hide is shown as \x1b, \u202e, ... Also used in messages and file names.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dirsnap {

// One step of a total UTF-8 walk.
struct CodePoint {
  char32_t value = 0;
  std::size_t size_bytes = 1;
  bool valid = true;  // false: one byte that is not part of UTF-8
};
// REQUIRES: at < text.size().
CodePoint code_point_at(std::string_view text, std::size_t at);

// Control, bidirectional, zero-width, annotation and tag characters, line and paragraph separator,
// and code points that are no characters (HTML and XML do not allow them).
bool is_unsafe(char32_t code_point);

// What becomes of a line feed.
enum class LineBreaks : std::uint8_t {
  kSymbol,  // shown as U+240A, for one-line cells and messages
  kKeep,    // left alone, for formats that quote it
};

// `text` with every unsafe code point and invalid byte made visible; backslashes are doubled in a
// text that needed an escape, so that the result is unambiguous.
std::string escape_for_terminal(std::string_view text, LineBreaks breaks = LineBreaks::kSymbol);

}  // namespace dirsnap
