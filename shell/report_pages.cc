// SPDX-License-Identifier: MIT
#include "shell/report_pages.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "query/report_marks.h"
#include "shell/render/escape.h"
#include "shell/render/markup.h"
#include "shell/render/report_output.h"
#include "shell/render/value_text.h"

namespace dirsnap {
namespace {

constexpr std::size_t kSampleFindings = 2;

constexpr const char* kReportPageHead =
    "# Reports of dirsnap\n\n"
    "Generated from the heads of `query/reports/*.sql` by `dirsnap reports --markdown`; the sample "
    "output is that of each\nreport's first positive case in `tests/integration/reports`. A test "
    "fails when this page differs.\n\n";

std::string extra_of(const Report& report, std::string_view key) {
  for (const auto& extra : report.extra) {
    if (extra.first == key) return extra.second;
  }
  return {};
}

std::string listed(const std::vector<std::string>& words) {
  return words.empty() ? "–" : markdown_text(fmt::format("{}", fmt::join(words, ", ")));
}

std::string parameter_type(const ReportParam& param) {
  if (param.choices.empty()) return to_string(param.type);
  return fmt::format("{}({})", to_string(param.type), fmt::join(param.choices, "|"));
}

std::string parameters_of(const Report& report) {
  if (report.params.empty()) return {};
  std::string out = "| parameter | type | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const ReportParam& param : report.params) {
    out += fmt::format(
        "| {} | {} | {} | {} |\n", markdown_text(param.name), markdown_text(parameter_type(param)),
        markdown_text(param.default_value.value_or("NULL")), markdown_text(param.doc));
  }
  return out + "\n";
}

std::string paragraph(const char* title, const std::string& text) {
  return text.empty() ? "" : fmt::format("**{}.** {}\n\n", title, markdown_text(text));
}

std::string section_of(const Report& report, const ReportSamples& samples) {
  std::string out =
      fmt::format("## {}\n\n{}\n\n", markdown_text(report.id), markdown_text(report.title));
  out += fmt::format("- Severity: {}\n- Knowledge base: {}\n- Exchange: {}\n- Needs: {}\n",
                     to_string(report.severity), listed(report.kb), listed(report.applies),
                     listed(report.needs));
  if (!report.tags.empty()) out += fmt::format("- Tags: {}\n", listed(report.tags));
  out += "\n" + paragraph("Why", extra_of(report, "x-why"));
  out += paragraph("Logic", extra_of(report, "x-logic"));
  out += paragraph("Cannot run yet", extra_of(report, "x-cannot-run"));
  out += parameters_of(report);
  out += paragraph("Remedy", report.remedy);
  const auto sample = samples.find(report.id);
  if (sample != samples.end() && !sample->second.empty())
    out += fmt::format("```text\n{}```\n\n", sample->second);
  return out;
}

}  // namespace

std::string sample_of(const ReportRun& run) {
  std::string out;
  for (std::size_t i = 0; i < run.findings.size() && i < kSampleFindings; ++i) {
    const Finding& finding = run.findings[i];
    out += fmt::format("{}  {}\n", to_string(finding.severity),
                       escape_for_terminal(subject_of(run, finding)));
    for (std::size_t c = 0; c < finding.cells.size() && c < run.columns.size(); ++c) {
      const std::string& name = run.columns[c];
      const bool is_path = name.ends_with("source") || name.ends_with("sources");
      if (name == "subject" || name == "snapshot_id" || is_path) continue;
      if (finding.cells[c].type == ValueType::kNull) continue;
      out += fmt::format("  {}: {}\n", escape_for_terminal(name),
                         readable_text(view_of(finding.cells[c])));
    }
  }
  if (run.findings.size() > kSampleFindings)
    out += fmt::format("... {} more\n", run.findings.size() - kSampleFindings);
  return out;
}

std::string reports_markdown(std::span<const Report> reports, const ReportSamples& samples) {
  std::string out = kReportPageHead;
  out += "| report | severity | needs | title |\n| --- | --- | --- | --- |\n";
  for (const Report& report : reports) {
    out +=
        fmt::format("| [{}](#{}) | {} | {} | {} |\n", report.id, report.id,
                    to_string(report.severity), listed(report.needs), markdown_text(report.title));
  }
  out += "\n";
  for (const Report& report : reports) out += section_of(report, samples);
  out.pop_back();  // one line feed is enough at the end
  return out;
}

}  // namespace dirsnap
