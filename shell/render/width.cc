// SPDX-License-Identifier: MIT
#include "shell/render/width.h"

#include <algorithm>

#include <utf8proc.h>

#include "shell/render/escape.h"

namespace dirsnap {
namespace {

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

std::size_t cells_of(const CodePoint& point) {
  if (!point.valid) return 1;
  const int width = utf8proc_charwidth(static_cast<utf8proc_int32_t>(point.value));
  return width > 0 ? static_cast<std::size_t>(width) : 0;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  if (is_printable_ascii(text)) return text.size();
  std::size_t cells = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    cells += cells_of(point);
    at += point.size_bytes;
  }
  return cells;
}

std::string fit_width(std::string_view text, std::size_t cells) {
  if (display_width(text) <= cells) return std::string(text);
  const std::size_t room = cells - 1;  // one cell for the ellipsis
  std::size_t keep = 0;                // bytes up to the last cluster boundary that fits
  std::size_t used = 0;
  utf8proc_int32_t previous = -1;
  utf8proc_int32_t state = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    const auto value = static_cast<utf8proc_int32_t>(point.value);
    const bool boundary =
        previous < 0 || utf8proc_grapheme_break_stateful(previous, value, &state) != 0;
    if (boundary) keep = at;
    used += cells_of(point);
    if (used > room) break;
    previous = value;
    at += point.size_bytes;
  }
  return std::string(text.substr(0, keep)) + "\u2026";
}

}  // namespace dirsnap
