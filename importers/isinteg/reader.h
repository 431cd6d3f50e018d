// SPDX-License-Identifier: MIT
//
// Reads what "isinteg -dump" writes to Isinteg.pri: records of the Folder and Mailbox tables as
// lines "name=value", each record opened by its number in brackets.
// Lifetime: a record's fields stay until the next call. Threads: one thread.
// Facts: FORMAT.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "importers/dump/line_reader.h"

namespace dirsnap::isinteg {

enum class RecordKind : std::uint8_t { kFolder, kMailbox };

struct Record {
  RecordKind kind = RecordKind::kFolder;
  std::uint64_t line_no = 0;                                // of its first line, from 1
  std::vector<std::pair<std::string, std::string>> fields;  // name and value as printed

  // The first value of that name, or null.
  [[nodiscard]] const std::string* find(std::string_view name) const;
};

class Reader {
 public:
  // REQUIRES: `lines` outlives the reader.
  explicit Reader(dump::LineReader& lines) : lines_(lines) {}

  // The next folder or mailbox; records of other tables are passed over. False at the end.
  // Fails with kIo and kInterrupted.
  Result<bool> next(Record& record);

 private:
  dump::LineReader& lines_;
  std::string pending_;  // first line of the next record, without its number
  std::uint64_t pending_line_ = 0;
  bool has_pending_ = false;
};

// True if some line opens a record of a folder or a mailbox.
bool looks_like_dump(std::string_view head);

// "0001-000000000144": replica number and counter, in hex; as the store keeps it.
std::optional<std::int64_t> parse_id(std::string_view text);

// "5BC414D6 1BFED211 B9C20080 C7C0C499": 16 bytes in their order, as the text of a GUID.
std::optional<std::string> parse_guid(std::string_view text);

}  // namespace dirsnap::isinteg
