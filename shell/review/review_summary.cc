// SPDX-License-Identifier: MIT
//
// The top of the review page: how many findings of which severity, how far the reports could
// judge, and which connectors lack their service.
#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "shell/review/review_page.h"
#include "shell/review/review_query.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

struct Totals {
  std::array<std::uint64_t, 3> findings{};  // by FindingSeverity, without suppressed ones
  std::array<std::uint64_t, kVerdicts> verdicts{};
  std::uint64_t suppressed = 0;
  std::uint64_t fresh = 0;     // new since the baseline
  std::uint64_t resolved = 0;  // gone since the baseline
};

Totals totals_of(const ReviewPage& page) {
  Totals totals;
  for (const ReportResult& result : page.results) {
    ++totals.verdicts[static_cast<std::size_t>(verdict_of(result.run))];
    totals.resolved += result.resolved.size();
    for (std::size_t i = 0; i < result.run.findings.size(); ++i) {
      const FindingMark& mark = mark_of(result, i);
      if (mark.suppression) {
        ++totals.suppressed;
        continue;
      }
      ++totals.findings[static_cast<std::size_t>(result.run.findings[i].severity)];
      totals.fresh += mark.baseline == BaselineState::kNew ? 1U : 0U;
    }
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
  if (totals.suppressed + totals.fresh + totals.resolved == 0) return;
  out.raw("<p>New since the baseline: ").number(static_cast<std::int64_t>(totals.fresh));
  out.raw(". Gone since then: ").number(static_cast<std::int64_t>(totals.resolved));
  out.raw(". Suppressed, not counted above: ");
  out.number(static_cast<std::int64_t>(totals.suppressed)).raw(".</p>\n");
}

// A connector that cannot run. In several containers, or in several snapshots, it is one fault.
struct Fault {
  const ReviewConnector* connector = nullptr;  // of the newest snapshot
  std::vector<std::int64_t> snapshots;
  std::uint64_t containers = 0;  // in the newest snapshot
};
using Faults = std::map<std::tuple<ServiceState, std::string, std::string, std::string>, Fault>;

bool cannot_run(ServiceState state) {
  return state == ServiceState::kMissing || state == ServiceState::kDisabled;
}

void add_faults(const ConnectorTree& tree, Faults& faults) {
  for (const ReviewConnector& connector : tree.connectors) {
    if (!cannot_run(connector.state)) continue;
    Fault& fault = faults[{connector.state, fold_case(connector.name), connector.type,
                           fold_case(connector.server)}];
    if (fault.snapshots.empty() || fault.snapshots.back() != tree.snapshot_id) {
      fault.connector = &connector;
      fault.snapshots.push_back(tree.snapshot_id);
      fault.containers = 0;
    }
    ++fault.containers;
  }
}

void write_fault(const ReviewPage& page, const Fault& fault, HtmlWriter& out) {
  const std::int64_t newest = fault.snapshots.back();
  out.raw("<li class=\"leaf ").raw(style_of(fault.connector->state)).raw("\">");
  write_pair(out, *fault.connector);
  out.raw("<p>Snapshot ");
  write_snapshot(page, out, newest);
  out.raw(", in ").count(fault.containers, "container");
  if (fault.snapshots.size() > 1)
    out.raw(", and ").count(fault.snapshots.size() - 1, "older snapshot");
  out.raw(" · <a href=\"#t").digits(newest).raw("\">where it stands</a></p></li>\n");
}

// Snapshots with such a connector whose tree is not among the drawn ones.
std::uint64_t faulty_snapshots_left(const ReviewModel& model) {
  std::uint64_t left = 0;
  for (const ConnectorCounts& counts : model.connectors) {
    const bool drawn = std::any_of(model.trees.begin(), model.trees.end(), [&](const auto& tree) {
      return tree.snapshot_id == counts.snapshot_id;
    });
    const bool faulty = counts.states[static_cast<std::size_t>(ServiceState::kMissing)] > 0 ||
                        counts.states[static_cast<std::size_t>(ServiceState::kDisabled)] > 0;
    left += !drawn && faulty ? 1U : 0U;
  }
  return left;
}

void write_faults(const ReviewPage& page, HtmlWriter& out) {
  constexpr std::size_t kMost = 20;
  Faults faults;
  for (const ConnectorTree& tree : page.model.trees) add_faults(tree, faults);
  if (faults.empty()) return;
  out.raw("<h3>Connectors that cannot run</h3>\n<ul class=\"faults\">\n");
  std::size_t shown = 0;
  for (const auto& fault : faults) {
    if (shown++ < kMost) write_fault(page, fault.second, out);
  }
  out.raw("</ul>\n");
  write_left_over(out, left_over(faults.size(), kMost), "such connector");
  if (const auto left = faulty_snapshots_left(page.model); left > 0) {
    out.raw("<p class=\"left\">").count(left, "more snapshot");
    out.raw(" with such connectors: counted under <a href=\"#tree\">Connectors and their services");
    out.raw("</a>.</p>\n");
  }
}

}  // namespace

void write_summary(const ReviewPage& page, HtmlWriter& out) {
  write_tiles(totals_of(page), out);
  write_faults(page, out);
}

}  // namespace dirsnap
