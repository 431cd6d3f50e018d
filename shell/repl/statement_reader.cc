// SPDX-License-Identifier: MIT
#include "shell/repl/statement_reader.h"

#include <algorithm>

namespace dirsnap {
namespace {

bool is_sql_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

}  // namespace

void StatementReader::add_line(std::string_view line) {
  // Nothing worth keeping came before: the statement begins on this line at the earliest.
  if (!has_content_ && state_ == State::kCode) {
    text_.erase(0, scan_);
    scan_ = 0;
  }
  text_ += line;
  text_ += '\n';
  ++line_;
}

void StatementReader::scan_code(char c, char after) {
  if (c == '-' && after == '-') {
    state_ = State::kLineComment;
  } else if (c == '/' && after == '*') {
    state_ = State::kBlockComment;
    ++scan_;  // so that "/*/" does not close itself
  } else if (c == '\'' || c == '"' || c == '`' || c == '[') {
    state_ = State::kQuoted;
    closing_ = c == '[' ? ']' : c;
    has_content_ = true;
  } else if (!is_sql_blank(c)) {
    has_content_ = true;
  }
}

bool StatementReader::scan_one() {
  const char c = text_[scan_];
  const char after = scan_ + 1 < text_.size() ? text_[scan_ + 1] : '\0';
  const bool ends = state_ == State::kCode && c == ';';
  switch (state_) {
    case State::kCode:
      if (!ends) scan_code(c, after);
      break;
    case State::kQuoted:
      // A doubled quote closes and opens again, which comes to the same.
      if (c == closing_) state_ = State::kCode;
      break;
    case State::kLineComment:
      if (c == '\n') state_ = State::kCode;
      break;
    case State::kBlockComment:
      if (c == '*' && after == '/') {
        state_ = State::kCode;
        ++scan_;
      }
      break;
  }
  ++scan_;
  return ends;
}

std::optional<StatementReader::Statement> StatementReader::take(std::size_t end) {
  const std::size_t lines_held =
      static_cast<std::size_t>(std::count(text_.begin(), text_.end(), '\n'));
  std::size_t begin = 0;
  while (begin < end && is_sql_blank(text_[begin])) ++begin;
  const auto lines_before =
      static_cast<std::size_t>(std::count(text_.data(), text_.data() + begin, '\n'));
  Statement statement{text_.substr(begin, end - begin), line_ - lines_held + lines_before + 1};
  const bool content = has_content_;
  text_.erase(0, end);
  scan_ = 0;
  has_content_ = false;
  if (!content) return std::nullopt;
  return statement;
}

std::optional<StatementReader::Statement> StatementReader::next() {
  while (scan_ < text_.size()) {
    if (!scan_one()) continue;
    if (auto statement = take(scan_)) return statement;
  }
  return std::nullopt;
}

std::optional<StatementReader::Statement> StatementReader::rest() {
  auto statement = take(text_.size());
  clear();
  return statement;
}

std::string_view StatementReader::pending() const {
  return has_content_ || state_ != State::kCode ? std::string_view(text_) : std::string_view();
}

void StatementReader::clear() {
  text_.clear();
  scan_ = 0;
  state_ = State::kCode;
  has_content_ = false;
}

bool is_blank_sql(std::string_view sql) {
  StatementReader reader;
  reader.add_line(sql);
  return !reader.next() && !reader.rest();
}

}  // namespace dirsnap
