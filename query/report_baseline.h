// SPDX-License-Identifier: MIT
//
// The findings of an earlier run (its JSON), to tell what is new, unchanged or resolved.
// Fingerprints decide (report_marks.h). A finding that has become graver counts as new.
// What is gone counts as resolved only where the report could judge everything: with coverage
// notes, and all the more where it was skipped or failed, it is "not judged again". Lifetime: plain
// values. Threads: one thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "query/report_marks.h"

namespace dirsnap {

class Baseline {
 public:
  // Fails with kUsage where `json` is not the JSON of a run or its findings have no fingerprints.
  static Result<Baseline> parse(std::string_view json, const std::string& origin);

  // Sets the state of each finding and gives those that are gone.
  std::vector<ResolvedFinding> apply(const Report& report,
                                     const ReportRun& run,
                                     std::vector<FindingMark>& marks) const;

 private:
  std::map<std::string, std::vector<ResolvedFinding>> reports_;  // by report id
};

}  // namespace dirsnap
