// SPDX-License-Identifier: MIT
//
// The JSON of a run (contract, section 4) and one finding or note a line.
#include "shell/render/report_output.h"
#include "shell/render/value_text.h"

namespace dirsnap {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view text) {
  if (out.back() != '{') out += ',';
  append_json_text(out, name);
  out += ':';
  append_json_text(out, text);
}

void append_finding(std::string& out, const ReportRun& run, const Finding& finding) {
  std::vector<std::string> names = run.columns;
  std::vector<ValueView> cells;
  for (const OwnedValue& cell : finding.cells) cells.push_back(view_of(cell));
  names.emplace_back("severity");
  cells.resize(names.size() - 1);
  cells.push_back(ValueView::text(to_string(finding.severity)));
  append_json_object(out, unique_names(names), cells);
}

void append_coverage(std::string& out, const CoverageNote& note) {
  std::vector<std::string> names = {"snapshot_id", "missing"};
  std::vector<ValueView> cells = {ValueView::of(note.snapshot_id), ValueView::text(note.missing)};
  for (const auto& cell : note.cells) {
    if (cell.first == "snapshot_id" || cell.first == "missing") continue;
    names.push_back(cell.first);
    cells.push_back(view_of(cell.second));
  }
  append_json_object(out, unique_names(names), cells);
}

void append_kb(std::string& out, const std::vector<std::string>& kb) {
  out += ",\"kb\":[";
  for (std::size_t i = 0; i < kb.size(); ++i) {
    if (i > 0) out += ',';
    append_json_text(out, kb[i]);
  }
  out += ']';
}

void write_report(const ReportResult& result, Output& output) {
  const ReportRun& run = result.run;
  std::string text = "{";
  append_member(text, "id", run.id);
  append_member(text, "title", result.report->title);
  append_member(text, "severity", to_string(result.report->severity));
  append_kb(text, result.report->kb);
  append_member(text, "status", to_string(run.status));
  if (!run.error.empty()) append_member(text, "error", run.error);
  append_member(text, "remedy", result.report->remedy);
  text += ",\"findings\":[";
  output.write(text);
  for (std::size_t i = 0; i < run.findings.size(); ++i) {
    std::string item = i > 0 ? ",\n  " : "\n  ";
    append_finding(item, run, run.findings[i]);
    output.write(item);
  }
  output.write("],\"coverage\":[");
  for (std::size_t i = 0; i < run.coverage.size(); ++i) {
    std::string item = i > 0 ? ",\n  " : "\n  ";
    append_coverage(item, run.coverage[i]);
    output.write(item);
  }
  output.write("]}");
}

}  // namespace

void render_reports_json(std::span<const ReportResult> results, Output& output) {
  output.write("{\"reports\":[");
  for (std::size_t i = 0; i < results.size(); ++i) {
    output.write(i > 0 ? ",\n" : "\n");
    write_report(results[i], output);
  }
  output.write("\n]}\n");
}

void render_reports_jsonl(std::span<const ReportResult> results, Output& output) {
  for (const ReportResult& result : results) {
    std::string head = "{";
    append_member(head, "report", result.run.id);
    append_member(head, "status", to_string(result.run.status));
    for (const Finding& finding : result.run.findings) {
      std::string line = head + ",\"finding\":";
      append_finding(line, result.run, finding);
      output.write(line + "}\n");
    }
    for (const CoverageNote& note : result.run.coverage) {
      std::string line = head + ",\"coverage\":";
      append_coverage(line, note);
      output.write(line + "}\n");
    }
    if (result.run.findings.empty() && result.run.coverage.empty()) {
      if (!result.run.error.empty()) append_member(head, "error", result.run.error);
      output.write(head + "}\n");
    }
  }
}

}  // namespace dirsnap
