// SPDX-License-Identifier: MIT
//
// The second error channel: something was lost or doubtful and the work goes on.
// Every issue ends in the table import_issues; an importer never drops bytes silently.
// Threads: a sink is used by one thread at a time unless its class says otherwise.
#pragma once

#include <cstdint>
#include <string>

namespace dirsnap {

// How bad it is (contract, section 1). Orders by gravity.
enum class Severity : std::uint8_t {
  kNote,   // information; exit code stays 0
  kDoubt,  // had, but may be wrong or stale
  kLoss,   // bytes, rows or values not had
};

// One thing met while reading a source.
struct Issue {
  Severity severity = Severity::kLoss;
  const char* code = "";           // stable, lower-case, e.g. "page-checksum"; a string literal
  std::uint64_t offset_bytes = 0;  // from the start of the source
  std::uint64_t size_bytes = 0;    // how much of the source it concerns; 0 = unknown or a point
  std::string place;               // e.g. "page 755, table datatable, record 12"; may be empty
  std::string message;             // what was wrong, what is kept, what is lost
};

// Receives issues in the order they are met.
class IssueSink {
 public:
  virtual ~IssueSink() = default;
  virtual void report(Issue issue) = 0;
};

// For passes whose issues another pass reports.
class SilentSink final : public IssueSink {
 public:
  void report(Issue /*issue*/) override {}
};

}  // namespace dirsnap
