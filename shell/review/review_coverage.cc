// SPDX-License-Identifier: MIT
//
// What the reports could judge and what not: one line per report, and the inputs that are absent.
#include <algorithm>
#include <map>
#include <set>

#include "shell/review/review_page.h"

namespace dirsnap {
namespace {

void write_report_row(const ReportResult& result, HtmlWriter& out) {
  const Report& report = *result.report;
  const ReportRun& run = result.run;
  out.raw("<tr><td>");
  write_verdict(out, verdict_of(run));
  out.raw("</td><td><strong class=\"id\">").text(report.id).raw("</strong><br>").text(report.title);
  if (!run.error.empty()) out.raw("<br><span class=\"failed\">").text(run.error).raw("</span>");
  out.raw("</td><td>");
  write_severity(out, report.severity);
  out.raw("</td><td>");
  for (std::size_t i = 0; i < report.kb.size(); ++i)
    out.raw(i > 0 ? Markup(", ") : Markup("")).text(report.kb[i]);
  out.raw("</td>");
  write_number_cell(out, static_cast<std::int64_t>(run.findings.size()));
  out.raw("<td class=\"n\">");
  if (run.status == ReportStatus::kSkipped) {
    out.raw("all");
  } else {
    out.number(static_cast<std::int64_t>(run.coverage.size()));
  }
  out.raw("</td></tr>\n");
}

void write_register(const ReviewPage& page, HtmlWriter& out) {
  std::vector<const ReportResult*> order;
  for (const ReportResult& result : page.results) order.push_back(&result);
  const auto rank = [](const ReportResult* result) {
    switch (verdict_of(result->run)) {
      case Verdict::kFailed:
        return 0;
      case Verdict::kSkipped:
        return 1;
      case Verdict::kFindings:
        return 2;
      case Verdict::kPassedInPart:
        return 3;
      case Verdict::kPassed:
        break;
    }
    return 4;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  out.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Reports\" tabindex=\"0\">\n");
  out.raw("<table>\n<caption>Reports that were run and how they ended</caption>\n<thead><tr>");
  out.raw("<th scope=\"col\">Outcome</th><th scope=\"col\">Report</th>");
  out.raw("<th scope=\"col\">Severity</th><th scope=\"col\">KB articles</th>");
  out.raw("<th scope=\"col\" class=\"n\">Findings</th>");
  out.raw("<th scope=\"col\" class=\"n\">Not judged</th></tr></thead>\n<tbody>\n");
  for (const ReportResult* result : order) write_report_row(*result, out);
  out.raw("</tbody>\n</table>\n</div>\n");
}

// An absent input, and whom it kept from judging.
struct Gap {
  std::set<std::int64_t> snapshots;
  std::set<std::string> reports;
};

void write_gap(const std::string& missing, const Gap& gap, HtmlWriter& out) {
  constexpr std::size_t kMostNamed = 12;
  out.raw("<tr><th scope=\"row\">").text(missing).raw("</th><td>");
  std::size_t written = 0;
  for (const std::int64_t id : gap.snapshots) {
    if (written == kMostNamed) break;
    out.raw(written++ > 0 ? Markup(", ") : Markup("")).digits(id);
  }
  if (gap.snapshots.size() > written)
    out.raw(" and ").count(gap.snapshots.size() - written, "other");
  out.raw("</td><td>");
  written = 0;
  for (const std::string& report : gap.reports) {
    if (written == kMostNamed) break;
    out.raw(written++ > 0 ? Markup(", ") : Markup("")).raw("<span class=\"id\">").text(report);
    out.raw("</span>");
  }
  if (gap.reports.size() > written) out.raw(" and ").count(gap.reports.size() - written, "other");
  out.raw("</td></tr>\n");
}

void write_gaps(const ReviewPage& page, HtmlWriter& out) {
  const std::size_t most = page.options.limits.notes;
  std::map<std::string, Gap> gaps;
  std::uint64_t left = 0;
  for (const ReportResult& result : page.results) {
    for (const CoverageNote& note : result.run.coverage) {
      const auto known = gaps.find(note.missing);
      if (known == gaps.end() && gaps.size() >= most) {
        ++left;
        continue;
      }
      Gap& gap = known == gaps.end() ? gaps[note.missing] : known->second;
      gap.snapshots.insert(note.snapshot_id);
      gap.reports.insert(result.run.id);
    }
  }
  if (gaps.empty()) {
    out.raw("<p>Every report had all its inputs.</p>\n");
    return;
  }
  out.raw(
      "<p>Nothing is said of what depends on these inputs: neither that it is sound nor that it "
      "is at fault.</p>\n");
  out.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Absent inputs\" tabindex=\"0\">\n");
  out.raw("<table>\n<caption>Inputs that are absent</caption>\n<thead><tr>");
  out.raw("<th scope=\"col\">Missing</th><th scope=\"col\">Snapshots</th>");
  out.raw("<th scope=\"col\">Reports that could not judge it</th></tr></thead>\n<tbody>\n");
  for (const auto& gap : gaps) write_gap(gap.first, gap.second, out);
  out.raw("</tbody>\n</table>\n</div>\n");
  write_left_over(out, left, "note");
}

}  // namespace

void write_coverage(const ReviewPage& page, HtmlWriter& out) {
  write_register(page, out);
  out.raw("<h3>Not judged</h3>\n");
  write_gaps(page, out);
}

}  // namespace dirsnap
