// SPDX-License-Identifier: MIT
//
// CSV dumps of a directory, row by row: each row a record, each column of the first line an
// attribute. A row may go over several lines inside quotes.
// Units: offsets count bytes from the start of the source; line numbers start at 1.
// Memory: one row. Work: linear in the source, whatever its quotes are. Threads: one thread.
// Errors: rows that do not fit the header are issues (FORMAT.md section 4).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "importers/csv/dialect.h"
#include "importers/dump/entry.h"
#include "importers/dump/line_reader.h"

namespace dirsnap::csv {

class Reader final : public dump::EntryReader {
 public:
  // `is_single` tells of attributes whose values are never several, so that they are not split.
  // REQUIRES: source, token and issues outlive the reader.
  Reader(ByteSource& source,
         const dump::TextCoding& coding,
         const Dialect& dialect,
         const CancelToken& cancel,
         IssueSink& issues);
  void set_single(dump::Wanted is_single) { is_single_ = std::move(is_single); }

  [[nodiscard]] Result<bool> next(dump::Entry& entry) override;
  void seek(const dump::Place& place) override;
  void set_wanted(dump::Wanted wanted) override { wanted_ = std::move(wanted); }
  void set_issues(IssueSink& issues) override { issues_ = &issues; }

 private:
  struct Span {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  struct Pending {
    std::size_t column = 0;
    Span bytes;  // in text_
    dump::ValueForm form = dump::ValueForm::kText;
  };
  struct Column {
    std::string attribute;
    bool is_single = false;
    bool is_known = false;  // is_single is decided
  };

  [[nodiscard]] Result<bool> read_row();
  [[nodiscard]] Result<bool> read_to_quote(dump::Line& line);
  void note_search(std::uint64_t size_bytes);
  void begin_fields();
  // Splits row_ from `from` on into fields_; true where it ends inside quotes.
  [[nodiscard]] bool scan(std::size_t from);
  [[nodiscard]] Result<bool> read_header();
  void take_field(std::size_t column, std::string_view field);
  void take_quoted(std::size_t column, std::string_view field);
  void split_values(std::size_t column, std::string_view text);
  void add_value(std::size_t column, Span bytes);
  [[nodiscard]] bool decode_hex(Pending& value);
  void name_row(dump::Entry& entry);
  [[nodiscard]] std::string first_value(std::string_view attribute) const;
  void give(dump::Entry& entry);
  void report(Severity severity, const char* code, std::string message);

  dump::LineReader lines_;
  Dialect dialect_;
  IssueSink* issues_;
  dump::Wanted wanted_;
  dump::Wanted is_single_;

  bool has_header_ = false;
  std::vector<Column> columns_;
  dump::Place body_;   // of the first line behind the header
  dump::Place place_;  // of the present row

  std::string row_;  // the row as it stands in the source
  std::vector<Span> fields_;
  std::size_t field_begin_ = 0;
  bool in_quotes_ = false;
  bool was_quoted_ = false;  // the field had a quoted part that is closed

  // Searches for the ends of quotes that are never closed.
  std::uint64_t max_search_bytes_;
  std::uint64_t searched_bytes_ = 0;
  std::uint64_t searched_to_ = 0;           // rows behind are not counted yet
  std::uint64_t last_search_ = UINT64_MAX;  // the row whose search was the last one

  std::string text_;  // the row's values
  std::vector<Pending> values_;
  std::string dn_;
  dump::Change change_ = dump::Change::kContent;
};

}  // namespace dirsnap::csv
