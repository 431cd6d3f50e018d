// SPDX-License-Identifier: MIT
//
// One run of saved reports over a case: which of them, their parameters, what is known of their
// findings, and whether --fail-on fires.
// Lifetime: results borrow the reports. Threads: one thread per Engine.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/report_baseline.h"
#include "query/report_suppressions.h"
#include "shell/exit_code.h"
#include "shell/render/report_output.h"

namespace dirsnap {

// Which reports: those of `ids`, and every one that has a tag of `tags`; `all` without tags is
// every report, with tags every tagged one.
struct ReportSelection {
  std::vector<std::string> ids;
  std::vector<std::string> tags;
  bool all = false;
};

// In the order of the catalogue where tags or --all choose, else as named; each once. Fails with
// kUsage and names the nearest id or tag.
Result<std::vector<const Report*>> select_reports(const std::vector<Report>& reports,
                                                  const ReportSelection& selection);

// What the user knows about findings already.
struct KnownFindings {
  std::optional<Suppressions> suppressions;
  std::optional<Baseline> baseline;
};
// Reads the files; an empty path is none. Fails with kUsage for what is wrong in them, kIo where
// they cannot be read.
Result<KnownFindings> read_known_findings(const std::string& suppressions_path,
                                          const std::string& baseline_path);

struct ReportsOutcome {
  std::vector<ReportResult> results;
  RunFacts facts;
};

// Whether each parameter belongs to a report of the run, and its value to the type. Fails with
// kUsage.
Result<void> check_parameters(const std::vector<const Report*>& wanted, const ParamValues& values);

// A parameter goes to the reports that have it. A report that takes more than `seconds_each` fails
// with kLimit, and the others run. The marks of `known` are set; its suppressions remember what
// they matched.
Result<ReportsOutcome> run_reports(Engine& engine,
                                   const std::vector<const Report*>& wanted,
                                   const ParamValues& values,
                                   std::optional<double> seconds_each,
                                   KnownFindings& known);

// That of the error where a report failed; kFailOn for a finding of the severity `fail_on` or
// graver that is not suppressed and, where a baseline was given, is new. `fail_on` empty: never.
ExitCode exit_code_of(const std::vector<ReportResult>& results, std::string_view fail_on);

// Tells what the owner of a suppressions file needs to know: a warning for each line out of date or
// of a report that is none of `reports`, a note for each without effect.
void tell_suppressions(const Suppressions& suppressions, std::span<const Report> reports);

// Size-limited, for files that the user names. Fails with kIo or kLimit.
Result<std::string> read_small_file(const std::string& path, std::uintmax_t limit_bytes);

}  // namespace dirsnap
