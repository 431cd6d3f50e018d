// SPDX-License-Identifier: MIT
//
// LDIF, content and change records, read record by record. Made for what tools really write:
// ldifde, csvde's sister, ldbsearch, ldapsearch and slapcat; both kinds of record may be mixed.
// A value given as a URL is never opened.
// Units: offsets count bytes from the start of the source; line numbers start at 1.
// Memory: one record and one physical line. Threads: one thread.
// Errors: damaged records are issues (FORMAT.md section 5), next() goes on behind them.
// Facts: FORMAT.md; RFC 2849.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "importers/dump/entry.h"
#include "importers/dump/line_reader.h"

namespace dirsnap::ldif {

// True if the text begins as LDIF does: after comments and blank lines, a version or a name.
bool looks_like_ldif(std::string_view head);

class Reader final : public dump::EntryReader {
 public:
  // REQUIRES: source, token and issues outlive the reader.
  Reader(ByteSource& source,
         const dump::TextCoding& coding,
         const CancelToken& cancel,
         IssueSink& issues);

  [[nodiscard]] Result<bool> next(dump::Entry& entry) override;
  void seek(const dump::Place& place) override;
  void set_wanted(dump::Wanted wanted) override { wanted_ = std::move(wanted); }
  void set_issues(IssueSink& issues) override { issues_ = &issues; }

 private:
  // A part of text_.
  struct Span {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  struct Pending {
    Span attribute, options, bytes;
    dump::ValueForm form = dump::ValueForm::kText;
    dump::Edit edit = dump::Edit::kAdd;
    std::uint64_t line = 0;
  };
  enum class State : std::uint8_t {
    kStart,   // no line of the record yet
    kValues,  // behind the name
    kModify,  // in a modify record
    kRename,
    kIgnore,  // a record without a name: its lines are passed over
  };
  // One logical line taken apart: "attribute;options: value".
  struct Parts {
    Span attribute, options, bytes;
    dump::ValueForm form = dump::ValueForm::kText;
  };

  void begin_record();
  [[nodiscard]] Result<bool> next_line(dump::Line& line);
  void start_logical_line(const dump::Line& line);
  void append_fold(const dump::Line& line);
  void finish_logical_line();
  [[nodiscard]] bool split(Parts& parts);
  void decode_value(Parts& parts);
  void take_first_line(const Parts& parts);
  void take_values_line(const Parts& parts);
  void take_modify_line(const Parts& parts);
  void take_rename_line(const Parts& parts);
  void take_change_type(const Parts& parts);
  void close_block();
  void add_value(const Parts& parts, dump::Edit edit);
  [[nodiscard]] bool is_wanted_line(std::string_view text) const;
  [[nodiscard]] bool has_controls_only() const;
  void give(dump::Entry& entry);
  void report(Severity severity, const char* code, std::string message);

  [[nodiscard]] std::string_view view(Span span) const {
    return std::string_view(text_).substr(span.begin, span.size);
  }

  dump::LineReader lines_;
  IssueSink* issues_;
  dump::Wanted wanted_;

  std::string text_;         // the logical lines of the record that are kept
  std::size_t begin_ = 0;    // of the logical line in text_
  bool has_line_ = false;    // a logical line is being collected
  bool is_dropped_ = false;  // ... but it is a comment or not wanted
  bool is_cut_ = false;      // ... or was longer than a value may be
  std::uint64_t line_ = 0;   // number of its first physical line
  std::uint64_t line_offset_ = 0;

  State state_ = State::kStart;
  dump::Place place_;
  bool has_record_ = false;
  Span dn_, new_rdn_, new_superior_;
  bool has_new_superior_ = false;
  dump::Change change_ = dump::Change::kContent;
  std::vector<Pending> values_;
  // The block of a modify record that is open.
  enum class Block : std::uint8_t { kNone, kAdd, kDelete, kReplace, kOther } block_ = Block::kNone;
  Parts block_attribute_;
  std::size_t block_values_ = 0;

  bool has_next_line_ = false;  // next_line_ is a line that already belongs to the next record
  dump::Line next_line_;
};

}  // namespace dirsnap::ldif
