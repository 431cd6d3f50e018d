// SPDX-License-Identifier: MIT
#include "shell/repl/arguments.h"

#include <cctype>

#include "storage/base/text.h"

namespace dirsnap {
namespace {

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

char unescape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    default:
      return c;
  }
}

// Reads a quoted stretch whose quote stands at `at`; leaves `at` behind the closing one.
Result<void> take_quoted(std::string_view line, std::size_t& at, std::string& word) {
  const char quote = line[at++];
  for (; at < line.size(); ++at) {
    if (line[at] == quote) {
      ++at;
      return {};
    }
    if (quote == '"' && line[at] == '\\' && at + 1 < line.size()) {
      word += unescape(line[++at]);
    } else {
      word += line[at];
    }
  }
  return fail(Code::kUsage, "a quote is not closed");
}

}  // namespace

Result<std::vector<std::string>> split_arguments(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < line.size();) {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    std::string word;
    while (at < line.size() && !is_blank(line[at])) {
      if (line[at] == '\'' || line[at] == '"') {
        DIRSNAP_CHECK(take_quoted(line, at, word));
      } else {
        word += line[at++];
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

Result<bool> parse_switch(std::string_view word) {
  const std::string lower = to_lower_ascii(word);
  if (lower == "on" || lower == "yes" || lower == "true" || lower == "1") return true;
  if (lower == "off" || lower == "no" || lower == "false" || lower == "0") return false;
  return fail(Code::kUsage, "on or off expected, got \"" + std::string(word) + "\"");
}

}  // namespace dirsnap
