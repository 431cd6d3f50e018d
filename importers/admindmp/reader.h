// SPDX-License-Identifier: MIT
//
// Admindmp.txt: what the Exchange Administrator writes when the raw properties of an object are
// dumped; every dump is appended to the same file.
// Units: offsets count bytes from the start of the source; line numbers start at 1.
// Memory: one object. Threads: one thread.
// Errors: lines that are none of the form are issues (FORMAT.md section 3).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "importers/dump/entry.h"
#include "importers/dump/line_reader.h"

namespace dirsnap::admindmp {

// True if the text holds lines of properties as such a dump writes them.
bool looks_like_dump(std::string_view head);

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
  struct Property {
    std::string attribute;
    std::string value;
    std::uint64_t line = 0;
  };

  void begin_object(const dump::Line& line);
  void take_line(const dump::Line& line);
  [[nodiscard]] bool is_header(std::string_view text) const;
  void add_value(std::string_view attribute, std::string_view quoted, std::uint64_t line);
  void append_wrapped(std::string_view text);
  void give(dump::Entry& entry);
  void report(Severity severity, const char* code, std::string message);

  dump::LineReader lines_;
  IssueSink* issues_;
  dump::Wanted wanted_;

  bool has_object_ = false;
  dump::Place place_;
  std::string dn_;
  std::vector<Property> properties_;
  std::string list_;  // attribute whose values are being listed
  struct {
    std::size_t text_size = 0;
    std::string ending;
  } last_;                  // line that was taken
  bool is_open_ = false;    // the last value's quote is not closed: its line wraps
  bool is_hex_ = false;     // the last value is hex digits as far as it goes
  bool was_blank_ = false;  // the line before
  bool has_next_ = false;   // next_ already belongs to the next object
  dump::Line next_;
};

}  // namespace dirsnap::admindmp
