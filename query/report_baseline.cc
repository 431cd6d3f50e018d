// SPDX-License-Identifier: MIT
#include "query/report_baseline.h"

#include <algorithm>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

namespace dirsnap {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr int kDeepest = 16;  // levels of brackets; a run has six

// A discarded value where the text is no JSON, or nests so deep that walking it takes the stack.
OrderedJson parse_shallow(std::string_view text) {
  bool too_deep = false;
  const auto look = [&](int depth, OrderedJson::parse_event_t, OrderedJson&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  OrderedJson document = OrderedJson::parse(text, look, false);
  return too_deep ? OrderedJson(OrderedJson::value_t::discarded) : document;
}

std::optional<FindingSeverity> severity_named(std::string_view name) {
  for (const auto severity :
       {FindingSeverity::kInfo, FindingSeverity::kWarning, FindingSeverity::kError}) {
    if (name == to_string(severity)) return severity;
  }
  return std::nullopt;
}

// The cell that was written as this JSON value.
OwnedValue value_of(const OrderedJson& json) {
  if (json.is_number_float())
    return {.type = ValueType::kReal, .real = json.get<double>(), .bytes = {}};
  if (json.is_number_integer())
    return {.type = ValueType::kInteger, .integer = json.get<std::int64_t>(), .bytes = {}};
  if (json.is_string()) return {.type = ValueType::kText, .bytes = json.get<std::string>()};
  if (json.is_null()) return {};
  return {.type = ValueType::kText, .bytes = json.dump()};
}

// Members that a finding has beside its row.
bool is_mark(std::string_view name) {
  return name == "severity" || name == "fingerprint" || name == "baseline" || name == "suppressed";
}

Result<ResolvedFinding> read_finding(const OrderedJson& json, const std::string& origin) {
  const auto fingerprint = json.find("fingerprint");
  const auto severity = json.find("severity");
  if (fingerprint == json.end() || !fingerprint->is_string() || severity == json.end() ||
      !severity->is_string() || !severity_named(severity->get<std::string>())) {
    return fail(Code::kUsage, origin +
                                  ": a finding without fingerprint or severity; a baseline is "
                                  "written by \"report --format json\"");
  }
  ResolvedFinding finding{.fingerprint = fingerprint->get<std::string>(),
                          .severity = *severity_named(severity->get<std::string>()),
                          .cells = {}};
  for (const auto& member : json.items()) {
    if (!is_mark(member.key())) finding.cells.emplace_back(member.key(), value_of(member.value()));
  }
  return finding;
}

// The findings of one report; the same finding of several snapshots is one.
Result<std::vector<ResolvedFinding>> read_findings(const OrderedJson& list,
                                                   const std::string& origin) {
  std::vector<ResolvedFinding> findings;
  std::map<std::string, std::size_t> places;
  for (const OrderedJson& item : list) {
    DIRSNAP_TRY(ResolvedFinding finding, read_finding(item, origin));
    const auto [place, is_first] = places.emplace(finding.fingerprint, findings.size());
    if (is_first) {
      findings.push_back(std::move(finding));
    } else {
      ResolvedFinding& other = findings[place->second];
      other.severity = std::max(other.severity, finding.severity);
    }
  }
  return findings;
}

}  // namespace

Result<Baseline> Baseline::parse(std::string_view json, const std::string& origin) {
  const OrderedJson document = parse_shallow(json);
  const auto wrong = [&] {
    return fail(
        Code::kUsage,
        origin + ": not the JSON of a run; a baseline is written by \"report --format json\"");
  };
  if (!document.is_object() || !document.contains("reports")) return wrong();
  const OrderedJson& reports = document["reports"];
  if (!reports.is_array()) return wrong();
  Baseline baseline;
  for (const OrderedJson& report : reports) {
    if (!report.is_object() || !report.contains("id") || !report["id"].is_string()) return wrong();
    if (!report.contains("findings") || !report["findings"].is_array()) return wrong();
    DIRSNAP_TRY(baseline.reports_[report["id"].get<std::string>()],
                read_findings(report["findings"], origin));
  }
  return baseline;
}

std::vector<ResolvedFinding> Baseline::apply(const Report& report,
                                             const ReportRun& run,
                                             std::vector<FindingMark>& marks) const {
  static const std::vector<ResolvedFinding> kNothing;
  const auto known = reports_.find(report.id);
  const std::vector<ResolvedFinding>& earlier = known == reports_.end() ? kNothing : known->second;
  std::map<std::string_view, FindingSeverity> severities;
  for (const ResolvedFinding& finding : earlier)
    severities.emplace(finding.fingerprint, finding.severity);
  std::set<std::string_view> present;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const auto same = severities.find(marks[i].fingerprint);
    const bool unchanged = same != severities.end() && run.findings[i].severity <= same->second;
    marks[i].baseline = unchanged ? BaselineState::kUnchanged : BaselineState::kNew;
    present.insert(marks[i].fingerprint);
  }
  const bool judged = run.status == ReportStatus::kPass || run.status == ReportStatus::kFindings;
  std::vector<ResolvedFinding> gone;
  for (const ResolvedFinding& finding : earlier) {
    if (present.count(finding.fingerprint) != 0) continue;
    gone.push_back(finding);
    gone.back().certain = judged && run.coverage.empty();
  }
  return gone;
}

}  // namespace dirsnap
