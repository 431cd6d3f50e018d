// SPDX-License-Identifier: MIT
//
// Feeds lines, typed or from a script, to a session: whole statements and dot-commands.
// Lifetime: borrows the session. Threads: one thread.
#pragma once

#include <string>
#include <string_view>

#include "shell/repl/session.h"
#include "shell/repl/statement_reader.h"

namespace dirsnap {

class Interpreter {
 public:
  // `source`: the script's name, for errors; empty at the prompt.
  Interpreter(Session& session, std::string source);

  // `line` without its line feed. Runs what it completes. Returns the statement or command text
  // that was run last, for the history; empty if none was.
  std::string add_line(std::string_view line);
  // The input has ended: a statement without ';' is run too.
  void finish();
  // Drops the open statement.
  void clear() { reader_.clear(); }

  // True if a statement is open: a continuation prompt is due.
  [[nodiscard]] bool is_open() const { return reader_.is_open() || reader_.in_quotes(); }
  [[nodiscard]] std::string_view pending() const { return reader_.pending(); }

 private:
  [[nodiscard]] std::string place(std::size_t line) const;

  Session& session_;
  std::string source_;
  StatementReader reader_;
  std::size_t line_ = 0;
};

}  // namespace dirsnap
