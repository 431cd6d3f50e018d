// SPDX-License-Identifier: MIT
#include "shell/report_run.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

#include "query/report_value.h"
#include "shell/messages.h"
#include "shell/render/value_text.h"
#include "shell/report_catalogue.h"
#include "shell/run_statement.h"
#include "shell/suggest.h"
#include "storage/base/time.h"

namespace dirsnap {
namespace {

constexpr std::uintmax_t kMaxSuppressionsBytes = 16'000'000;
constexpr std::uintmax_t kMaxBaselineBytes = 1'000'000'000;
constexpr std::size_t kDayLength = 10;  // YYYY-MM-DD

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

Result<void> check_tags(const std::vector<Report>& reports, const std::vector<std::string>& tags) {
  std::set<std::string> known;
  for (const Report& report : reports) known.insert(report.tags.begin(), report.tags.end());
  const std::vector<std::string> words(known.begin(), known.end());
  for (const std::string& tag : tags) {
    if (known.count(tag) != 0) continue;
    return fail(Code::kUsage,
                fmt::format("no report has the tag \"{}\".{}", tag, did_you_mean(tag, words)));
  }
  return {};
}

bool has_parameter(const Report& report, std::string_view name) {
  return std::any_of(report.params.begin(), report.params.end(),
                     [&](const ReportParam& param) { return param.name == name; });
}

// Those of the values that the report has.
ParamValues values_for(const Report& report, const ParamValues& values) {
  ParamValues own;
  for (const auto& value : values) {
    if (has_parameter(report, value.first)) own.insert(value);
  }
  return own;
}

// The names of all parameters of these reports.
std::vector<std::string> parameter_names(const std::vector<const Report*>& wanted) {
  std::set<std::string> names;
  for (const Report* report : wanted) {
    for (const ReportParam& param : report->params) names.insert(param.name);
  }
  return {names.begin(), names.end()};
}

std::string text_of(const ValueView& value) { return std::string(value.bytes); }

Result<RunFacts> read_facts(Engine& engine) {
  RunFacts facts;
  DIRSNAP_TRY(Statement snapshots,
              engine.prepare("SELECT snapshot_id, name, seal FROM snapshots ORDER BY 1"));
  for (;;) {
    DIRSNAP_TRY(const bool row, snapshots.step());
    if (!row) break;
    facts.snapshots.push_back(
        {snapshots.column(0).integer, text_of(snapshots.column(1)), text_of(snapshots.column(2))});
  }
  DIRSNAP_TRY(Statement sources,
              engine.prepare("SELECT snapshot_id, source_id, role, server, path, absolute_path, "
                             "sha256, size_bytes FROM sources ORDER BY 1, 2"));
  for (;;) {
    DIRSNAP_TRY(const bool row, sources.step());
    if (!row) return facts;
    facts.sources.push_back({.snapshot_id = sources.column(0).integer,
                             .source_id = sources.column(1).integer,
                             .role = text_of(sources.column(2)),
                             .server = text_of(sources.column(3)),
                             .path = text_of(sources.column(4)),
                             .absolute_path = text_of(sources.column(5)),
                             .sha256 = text_of(sources.column(6)),
                             .size_bytes = sources.column(7).integer});
  }
}

std::optional<FindingSeverity> severity_of(std::string_view word) {
  for (const auto severity :
       {FindingSeverity::kInfo, FindingSeverity::kWarning, FindingSeverity::kError}) {
    if (word == to_string(severity)) return severity;
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<const Report*>> select_reports(const std::vector<Report>& reports,
                                                  const ReportSelection& selection) {
  DIRSNAP_CHECK(check_tags(reports, selection.tags));
  std::vector<const Report*> wanted;
  const auto add = [&](const Report* report) {
    if (std::find(wanted.begin(), wanted.end(), report) == wanted.end()) wanted.push_back(report);
  };
  for (const std::string& id : selection.ids) {
    DIRSNAP_TRY(const Report* report, find_report(reports, id));
    add(report);
  }
  for (const Report& report : reports) {
    const bool tagged = std::any_of(selection.tags.begin(), selection.tags.end(),
                                    [&](const auto& tag) { return contains(report.tags, tag); });
    if (tagged || (selection.all && selection.tags.empty())) add(&report);
  }
  return wanted;
}

Result<void> check_parameters(const std::vector<const Report*>& wanted, const ParamValues& values) {
  const std::vector<std::string> names = parameter_names(wanted);
  for (const auto& [name, text] : values) {
    if (!contains(names, name)) {
      const std::string who = wanted.size() == 1
                                  ? fmt::format("report {} has no", wanted.front()->id)
                                  : "no report of this run has a";
      const auto near = nearest(name, names);
      return fail(Code::kUsage,
                  fmt::format("{} parameter \"{}\"{}", who, name,
                              near ? fmt::format(", did you mean \"{}\"?", *near) : ""));
    }
    for (const Report* report : wanted) {
      for (const ReportParam& param : report->params) {
        if (param.name != name) continue;
        DIRSNAP_TRY([[maybe_unused]] const OwnedValue value, param_value(param, text));
      }
    }
  }
  return {};
}

Result<std::string> read_small_file(const std::string& path, std::uintmax_t limit_bytes) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return fail(Code::kUsage, path + ": no such file");
  if (!std::filesystem::is_regular_file(path, error))
    return fail(Code::kUsage, path + ": not a regular file");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return fail(Code::kIo, path + ": " + error.message());
  if (size > limit_bytes)
    return fail(Code::kLimit, fmt::format("{}: longer than {} bytes", path, limit_bytes));
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (size > 0) text << file.rdbuf();
  if (!file || !text) return fail(Code::kIo, path + ": cannot be read");
  return std::move(text).str();
}

Result<KnownFindings> read_known_findings(const std::string& suppressions_path,
                                          const std::string& baseline_path) {
  KnownFindings known;
  if (!suppressions_path.empty()) {
    DIRSNAP_TRY(const std::string text, read_small_file(suppressions_path, kMaxSuppressionsBytes));
    DIRSNAP_TRY(known.suppressions,
                Suppressions::parse(text, suppressions_path, iso_now().substr(0, kDayLength)));
  }
  if (!baseline_path.empty()) {
    DIRSNAP_TRY(const std::string text, read_small_file(baseline_path, kMaxBaselineBytes));
    DIRSNAP_TRY(known.baseline, Baseline::parse(text, baseline_path));
  }
  return known;
}

Result<ReportsOutcome> run_reports(Engine& engine,
                                   const std::vector<const Report*>& wanted,
                                   const ParamValues& values,
                                   std::optional<double> seconds_each,
                                   KnownFindings& known) {
  ReportsOutcome outcome;
  DIRSNAP_TRY(outcome.facts, read_facts(engine));
  outcome.facts.has_suppressions = known.suppressions.has_value();
  outcome.facts.has_baseline = known.baseline.has_value();
  for (const Report* report : wanted) {
    set_deadline(engine, seconds_each);
    DIRSNAP_TRY(ReportRun run, run_report(engine, *report, values_for(*report, values)));
    ReportResult& result = outcome.results.emplace_back();
    result.report = report;
    result.run = std::move(run);
    result.run.columns = unique_names(result.run.columns);
    result.marks = mark_findings(*report, result.run);
    if (known.suppressions) known.suppressions->apply(*report, result.run, result.marks);
    if (known.baseline) result.resolved = known.baseline->apply(*report, result.run, result.marks);
  }
  set_deadline(engine, std::nullopt);
  return outcome;
}

ExitCode exit_code_of(const std::vector<ReportResult>& results, std::string_view fail_on) {
  const auto threshold = severity_of(fail_on);
  ExitCode code = ExitCode::kOk;
  for (const ReportResult& result : results) {
    if (result.run.status == ReportStatus::kError)
      code = gravest(code, exit_code_of(Error{result.run.error_code, 0, {}}));
    for (std::size_t i = 0; i < result.run.findings.size(); ++i) {
      const FindingMark& mark = mark_of(result, i);
      const bool counts = !mark.suppression && mark.baseline != BaselineState::kUnchanged;
      if (threshold && counts && result.run.findings[i].severity >= *threshold)
        code = gravest(code, ExitCode::kFailOn);
    }
  }
  return code;
}

void tell_suppressions(const Suppressions& suppressions, std::span<const Report> reports) {
  for (const auto& [line, near] : suppressions.of_no_report(reports)) {
    print_line(fmt::format("Warning: suppression of line {} ({}, {}): there is no such report{}",
                           line.line, line.report, line.owner,
                           near.empty() ? "" : ", did you mean \"" + near + "\"?"));
  }
  for (const Suppression& expired : suppressions.expired()) {
    print_line(
        fmt::format("Warning: suppression of line {} ({}, {}) expired on {}: it has no effect",
                    expired.line, expired.report, expired.owner, expired.expires));
  }
  for (const Suppression& unused : suppressions.unused()) {
    print_note(fmt::format("suppression of line {} ({}, {}) matched no finding", unused.line,
                           unused.report, unused.owner));
  }
}

}  // namespace dirsnap
