// SPDX-License-Identifier: MIT
//
// What the page rests on: import issues, snapshots and sources with their hashes, the statements
// of the reports and the values they were run with.
#include <algorithm>

#include "shell/review/review_page.h"

namespace dirsnap {
namespace {

void write_issue(const ReviewPage& page, const IssueGroup& issue, HtmlWriter& out) {
  out.raw("<tr><td>");
  if (issue.severity == "loss") {
    out.raw(
        "<span class=\"badge error\"><svg class=\"i\" aria-hidden=\"true\">"
        "<use href=\"#i-error\"/></svg>Loss</span>");
  } else if (issue.severity == "doubt") {
    out.raw(
        "<span class=\"badge warning\"><svg class=\"i\" aria-hidden=\"true\">"
        "<use href=\"#i-warning\"/></svg>Doubt</span>");
  } else {
    out.raw(
        "<span class=\"badge info\"><svg class=\"i\" aria-hidden=\"true\">"
        "<use href=\"#i-info\"/></svg>Note</span>");
  }
  out.raw("</td><td class=\"id\">").text(issue.code).raw("</td>");
  write_number_cell(out, issue.count);
  out.raw("<td class=\"dn\">").text(issue.example).raw("</td><td class=\"path\">");
  if (!issue.source.empty()) out.text(issue.source);
  out.raw("</td><td>");
  write_snapshot(page, out, issue.snapshot_id);
  out.raw("</td></tr>\n");
}

void write_snapshot_row(const ReviewSnapshot& snapshot, HtmlWriter& out) {
  out.raw("<tr id=\"s").digits(snapshot.id).raw("\"><td class=\"n\">").digits(snapshot.id);
  out.raw("</td><th scope=\"row\">").text(snapshot.name).raw("</th><td>");
  write_optional(out, snapshot.server);
  out.raw("</td><td>");
  write_optional(out, snapshot.organization);
  out.raw("</td><td class=\"time\">");
  write_optional(out, snapshot.taken_at);
  out.raw("</td><td class=\"time\">");
  write_optional(out, snapshot.imported_at);
  out.raw("</td>");
  write_number_cell(out, snapshot.sources);
  write_number_cell(out, snapshot.issues);
  out.raw("<td class=\"hash\">").text(snapshot.seal).raw("</td></tr>\n");
}

void write_snapshots(const ReviewModel& model, HtmlWriter& out) {
  out.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Snapshots\" tabindex=\"0\">\n");
  out.raw(
      "<table>\n<caption>Snapshots</caption>\n<thead><tr><th scope=\"col\" class=\"n\">No.</th>");
  out.raw("<th scope=\"col\">Name</th><th scope=\"col\">Server</th>");
  out.raw("<th scope=\"col\">Organization</th><th scope=\"col\">Taken</th>");
  out.raw("<th scope=\"col\">Imported</th><th scope=\"col\" class=\"n\">Sources</th>");
  out.raw("<th scope=\"col\" class=\"n\">Issues</th><th scope=\"col\">Seal (SHA-256)</th>");
  out.raw("</tr></thead>\n<tbody>\n");
  for (const ReviewSnapshot& snapshot : model.snapshots) write_snapshot_row(snapshot, out);
  out.raw("</tbody>\n</table>\n</div>\n");
  write_left_over(out, model.snapshots_left, "snapshot");
}

void write_source_row(const ReviewSource& source, HtmlWriter& out) {
  out.raw("<tr id=\"s").digits(source.snapshot_id).raw("-").digits(source.source_id);
  out.raw("\"><td class=\"n\">").digits(source.snapshot_id).raw("</td><th scope=\"row\">");
  out.text(source.path);
  if (!source.container_path.empty())
    out.raw("<br><small>inside: ").text(source.container_path).raw("</small>");
  out.raw("<span class=\"hash\">").text(source.sha256).raw("</span></th><td>").text(source.role);
  out.raw("<br><small>").text(source.kind);
  if (!source.state.empty()) out.raw(", ").text(source.state);
  out.raw("</small></td><td>");
  write_optional(out, source.server);
  out.raw("</td>");
  write_number_cell(out, source.size_bytes);
  out.raw("<td class=\"time\">modified ");
  write_optional(out, source.modified_at);
  out.raw("<br><small>imported ");
  write_optional(out, source.imported_at);
  out.raw(", by dirsnap ").text(source.program_version).raw("</small></td><td class=\"n\">");
  if (source.records) out.number(*source.records);
  out.raw("</td>");
  write_number_cell(out, source.issues);
  out.raw("</tr>\n");
}

void write_sources(const ReviewModel& model, HtmlWriter& out) {
  out.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Sources\" tabindex=\"0\">\n");
  out.raw(
      "<table class=\"sources\">\n<caption>Sources, with the SHA-256 of each whole file</caption>");
  out.raw("\n<thead><tr><th scope=\"col\" class=\"n\">Snapshot</th><th scope=\"col\">Source</th>");
  out.raw("<th scope=\"col\">Role, kind, state</th><th scope=\"col\">Server</th>");
  out.raw("<th scope=\"col\" class=\"n\">Bytes</th><th scope=\"col\">Times</th>");
  out.raw("<th scope=\"col\" class=\"n\">Records</th><th scope=\"col\" class=\"n\">Issues</th>");
  out.raw("</tr></thead>\n<tbody>\n");
  for (const ReviewSource& source : model.sources) write_source_row(source, out);
  out.raw("</tbody>\n</table>\n</div>\n");
  write_left_over(out, model.sources_left, "source");
}

void write_statement(const ReportResult& result, HtmlWriter& out) {
  const Report& report = *result.report;
  out.raw("<details><summary><code>").text(report.id).raw("</code> ").text(report.title);
  out.raw("</summary>\n<p class=\"about\">Origin: ")
      .text(report.origin)
      .raw("</p>\n<pre tabindex=\"0\">");
  out.plain(report.sql).raw("</pre></details>\n");
}

}  // namespace

void write_issues(const ReviewPage& page, HtmlWriter& out) {
  const ReviewModel& model = page.model;
  if (model.issues.empty()) {
    out.raw("<p>Nothing was lost and nothing is in doubt: the import recorded no issue.</p>\n");
    return;
  }
  out.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Import issues\" tabindex=\"0\">\n");
  out.raw("<table>\n<caption>What the import could not read, or doubts</caption>\n<thead><tr>");
  out.raw("<th scope=\"col\">Severity</th><th scope=\"col\">Code</th>");
  out.raw("<th scope=\"col\" class=\"n\">Count</th><th scope=\"col\">Example</th>");
  out.raw("<th scope=\"col\">Source</th><th scope=\"col\">Snapshot</th></tr></thead>\n<tbody>\n");
  for (const IssueGroup& issue : model.issues) write_issue(page, issue, out);
  out.raw("</tbody>\n</table>\n</div>\n");
  write_left_over(out, model.issues_left, "issue kind");
}

void write_provenance(const ReviewPage& page, HtmlWriter& out) {
  write_snapshots(page.model, out);
  write_sources(page.model, out);
  out.raw(
      "<p>A seal is the SHA-256 over the rows of a snapshot: <code>dirsnap verify</code> "
      "computes it again, and with <code>--sources</code> the hashes of the files too.</p>\n");
}

void write_statements(const ReviewPage& page, HtmlWriter& out) {
  if (page.options.params.empty()) {
    out.raw("<p>Every parameter had its default value.</p>\n");
  } else {
    out.raw("<dl class=\"facts\">\n");
    for (const auto& param : page.options.params) {
      out.raw("<div><dt>Parameter ").text(param.first).raw("</dt><dd>").text(param.second);
      out.raw("</dd></div>\n");
    }
    out.raw("</dl>\n");
  }
  for (const ReportResult& result : page.results) write_statement(result, out);
}

}  // namespace dirsnap
