// SPDX-License-Identifier: MIT
#include "shell/render/report_output.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shell/render/value_text.h"
#include "shell/suggest.h"

namespace dirsnap {
namespace {

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

// Findings by what is known of them.
struct MarkCounts {
  std::size_t suppressed = 0;
  std::size_t fresh = 0;
  std::size_t unchanged = 0;
  std::size_t resolved = 0;
  std::size_t unclear = 0;

  void add(const ReportResult& result) {
    for (const ResolvedFinding& finding : result.resolved) ++(finding.certain ? resolved : unclear);
    for (const FindingMark& mark : result.marks) {
      if (mark.suppression) ++suppressed;
      if (mark.baseline == BaselineState::kNew) ++fresh;
      if (mark.baseline == BaselineState::kUnchanged) ++unchanged;
    }
  }
  [[nodiscard]] std::string text() const {
    std::string out;
    if (suppressed > 0) out += fmt::format(", {} suppressed", suppressed);
    if (fresh + unchanged + resolved + unclear > 0)
      out += fmt::format(", {} new, {} unchanged, {} resolved", fresh, unchanged, resolved);
    if (unclear > 0) out += fmt::format(", {} not judged again", unclear);
    return out;
  }
};

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
  static const std::map<std::string_view, ReportFormat> kKinds = {
      {"text", ReportFormat::kText},   {"json", ReportFormat::kJson},
      {"jsonl", ReportFormat::kJsonl}, {"markdown", ReportFormat::kMarkdown},
      {"sarif", ReportFormat::kSarif}, {"junit", ReportFormat::kJunit},
      {"html", ReportFormat::kReview}};
  std::vector<std::string> names = format_names();
  for (const char* own : {"text", "sarif", "junit"}) names.emplace_back(own);
  const auto found = match_prefix(name, names);
  if (name.empty() || found.size() != 1) {
    return fail(Code::kUsage, fmt::format("unknown format \"{}\".{} Formats: {}", name,
                                          did_you_mean(name, names), fmt::join(names, " ")));
  }
  const auto kind = kKinds.find(found.front());
  if (kind != kKinds.end()) return ReportFormatChoice{kind->second, Format::kCsv};
  DIRSNAP_TRY(const Format tabular, parse_format(found.front()));
  return ReportFormatChoice{ReportFormat::kTabular, tabular};
}

std::uint64_t render_reports(std::span<const ReportResult> results,
                             const ReportFormatChoice& choice,
                             const RenderOptions& options,
                             Output& output,
                             const RunFacts& facts) {
  switch (choice.kind) {
    case ReportFormat::kText:
      render_reports_text(results, options.color, output);
      return 0;
    case ReportFormat::kJson:
      render_reports_json(results, facts, output);
      return 0;
    case ReportFormat::kJsonl:
      render_reports_jsonl(results, output);
      return 0;
    case ReportFormat::kMarkdown:
      render_reports_markdown(results, output);
      return 0;
    case ReportFormat::kSarif:
      render_reports_sarif(results, facts, output);
      return 0;
    case ReportFormat::kJunit:
      render_reports_junit(results, facts, output);
      return 0;
    case ReportFormat::kReview:
    case ReportFormat::kTabular:
      break;
  }
  RenderOptions table = options;
  table.format = choice.tabular;
  table.footer = false;
  return render_reports_table(results, table, facts, output);
}

const FindingMark& mark_of(const ReportResult& result, std::size_t finding) {
  static const FindingMark kNone;
  return finding < result.marks.size() ? result.marks[finding] : kNone;
}

std::string suppression_text(const Suppression& suppression) {
  return fmt::format("{} ({}{})", suppression.reason, suppression.owner,
                     suppression.expires.empty() ? "" : ", until " + suppression.expires);
}

std::string missing_text(const ReportRun& run) {
  std::vector<std::string> seen;
  for (const CoverageNote& note : run.coverage) {
    if (std::find(seen.begin(), seen.end(), note.missing) == seen.end())
      seen.push_back(note.missing);
  }
  return fmt::format("{}", fmt::join(seen, "; "));
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
  std::size_t in_part = 0;
  MarkCounts marks;
  for (const ReportResult& result : results) {
    ++statuses[static_cast<std::size_t>(result.run.status)];
    findings += result.run.findings.size();
    const bool judged =
        result.run.status == ReportStatus::kPass || result.run.status == ReportStatus::kFindings;
    if (judged && !result.run.coverage.empty()) ++in_part;
    for (const Finding& finding : result.run.findings) ++severities[finding.severity];
    marks.add(result);
  }
  const auto with = [&](ReportStatus status) { return statuses[static_cast<std::size_t>(status)]; };
  std::string out = count_of(findings, "finding");
  if (findings > 0) out += " (" + by_severity(severities) + ")";
  out += marks.text();
  out += fmt::format(", {} passed, {} skipped", with(ReportStatus::kPass),
                     with(ReportStatus::kSkipped));
  if (with(ReportStatus::kError) > 0)
    out += fmt::format(", {} failed to run", with(ReportStatus::kError));
  if (in_part > 0) out += fmt::format(", {} judged in part", in_part);
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
