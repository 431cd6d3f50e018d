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
#include "shell/output.h"
#include "shell/render/renderer.h"
#include "storage/base/result.h"

namespace dirsnap {

struct ReportResult {
  const Report* report = nullptr;
  ReportRun run;
};

enum class ReportFormat : std::uint8_t {
  kText,      // blocks to read and act upon
  kJson,      // one document
  kJsonl,     // one finding or coverage note a line
  kMarkdown,  // one section a report
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
// not part of the table: the caller tells them (coverage_lines).
void render_reports(std::span<const ReportResult> results,
                    const ReportFormatChoice& choice,
                    const RenderOptions& options,
                    Output& output);

// One line for each coverage note, not escaped: `ID: snapshot 1: registry of server EX3`.
std::vector<std::string> coverage_lines(std::span<const ReportResult> results);

// `3 findings (1 error, 2 warnings), 21 passed, 2 skipped`.
std::string summary_line(std::span<const ReportResult> results);

// Parameters, references, remedy: what a report is, for people.
std::string describe_report(const Report& report);

// The view of an owned cell. Borrows the cell.
ValueView view_of(const OwnedValue& value);

// Behind render_reports, one per file.
void render_reports_json(std::span<const ReportResult> results, Output& output);
void render_reports_jsonl(std::span<const ReportResult> results, Output& output);
void render_reports_text(std::span<const ReportResult> results, bool color, Output& output);
void render_reports_markdown(std::span<const ReportResult> results, Output& output);

}  // namespace dirsnap
