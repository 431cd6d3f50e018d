// SPDX-License-Identifier: MIT
//
// The top of the review page: how many findings of which severity, how far the reports could
// judge, and which connectors lack their service.
#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "shell/review/review_page.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

struct Totals {
  std::array<std::uint64_t, 3> findings{};  // by FindingSeverity
  std::array<std::uint64_t, kVerdicts> verdicts{};
};

Totals totals_of(const ReviewPage& page) {
  Totals totals;
  for (const ReportResult& result : page.results) {
    ++totals.verdicts[static_cast<std::size_t>(verdict_of(result.run))];
    for (const Finding& finding : result.run.findings)
      ++totals.findings[static_cast<std::size_t>(finding.severity)];
  }
  return totals;
}

void write_tile(HtmlWriter& out, Markup style, Markup icon, std::uint64_t value, Markup label) {
  out.raw("<li class=\"tile ").raw(value == 0 ? Markup("zero ") : Markup("")).raw(style);
  out.raw("\"><svg class=\"i\" aria-hidden=\"true\"><use href=\"#i-").raw(icon);
  out.raw("\"/></svg><b>").number(static_cast<std::int64_t>(value)).raw("</b> <span>");
  out.raw(label).raw("</span></li>\n");
}

void write_tiles(const Totals& totals, HtmlWriter& out) {
  const auto findings = [&](FindingSeverity s) {
    return totals.findings[static_cast<std::size_t>(s)];
  };
  const auto reports = [&](Verdict v) { return totals.verdicts[static_cast<std::size_t>(v)]; };
  out.raw("<div class=\"tiles\">\n<div><h3>Findings</h3>\n<ul>\n");
  write_tile(out, "error", "error", findings(FindingSeverity::kError), "errors");
  write_tile(out, "warning", "warning", findings(FindingSeverity::kWarning), "warnings");
  write_tile(out, "info", "info", findings(FindingSeverity::kInfo), "for information");
  out.raw("</ul></div>\n<div><h3>Reports</h3>\n<ul>\n");
  write_tile(out, "found", "warning", reports(Verdict::kFindings), "with findings");
  write_tile(out, "pass", "pass", reports(Verdict::kPassed), "passed");
  write_tile(out, "part", "part", reports(Verdict::kPassedInPart), "passed in part");
  write_tile(out, "skip", "skip", reports(Verdict::kSkipped), "skipped");
  write_tile(out, "error", "fail", reports(Verdict::kFailed), "failed to run");
  out.raw("</ul></div>\n</div>\n");
}

// A connector that cannot run. Standing in several containers it is one fault.
struct Fault {
  const ReviewConnector* connector = nullptr;
  std::int64_t snapshot_id = 0;
  std::uint64_t containers = 0;
};

void add_faults(const ConnectorTree& tree, std::vector<Fault>& faults) {
  std::map<std::tuple<std::string, std::string, std::string>, Fault> found;
  for (const ReviewConnector& connector : tree.connectors) {
    if (connector.state != ServiceState::kMissing && connector.state != ServiceState::kDisabled)
      continue;
    Fault& fault = found[{fold_case(connector.name), connector.type, fold_case(connector.server)}];
    if (fault.connector == nullptr) fault = {&connector, tree.snapshot_id, 0};
    ++fault.containers;
  }
  for (const auto& fault : found) faults.push_back(fault.second);
}

void write_fault(const ReviewPage& page, const Fault& fault, HtmlWriter& out) {
  out.raw("<li class=\"leaf ").raw(style_of(fault.connector->state)).raw("\">");
  write_pair(out, *fault.connector);
  out.raw("<p>Snapshot ");
  write_snapshot(page, out, fault.snapshot_id);
  out.raw(", in ").count(fault.containers, "container").raw(" · <a href=\"#t");
  out.digits(fault.snapshot_id).raw("\">where it stands</a></p></li>\n");
}

void write_faults(const ReviewPage& page, HtmlWriter& out) {
  constexpr std::size_t kMost = 20;
  std::vector<Fault> faults;
  for (const ConnectorTree& tree : page.model.trees) add_faults(tree, faults);
  if (faults.empty()) return;
  std::stable_sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) {
    return a.connector->state < b.connector->state;
  });
  out.raw("<h3>Connectors that cannot run</h3>\n<ul class=\"faults\">\n");
  for (std::size_t i = 0; i < std::min(faults.size(), kMost); ++i)
    write_fault(page, faults[i], out);
  out.raw("</ul>\n");
  write_left_over(out, faults.size() > kMost ? faults.size() - kMost : 0, "such connector");
}

}  // namespace

void write_summary(const ReviewPage& page, HtmlWriter& out) {
  write_tiles(totals_of(page), out);
  write_faults(page, out);
}

}  // namespace dirsnap
