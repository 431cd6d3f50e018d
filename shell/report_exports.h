// SPDX-License-Identifier: MIT
//
// Where the results of one run go: the main output and any number of --export FORMAT=FILE.
// Every file is begun before the run, so that a name that cannot be had stops it early; each gets
// its name only after all were written, so a full disk leaves none of them behind.
// Lifetime: owns its Outputs. Threads: one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shell/commands/command.h"
#include "shell/render/report_output.h"
#include "shell/report_run.h"
#include "shell/review/review.h"

namespace dirsnap {

// FORMAT=FILE, taken apart.
struct ExportRequest {
  ReportFormatChoice format;
  std::string path;  // "-": standard output
};
// Fails with kUsage: no "=", no such format, no file.
Result<ExportRequest> parse_export(std::string_view text);

class ReportTargets {
 public:
  // `arguments` are the main output's. An export to standard output takes the place of the main
  // one; with --output or --format beside it, or two of them, or two to one file: kUsage.
  static Result<ReportTargets> open(const OutputArguments& arguments,
                                    const std::vector<std::string>& exports,
                                    const OpenCase& opened);

  // Renders into every target, then gives all files their names. Notes what a table cannot show.
  // The review page asks `engine` about the case as well, with `review`.
  ExitCode write(const ReportsOutcome& outcome, Engine& engine, const ReviewOptions& review);

 private:
  struct Target {
    ReportFormatChoice format;
    RenderOptions options;
    std::unique_ptr<Output> output;
    bool is_shown = false;  // goes to standard output
  };
  Result<void> add(const OutputArguments& arguments,
                   const ExportRequest& request,
                   const OpenCase& opened);

  std::vector<Target> targets_;
};

}  // namespace dirsnap
