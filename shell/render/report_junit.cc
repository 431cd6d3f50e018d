// SPDX-License-Identifier: MIT
//
// One run as JUnit XML: a suite a snapshot, in it a case for each report that found nothing, one
// for each finding (failed, or skipped where it is suppressed), one for each thing that was not
// judged (skipped). A report that failed is an error in every suite.
// XML 1.0 has no way to write most control characters: they are made visible as everywhere.
// Facts: the JUnit XML that Ant, Jenkins and GitLab read; scripts/schemas/junit.xsd.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "shell/render/markup.h"
#include "shell/render/report_output.h"
#include "shell/render/value_text.h"

namespace dirsnap {
namespace {

// Text or a quoted attribute.
std::string xml_text(std::string_view text) { return markup_text(text, "&#10;"); }

struct TestCase {
  std::string name;
  const char* outcome = nullptr;  // failure, skipped, error; nullptr: passed
  std::string message = {};
  std::string type = {};    // of a failure: the severity
  std::string detail = {};  // lines below
};

struct Suite {
  std::string name;
  std::string body;
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;

  void add(const std::string& report, const TestCase& test) {
    ++tests;
    const std::string_view outcome = test.outcome != nullptr ? test.outcome : "";
    if (outcome == "failure") ++failures;
    if (outcome == "error") ++errors;
    if (outcome == "skipped") ++skipped;
    body += fmt::format("    <testcase classname=\"dirsnap.{}\" name=\"{}\" time=\"0\"",
                        xml_text(report), xml_text(test.name));
    if (outcome.empty()) {
      body += "/>\n";
      return;
    }
    body += fmt::format(">\n      <{} message=\"{}\"", outcome, xml_text(test.message));
    if (!test.type.empty()) body += fmt::format(" type=\"{}\"", xml_text(test.type));
    body +=
        test.detail.empty() ? "/>\n" : fmt::format(">{}</{}>\n", xml_text(test.detail), outcome);
    body += "    </testcase>\n";
  }
};

std::string counts(const Suite& suite) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\"",
                     suite.tests, suite.failures, suite.errors, suite.skipped);
}

std::string detail_of(const ReportResult& result, const Finding& finding) {
  std::string text;
  for (std::size_t i = 0; i < finding.cells.size() && i < result.run.columns.size(); ++i) {
    if (finding.cells[i].type == ValueType::kNull) continue;
    text += fmt::format("{}: {}\n", result.run.columns[i], value_text(view_of(finding.cells[i])));
  }
  if (!result.report->remedy.empty()) text += "remedy: " + result.report->remedy + "\n";
  return text;
}

// Findings and notes of one report by snapshot, as their numbers.
struct BySnapshot {
  explicit BySnapshot(const ReportResult& of) : result(&of) {
    for (std::size_t i = 0; i < of.run.findings.size(); ++i) {
      const OwnedValue* cell = find_cell(of.run, of.run.findings[i], "snapshot_id");
      findings[cell != nullptr ? cell->integer : 0].push_back(i);
    }
    for (std::size_t i = 0; i < of.run.coverage.size(); ++i)
      notes[of.run.coverage[i].snapshot_id].push_back(i);
  }

  const ReportResult* result;
  std::map<std::int64_t, std::vector<std::size_t>> findings;
  std::map<std::int64_t, std::vector<std::size_t>> notes;
};

void add_finding(const ReportResult& result, std::size_t number, Suite& suite) {
  const Finding& finding = result.run.findings[number];
  const FindingMark& mark = mark_of(result, number);
  TestCase test{.name = subject_of(result.run, finding)};
  test.name = test.name.empty() ? result.run.id : result.run.id + ": " + test.name;
  test.detail = detail_of(result, finding);
  if (mark.suppression) {
    test.outcome = "skipped";
    test.message = "suppressed: " + suppression_text(*mark.suppression);
  } else {
    test.outcome = "failure";
    test.type = to_string(finding.severity);
    test.message = result.report->title;
    if (mark.baseline != BaselineState::kNone)
      test.message += fmt::format(" [{}]", to_string(mark.baseline));
  }
  suite.add(result.run.id, test);
}

// What one report says about one snapshot.
void add_report(const BySnapshot& all, std::int64_t snapshot, Suite& suite) {
  const ReportRun& run = all.result->run;
  if (run.status == ReportStatus::kError) {
    suite.add(run.id, {.name = run.id, .outcome = "error", .message = run.error, .type = "error"});
    return;
  }
  const auto found = all.findings.find(snapshot);
  if (found != all.findings.end()) {
    for (const std::size_t number : found->second) add_finding(*all.result, number, suite);
  }
  const auto noted = all.notes.find(snapshot);
  if (noted != all.notes.end()) {
    for (const std::size_t number : noted->second) {
      const std::string& missing = run.coverage[number].missing;
      suite.add(run.id, {.name = run.id + ": " + missing,
                         .outcome = "skipped",
                         .message = "not judged: " + missing});
    }
  }
  const bool skipped =
      run.status == ReportStatus::kSkipped ||
      std::find(run.unjudged.begin(), run.unjudged.end(), snapshot) != run.unjudged.end();
  if (!skipped && found == all.findings.end()) {
    const char* rest = noted != all.notes.end() ? " (what could be judged)" : "";
    suite.add(run.id, {.name = run.id + rest});
  } else if (skipped && noted == all.notes.end()) {
    suite.add(run.id, {.name = run.id, .outcome = "skipped", .message = "nothing to judge"});
  }
}

// The snapshots of the case, and whatever else findings name. A case without snapshots still has
// its reports, all skipped.
std::vector<RunSnapshot> snapshots_of(const std::vector<BySnapshot>& reports,
                                      const RunFacts& facts) {
  std::vector<RunSnapshot> out = facts.snapshots;
  std::set<std::int64_t> known;
  for (const RunSnapshot& snapshot : out) known.insert(snapshot.snapshot_id);
  const auto add = [&](std::int64_t id) {
    if (known.insert(id).second) out.push_back({.snapshot_id = id, .name = {}, .seal = {}});
  };
  for (const BySnapshot& report : reports) {
    for (const std::int64_t id : report.result->run.snapshots) add(id);
    for (const auto& entry : report.findings) add(entry.first);
    for (const auto& entry : report.notes) add(entry.first);
  }
  if (out.empty()) out.push_back({.snapshot_id = 0, .name = "none", .seal = {}});
  return out;
}

}  // namespace

void render_reports_junit(std::span<const ReportResult> results,
                          const RunFacts& facts,
                          Output& output) {
  const std::vector<BySnapshot> reports(results.begin(), results.end());
  Suite total;
  std::string body;
  for (const RunSnapshot& snapshot : snapshots_of(reports, facts)) {
    Suite suite{.name = fmt::format("snapshot {} {}", snapshot.snapshot_id, snapshot.name),
                .body = {}};
    for (const BySnapshot& report : reports) add_report(report, snapshot.snapshot_id, suite);
    body += fmt::format("  <testsuite name=\"{}\" {}>\n", xml_text(suite.name), counts(suite));
    body += suite.body + "  </testsuite>\n";
    total.tests += suite.tests;
    total.failures += suite.failures;
    total.errors += suite.errors;
    total.skipped += suite.skipped;
  }
  output.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  output.write(fmt::format("<testsuites name=\"dirsnap\" {}>\n", counts(total)));
  output.write(body);
  output.write("</testsuites>\n");
}

}  // namespace dirsnap
