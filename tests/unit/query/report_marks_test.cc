// SPDX-License-Identifier: MIT
#include "query/report_marks.h"

#include <catch2/catch.hpp>

#include "query/csv_records.h"
#include "query/report_baseline.h"
#include "query/report_suppressions.h"

namespace dirsnap::test {
namespace {

using Texts = std::vector<std::string>;

OwnedValue text(std::string value) { return {.type = ValueType::kText, .bytes = std::move(value)}; }
OwnedValue number(std::int64_t value) {
  return {.type = ValueType::kInteger, .integer = value, .bytes = {}};
}

Report report_named(const std::string& id) {
  Report report;
  report.id = id;
  report.title = "A title";
  return report;
}

struct Row {
  std::int64_t snapshot = 1;
  std::string subject;
  std::string server = "EX1";
  std::string detail = "a detail";
  FindingSeverity severity = FindingSeverity::kError;
};

ReportRun run_of(const std::vector<Row>& rows) {
  ReportRun run;
  run.id = "r";
  run.status = rows.empty() ? ReportStatus::kPass : ReportStatus::kFindings;
  run.columns = {"snapshot_id", "subject", "server", "detail"};
  for (const Row& row : rows) {
    run.findings.push_back(
        {row.severity,
         {number(row.snapshot), text(row.subject), text(row.server), text(row.detail)}});
  }
  return run;
}

Texts prints(const ReportRun& run, const Report& report = report_named("r")) {
  Texts out;
  for (const FindingMark& mark : mark_findings(report, run)) out.push_back(mark.fingerprint);
  return out;
}

TEST_CASE("a fingerprint is the same in another snapshot, case and wording of the detail") {
  const Texts first = prints(run_of({{.snapshot = 1, .subject = "/o=Org/cn=IMC"}}));
  CHECK(first == prints(run_of({{.snapshot = 7, .subject = "/o=ORG/cn=imc ", .detail = "b"}})));
  CHECK(first != prints(run_of({{.subject = "/o=Org/cn=IMC2"}})));
  CHECK(first != prints(run_of({{.subject = "/o=Org/cn=IMC", .server = "EX2"}})));
  CHECK(first != prints(run_of({{.subject = "/o=Org/cn=IMC"}}), report_named("s")));
}

TEST_CASE("a registry key has one fingerprint in a hive and in a text export") {
  const auto key = [](const char* set) {
    return prints(run_of({{.subject = std::string("HKLM\\SYSTEM\\") + set + "\\Services\\X"}}));
  };
  CHECK(key("ControlSet001") == key("CurrentControlSet"));
  CHECK(key("ControlSet00x") != key("CurrentControlSet"));
  CHECK(prints(run_of({{.subject = "HKLM\\SYSTEM\\ControlSet001"}})) !=
        prints(run_of({{.subject = "HKLM\\SYSTEM\\CurrentControlSet"}})));
}

TEST_CASE("findings of one identity are numbered by their evidence, whatever their order") {
  const Row a{.subject = "/o=Org", .detail = "a"};
  const Row b{.subject = "/o=Org", .detail = "b"};
  const Texts ab = prints(run_of({a, b}));
  const Texts ba = prints(run_of({b, a}));
  CHECK(ab == Texts{ba[1], ba[0]});
  CHECK(ab[0] != ab[1]);
  CHECK(ab[0].substr(0, ab[0].find(':')) == ab[1].substr(0, ab[1].find(':')));
  CHECK(prints(run_of({a, {.snapshot = 2, .subject = "/o=Org"}}))[0] ==
        prints(run_of({a, {.snapshot = 2, .subject = "/o=Org"}}))[1]);
}

TEST_CASE("a head's x-identity names the columns that tell findings apart") {
  Report report = report_named("r");
  report.extra = {{"x-identity", "detail"}};
  const Row row{.subject = "/o=Org"};
  Row other = row;
  other.server = "EX9";
  CHECK(prints(run_of({row}), report) == prints(run_of({other}), report));
  other.detail = "another";
  CHECK(prints(run_of({row}), report) != prints(run_of({other}), report));
}

TEST_CASE("records of a CSV text keep quotes, line breaks and the line they begin on") {
  const auto records =
      parse_csv_records("# note\n\na,\"b \"\"c\"\"\",\"d\ne\"\r\n\"x,y\",,\n#z\nlast");
  REQUIRE(records);
  REQUIRE(records->size() == 3);
  CHECK((*records)[0].fields == Texts{"a", "b \"c\"", "d\ne"});
  CHECK((*records)[0].line == 3);
  CHECK((*records)[1].fields == Texts{"x,y", "", ""});
  CHECK((*records)[1].line == 5);
  CHECK((*records)[2].fields == Texts{"last"});
  CHECK((*records)[2].line == 7);
  CHECK(parse_csv_records("a\n\"open\nstill").error().offset == 2);
  CHECK(parse_csv_records("a\n\nb,\"c\"d").error().offset == 3);
  CHECK(parse_csv_records("")->empty());
}

constexpr const char* kHeader = "report,object,reason,owner,expires\n";

Suppressions suppressions(const std::string& lines) {
  auto parsed = Suppressions::parse(kHeader + lines, "file.csv", "2026-06-15");
  if (!parsed) FAIL(parsed.error().what);
  return *std::move(parsed);
}

TEST_CASE("a suppression marks what its globs match and remembers whether it did") {
  const Report report = report_named("connectors-without-services");
  const ReportRun run = run_of({{.subject = "/o=Org/cn=IMC (EX1)"}, {.subject = "/o=Org/cn=X400"}});
  Suppressions known = suppressions(
      "connectors-*,/O=org/cn=imc*,\"Retired, ticket 7\",J. Doe,2026-06-15\n"
      "connectors-without-services,/o=Other/*,none,X,\n"
      "other-report,*,not asked,X,\n");
  std::vector<FindingMark> marks = mark_findings(report, run);
  known.apply(report, run, marks);
  REQUIRE(marks[0].suppression);
  CHECK(marks[0].suppression->reason == "Retired, ticket 7");
  CHECK(marks[0].suppression->owner == "J. Doe");
  CHECK_FALSE(marks[1].suppression);
  REQUIRE(known.unused().size() == 1);
  CHECK(known.unused()[0].object == "/o=Other/*");
  CHECK(known.expired().empty());
}

TEST_CASE("a set in a suppression's pattern is that of a shell, turned round by ! as by ^") {
  const Report report = report_named("r");
  const ReportRun run = run_of({{.subject = "a1"}, {.subject = "a2"}, {.subject = "a!"}});
  const auto marked = [&](const std::string& pattern) {
    Suppressions known = suppressions("r," + pattern + ",reason,X,\n");
    std::vector<FindingMark> marks = mark_findings(report, run);
    known.apply(report, run, marks);
    std::string all;
    for (const FindingMark& mark : marks) all += mark.suppression ? 'x' : '-';
    return all;
  };
  CHECK(marked("a[!1]") == "-xx");
  CHECK(marked("a[^1]") == "-xx");
  CHECK(marked("a[1!]") == "x-x");
  CHECK(marked("[!b][!]1]") == "-xx");
  CHECK(marked("[a][!2]") == "x-x");
}

TEST_CASE("a suppression whose day has passed is told and has no effect") {
  const Report report = report_named("r");
  const ReportRun run = run_of({{.subject = "/o=Org"}});
  Suppressions known = suppressions("r,*,old,X,2026-06-14\n");
  std::vector<FindingMark> marks = mark_findings(report, run);
  known.apply(report, run, marks);
  CHECK_FALSE(marks[0].suppression);
  REQUIRE(known.expired().size() == 1);
  CHECK(known.expired()[0].line == 2);
  CHECK(known.unused().empty());
}

TEST_CASE("a report that was skipped leaves its suppressions unasked") {
  const Report report = report_named("r");
  ReportRun run = run_of({});
  run.status = ReportStatus::kSkipped;
  Suppressions known = suppressions("r,*,reason,X,\n");
  std::vector<FindingMark> marks;
  known.apply(report, run, marks);
  CHECK(known.unused().empty());
}

TEST_CASE("a mistake in a suppressions file names its line and the nearest column") {
  const auto message = [](const std::string& file) {
    const auto parsed = Suppressions::parse(file, "file.csv", "2026-06-15");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Code::kUsage);
    return parsed.error().what;
  };
  CHECK(message("report,objet,reason,owner,expires\n") ==
        "file.csv line 1: unknown column \"objet\", did you mean \"object\"?");
  CHECK(message("report,object,reason,owner\n").find("line 1: the columns are") !=
        std::string::npos);
  CHECK(message("").find("line 1: the line \"report,") != std::string::npos);
  CHECK(message(kHeader + std::string("\nr,*,why,who\n")) ==
        "file.csv line 3: has 4 fields instead of 5");
  CHECK(message(kHeader + std::string("r,*,,who,\n")) == "file.csv line 2: reason is empty");
  CHECK(message(kHeader + std::string("r,*,why,,\n")) == "file.csv line 2: owner is empty");
  CHECK(message(kHeader + std::string("r,*,why,who,soon\n")).find("is no day") !=
        std::string::npos);
  CHECK(message(kHeader + std::string("r,*,why,who,2026-02-31\n")).find("is no day") !=
        std::string::npos);
  CHECK(message(kHeader + std::string("r,\"*,why,who,\n")).find("line 2: a quote") !=
        std::string::npos);
}

TEST_CASE("a suppressions file that could match nothing is refused") {
  const auto message = [](const std::string& file) {
    const auto parsed = Suppressions::parse(file, "file.csv", "2026-06-15");
    REQUIRE_FALSE(parsed);
    return parsed.error().what;
  };
  CHECK(message(kHeader + std::string("r,*M\xFCller,why,who,\n")) ==
        "file.csv line 2: the text is not UTF-8; save the file as UTF-8");
  CHECK(message("report;object;reason;owner;expires\n") ==
        "file.csv line 1: the columns are separated by commas");
}

TEST_CASE("a suppression of a report that does not exist names the nearest") {
  const std::vector<Report> reports = {report_named("connectors-without-services"),
                                       report_named("ghost-site")};
  const auto strange = suppressions(
                           "conectors-without-services,*,why,who,\n"
                           "Ghost-*,*,why,who,\nnone-of-them,*,why,who,\n")
                           .of_no_report(reports);
  REQUIRE(strange.size() == 2);
  CHECK(strange[0].first.line == 2);
  CHECK(strange[0].second == "connectors-without-services");
  CHECK(strange[1].first.line == 4);
  CHECK(strange[1].second.empty());
}

std::string baseline_json(const Texts& fingerprints, const char* severity = "error") {
  std::string list;
  for (const std::string& print : fingerprints) {
    list += std::string(list.empty() ? "" : ",") + "{\"snapshot_id\":1,\"subject\":\"/o=Old\"," +
            "\"severity\":\"" + severity + "\",\"fingerprint\":\"" + print + "\"}";
  }
  return "{\"reports\":[{\"id\":\"r\",\"findings\":[" + list + "]}]}";
}

Baseline baseline(const std::string& json) {
  auto parsed = Baseline::parse(json, "old.json");
  if (!parsed) FAIL(parsed.error().what);
  return *std::move(parsed);
}

TEST_CASE("a baseline tells new, unchanged and resolved findings apart") {
  const Report report = report_named("r");
  const ReportRun run = run_of({{.subject = "/o=A"}, {.subject = "/o=B"}});
  std::vector<FindingMark> marks = mark_findings(report, run);
  const Baseline old = baseline(baseline_json({marks[0].fingerprint, "gone:1", "gone:1"}));
  auto resolved = old.apply(report, run, marks);
  CHECK(marks[0].baseline == BaselineState::kUnchanged);
  CHECK(marks[1].baseline == BaselineState::kNew);
  REQUIRE(resolved.size() == 1);
  CHECK(resolved[0].certain);
  CHECK(resolved[0].cells[1].second.bytes == "/o=Old");

  ReportRun partly = run;
  partly.coverage.push_back({.snapshot_id = 1, .missing = "registry", .cells = {}});
  resolved = old.apply(report, partly, marks);
  REQUIRE(resolved.size() == 1);
  CHECK_FALSE(resolved[0].certain);
}

TEST_CASE("a finding that became graver than its baseline is new") {
  const Report report = report_named("r");
  const ReportRun run = run_of({{.subject = "/o=A"}});
  std::vector<FindingMark> marks = mark_findings(report, run);
  baseline(baseline_json({marks[0].fingerprint}, "info")).apply(report, run, marks);
  CHECK(marks[0].baseline == BaselineState::kNew);
}

TEST_CASE("a report that is skipped resolves nothing: its findings are not judged again") {
  const Report report = report_named("r");
  ReportRun run = run_of({});
  run.status = ReportStatus::kSkipped;
  std::vector<FindingMark> marks;
  const auto gone = baseline(baseline_json({"gone:1"})).apply(report, run, marks);
  REQUIRE(gone.size() == 1);
  CHECK_FALSE(gone[0].certain);
}

TEST_CASE("a baseline that nests without end is refused") {
  const std::size_t depth = 500'000;
  const auto parsed = Baseline::parse(
      "{\"reports\":[{\"id\":\"r\",\"findings\":[{\"severity\":"
      "\"info\",\"fingerprint\":\"f\",\"a\":" +
          std::string(depth, '[') + std::string(depth, ']') + "}]}]}",
      "old.json");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().what.find("old.json: not the JSON of a run") == 0);
}

TEST_CASE("what is no JSON of a run is refused as a baseline") {
  for (const char* json :
       {"", "[]", "{}", "{\"reports\":1}", "{\"reports\":[{}]}", "{\"reports\":[{\"id\":\"r\"}]}",
        "{\"reports\":[{\"id\":\"r\",\"findings\":[1]}]}",
        "{\"reports\":[{\"id\":\"r\",\"findings\":[{\"severity\":\"error\"}]}]}",
        "{\"reports\":[{\"id\":\"r\",\"findings\":[{\"severity\":\"x\",\"fingerprint\":\"f\"}]}]}",
        "{\"reports\":["}) {
    INFO(json);
    const auto parsed = Baseline::parse(json, "old.json");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Code::kUsage);
    CHECK(parsed.error().what.find("old.json: ") == 0);
  }
}

}  // namespace
}  // namespace dirsnap::test
