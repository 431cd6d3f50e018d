// SPDX-License-Identifier: MIT
//
// The outcome of one or more reports in each format of `dirsnap report`.
// Lifetime: ReportResult borrows its Report. Threads: one thread.
// Facts: contract, section 4 (JSON of a run).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "query/report.h"
#include "query/report_marks.h"
#include "shell/output.h"
#include "shell/render/renderer.h"
#include "storage/base/result.h"

namespace dirsnap {

struct ReportResult {
  const Report* report = nullptr;
  ReportRun run;
  std::vector<FindingMark> marks = {};  // parallel to the findings; empty: nothing is known of them
  std::vector<ResolvedFinding> resolved = {};  // where a baseline was given
};

// The mark of a finding; an empty one where there is none.
const FindingMark& mark_of(const ReportResult& result, std::size_t finding);

// What the findings come from.
struct RunSnapshot {
  std::int64_t snapshot_id = 0;
  std::string name;
  std::string seal;
};
struct RunSource {
  std::int64_t snapshot_id = 0;
  std::int64_t source_id = 0;
  std::string role;
  std::string server;         // empty: not known
  std::string path;           // as given at import; findings name their sources so
  std::string absolute_path;  // empty: not known
  std::string sha256;
  std::int64_t size_bytes = 0;
};
struct RunFacts {
  std::string case_path;
  std::vector<RunSnapshot> snapshots;
  std::vector<RunSource> sources;
  bool has_suppressions = false;  // a suppressions file was given
  bool has_baseline = false;      // a baseline was given
};

enum class ReportFormat : std::uint8_t {
  kText,      // blocks to read and act upon
  kJson,      // one document
  kJsonl,     // one finding or coverage note a line
  kMarkdown,  // one section a report
  kSarif,     // SARIF 2.1.0, one run
  kJunit,     // JUnit XML, one suite a snapshot
  kReview,    // the review page (shell/review), which asks the engine as well
  kTabular,   // findings of all reports as one table: csv, tsv, box, table, line, insert, ...
};

// What --format named. `tabular` is the table's own format where `kind` is kTabular.
struct ReportFormatChoice {
  ReportFormat kind = ReportFormat::kText;
  Format tabular = Format::kCsv;
};
// Fails with kUsage and names the formats there are.
Result<ReportFormatChoice> parse_report_format(std::string_view name);

// REQUIRES: not kReview. `options.format` is not looked at. Coverage notes of a tabular format are
// not part of the table: the caller tells them (coverage_lines); a report that is skipped or failed
// has a row that says so. Cells made harmless for spreadsheets are counted in the result.
std::uint64_t render_reports(std::span<const ReportResult> results,
                             const ReportFormatChoice& choice,
                             const RenderOptions& options,
                             Output& output,
                             const RunFacts& facts = {});

// One line for each coverage note, not escaped: `ID: snapshot 1: registry of server EX3`.
std::vector<std::string> coverage_lines(std::span<const ReportResult> results);

// `3 findings (1 error, 2 warnings), 21 passed, 2 skipped`.
std::string summary_line(std::span<const ReportResult> results);

// Parameters, references, remedy: what a report is, for people.
std::string describe_report(const Report& report);

// The view of an owned cell. Borrows the cell.
ValueView view_of(const OwnedValue& value);

// Behind render_reports, one per file.
void render_reports_json(std::span<const ReportResult> results,
                         const RunFacts& facts,
                         Output& output);
void render_reports_jsonl(std::span<const ReportResult> results, Output& output);
void render_reports_text(std::span<const ReportResult> results, bool color, Output& output);
void render_reports_markdown(std::span<const ReportResult> results, Output& output);
void render_reports_sarif(std::span<const ReportResult> results,
                          const RunFacts& facts,
                          Output& output);
void render_reports_junit(std::span<const ReportResult> results,
                          const RunFacts& facts,
                          Output& output);
std::uint64_t render_reports_table(std::span<const ReportResult> results,
                                   const RenderOptions& options,
                                   const RunFacts& facts,
                                   Output& output);

// `wizard ran again (J. Doe, until 2027-01-31)`.
std::string suppression_text(const Suppression& suppression);
// `registry of server EX3; private store`: what all notes of a report name, each once.
std::string missing_text(const ReportRun& run);

}  // namespace dirsnap
