// SPDX-License-Identifier: MIT
//
// The findings: a table of all to sort and filter, and one card each with the evidence of both
// sides and where it comes from.
// A column X_source of a report names the source of one side (directory_source, registry_source);
// columns X_... beside it belong to that side, the others to the finding as a whole.
#include <algorithm>
#include <map>

#include "shell/render/value_text.h"
#include "shell/review/review_page.h"
#include "shell/review/review_query.h"

namespace dirsnap {
namespace {

constexpr std::size_t kLeastPerReport = 10;
constexpr std::string_view kSourceSuffix = "_source";

// A report's findings of one severity.
struct Group {
  const ReportResult* result = nullptr;
  FindingSeverity severity = FindingSeverity::kInfo;
  std::vector<std::size_t> shown;  // indexes of the findings, suppressed ones last
  std::size_t first_number = 0;    // of the first one shown
  std::uint64_t left = 0;
  std::uint64_t suppressed = 0;  // of all
};

Group group_of(const ReportResult& result, FindingSeverity severity, std::size_t most) {
  Group group{&result, severity, {}, 0, 0, 0};
  for (const bool suppressed : {false, true}) {
    for (std::size_t i = 0; i < result.run.findings.size(); ++i) {
      if (result.run.findings[i].severity != severity) continue;
      if (mark_of(result, i).suppression.has_value() != suppressed) continue;
      group.suppressed += suppressed ? 1U : 0U;
      if (group.shown.size() < most) {
        group.shown.push_back(i);
      } else {
        ++group.left;
      }
    }
  }
  return group;
}

// Errors first, then in the order of the reports.
std::vector<Group> groups_of(const ReviewPage& page) {
  const ReviewLimits& limits = page.options.limits;
  std::vector<Group> groups;
  std::size_t shown = 0;
  for (const auto severity :
       {FindingSeverity::kError, FindingSeverity::kWarning, FindingSeverity::kInfo}) {
    for (const ReportResult& result : page.results) {
      const std::size_t room = limits.findings > shown ? limits.findings - shown : 0;
      Group group = group_of(result, severity,
                             std::min(limits.findings_per_report, std::max(room, kLeastPerReport)));
      group.first_number = shown + 1;
      shown += group.shown.size();
      if (!group.shown.empty() || group.left > 0) groups.push_back(std::move(group));
    }
  }
  return groups;
}

std::int64_t snapshot_of(const ReportRun& run, const Finding& finding) {
  const OwnedValue* cell = find_cell(run, finding, "snapshot_id");
  return cell == nullptr ? 0 : cell->integer;
}

void write_value(HtmlWriter& out, const OwnedValue& value) {
  if (value.type == ValueType::kNull) {
    out.raw("<span class=\"none\">none</span>");
  } else if (value.type == ValueType::kBlob) {
    out.raw("<code>").text(value_text(view_of(value))).raw("</code>");
  } else {
    out.text(value_text(view_of(value)));
  }
}

// A column's name as words.
std::string words_of(std::string_view column) {
  std::string words(column);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

// What is known of a finding, in a word.
Markup status_of(const FindingMark& mark) {
  if (mark.suppression) return "Suppressed";
  switch (mark.baseline) {
    case BaselineState::kNew:
      return "New";
    case BaselineState::kUnchanged:
      return "Unchanged";
    case BaselineState::kNone:
      break;
  }
  return "Open";
}

void write_fact(HtmlWriter& out, std::string_view label, const OwnedValue& value) {
  constexpr std::size_t kLong = 36;  // bytes; a longer value takes a line of its own
  out.raw(value.bytes.size() > kLong ? Markup("<div class=\"long\"><dt>") : Markup("<div><dt>"));
  out.text(words_of(label)).raw("</dt><dd>");
  write_value(out, value);
  out.raw("</dd></div>\n");
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

// directory_source -> directory_; empty for other columns.
std::string_view side_of_source(std::string_view column) {
  if (!ends_with(column, kSourceSuffix)) return {};
  return column.substr(0, column.size() - kSourceSuffix.size() + 1);
}

std::vector<std::string_view> sides_of(const ReportRun& run) {
  std::vector<std::string_view> sides;
  for (const std::string& column : run.columns) {
    if (const auto side = side_of_source(column); !side.empty()) sides.push_back(side);
  }
  return sides;
}

bool belongs_to(std::string_view column, std::string_view side) {
  return column.substr(0, side.size()) == side;
}

const ReviewSource* find_source(const ReviewPage& page,
                                std::int64_t snapshot_id,
                                std::string_view path) {
  for (const ReviewSource& source : page.model.sources) {
    if (source.snapshot_id == snapshot_id && source.path == path) return &source;
  }
  return nullptr;
}

void write_source(const ReviewPage& page,
                  std::int64_t snapshot_id,
                  const OwnedValue& path,
                  HtmlWriter& out) {
  out.raw("<p class=\"source\">");
  write_optional(out, path.bytes);
  if (const auto* source = find_source(page, snapshot_id, path.bytes); source != nullptr) {
    out.raw("<br><small>").text(source->kind).raw(", ").number(source->size_bytes);
    out.raw(" bytes, SHA-256 <a class=\"hash\" href=\"#s").digits(snapshot_id).raw("-");
    out.digits(source->source_id).raw("\">").text(source->sha256.substr(0, 16));
    out.raw("…</a></small>");
  }
  out.raw("</p>\n");
}

void write_side(const ReviewPage& page,
                const ReportRun& run,
                const Finding& finding,
                std::string_view side,
                HtmlWriter& out) {
  out.raw("<div class=\"side\">\n<h6>").text(words_of(side.substr(0, side.size() - 1)));
  out.raw("</h6>\n");
  const OwnedValue* source = nullptr;
  bool is_list = false;
  for (std::size_t i = 0; i < run.columns.size() && i < finding.cells.size(); ++i) {
    const std::string_view column = run.columns[i];
    if (!belongs_to(column, side)) continue;
    if (side_of_source(column) == side) {
      source = &finding.cells[i];
      continue;
    }
    if (!is_list) out.raw("<dl>\n");
    is_list = true;
    write_fact(out, column.substr(side.size()), finding.cells[i]);
  }
  if (is_list) out.raw("</dl>\n");
  if (source != nullptr) write_source(page, snapshot_of(run, finding), *source, out);
  out.raw("</div>\n");
}

void write_common_facts(const ReportRun& run,
                        const Finding& finding,
                        const std::vector<std::string_view>& sides,
                        HtmlWriter& out) {
  bool is_list = false;
  for (std::size_t i = 0; i < run.columns.size() && i < finding.cells.size(); ++i) {
    const std::string_view column = run.columns[i];
    if (column == "snapshot_id" || column == "subject") continue;
    if (finding.cells[i].type == ValueType::kNull) continue;
    if (std::any_of(sides.begin(), sides.end(),
                    [&](std::string_view side) { return belongs_to(column, side); }))
      continue;
    if (!is_list) out.raw("<dl class=\"facts\">\n");
    is_list = true;
    write_fact(out, column, finding.cells[i]);
  }
  if (is_list) out.raw("</dl>\n");
}

void write_card(const ReviewPage& page, const Group& group, std::size_t index, HtmlWriter& out) {
  const ReportRun& run = group.result->run;
  const std::size_t place = group.shown[index];
  const Finding& finding = run.findings[place];
  const FindingMark& mark = mark_of(*group.result, place);
  const auto number = static_cast<std::int64_t>(group.first_number + index);
  out.raw(mark.suppression ? Markup("<article class=\"finding suppressed\" id=\"f")
                           : Markup("<article class=\"finding\" id=\"f"));
  out.digits(number).raw("\">\n<h5>");
  if (const OwnedValue* subject = find_cell(run, finding, "subject"); subject != nullptr)
    write_value(out, *subject);
  out.raw("</h5>\n<p class=\"where\">Finding ").number(number).raw(" · snapshot ");
  write_snapshot(page, out, snapshot_of(run, finding));
  if (mark.baseline != BaselineState::kNone)
    out.raw(mark.baseline == BaselineState::kNew ? Markup(" · new since the baseline")
                                                 : Markup(" · unchanged since the baseline"));
  out.raw("</p>\n");
  if (mark.suppression) {
    out.raw("<p class=\"accepted\"><strong>Suppressed:</strong> ");
    out.text(suppression_text(*mark.suppression)).raw("</p>\n");
  }
  const auto sides = sides_of(run);
  write_common_facts(run, finding, sides, out);
  if (!sides.empty()) {
    out.raw("<div class=\"sides\">\n");
    for (const std::string_view side : sides) write_side(page, run, finding, side, out);
    out.raw("</div>\n");
  }
  out.raw("</article>\n");
}

void write_articles(const Report& report, HtmlWriter& out) {
  for (std::size_t i = 0; i < report.kb.size(); ++i)
    out.raw(i == 0 ? Markup(" · KB ") : Markup(", ")).text(report.kb[i]);
}

void write_group(const ReviewPage& page, const Group& group, HtmlWriter& out) {
  const Report& report = *group.result->report;
  out.raw("<section class=\"report ");
  out.raw(group.severity == FindingSeverity::kError     ? Markup("error")
          : group.severity == FindingSeverity::kWarning ? Markup("warning")
                                                        : Markup("info"));
  out.raw("\">\n<h4>");
  write_severity(out, group.severity);
  out.raw(" ").text(report.title).raw("</h4>\n<p class=\"about\">");
  out.count(group.shown.size() + group.left, "finding");
  if (group.suppressed > 0)
    out.raw(", ").number(static_cast<std::int64_t>(group.suppressed)).raw(" suppressed");
  out.raw(" · report <code>").text(report.id);
  out.raw("</code>");
  write_articles(report, out);
  out.raw("</p>\n");
  if (!report.remedy.empty())
    out.raw("<div class=\"remedy\"><h5>Remedy</h5><p>").text(report.remedy).raw("</p></div>\n");
  for (std::size_t i = 0; i < group.shown.size(); ++i) write_card(page, group, i, out);
  if (group.left > 0) {
    out.raw("<p class=\"left\">Not listed here: ").count(group.left, "finding");
    out.raw(" of this report. All of them: <code>dirsnap report CASE ").text(report.id);
    out.raw(" --format csv</code></p>\n");
  }
  out.raw("</section>\n");
}

void write_row(const ReviewPage& page,
               const Group& group,
               std::size_t index,
               bool has_status,
               HtmlWriter& out) {
  const ReportRun& run = group.result->run;
  const std::size_t place = group.shown[index];
  const Finding& finding = run.findings[place];
  const FindingMark& mark = mark_of(*group.result, place);
  const auto number = static_cast<std::int64_t>(group.first_number + index);
  out.raw("<tr><td class=\"n\"><a href=\"#f").digits(number).raw("\">").digits(number);
  out.raw("</a></td><td>");
  write_severity(out, group.severity);
  out.raw("</td><td class=\"id\">").text(run.id).raw("</td><td class=\"dn\">");
  if (const OwnedValue* subject = find_cell(run, finding, "subject"); subject != nullptr)
    write_value(out, *subject);
  out.raw("</td><td>");
  write_snapshot(page, out, snapshot_of(run, finding));
  out.raw("</td>");
  if (has_status) out.raw("<td>").raw(status_of(mark)).raw("</td>");
  out.raw("</tr>\n");
}

// Whether anything is known of a finding beside its row.
bool has_marks(const ReviewPage& page) {
  for (const ReportResult& result : page.results) {
    for (const FindingMark& mark : result.marks) {
      if (mark.suppression || mark.baseline != BaselineState::kNone) return true;
    }
  }
  return false;
}

void write_table(const ReviewPage& page, const std::vector<Group>& groups, HtmlWriter& out) {
  out.raw("<div class=\"tools\" id=\"tools\" role=\"search\" hidden></div>\n");
  out.raw(
      "<div class=\"scroll\" role=\"region\" aria-label=\"Table of findings\" tabindex=\"0\">\n");
  out.raw("<table id=\"list\">\n<caption>All findings listed on this page</caption>\n<thead><tr>");
  out.raw("<th scope=\"col\" class=\"n\">No.</th><th scope=\"col\">Severity</th>");
  out.raw("<th scope=\"col\">Report</th><th scope=\"col\">Subject</th>");
  out.raw("<th scope=\"col\">Snapshot</th>");
  const bool has_status = has_marks(page);
  if (has_status) out.raw("<th scope=\"col\">Status</th>");
  out.raw("</tr></thead>\n<tbody>\n");
  std::uint64_t left = 0;
  for (const Group& group : groups) {
    for (std::size_t i = 0; i < group.shown.size(); ++i) write_row(page, group, i, has_status, out);
    left += group.left;
  }
  out.raw("</tbody>\n</table>\n</div>\n");
  write_left_over(out, left, "finding");
}

Markup heading_of(FindingSeverity severity) {
  switch (severity) {
    case FindingSeverity::kError:
      return "Errors";
    case FindingSeverity::kWarning:
      return "Warnings";
    case FindingSeverity::kInfo:
      break;
  }
  return "For information";
}

void write_resolved_row(const ReportResult& result,
                        const ResolvedFinding& finding,
                        HtmlWriter& out) {
  out.raw("<tr><td>");
  write_severity(out, finding.severity);
  out.raw("</td><td class=\"id\">").text(result.run.id).raw("</td><td class=\"dn\">");
  for (const auto& cell : finding.cells) {
    if (cell.first == "subject") write_value(out, cell.second);
  }
  out.raw(finding.certain ? Markup("</td><td>resolved</td></tr>\n")
                          : Markup("</td><td>not judged again: may still be there</td></tr>\n"));
}

// Findings of the baseline that are no more.
void write_resolved(const ReviewPage& page, HtmlWriter& out) {
  std::uint64_t count = 0;
  for (const ReportResult& result : page.results) count += result.resolved.size();
  if (count == 0) return;
  out.raw("<h3>Gone since the baseline</h3>\n");
  out.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Gone\" tabindex=\"0\">\n<table>\n");
  out.raw("<caption>Findings of the earlier run that this one does not have</caption>\n<thead>");
  out.raw("<tr><th scope=\"col\">Severity</th><th scope=\"col\">Report</th>");
  out.raw("<th scope=\"col\">Subject</th><th scope=\"col\">Outcome</th></tr></thead>\n<tbody>\n");
  std::size_t shown = 0;
  for (const ReportResult& result : page.results) {
    for (const ResolvedFinding& finding : result.resolved) {
      if (shown == page.options.limits.findings) break;
      write_resolved_row(result, finding, out);
      ++shown;
    }
  }
  out.raw("</tbody>\n</table>\n</div>\n");
  write_left_over(out, left_over(count, shown), "finding");
}

}  // namespace

void write_findings(const ReviewPage& page, HtmlWriter& out) {
  const std::vector<Group> groups = groups_of(page);
  if (groups.empty()) {
    out.raw(
        "<p>No report found anything in what could be judged. What could not be judged stands "
        "under <a href=\"#coverage\">What was judged</a>.</p>\n");
    write_resolved(page, out);
    return;
  }
  write_table(page, groups, out);
  const Group* last = nullptr;
  for (const Group& group : groups) {
    if (last == nullptr || last->severity != group.severity)
      out.raw("<h3>").raw(heading_of(group.severity)).raw("</h3>\n");
    write_group(page, group, out);
    last = &group;
  }
  write_resolved(page, out);
}

}  // namespace dirsnap
