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

void append_suppression(std::string& out, const Suppression& suppression) {
  out += "{";
  append_member(out, "reason", suppression.reason);
  append_member(out, "owner", suppression.owner);
  if (!suppression.expires.empty()) append_member(out, "expires", suppression.expires);
  out += '}';
}

// The row, its severity, and what is known about it. A column of the row that has the name of one
// of those is renamed.
void append_finding(std::string& out, const ReportResult& result, std::size_t number) {
  const Finding& finding = result.run.findings[number];
  const FindingMark& mark = mark_of(result, number);
  std::vector<std::string> names = {"severity", "fingerprint", "baseline", "suppressed"};
  const std::size_t own = names.size();
  names.insert(names.end(), result.run.columns.begin(), result.run.columns.end());
  names = unique_names(names);
  names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(own));
  std::vector<ValueView> cells;
  for (const OwnedValue& cell : finding.cells) cells.push_back(view_of(cell));
  cells.resize(names.size());
  names.emplace_back("severity");
  cells.push_back(ValueView::text(to_string(finding.severity)));
  append_json_object(out, names, cells);
  out.pop_back();  // the brace: more members follow
  if (!mark.fingerprint.empty()) append_member(out, "fingerprint", mark.fingerprint);
  if (mark.baseline != BaselineState::kNone)
    append_member(out, "baseline", to_string(mark.baseline));
  if (mark.suppression) {
    out += ",\"suppressed\":";
    append_suppression(out, *mark.suppression);
  }
  out += '}';
}

void append_resolved(std::string& out, const ResolvedFinding& finding) {
  std::vector<std::string> names;
  std::vector<ValueView> cells;
  for (const auto& cell : finding.cells) {
    names.push_back(cell.first);
    cells.push_back(view_of(cell.second));
  }
  names.emplace_back("severity");
  cells.push_back(ValueView::text(to_string(finding.severity)));
  names.emplace_back("fingerprint");
  cells.push_back(ValueView::text(finding.fingerprint));
  names.emplace_back("baseline");
  cells.push_back(ValueView::text(finding.certain ? "resolved" : "not judged again"));
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

// ,"name":[item, ...]; `append` gives the text of one.
template <class Append>
void write_list(std::string_view name, std::size_t count, Output& output, Append append) {
  output.write(",\"" + std::string(name) + "\":[");
  for (std::size_t i = 0; i < count; ++i) {
    std::string item = i > 0 ? ",\n  " : "\n  ";
    append(item, i);
    output.write(item);
  }
  output.write("]");
}

void write_report(const ReportResult& result, bool has_baseline, Output& output) {
  const ReportRun& run = result.run;
  std::string text = "{";
  append_member(text, "id", run.id);
  append_member(text, "title", result.report->title);
  append_member(text, "severity", to_string(result.report->severity));
  append_kb(text, result.report->kb);
  append_member(text, "status", to_string(run.status));
  if (!run.error.empty()) append_member(text, "error", run.error);
  append_member(text, "remedy", result.report->remedy);
  output.write(text);
  write_list("findings", run.findings.size(), output,
             [&](std::string& out, std::size_t i) { append_finding(out, result, i); });
  write_list("coverage", run.coverage.size(), output,
             [&](std::string& out, std::size_t i) { append_coverage(out, run.coverage[i]); });
  if (has_baseline) {
    write_list("resolved", result.resolved.size(), output,
               [&](std::string& out, std::size_t i) { append_resolved(out, result.resolved[i]); });
  }
  output.write("}");
}

// Which program looked at what: enough to run the same again.
void write_facts(const RunFacts& facts, Output& output) {
  std::string text = ",\n\"run\":{";
  append_member(text, "program", "dirsnap");
  append_member(text, "version", DIRSNAP_VERSION);
  append_member(text, "case", facts.case_path);
  output.write(text);
  write_list("snapshots", facts.snapshots.size(), output, [&](std::string& out, std::size_t i) {
    const RunSnapshot& snapshot = facts.snapshots[i];
    append_json_object(
        out, {"snapshot_id", "name", "seal"},
        std::vector<ValueView>{ValueView::of(snapshot.snapshot_id), ValueView::text(snapshot.name),
                               ValueView::text(snapshot.seal)});
  });
  output.write("}");
}

}  // namespace

void render_reports_json(std::span<const ReportResult> results,
                         const RunFacts& facts,
                         Output& output) {
  output.write("{\"reports\":[");
  for (std::size_t i = 0; i < results.size(); ++i) {
    output.write(i > 0 ? ",\n" : "\n");
    write_report(results[i], facts.has_baseline, output);
  }
  output.write("\n]");
  if (!facts.case_path.empty()) write_facts(facts, output);
  output.write("}\n");
}

void render_reports_jsonl(std::span<const ReportResult> results, Output& output) {
  for (const ReportResult& result : results) {
    std::string head = "{";
    append_member(head, "report", result.run.id);
    append_member(head, "status", to_string(result.run.status));
    if (!result.run.error.empty()) append_member(head, "error", result.run.error);
    for (std::size_t i = 0; i < result.run.findings.size(); ++i) {
      std::string line = head + ",\"finding\":";
      append_finding(line, result, i);
      output.write(line + "}\n");
    }
    for (const ResolvedFinding& finding : result.resolved) {
      std::string line = head + ",\"resolved\":";
      append_resolved(line, finding);
      output.write(line + "}\n");
    }
    for (const CoverageNote& note : result.run.coverage) {
      std::string line = head + ",\"coverage\":";
      append_coverage(line, note);
      output.write(line + "}\n");
    }
    if (result.run.findings.empty() && result.run.coverage.empty()) output.write(head + "}\n");
  }
}

}  // namespace dirsnap
