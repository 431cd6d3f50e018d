// SPDX-License-Identifier: MIT
#include "shell/repl/interpreter.h"

#include <utility>

namespace dirsnap {

Interpreter::Interpreter(Session& session, std::string source)
    : session_(session), source_(std::move(source)) {}

std::string Interpreter::place(std::size_t line) const {
  return source_.empty() ? std::string() : source_ + ":" + std::to_string(line) + ": ";
}

std::string Interpreter::add_line(std::string_view line) {
  ++line_;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line_ == 1 && line.substr(0, 2) == "#!") line = "";
  if (!is_open() && !line.empty() && line.front() == '.') {
    reader_.add_line("");  // keeps the line numbers
    session_.run_dot_command(line, place(line_));
    return std::string(line);
  }
  reader_.add_line(line);
  std::string ran;
  while (auto statement = reader_.next()) {
    if (session_.should_stop()) break;
    session_.run_sql(statement->text, place(statement->first_line));
    if (!ran.empty()) ran += '\n';
    ran += statement->text;
  }
  if (session_.should_stop()) reader_.clear();
  return ran;
}

void Interpreter::finish() {
  auto statement = reader_.rest();
  if (statement && !session_.should_stop())
    session_.run_sql(statement->text, place(statement->first_line));
}

}  // namespace dirsnap
