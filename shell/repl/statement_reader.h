// SPDX-License-Identifier: MIT
//
// Cuts lines of input into SQL statements at the ';' that ends one: strings, quoted names and
// comments may hold others.
// Threads: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dirsnap {

class StatementReader {
 public:
  struct Statement {
    std::string text;            // with its ';', without blank lines before it
    std::size_t first_line = 1;  // of the text, counted from the first add_line()
  };

  // `line` without its line feed.
  void add_line(std::string_view line);

  // The next complete statement. Text that is only blanks and comments is passed over.
  std::optional<Statement> next();
  // What is left when the input ends, if it is more than blanks and comments.
  std::optional<Statement> rest();

  // True if the last line left a statement open: a continuation prompt is due.
  [[nodiscard]] bool is_open() const { return has_content_; }
  // True inside a string, a quoted name or a block comment: a '.' does not begin a command.
  [[nodiscard]] bool in_quotes() const { return state_ != State::kCode; }
  // The open statement's text so far.
  [[nodiscard]] std::string_view pending() const;

  void clear();

 private:
  enum class State : std::uint8_t { kCode, kQuoted, kLineComment, kBlockComment };

  // Advances over one character of input at scan_. True at the end of a statement.
  bool scan_one();
  void scan_code(char c, char after);
  std::optional<Statement> take(std::size_t end);

  std::string text_;
  std::size_t scan_ = 0;  // text before it has been looked at
  std::size_t line_ = 0;  // lines added
  State state_ = State::kCode;
  char closing_ = 0;          // kQuoted: the character that ends it
  bool has_content_ = false;  // something but blanks and comments came before scan_
};

// True if the text holds nothing but blanks, comments and ';'.
bool is_blank_sql(std::string_view sql);

}  // namespace dirsnap
