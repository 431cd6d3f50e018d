// SPDX-License-Identifier: MIT
//
// What is known about a finding beside its row: the fingerprint that finds it again in another run,
// whether somebody accepted it (a suppression), whether an earlier run had it (a baseline).
// A fingerprint is made of the report's id, the subject and the identifying columns: those of the
// head's key `x-identity: a, b`, else those of default_identity(). Numbers, details, paths of
// sources and the snapshot are not part of it, so it is the same after a re-import and in the next
// backup. Findings of one snapshot that are alike in all of these are numbered: HEX:1, HEX:2.
// Lifetime: plain values. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/report.h"

namespace dirsnap {

// An accepted finding, as report_suppressions.h reads it from the user's file.
struct Suppression {
  std::string report;   // id or glob
  std::string object;   // glob of the subject
  std::string reason;   // why it is accepted
  std::string owner;    // who answers for that
  std::string expires;  // last day, YYYY-MM-DD; empty: none
  std::uint64_t line = 0;
};

enum class BaselineState : std::uint8_t {
  kNone,       // no baseline was given
  kNew,        // the baseline lacks it, or has it with a lower severity
  kUnchanged,  // the baseline has it
};

struct FindingMark {
  std::string fingerprint;
  std::optional<Suppression> suppression = {};
  BaselineState baseline = BaselineState::kNone;
};

// A finding of the baseline that this run does not have.
struct ResolvedFinding {
  std::string fingerprint;
  FindingSeverity severity = FindingSeverity::kWarning;
  // False: the report could not judge everything this time, so it may still be there.
  bool certain = true;
  std::vector<std::pair<std::string, OwnedValue>> cells;  // the row of then
};

// The columns that tell findings of one subject apart where the head does not say.
std::span<const std::string_view> default_identity();

// One mark a finding, with its fingerprint.
std::vector<FindingMark> mark_findings(const Report& report, const ReportRun& run);

// The cell of a column, or nullptr.
const OwnedValue* find_cell(const ReportRun& run, const Finding& finding, std::string_view column);

// Text of the column `subject`, empty where there is none.
std::string subject_of(const ReportRun& run, const Finding& finding);

const char* to_string(BaselineState state);

}  // namespace dirsnap
