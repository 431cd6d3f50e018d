// SPDX-License-Identifier: MIT
//
// The findings of all reports as one table: report, severity, the united columns of the reports.
// Where a baseline or suppressions were given, a column says what they did. Where a report was
// skipped or failed, it has a row with `status` and `missing`, and one that judged a part has such
// a row for each thing it could not judge ("not judged"), so that neither looks like a report that
// found nothing.
#include <algorithm>

#include "shell/render/report_output.h"

namespace dirsnap {
namespace {

constexpr std::size_t kFixedColumns = 2;  // report, severity

bool was_judged(const ReportRun& run) {
  return run.status == ReportStatus::kPass || run.status == ReportStatus::kFindings;
}

class ReportTable {
 public:
  ReportTable(std::span<const ReportResult> results, const RunFacts& facts, Renderer& renderer)
      : results_(results), facts_(facts), renderer_(renderer) {}

  void write() {
    unite_columns();
    header_ = {"report", "severity"};
    header_.insert(header_.end(), names_.begin(), names_.end());
    if (facts_.has_baseline) baseline_ = add_column("baseline");
    if (facts_.has_suppressions) suppressed_ = add_column("suppressed");
    const bool all_judged = std::all_of(results_.begin(), results_.end(), [](const auto& result) {
      return was_judged(result.run) && result.run.coverage.empty();
    });
    if (!all_judged) {
      status_ = add_column("status");
      missing_ = add_column("missing");
    }
    renderer_.begin(header_);
    for (const ReportResult& result : results_) write_result(result);
    renderer_.end(end_);
  }

 private:
  // Column names of all findings, in the order in which they are first met.
  void unite_columns() {
    for (const ReportResult& result : results_) {
      const bool has_rows = !result.run.findings.empty() || !result.resolved.empty();
      if (!has_rows && results_.size() > 1) continue;
      for (const std::string& name : result.run.columns) {
        if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
      }
    }
    const bool has_notes = std::any_of(results_.begin(), results_.end(), [](const auto& result) {
      return was_judged(result.run) && !result.run.coverage.empty();
    });
    if (has_notes && std::find(names_.begin(), names_.end(), "snapshot_id") == names_.end())
      names_.insert(names_.begin(), "snapshot_id");
  }

  std::size_t add_column(const char* name) {
    header_.emplace_back(name);
    return header_.size() - 1;
  }

  void write_result(const ReportResult& result) {
    std::vector<std::size_t> place;  // of the report's columns in the united row
    for (const std::string& name : result.run.columns) {
      const auto at = std::find(names_.begin(), names_.end(), name);
      place.push_back(kFixedColumns + static_cast<std::size_t>(at - names_.begin()));
    }
    for (std::size_t i = 0; i < result.run.findings.size(); ++i) write_finding(result, i, place);
    for (const ResolvedFinding& finding : result.resolved) write_resolved(result, finding);
    if (!was_judged(result.run)) return write_unjudged(result);
    for (const CoverageNote& note : result.run.coverage) write_note(result, note);
  }

  void write_finding(const ReportResult& result,
                     std::size_t number,
                     const std::vector<std::size_t>& place) {
    const Finding& finding = result.run.findings[number];
    const FindingMark& mark = mark_of(result, number);
    std::vector<ValueView> row(header_.size());
    row[0] = ValueView::text(result.run.id);
    row[1] = ValueView::text(to_string(finding.severity));
    for (std::size_t i = 0; i < finding.cells.size() && i < place.size(); ++i)
      row[place[i]] = view_of(finding.cells[i]);
    if (baseline_ > 0) row[baseline_] = ValueView::text(to_string(mark.baseline));
    const std::string accepted = mark.suppression ? suppression_text(*mark.suppression) : "";
    if (suppressed_ > 0 && mark.suppression) row[suppressed_] = ValueView::text(accepted);
    if (status_ > 0) row[status_] = ValueView::text(to_string(result.run.status));
    write_row(row);
  }

  void write_resolved(const ReportResult& result, const ResolvedFinding& finding) {
    std::vector<ValueView> row(header_.size());
    row[0] = ValueView::text(result.run.id);
    row[1] = ValueView::text(to_string(finding.severity));
    for (const auto& [name, cell] : finding.cells) put(row, name, view_of(cell));
    row[baseline_] = ValueView::text(finding.certain ? "resolved" : "not judged again");
    write_row(row);
  }

  void put(std::vector<ValueView>& row, std::string_view name, const ValueView& value) const {
    const auto at = std::find(names_.begin(), names_.end(), name);
    if (at != names_.end())
      row[kFixedColumns + static_cast<std::size_t>(at - names_.begin())] = value;
  }

  void write_note(const ReportResult& result, const CoverageNote& note) {
    std::vector<ValueView> row(header_.size());
    row[0] = ValueView::text(result.run.id);
    for (const auto& [name, cell] : note.cells) put(row, name, view_of(cell));
    put(row, "snapshot_id", ValueView::of(note.snapshot_id));
    row[status_] = ValueView::text("not judged");
    row[missing_] = ValueView::text(note.missing);
    write_row(row);
  }

  void write_unjudged(const ReportResult& result) {
    const ReportRun& run = result.run;
    const std::string missing = run.status == ReportStatus::kError ? run.error : missing_text(run);
    std::vector<ValueView> row(header_.size());
    row[0] = ValueView::text(run.id);
    row[status_] = ValueView::text(to_string(run.status));
    row[missing_] = ValueView::text(missing);
    write_row(row);
  }

  void write_row(const std::vector<ValueView>& row) {
    renderer_.row(row);
    ++end_.rows;
  }

  std::span<const ReportResult> results_;
  const RunFacts& facts_;
  Renderer& renderer_;
  std::vector<std::string> names_;  // of the findings
  std::vector<std::string> header_;
  std::size_t baseline_ = 0;  // places of columns that not every table has; 0: none
  std::size_t suppressed_ = 0;
  std::size_t status_ = 0;
  std::size_t missing_ = 0;
  ResultFacts end_;
};

}  // namespace

std::uint64_t render_reports_table(std::span<const ReportResult> results,
                                   const RenderOptions& options,
                                   const RunFacts& facts,
                                   Output& output) {
  const auto renderer = make_renderer(options, output);
  ReportTable(results, facts, *renderer).write();
  return renderer->neutralised();
}

}  // namespace dirsnap
