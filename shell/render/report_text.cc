// SPDX-License-Identifier: MIT
//
// Reports to read: what was found, where, which article knows it, what to do. And the same as
// Markdown.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shell/render/escape.h"
#include "shell/render/markup.h"
#include "shell/render/report_output.h"
#include "shell/render/value_text.h"
#include "shell/render/width.h"

namespace dirsnap {
namespace {

constexpr std::size_t kTextWidth = 92;  // of wrapped prose, whatever the terminal

// Columns that open a block instead of standing in it.
bool is_heading_column(std::string_view name) { return name == "snapshot_id" || name == "subject"; }

std::string label_of(std::string_view column) {
  std::string label(column);
  std::replace(label.begin(), label.end(), '_', ' ');
  return escape_for_terminal(label);
}

// Breaks prose at blanks; every line after the first is indented.
std::string wrap(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t used = indent;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    const std::size_t cells = display_width(word);
    if (used > indent && used + 1 + cells > kTextWidth) {
      out += "\n" + std::string(indent, ' ');
      used = indent;
    } else if (used > indent) {
      out += ' ';
      ++used;
    }
    out += word;
    used += cells;
    at = end + 1;
  }
  return out;
}

std::string paint(std::string_view text, FindingSeverity severity, bool color) {
  if (!color) return std::string(text);
  constexpr std::string_view kColors[] = {"\x1b[36m", "\x1b[33m", "\x1b[31m"};
  return fmt::format("{}{}\x1b[0m", kColors[static_cast<std::size_t>(severity)], text);
}

// ` [new]` and the like, behind the subject.
std::string state_text(const FindingMark& mark) {
  std::string out;
  if (mark.baseline != BaselineState::kNone) out += fmt::format("  [{}]", to_string(mark.baseline));
  if (mark.suppression) out += "  [suppressed]";
  return out;
}

void write_finding(const ReportResult& result, std::size_t number, bool color, Output& output) {
  const ReportRun& run = result.run;
  const Finding& finding = run.findings[number];
  const FindingMark& mark = mark_of(result, number);
  const OwnedValue* subject = find_cell(run, finding, "subject");
  const OwnedValue* snapshot = find_cell(run, finding, "snapshot_id");
  std::string head =
      fmt::format("\n  {}  {}", paint(to_string(finding.severity), finding.severity, color),
                  subject != nullptr ? readable_text(view_of(*subject)) : "");
  if (snapshot != nullptr) head += fmt::format("  (snapshot {})", value_text(view_of(*snapshot)));
  output.write(head + state_text(mark) + "\n");
  if (mark.suppression)
    output.write("    suppressed: " + escape_for_terminal(suppression_text(*mark.suppression)) +
                 "\n");
  std::size_t widest = 0;
  for (const std::string& name : run.columns) {
    if (!is_heading_column(name)) widest = std::max(widest, display_width(label_of(name)));
  }
  for (std::size_t i = 0; i < run.columns.size() && i < finding.cells.size(); ++i) {
    const ValueView value = view_of(finding.cells[i]);
    if (is_heading_column(run.columns[i]) || value.is_null()) continue;
    const std::string label = label_of(run.columns[i]);
    const std::string padding(widest - display_width(label), ' ');
    output.write(fmt::format("    {}:{} {}\n", label, padding, readable_text(value)));
  }
}

// `resolved: error, /o=Org/...`.
std::string resolved_text(const ResolvedFinding& finding) {
  std::string subject;
  for (const auto& [name, cell] : finding.cells) {
    if (name == "subject") subject = value_text(view_of(cell));
  }
  return fmt::format("{}: {}, {}", finding.certain ? "resolved" : "not judged again",
                     to_string(finding.severity), subject);
}

std::string status_sentence(const ReportResult& result) {
  const ReportRun& run = result.run;
  switch (run.status) {
    case ReportStatus::kPass:
      return run.coverage.empty() ? "passed: nothing found"
                                  : "passed: nothing found in what could be judged";
    case ReportStatus::kFindings:
      return fmt::format("{} finding{}", run.findings.size(), run.findings.size() == 1 ? "" : "s");
    case ReportStatus::kSkipped:
      return "skipped: an input is missing, nothing could be judged";
    case ReportStatus::kError:
      break;
  }
  return "failed to run: " + escape_for_terminal(run.error);
}

void write_text_report(const ReportResult& result, bool color, Output& output) {
  const Report& report = *result.report;
  output.write(fmt::format("{}  [{}]\n", escape_for_terminal(report.id),
                           paint(to_string(report.severity), report.severity, color)));
  output.write("  " + wrap(escape_for_terminal(report.title), 2) + "\n");
  if (!report.kb.empty())
    output.write(escape_for_terminal(fmt::format("  KB: {}", fmt::join(report.kb, ", "))) + "\n");
  output.write("  " + status_sentence(result) + "\n");
  for (std::size_t i = 0; i < result.run.findings.size(); ++i)
    write_finding(result, i, color, output);
  if (!result.resolved.empty()) {
    output.write("\n  Gone since the baseline:\n");
    for (const ResolvedFinding& finding : result.resolved)
      output.write(escape_for_terminal("    " + resolved_text(finding)) + "\n");
  }
  if (!result.run.coverage.empty()) {
    output.write("\n  Not judged:\n");
    for (const CoverageNote& note : result.run.coverage)
      output.write(fmt::format("    snapshot {}: {}\n", note.snapshot_id,
                               escape_for_terminal(note.missing)));
  }
  if (!result.run.findings.empty() && !report.remedy.empty())
    output.write("\n  Remedy: " + wrap(escape_for_terminal(report.remedy), 10) + "\n");
  output.write("\n");
}

void write_markdown_findings(const ReportResult& result, Output& output) {
  const ReportRun& run = result.run;
  const auto has_state = [](const FindingMark& mark) { return !state_text(mark).empty(); };
  const bool states = std::any_of(result.marks.begin(), result.marks.end(), has_state);
  RenderOptions options;
  options.format = Format::kMarkdown;
  options.null_text = "";
  const auto renderer = make_markdown_renderer(options, output);
  std::vector<std::string> names = {"severity"};
  if (states) names.emplace_back("state");
  names.insert(names.end(), run.columns.begin(), run.columns.end());
  renderer->begin(names);
  for (std::size_t i = 0; i < run.findings.size(); ++i) {
    const FindingMark& mark = mark_of(result, i);
    std::string state = to_string(mark.baseline);
    if (mark.suppression)
      state +=
          (state.empty() ? "suppressed: " : "; suppressed: ") + suppression_text(*mark.suppression);
    std::vector<ValueView> cells = {ValueView::text(to_string(run.findings[i].severity))};
    if (states) cells.push_back(ValueView::text(state));
    for (const OwnedValue& cell : run.findings[i].cells) cells.push_back(view_of(cell));
    cells.resize(names.size());
    renderer->row(cells);
  }
  renderer->end({});
}

void write_markdown_report(const ReportResult& result, Output& output) {
  const Report& report = *result.report;
  output.write(fmt::format("## {}\n\n{}\n\nSeverity: {}", markdown_text(report.id),
                           markdown_text(report.title), to_string(report.severity)));
  if (!report.kb.empty())
    output.write(". KB: " + markdown_text(fmt::format("{}", fmt::join(report.kb, ", "))));
  output.write(fmt::format(". Status: {}.\n", markdown_text(status_sentence(result))));
  if (!result.run.findings.empty()) {
    output.write("\n");
    write_markdown_findings(result, output);
  }
  if (!result.resolved.empty()) {
    output.write("\nGone since the baseline:\n\n");
    for (const ResolvedFinding& finding : result.resolved)
      output.write("- " + markdown_text(resolved_text(finding)) + "\n");
  }
  if (!result.run.coverage.empty()) {
    output.write("\nNot judged:\n\n");
    for (const CoverageNote& note : result.run.coverage)
      output.write(
          fmt::format("- snapshot {}: {}\n", note.snapshot_id, markdown_text(note.missing)));
  }
  if (!result.run.findings.empty() && !report.remedy.empty())
    output.write("\nRemedy: " + markdown_text(report.remedy) + "\n");
  output.write("\n");
}

}  // namespace

void render_reports_text(std::span<const ReportResult> results, bool color, Output& output) {
  for (const ReportResult& result : results) write_text_report(result, color, output);
  output.write(summary_line(results) + "\n");
}

void render_reports_markdown(std::span<const ReportResult> results, Output& output) {
  output.write("# dirsnap reports\n\n");
  for (const ReportResult& result : results) write_markdown_report(result, output);
  output.write(summary_line(results) + "\n");
}

}  // namespace dirsnap
