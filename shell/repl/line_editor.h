// SPDX-License-Identifier: MIT
//
// One line from the terminal, with editing, history and completion; the only code that sees
// libedit.
// Threads: one thread, one editor at a time (its handlers for keys are the process's).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shell/repl/completer.h"

namespace dirsnap {

class LineEditor {
 public:
  // Given the line up to the cursor and what follows it.
  using Completer = std::function<Completions(std::string_view before, std::string_view after)>;

  enum class Status : std::uint8_t {
    kLine,         // `line` was typed
    kEnd,          // Ctrl-D on an empty line, or the terminal has gone
    kInterrupted,  // Ctrl-C: the line is dropped
  };
  struct Input {
    Status status = Status::kEnd;
    std::string line;  // without its line feed
  };

  // The history is kept in `history_file`, if given; its folder is made.
  LineEditor(const std::optional<std::filesystem::path>& history_file, Completer completer);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  Input read(const char* prompt);

  // Whole statements, line feeds and all. One that begins with a blank or repeats the last one is
  // not kept.
  void add_history(const std::string& statement);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace dirsnap
