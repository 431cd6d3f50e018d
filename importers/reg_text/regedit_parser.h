// SPDX-License-Identifier: MIT
//
// The grammar of regedit's files, REGEDIT4 and version 5.00, and of Wine's store, which differs in
// escapes, key lines and a few lines of its own.
// Threads: one thread per parser. Facts: FORMAT.md section 3.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "importers/reg_text/parse_context.h"
#include "storage/base/result.h"

namespace dirsnap::reg_text {

class RegeditParser {
 public:
  RegeditParser(ParseContext context, Form form) : context_(context), form_(form) {}

  // Reads to the end of the source.
  [[nodiscard]] Result<void> run();

 private:
  enum class ListEnd : std::uint8_t { kComplete, kBadNumber, kMissingContinuation };

  [[nodiscard]] Result<void> parse_line(Line& line);
  bool parse_header(const Line& line, std::string_view text);
  [[nodiscard]] Result<void> join_name(Line& line);
  void parse_section(const Line& line, std::string_view text);
  void open_section(const Line& line, std::string_view name);
  void parse_wine_section(const Line& line, std::string_view text);
  void parse_wine_note(std::string_view text);
  [[nodiscard]] std::string unescape(std::string_view raw);
  [[nodiscard]] Result<void> parse_assignment(Line& line, std::string_view text);
  [[nodiscard]] Result<void> parse_data(Line& line, std::string_view data, Value value);
  [[nodiscard]] Result<void> parse_string(Line& line, std::string_view text, Value value);
  void parse_bare_string(const Line& line, std::string_view text, Value value);
  void parse_number(const Line& line, std::string_view digits, std::size_t bytes, Value value);
  [[nodiscard]] Result<void> parse_list(Line& line, std::string_view list, Value value);

  [[nodiscard]] Result<ListEnd> read_list(Line& line, std::string_view list, std::string& bytes);
  [[nodiscard]] Result<bool> read_continuation(const Line& first, Line& line);
  [[nodiscard]] Result<bool> read_quoted(Line& line, std::string_view& rest, std::string& raw);

  void store(const Line& line, Value value);
  void delete_value(const Line& line, std::string_view name);

  ParseContext context_;
  Form form_;
  bool is_deleting_ = false;  // inside a section [-KEY]
  std::string root_;          // of a Wine store: what all keys are relative to
};

}  // namespace dirsnap::reg_text
