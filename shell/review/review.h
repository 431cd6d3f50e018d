// SPDX-License-Identifier: MIT
//
// The review page: one self-contained HTML file about a case and what the reports found in it, for
// people who were not there. It loads nothing, links nowhere and works without its script.
// Lifetime: borrows its arguments for the call. Threads: one thread per Engine.
// Rules: what is not judged never looks like what passed; of large cases the first of everything
// are drawn and the rest is counted (ReviewLimits), so that memory and file stay bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "query/engine.h"
#include "query/report.h"
#include "shell/output.h"
#include "shell/render/report_output.h"
#include "storage/base/result.h"

namespace dirsnap {

// How much of each kind is written out; what is left over is counted on the page.
struct ReviewLimits {
  std::size_t findings_per_report = 100;  // per report and severity
  std::size_t findings = 2000;            // in all; each report keeps at least ten
  std::size_t notes = 300;                // lines of what was not judged
  std::size_t snapshots = 500;            // rows of the list of snapshots
  std::size_t sources = 2000;             // rows of the list of sources
  std::size_t trees = 12;                 // snapshots whose tree is drawn, those with faults first
  std::size_t connectors = 300;           // drawn per tree, faults first
  std::size_t containers = 1000;          // drawn per tree
  std::size_t servers = 200;              // listed per tree
  std::size_t charts = 12;                // snapshots whose changes are drawn, newest first
  std::size_t bars = 62;                  // of a chart
  std::size_t class_snapshots = 6;        // columns of the counts per class, newest
  std::size_t classes = 100;              // rows of the same
  std::size_t issues = 300;               // kinds of import issues
};

struct ReviewOptions {
  std::string case_path;  // as the user named it
  std::uint64_t case_size_bytes = 0;
  std::string made_at;  // ISO 8601 UTC
  ParamValues params;   // given to the reports
  ReviewLimits limits;
};

// Asks the engine for everything first and writes then: a failure (kInterrupted, kLimit, kCorrupt,
// kIo) leaves the output empty.
Result<void> write_review(Engine& engine,
                          std::span<const ReportResult> results,
                          const ReviewOptions& options,
                          Output& output);

}  // namespace dirsnap
