// SPDX-License-Identifier: MIT
//
// Reads a dump from a string and prints its records one a line, for tests of the readers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "importers/dump/entry.h"
#include "storage/base/byte_source.h"
#include "storage/base/cancel.h"
#include "storage/base/text.h"

namespace dirsnap::test {

inline MemorySource source_of(std::string_view text) {
  const Bytes bytes = as_bytes(text);
  return MemorySource(std::vector<std::byte>(bytes.begin(), bytes.end()));
}

class CodeSink final : public IssueSink {
 public:
  void report(Issue issue) override { codes.emplace_back(issue.code); }
  std::vector<std::string> codes;
};

// "dn|attr;option=text|attr::hex|attr:<url|attr!"; edits and changes by a mark before the name.
inline std::string to_text(const dump::Entry& entry) {
  std::string out;
  if (entry.change == dump::Change::kDelete) out += "delete ";
  if (entry.change == dump::Change::kModify) out += "modify ";
  if (entry.change == dump::Change::kRename) out += "rename ";
  out += entry.dn;
  if (!entry.new_rdn.empty()) out.append(" to ").append(entry.new_rdn);
  if (entry.has_new_superior) out.append(" below ").append(entry.new_superior);
  for (const dump::EntryValue& value : entry.values) {
    out += '|';
    if (value.edit == dump::Edit::kRemove) out += '-';
    if (value.edit == dump::Edit::kClear) out += "--";
    out.append(value.attribute).append(value.options);
    switch (value.form) {
      case dump::ValueForm::kText:
      case dump::ValueForm::kHexText:
        if (value.edit != dump::Edit::kClear) out.append("=").append(value.bytes);
        break;
      case dump::ValueForm::kOctets:
        out.append("::").append(to_hex(as_bytes(value.bytes)));
        break;
      case dump::ValueForm::kReference:
        out.append(":<").append(value.bytes);
        break;
      case dump::ValueForm::kLost:
        out += '!';
        break;
    }
  }
  return out;
}

struct DumpRead {
  std::vector<std::string> records;
  std::vector<std::string> issues;
  std::vector<dump::Place> places;
};

inline DumpRead read_all(dump::EntryReader& reader) {
  DumpRead out;
  CodeSink sink;
  reader.set_issues(sink);
  dump::Entry entry;
  for (;;) {
    const auto more = reader.next(entry);
    if (!more || !*more) break;
    out.records.push_back(to_text(entry));
    out.places.push_back(entry.place);
  }
  out.issues = sink.codes;
  return out;
}

}  // namespace dirsnap::test
