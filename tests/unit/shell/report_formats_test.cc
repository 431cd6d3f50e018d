// SPDX-License-Identifier: MIT
//
// SARIF, JUnit, and what suppressions and baselines do to every format. Hostile text is in all of
// them: a control character, a link, a tag, bytes that are no UTF-8.
#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "render_helper.h"
#include "shell/render/report_output.h"
#include "shell/render/report_sarif_parts.h"
#include "shell/report_exports.h"
#include "shell/report_pages.h"
#include "shell/report_run.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

using Json = nlohmann::json;

constexpr const char* kHostile = "/o=Org/cn=\x1b[2J](http://x)<b>\xff\xef\xbf\xbe'\"&\xe2\x80\xae";

OwnedValue text(std::string value) { return {ValueType::kText, 0, 0, std::move(value)}; }
OwnedValue number(std::int64_t value) { return {ValueType::kInteger, value, 0, {}}; }

Report some_report(const std::string& id) {
  Report report;
  report.id = id;
  report.title = "Title of " + id;
  report.severity = FindingSeverity::kError;
  report.kb = {"Q188632"};
  report.needs = {"directory"};
  report.tags = {"connectors", "connectors"};
  report.remedy = "Do this.";
  report.extra = {{"x-why", "Mail stops."}, {"x-logic", "Looks for keys."}};
  return report;
}

// A report with two findings and a note, one that was skipped, one that failed, one that passed.
struct World {
  Report found = some_report("found");
  Report skipped = some_report("skipped-one");
  Report failed = some_report("failed-one");
  Report passed = some_report("passed-one");
  std::vector<ReportResult> results;
  RunFacts facts;

  World() {
    ReportRun run;
    run.id = found.id;
    run.status = ReportStatus::kFindings;
    run.columns = {"snapshot_id", "subject", "detail", "directory_source"};
    run.findings = {
        {FindingSeverity::kError, {number(1), text(kHostile), text("=1+1"), text("a b/Dir.edb")}},
        {FindingSeverity::kInfo, {number(2), text("HKEY_LOCAL_MACHINE\\SYSTEM\\X"), {}, {}}}};
    run.coverage = {{.snapshot_id = 1, .missing = "registry of server EX3", .cells = {}}};
    run.snapshots = {1, 2};
    results.push_back({&found, run});
    results.front().marks = mark_findings(found, run);
    ReportRun other;
    other.id = skipped.id;
    other.status = ReportStatus::kSkipped;
    other.coverage = {{.snapshot_id = 1, .missing = "private store", .cells = {}},
                      {.snapshot_id = 2, .missing = "private store", .cells = {}}};
    other.snapshots = other.unjudged = {1, 2};
    results.push_back({&skipped, other});
    ReportRun error;
    error.id = failed.id;
    error.status = ReportStatus::kError;
    error.error = "no such table: x";
    results.push_back({&failed, error});
    ReportRun pass;
    pass.id = passed.id;
    pass.snapshots = {1, 2};
    results.push_back({&passed, pass});
    facts.case_path = "corp.dirsnap";
    facts.snapshots = {{1, "first", "aa"}, {2, "second", "bb"}};
    facts.sources = {{.snapshot_id = 1,
                      .source_id = 1,
                      .role = "directory",
                      .server = "EX1",
                      .path = "a b/Dir.edb",
                      .absolute_path = "/evidence/a b/Dir.edb",
                      .sha256 = "cc",
                      .size_bytes = 7},
                     {.snapshot_id = 2,
                      .source_id = 1,
                      .role = "directory",
                      .server = {},
                      .path = "Dir.edb",
                      .absolute_path = {},
                      .sha256 = {},
                      .size_bytes = 0}};
  }

  void suppress(std::size_t finding) {
    facts.has_suppressions = true;
    results[0].marks[finding].suppression = Suppression{.report = "found",
                                                        .object = "*",
                                                        .reason = "accepted <risk>",
                                                        .owner = "J. Doe",
                                                        .expires = "2027-01-31"};
  }
  void compare() {
    facts.has_baseline = true;
    results[0].marks[0].baseline = BaselineState::kNew;
    results[0].marks[1].baseline = BaselineState::kUnchanged;
    const std::vector<std::pair<std::string, OwnedValue>> cells = {{"subject", text("/o=Gone")}};
    results[3].resolved = {
        {.fingerprint = "dd:1", .severity = FindingSeverity::kError, .cells = cells},
        {.fingerprint = "ee:1", .certain = false, .cells = cells}};
  }

  [[nodiscard]] std::string shown(std::string_view format) const {
    const auto choice = parse_report_format(format);
    REQUIRE(choice);
    return captured(
        [&](Output& output) { render_reports(results, *choice, RenderOptions{}, output, facts); });
  }
  [[nodiscard]] Json sarif() const { return Json::parse(shown("sarif"))["runs"][0]; }
};

std::size_t count_of(const std::string& text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    ++count;
  return count;
}

bool is_plain(const std::string& text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == '\x7f'; });
}

}  // namespace

TEST_CASE("SARIF: every report is a rule with its help, level, articles and status") {
  const World world;
  const Json run = world.sarif();
  const Json& rules = run["tool"]["driver"]["rules"];
  REQUIRE(rules.size() == 4);
  CHECK(rules[0]["id"] == "found");
  CHECK(rules[0]["fullDescription"]["text"] == "Mail stops.");
  CHECK(rules[0]["help"]["text"].get<std::string>().find("Remedy: Do this.") != std::string::npos);
  CHECK(rules[0]["defaultConfiguration"]["level"] == "error");
  CHECK(rules[0]["properties"]["kb"] == Json({"Q188632"}));
  CHECK(rules[0]["properties"]["tags"] == Json({"connectors"}));
  CHECK(rules[1]["properties"]["status"] == "skipped");
  CHECK(rules[3]["properties"]["status"] == "pass");
  CHECK(run["properties"]["case"] == "corp.dirsnap");
  CHECK(run["properties"]["snapshots"][1]["seal"] == "bb");
}

TEST_CASE("SARIF: a finding has its rule, both kinds of location, the row and a fingerprint") {
  const World world;
  const Json run = world.sarif();
  REQUIRE(run["results"].size() == 2);
  const Json& first = run["results"][0];
  CHECK(first["ruleId"] == "found");
  CHECK(first["ruleIndex"] == 0);
  CHECK(first["level"] == "error");
  const Json& place = first["locations"][0];
  CHECK(place["physicalLocation"]["artifactLocation"]["uri"] == "file:///evidence/a%20b/Dir.edb");
  CHECK(place["physicalLocation"]["artifactLocation"]["index"] == 0);
  CHECK(place["logicalLocations"][0]["kind"] == "directoryObject");
  CHECK(first["partialFingerprints"]["dirsnapFinding/v1"] == world.results[0].marks[0].fingerprint);
  CHECK(first["properties"]["row"]["detail"] == "=1+1");
  CHECK_FALSE(first.contains("suppressions"));
  CHECK_FALSE(first.contains("baselineState"));
  const Json& second = run["results"][1];
  CHECK(second["level"] == "note");
  CHECK(second["locations"][0]["logicalLocations"][0]["name"] == "X");
  CHECK(second["locations"][0]["logicalLocations"][0]["kind"] == "registryKey");
  // It names no source: the one that the report needs stands for it.
  CHECK(second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "Dir.edb");
}

TEST_CASE("SARIF: what was skipped, failed or not judged is a notification and not silence") {
  const Json invocation = World().sarif()["invocations"][0];
  CHECK(invocation["executionSuccessful"] == false);
  std::vector<std::string> levels;
  for (const Json& item : invocation["toolExecutionNotifications"])
    levels.push_back(item["associatedRule"]["id"].get<std::string>() + " " +
                     item["level"].get<std::string>());
  CHECK(levels == std::vector<std::string>{"found note", "skipped-one warning",
                                           "skipped-one warning", "skipped-one warning",
                                           "failed-one error"});
}

TEST_CASE("SARIF: suppressions and baseline states stand on every result") {
  World world;
  world.suppress(1);
  world.compare();
  const Json run = world.sarif();
  REQUIRE(run["results"].size() == 3);
  CHECK(run["results"][0]["suppressions"] == Json::array());
  CHECK(run["results"][0]["baselineState"] == "new");
  const Json& accepted = run["results"][1]["suppressions"][0];
  CHECK(accepted["kind"] == "external");
  CHECK(accepted["status"] == "accepted");
  CHECK(accepted["justification"] == "accepted <risk>");
  CHECK(accepted["properties"]["owner"] == "J. Doe");
  CHECK(run["results"][1]["baselineState"] == "unchanged");
  CHECK(run["results"][2]["baselineState"] == "absent");
  CHECK(run["results"][2]["partialFingerprints"]["dirsnapFinding/v1"] == "dd:1");
}

TEST_CASE("SARIF: hostile text is ASCII, is no link in a message and closes no element") {
  const std::string out = World().shown("sarif");
  CHECK(is_plain(out));
  CHECK(std::all_of(out.begin(), out.end(), [](char c) { return c >= 0; }));
  CHECK(out.find("</") == std::string::npos);
  const Json run = Json::parse(out)["runs"][0];
  CHECK(run["results"][0]["message"]["text"].get<std::string>().find("](") == std::string::npos);
  CHECK(sarif::message_text("a [b](c)") == "a [b] (c)");
  CHECK(sarif::file_uri("/a b\x1b/\xff#?%") == "file:///a%20b%1B/%FF%23%3F%25");
  CHECK(sarif::file_uri("C:\\x") == "C%3A%5Cx");
}

TEST_CASE("JUnit: a suite a snapshot, failures for findings, skipped for what was not judged") {
  const World world;
  const std::string out = world.shown("junit");
  CHECK(count_of(out, "<testsuite ") == 2);
  CHECK(count_of(out, "<failure ") == 2);
  CHECK(count_of(out, "<error ") == 2);    // the failed report, in each suite
  CHECK(count_of(out, "<skipped ") == 3);  // the note, and the skipped report in each suite
  CHECK(out.find("<testsuite name=\"snapshot 1 first\" tests=\"5\" failures=\"1\" errors=\"1\" "
                 "skipped=\"2\"") != std::string::npos);
  CHECK(out.find("classname=\"dirsnap.passed-one\" name=\"passed-one\" time=\"0\"/>") !=
        std::string::npos);
  CHECK(out.find("name=\"skipped-one\" time=\"0\"/>") == std::string::npos);
  CHECK(is_plain(out));
  CHECK(out.find("<b>") == std::string::npos);
  CHECK(out.find("\xef\xbf\xbe") == std::string::npos);
  CHECK(out.find("\xff") == std::string::npos);
}

TEST_CASE("JUnit: a suppressed finding is skipped with its reason and owner") {
  World world;
  world.suppress(0);
  const std::string out = world.shown("junit");
  CHECK(count_of(out, "<failure ") == 1);
  CHECK(out.find("<skipped message=\"suppressed: accepted &lt;risk&gt; (J. Doe, until "
                 "2027-01-31)\">") != std::string::npos);
}

TEST_CASE("JUnit: without a snapshot everything is skipped") {
  World world;
  ReportRun run;
  run.id = world.skipped.id;
  run.status = ReportStatus::kSkipped;
  world.results = {{&world.skipped, run}};
  world.facts.snapshots.clear();
  CHECK(count_of(world.shown("junit"), "<skipped ") == 1);
}

TEST_CASE("JSON: marks stand beside the row, and a column of such a name is renamed") {
  World world;
  world.suppress(1);
  world.compare();
  world.results[0].run.columns[2] = "fingerprint";
  const Json json = Json::parse(world.shown("json"));
  const Json& findings = json["reports"][0]["findings"];
  CHECK(findings[0]["fingerprint"] == world.results[0].marks[0].fingerprint);
  CHECK(findings[0]["fingerprint_1"] == "=1+1");
  CHECK(findings[0]["baseline"] == "new");
  CHECK(findings[1]["suppressed"] ==
        Json({{"reason", "accepted <risk>"}, {"owner", "J. Doe"}, {"expires", "2027-01-31"}}));
  const Json& resolved = json["reports"][3]["resolved"];
  REQUIRE(resolved.size() == 2);
  CHECK(resolved[0]["baseline"] == "resolved");
  CHECK(resolved[0]["subject"] == "/o=Gone");
  CHECK(resolved[1]["baseline"] == "not judged again");
  CHECK(json["run"]["case"] == "corp.dirsnap");
  CHECK(json["run"]["snapshots"][0]["name"] == "first");
}

TEST_CASE("JSON: what a run wrote is a baseline in which nothing is new") {
  World world;
  const auto old = Baseline::parse(world.shown("json"), "old.json");
  REQUIRE(old);
  for (ReportResult& result : world.results)
    result.resolved = old->apply(*result.report, result.run, result.marks);
  CHECK(world.results[0].marks[0].baseline == BaselineState::kUnchanged);
  CHECK(world.results[0].marks[1].baseline == BaselineState::kUnchanged);
  CHECK(world.results[0].resolved.empty());
}

TEST_CASE("a table has a row for each report that was not judged, and columns for marks") {
  World world;
  const std::string plain = world.shown("csv");
  CHECK(plain.find(
            "report,severity,snapshot_id,subject,detail,directory_source,status,missing\n") == 0);
  CHECK(plain.find("skipped-one,,,,,,skipped,private store\n") != std::string::npos);
  CHECK(plain.find("failed-one,,,,,,error,no such table: x\n") != std::string::npos);
  CHECK(plain.find("passed-one,") == std::string::npos);
  CHECK(plain.find("'=1+1") != std::string::npos);
  world.suppress(1);
  world.compare();
  const std::string marked = world.shown("csv");
  CHECK(marked.find(",baseline,suppressed,status,missing\n") != std::string::npos);
  CHECK(marked.find(",unchanged,\"accepted <risk> (J. Doe, until 2027-01-31)\",findings,") !=
        std::string::npos);
  CHECK(marked.find("passed-one,error,,/o=Gone,,,resolved,,,\n") != std::string::npos);
}

TEST_CASE("a report that judged a part never looks like one that judged all") {
  World world;
  world.results[3].run.coverage = {
      {.snapshot_id = 2, .missing = "registry of server EX3", .cells = {{"detail", text("d")}}}};
  CHECK(world.shown("csv").find("passed-one,,2,,d,,not judged,registry of server EX3\n") !=
        std::string::npos);
  const std::size_t in_part = count_of(world.shown("text"), "judged in part");
  CHECK(in_part == 1);
  world.results = {world.results[3]};
  CHECK(world.shown("csv") ==
        "report,severity,snapshot_id,status,missing\n"
        "passed-one,,2,not judged,registry of server EX3\n");
}

TEST_CASE("jsonl tells why a report failed, whatever else it has to say") {
  World world;
  world.results[2].run.coverage = {{.snapshot_id = 1, .missing = "registry", .cells = {}}};
  CHECK(world.shown("jsonl").find(
            "{\"report\":\"failed-one\",\"status\":\"error\",\"error\":\"no such table: x\","
            "\"coverage\":{") != std::string::npos);
}

TEST_CASE("text and markdown say what is suppressed, new and resolved") {
  World world;
  world.suppress(1);
  world.compare();
  const std::string out = world.shown("text");
  CHECK(out.find("[new]") != std::string::npos);
  CHECK(out.find("[unchanged]  [suppressed]") != std::string::npos);
  CHECK(out.find("suppressed: accepted <risk> (J. Doe, until 2027-01-31)") != std::string::npos);
  CHECK(out.find("resolved: error, /o=Gone") != std::string::npos);
  CHECK(out.find("2 findings (1 error, 1 info), 1 suppressed, 1 new, 1 unchanged, 1 resolved, "
                 "1 not judged again, 1 passed, 1 skipped, 1 failed to run") != std::string::npos);
  const std::string markdown = world.shown("markdown");
  CHECK(markdown.find("| severity | state |") != std::string::npos);
  CHECK(markdown.find("unchanged; suppressed: accepted &lt;risk>") != std::string::npos);
  CHECK(markdown.find("- not judged again: ") != std::string::npos);
}

TEST_CASE("neither suppressed findings nor those of the baseline count for --fail-on") {
  World world;
  world.results.erase(world.results.begin() + 1, world.results.end());
  CHECK(exit_code_of(world.results, "") == ExitCode::kOk);
  CHECK(exit_code_of(world.results, "error") == ExitCode::kFailOn);
  world.suppress(0);
  CHECK(exit_code_of(world.results, "error") == ExitCode::kOk);
  CHECK(exit_code_of(world.results, "info") == ExitCode::kFailOn);
  world.results[0].marks[1].baseline = BaselineState::kUnchanged;
  CHECK(exit_code_of(world.results, "info") == ExitCode::kOk);
  world.results[0].run.status = ReportStatus::kError;
  CHECK(exit_code_of(world.results, "info") == ExitCode::kUsage);
}

TEST_CASE("reports are chosen by id, by tag or all, each once") {
  std::vector<Report> reports = {some_report("a"), some_report("b"), some_report("c")};
  reports[2].tags = {"stores"};
  const auto ids = [&](const ReportSelection& selection) {
    const auto chosen = select_reports(reports, selection);
    REQUIRE(chosen);
    std::string out;
    for (const Report* report : *chosen) out += report->id;
    return out;
  };
  CHECK(ids({.ids = {"c", "a", "c"}, .tags = {}}) == "ca");
  CHECK(ids({.ids = {}, .tags = {"connectors"}}) == "ab");
  CHECK(ids({.ids = {"b"}, .tags = {"connectors", "stores"}}) == "bac");
  CHECK(ids({.ids = {}, .tags = {}, .all = true}) == "abc");
  CHECK(ids({.ids = {}, .tags = {"stores"}, .all = true}) == "c");
  const auto unknown = select_reports(reports, {.ids = {}, .tags = {"store"}});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().what == "no report has the tag \"store\". Did you mean \"stores\"?");
}

TEST_CASE("an export is FORMAT=FILE") {
  CHECK(parse_export("json=a=b.json")->path == "a=b.json");
  CHECK(parse_export("sarif=x")->format.kind == ReportFormat::kSarif);
  CHECK_FALSE(parse_export("json"));
  CHECK_FALSE(parse_export("json="));
  CHECK_FALSE(parse_export("=x"));
  CHECK_FALSE(parse_export("jsno=x"));
}

TEST_CASE("the page of reports has a table, every head and what was found") {
  Report report = some_report("a-report");
  report.params = {{.name = "level",
                    .type = ParamType::kChoice,
                    .choices = {"low", "high"},
                    .default_value = "low",
                    .doc = "how | much"}};
  const World world;
  const std::string sample = sample_of(world.results[0].run);
  CHECK(sample.find("error  /o=Org/cn=\\x1b[2J") == 0);
  CHECK(sample.find("  detail: =1+1\n") != std::string::npos);
  CHECK(sample.find("Dir.edb") == std::string::npos);
  const std::string page = reports_markdown(std::vector{report}, {{"a-report", sample}});
  CHECK(page.find("| [a-report](#a-report) | error | directory | Title of a-report |\n") !=
        std::string::npos);
  CHECK(page.find("**Why.** Mail stops.\n") != std::string::npos);
  CHECK(page.find("**Logic.** Looks for keys.\n") != std::string::npos);
  CHECK(page.find("| level | choice(low\\|high) | low | how \\| much |\n") != std::string::npos);
  CHECK(page.find("**Remedy.** Do this.\n") != std::string::npos);
  CHECK(page.find("```text\nerror  /o=Org") != std::string::npos);
}
