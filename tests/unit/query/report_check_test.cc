// SPDX-License-Identifier: MIT
#include "query/report_check.h"

#include <catch2/catch.hpp>

#include "tests/unit/query/query_case.h"

namespace dirsnap::test {
namespace {

constexpr const char* kHead = "-- id: r\n-- title: t\n-- severity: info\n";

Report report_of(const std::string& rest) {
  auto report = parse_report(kHead + rest, "r.sql");
  if (!report) FAIL(report.error().what);
  return *std::move(report);
}

std::vector<ReportTest> tests_of(const std::string& lines) {
  auto tests = parse_report_tests(report_of(lines + "SELECT 1"));
  if (!tests) FAIL(tests.error().what);
  return *std::move(tests);
}

TEST_CASE("a test of a head names a case, rows, a status and parameters, in any order") {
  const auto tests =
      tests_of("-- test: sample, rows 3\n-- test: big one, server = EX1,findings, rows 12\n");
  REQUIRE(tests.size() == 2);
  CHECK(tests[0].case_name == "sample");
  CHECK(tests[0].rows == 3);
  CHECK_FALSE(tests[0].status);
  CHECK(tests[0].line == 4);
  CHECK(tests[1].case_name == "big one");
  CHECK(tests[1].rows == 12);
  CHECK(tests[1].status == ReportStatus::kFindings);
  CHECK(tests[1].params == ParamValues{{"server", "EX1"}});
  CHECK(tests[1].line == 5);
  const auto quoted = tests_of("-- test: c, \"under=ou=Harbour,o=Paper\", of=\"a, b\", pass\n");
  CHECK(quoted[0].params == ParamValues{{"under", "ou=Harbour,o=Paper"}, {"of", "a, b"}});
  CHECK(quoted[0].status == ReportStatus::kPass);
}

TEST_CASE("a test that says nothing or something unknown is refused with its line") {
  for (const char* line :
       {"sample", ", rows 3", "sample, rows", "sample, rows x", "sample, rows -1", "sample, row 3",
        "sample, failed", "sample, server=EX1", "sample, pass, findings", "sample, rows 1, rows 1",
        "sample, a=1, a=2, pass"}) {
    INFO(line);
    const auto tests = parse_report_tests(
        report_of("-- test: ok, pass\n-- test: " + std::string(line) + "\nSELECT 1"));
    REQUIRE_FALSE(tests);
    CHECK(tests.error().code == Code::kUsage);
    CHECK(tests.error().offset == 5);
  }
}

TEST_CASE("a statement is compared with its head") {
  const TestCase test({SnapshotRows{.name = "one", .relations = {}}});
  const auto engine = test.open();
  const auto problems = [&](const std::string& rest, bool whole = true) {
    std::string out;
    for (const ReportProblem& problem : check_report(*engine, report_of(rest), whole))
      out +=
          std::to_string(problem.line) + (problem.is_fault ? " " : "? ") + problem.message + "\n";
    return out;
  };
  CHECK(problems("SELECT snapshot_id, dn AS subject FROM objects") == "");
  CHECK(problems("SELECT dn, snapshot_id FROM objects") ==
        "0 column 1 of the result is \"dn\", must be snapshot_id\n"
        "0 column 2 of the result is \"snapshot_id\", must be subject (name it with AS subject)\n");
  CHECK(problems("SELECT snapshot_id FROM objects") ==
        "0 column 2 of the result is missing, must be subject\n");
  CHECK(problems("SELECT snapshot_id, dn AS subject, 1 AS a, 2 AS a FROM objects") ==
        "0 two columns of the result are named \"a\"\n");
  CHECK(problems("-- param: server text\nSELECT snapshot_id, dn AS subject FROM objects\n"
                 "WHERE rdn = :sever") ==
        "6 the statement uses :sever, which the head does not name, did you mean \":server\"?\n"
        "4 param server: the statement does not use :server\n");
  CHECK(problems("SELECT snapshot_id,\n  dnn AS subject FROM objects").substr(0, 21) ==
        "5 no such column: dnn");
  CHECK(problems("SELECT snapshot_id, 1 AS subject\nFROM ese_x", true).substr(0, 22) ==
        "5 no such table: ese_x");
  CHECK(problems("SELECT snapshot_id, 1 AS subject\nFROM ese_x", false).substr(0, 3) == "5? ");
  CHECK(problems("-- x-identity: subject, servr\nSELECT snapshot_id, dn AS subject, 1 AS server "
                 "FROM objects") ==
        "4 x-identity: the result has no column \"servr\", did you mean \"server\"?\n");
  CHECK(problems("-- x-idenity: a\nSELECT snapshot_id, dn AS subject FROM objects") ==
        "4? key \"x-idenity\" has no meaning, did you mean \"x-identity\"?\n");
  CHECK(problems("-- x-note: a\nSELECT snapshot_id, dn AS subject FROM objects") == "");
  CHECK(problems("-- param: n text = abc the name\nSELECT :n AS snapshot_id, 1 AS subject") ==
        "4? param n: the default is \"abc the name\"; a description begins after two blanks\n");
  CHECK(problems("SELECT 1 AS snapshot_id, 2 AS subject; SELECT 3") != "");
  CHECK(problems("DELETE FROM objects") != "");
}

TEST_CASE("a test passes only where the report could judge") {
  SnapshotRows snapshot{.name = "one", .relations = {}};
  const TestCase test({snapshot});
  const auto engine = test.open();
  const auto outcome = [&](const std::string& head) {
    const Report report = report_of(head + "SELECT 1 AS snapshot_id, 'a' AS subject");
    const auto tests = parse_report_tests(report);
    REQUIRE(tests);
    const auto result = run_report_test(*engine, report, tests->front());
    REQUIRE(result);
    return result->value_or("passed");
  };
  CHECK(outcome("-- test: c, rows 1, findings\n") == "passed");
  CHECK(outcome("-- test: c, rows 2, pass\n") == "rows 1 instead of 2, findings instead of pass");
  CHECK(outcome("-- needs: registry\n-- test: c, rows 0\n") == "skipped: an input is missing");
  CHECK(outcome("-- needs: registry\n-- test: c, skipped\n") == "passed");
}

TEST_CASE("every shipped report is fit: statement, parameters, columns, tests") {
  const TestCase test({SnapshotRows{.name = "one", .relations = {}}});
  const auto engine = test.open();
  for (const Report& report : shipped_reports()) {
    INFO(report.id);
    for (const ReportProblem& problem : check_report(*engine, report, false)) {
      INFO(problem.line << " " << problem.message);
      CHECK_FALSE(problem.is_fault);
    }
    CHECK(parse_report_tests(report));
  }
}

}  // namespace
}  // namespace dirsnap::test
