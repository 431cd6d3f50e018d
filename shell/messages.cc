// SPDX-License-Identifier: MIT
#include "shell/messages.h"

#include <algorithm>
#include <cstdio>

#include "shell/render/escape.h"
#include "shell/render/width.h"

namespace dirsnap {
namespace {

constexpr std::size_t kContextBytes = 60;  // shown before the marked token of a long line
constexpr std::size_t kLineBytes = 100;

// The line of `sql` around `offset`, cut to a readable length, and the offset inside it.
struct MarkedLine {
  std::string_view text;
  std::size_t offset = 0;
};

// Moves `at` back to the first byte of its UTF-8 sequence.
std::size_t sequence_start(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
    --at;
  return at;
}

MarkedLine marked_line(std::string_view sql, std::size_t offset) {
  offset = std::min(offset, sql.size());
  const std::size_t before = offset == 0 ? std::string_view::npos : sql.rfind('\n', offset - 1);
  std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  std::size_t end = std::min(sql.find('\n', offset), sql.size());
  if (offset - begin > kContextBytes) begin = sequence_start(sql, offset - kContextBytes);
  if (end - begin > kLineBytes) end = std::max(sequence_start(sql, begin + kLineBytes), offset);
  return {sql.substr(begin, end - begin), offset - begin};
}

// Tabs become blanks, so that the marker stands below its token.
std::string visible(std::string_view text) {
  std::string copy(text);
  std::replace(copy.begin(), copy.end(), '\t', ' ');
  return escape_for_terminal(copy);
}

}  // namespace

void print_raw(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }
void print_line(std::string_view text) { print_raw(escape_for_terminal(text) + "\n"); }
void print_error(std::string_view text) { print_line("Error: " + std::string(text)); }
void print_note(std::string_view text) { print_line("Note: " + std::string(text)); }

std::string describe_sql_error(std::string_view place,
                               std::string_view sql,
                               const SqlError& error) {
  std::string out = escape_for_terminal(place);
  out += "Error: " + escape_for_terminal(error.message) + "\n";
  const std::string hint = escape_for_terminal(error.hint);
  if (!error.byte_offset || *error.byte_offset < 0) {
    if (!hint.empty()) out += "  " + hint + "\n";
    return out;
  }
  const MarkedLine line = marked_line(sql, static_cast<std::size_t>(*error.byte_offset));
  out += "  " + visible(line.text) + "\n";
  const std::size_t indent = 2 + display_width(visible(line.text.substr(0, line.offset)));
  out += std::string(indent, ' ') + "^--- " + (hint.empty() ? "here" : hint) + "\n";
  return out;
}

}  // namespace dirsnap
