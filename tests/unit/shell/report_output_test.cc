// SPDX-License-Identifier: MIT
#include "shell/render/report_output.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "render_helper.h"
#include "shell/report_catalogue.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

OwnedValue text(std::string value) { return {ValueType::kText, 0, 0, std::move(value)}; }
OwnedValue number(std::int64_t value) { return {ValueType::kInteger, value, 0, {}}; }

Report sample_report() {
  Report report;
  report.id = "connectors-without-services";
  report.title = "Connector present in the directory, its NT service missing";
  report.severity = FindingSeverity::kError;
  report.kb = {"Q188632", "Q185061"};
  report.remedy = "Delete the connector from every Connections container.";
  return report;
}

ReportRun sample_run() {
  ReportRun run;
  run.id = "connectors-without-services";
  run.status = ReportStatus::kFindings;
  run.columns = {"snapshot_id", "subject", "service_key", "note"};
  Finding first;
  first.severity = FindingSeverity::kError;
  first.cells = {number(1), text("/o=Org/cn=IMC \x1b[2J"), text("MSExchangeIMC"), {}};
  Finding second = first;
  second.severity = FindingSeverity::kWarning;
  run.findings = {first, second};
  CoverageNote note;
  note.snapshot_id = 1;
  note.missing = "registry of server EX3";
  note.cells = {{"snapshot_id", number(1)}, {"server", text("EX3")}};
  run.coverage = {note};
  return run;
}

std::string shown(const std::vector<ReportResult>& results, std::string_view format) {
  const auto choice = parse_report_format(format);
  REQUIRE(choice);
  return captured(
      [&](Output& output) { render_reports(results, *choice, RenderOptions{}, output); });
}

}  // namespace

TEST_CASE("the JSON of a run has the contract's shape") {
  const Report report = sample_report();
  const auto json = nlohmann::json::parse(shown({{&report, sample_run()}}, "json"));
  const auto& run = json["reports"][0];
  CHECK(run["id"] == "connectors-without-services");
  CHECK(run["title"] == report.title);
  CHECK(run["severity"] == "error");
  CHECK(run["kb"] == nlohmann::json({"Q188632", "Q185061"}));
  CHECK(run["status"] == "findings");
  REQUIRE(run["findings"].size() == 2);
  CHECK(run["findings"][0]["snapshot_id"] == 1);
  CHECK(run["findings"][0]["subject"] == "/o=Org/cn=IMC \x1b[2J");
  CHECK(run["findings"][0]["note"].is_null());
  CHECK(run["findings"][0]["severity"] == "error");
  CHECK(run["findings"][1]["severity"] == "warning");
  REQUIRE(run["coverage"].size() == 1);
  CHECK(run["coverage"][0] ==
        nlohmann::json(
            {{"snapshot_id", 1}, {"missing", "registry of server EX3"}, {"server", "EX3"}}));
}

TEST_CASE("a skipped report never looks like one that passed") {
  const Report report = sample_report();
  ReportRun run;
  run.id = report.id;
  run.status = ReportStatus::kSkipped;
  const auto json = nlohmann::json::parse(shown({{&report, run}}, "json"));
  CHECK(json["reports"][0]["status"] == "skipped");
  CHECK(shown({{&report, run}}, "text").find("skipped") != std::string::npos);
  CHECK(shown({{&report, run}}, "text").find("nothing found") == std::string::npos);
  CHECK(summary_line(std::vector<ReportResult>{{&report, run}}) ==
        "0 findings, 0 passed, 1 skipped");
}

TEST_CASE("text names subject, values, articles, what was not judged and the remedy") {
  const Report report = sample_report();
  const std::string out = shown({{&report, sample_run()}}, "text");
  CHECK(out.find("/o=Org/cn=IMC \\x1b[2J") != std::string::npos);
  CHECK(out.find("service key: MSExchangeIMC") != std::string::npos);
  CHECK(out.find("KB: Q188632, Q185061") != std::string::npos);
  CHECK(out.find("snapshot 1: registry of server EX3") != std::string::npos);
  CHECK(out.find("Remedy: Delete the connector") != std::string::npos);
  CHECK(out.find("2 findings (1 error, 1 warning), 0 passed, 0 skipped") != std::string::npos);
  CHECK(out.find('\x1b') == std::string::npos);
}

TEST_CASE("jsonl has one line for each finding and each note") {
  const Report report = sample_report();
  const std::string out = shown({{&report, sample_run()}}, "jsonl");
  CHECK(std::count(out.begin(), out.end(), '\n') == 3);
  const auto first = nlohmann::json::parse(out.substr(0, out.find('\n')));
  CHECK(first["report"] == report.id);
  CHECK(first["finding"]["service_key"] == "MSExchangeIMC");
}

TEST_CASE("a table unites the columns of several reports") {
  const Report report = sample_report();
  ReportRun other;
  other.id = "other";
  other.status = ReportStatus::kFindings;
  other.columns = {"snapshot_id", "subject", "extra"};
  Finding finding;
  finding.severity = FindingSeverity::kInfo;
  finding.cells = {number(2), text("x"), text("y")};
  other.findings = {finding};
  const std::vector<ReportResult> results = {{&report, sample_run()}, {&report, other}};
  const std::string out = shown(results, "csv");
  CHECK(out.substr(0, out.find('\n')) ==
        "report,severity,snapshot_id,subject,service_key,note,extra,status,missing");
  CHECK(out.find("other,info,2,x,,,y,findings,\n") != std::string::npos);
  CHECK(
      coverage_lines(results) ==
      std::vector<std::string>{"connectors-without-services: snapshot 1: registry of server EX3"});
}

TEST_CASE("markdown holds findings as a table and the notes as a list") {
  const Report report = sample_report();
  const std::string out = shown({{&report, sample_run()}}, "markdown");
  CHECK(out.find("## connectors-without-services") != std::string::npos);
  CHECK(out.find("| severity | snapshot_id | subject | service_key | note |") != std::string::npos);
  CHECK(out.find("- snapshot 1: registry of server EX3") != std::string::npos);
}

TEST_CASE("an unknown report format names those there are") {
  const auto choice = parse_report_format("sarf");
  REQUIRE_FALSE(choice);
  CHECK(choice.error().code == Code::kUsage);
  CHECK(choice.error().what.find("Did you mean \"sarif\"?") != std::string::npos);
  CHECK(choice.error().what.find("text sarif junit") != std::string::npos);
  CHECK(choice.error().what.find("markdown") != std::string::npos);
}

TEST_CASE("html is the review page") {
  const auto choice = parse_report_format("html");
  REQUIRE(choice);
  CHECK(choice->kind == ReportFormat::kReview);
}

TEST_CASE("parameters are NAME=VALUE and an unknown report names the nearest") {
  ParamValues values;
  REQUIRE(add_parameter("server=EX=1", values));
  CHECK(values["server"] == "EX=1");
  CHECK_FALSE(add_parameter("server", values));
  CHECK_FALSE(add_parameter("=x", values));
  const std::vector<Report> reports = {sample_report()};
  const auto found = find_report(reports, "connector-without-services");
  REQUIRE_FALSE(found);
  CHECK(found.error().what.find("connectors-without-services") != std::string::npos);
}
