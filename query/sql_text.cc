// SPDX-License-Identifier: MIT
#include "query/sql_text.h"

#include <algorithm>

namespace dirsnap {
namespace {

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Offset behind the comment at `at`, or `at` if there is none.
std::size_t skip_comment(std::string_view sql, std::size_t at) {
  const std::string_view rest = sql.substr(at);
  if (rest.starts_with("--")) return at + std::min(rest.find('\n'), rest.size());
  if (rest.starts_with("/*")) {
    const std::size_t end = rest.find("*/", 2);
    return end == rest.npos ? sql.size() : at + end + 2;
  }
  return at;
}

// Offset behind the quoted text at `at`; `out` becomes what it holds, doubled quotes undone.
std::size_t read_quoted(std::string_view sql, std::size_t at, std::string& out) {
  const char close = sql[at] == '[' ? ']' : sql[at];
  out.clear();
  for (++at; at < sql.size(); ++at) {
    if (sql[at] == close) {
      const bool doubled = close != ']' && at + 1 < sql.size() && sql[at + 1] == close;
      if (!doubled) return at + 1;
      ++at;
    }
    out.push_back(sql[at]);
  }
  return at;
}

}  // namespace

std::size_t skip_blanks_and_comments(std::string_view sql) {
  std::size_t at = 0;
  while (at < sql.size()) {
    const std::size_t after = skip_comment(sql, at);
    const bool blank = std::string_view(" \t\r\n\f;").find(sql[at]) != std::string_view::npos;
    if (after == at && !blank) break;
    at = after == at ? at + 1 : after;
  }
  return at;
}

std::vector<std::string> sql_words(std::string_view sql) {
  std::vector<std::string> words;
  std::string quoted;
  std::size_t at = 0;
  while (at < sql.size()) {
    const std::size_t after = skip_comment(sql, at);
    const char c = sql[at];
    if (after != at) {
      at = after;
    } else if (c == '\'' || c == '"' || c == '`' || c == '[') {
      at = read_quoted(sql, at, quoted);
      if (c != '\'') words.push_back(quoted);
    } else if (is_word_char(c)) {
      const std::size_t begin = at;
      while (at < sql.size() && is_word_char(sql[at])) ++at;
      words.emplace_back(sql.substr(begin, at - begin));
    } else {
      ++at;
    }
  }
  return words;
}

}  // namespace dirsnap
