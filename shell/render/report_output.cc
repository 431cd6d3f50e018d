// SPDX-License-Identifier: MIT
#include "shell/render/report_output.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "shell/render/value_text.h"

namespace dirsnap {
namespace {

// Column names of all findings, in the order in which they are first met.
std::vector<std::string> united_columns(std::span<const ReportResult> results) {
  std::vector<std::string> names;
  for (const ReportResult& result : results) {
    if (result.run.findings.empty() && results.size() > 1) continue;
    for (const std::string& name : result.run.columns) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

void render_tabular(std::span<const ReportResult> results, Renderer& renderer) {
  const std::vector<std::string> names = united_columns(results);
  std::vector<std::string> header = {"report", "severity"};
  header.insert(header.end(), names.begin(), names.end());
  renderer.begin(header);
  ResultFacts facts;
  for (const ReportResult& result : results) {
    std::vector<std::size_t> place;  // of the report's columns in the united row
    for (const std::string& name : result.run.columns) {
      const auto at = std::find(names.begin(), names.end(), name);
      place.push_back(2 + static_cast<std::size_t>(at - names.begin()));
    }
    for (const Finding& finding : result.run.findings) {
      std::vector<ValueView> row(header.size());
      row[0] = ValueView::text(result.run.id);
      row[1] = ValueView::text(to_string(finding.severity));
      for (std::size_t i = 0; i < finding.cells.size() && i < place.size(); ++i)
        row[place[i]] = view_of(finding.cells[i]);
      renderer.row(row);
      ++facts.rows;
    }
  }
  renderer.end(facts);
}

std::string count_of(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string by_severity(const std::map<FindingSeverity, std::size_t>& counts) {
  std::string out;
  for (auto entry = counts.rbegin(); entry != counts.rend(); ++entry) {
    if (!out.empty()) out += ", ";
    out += entry->first == FindingSeverity::kInfo
               ? fmt::format("{} info", entry->second)
               : count_of(entry->second, to_string(entry->first));
  }
  return out;
}

}  // namespace

ValueView view_of(const OwnedValue& value) {
  ValueView view;
  view.type = value.type;
  view.integer = value.integer;
  view.real = value.real;
  view.bytes = value.bytes;
  return view;
}

Result<ReportFormatChoice> parse_report_format(std::string_view name) {
  if (name == "text") return ReportFormatChoice{ReportFormat::kText, Format::kCsv};
  if (name == "json") return ReportFormatChoice{ReportFormat::kJson, Format::kJson};
  if (name == "jsonl") return ReportFormatChoice{ReportFormat::kJsonl, Format::kJsonl};
  if (name == "markdown") return ReportFormatChoice{ReportFormat::kMarkdown, Format::kMarkdown};
  if (name == "html") return ReportFormatChoice{ReportFormat::kReview, Format::kHtml};
  auto format = parse_format(name);
  if (!format) {
    Error error = format.error();
    error.what += " text";
    return tl::unexpected<Error>(std::move(error));
  }
  return ReportFormatChoice{ReportFormat::kTabular, *format};
}

void render_reports(std::span<const ReportResult> results,
                    const ReportFormatChoice& choice,
                    const RenderOptions& options,
                    Output& output) {
  switch (choice.kind) {
    case ReportFormat::kText:
      render_reports_text(results, options.color, output);
      return;
    case ReportFormat::kJson:
      render_reports_json(results, output);
      return;
    case ReportFormat::kJsonl:
      render_reports_jsonl(results, output);
      return;
    case ReportFormat::kMarkdown:
      render_reports_markdown(results, output);
      return;
    case ReportFormat::kReview:
    case ReportFormat::kTabular:
      break;
  }
  RenderOptions table = options;
  table.format = choice.tabular;
  table.footer = false;
  const auto renderer = make_renderer(table, output);
  render_tabular(results, *renderer);
}

std::vector<std::string> coverage_lines(std::span<const ReportResult> results) {
  std::vector<std::string> lines;
  for (const ReportResult& result : results) {
    for (const CoverageNote& note : result.run.coverage)
      lines.push_back(
          fmt::format("{}: snapshot {}: {}", result.run.id, note.snapshot_id, note.missing));
  }
  return lines;
}

std::string summary_line(std::span<const ReportResult> results) {
  std::map<FindingSeverity, std::size_t> severities;
  std::array<std::size_t, 4> statuses{};
  std::size_t findings = 0;
  for (const ReportResult& result : results) {
    ++statuses[static_cast<std::size_t>(result.run.status)];
    findings += result.run.findings.size();
    for (const Finding& finding : result.run.findings) ++severities[finding.severity];
  }
  const auto with = [&](ReportStatus status) { return statuses[static_cast<std::size_t>(status)]; };
  std::string out = count_of(findings, "finding");
  if (findings > 0) out += " (" + by_severity(severities) + ")";
  out += fmt::format(", {} passed, {} skipped", with(ReportStatus::kPass),
                     with(ReportStatus::kSkipped));
  if (with(ReportStatus::kError) > 0)
    out += fmt::format(", {} failed to run", with(ReportStatus::kError));
  return out;
}

std::string describe_report(const Report& report) {
  std::string out =
      fmt::format("{}  [{}]\n{}\n", report.id, to_string(report.severity), report.title);
  if (report.params.empty()) return out + "No parameters.\n";
  out += "Parameters:\n";
  for (const ReportParam& param : report.params) {
    std::string type = to_string(param.type);
    for (std::size_t i = 0; i < param.choices.size(); ++i)
      type += (i == 0 ? ": " : "|") + param.choices[i];
    out += fmt::format("  {} ({}) = {}   {}\n", param.name, type,
                       param.default_value.value_or("NULL"), param.doc);
  }
  return out;
}

}  // namespace dirsnap
