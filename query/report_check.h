// SPDX-License-Identifier: MIT
//
// Is a report file fit to be run? Its statement is compiled against a case (an empty one will do),
// its parameters and first columns are looked at, and the tests of its head are run.
// A test is `-- test: CASE, rows 3` with any of, after the name of a case and separated by commas:
//   rows N           so many findings
//   pass | findings | skipped   the status
//   NAME=VALUE       a parameter of the report; double quotes keep commas together
// Lifetime: plain values. Threads: one thread per Engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/report.h"

namespace dirsnap {

struct ReportProblem {
  std::uint64_t line = 0;  // of the file, from 1; 0: of no line
  std::string message;
  bool is_fault = true;  // false: could not be checked here, or only looks like a mistake
};

// Compiles the statement and compares it with the head. `whole_schema` is false where the engine's
// case is empty: tables that only real cases have (ese_..., class_...) are then no fault.
std::vector<ReportProblem> check_report(Engine& engine, const Report& report, bool whole_schema);

struct ReportTest {
  std::string case_name;
  std::optional<std::uint64_t> rows = {};
  std::optional<ReportStatus> status = {};
  ParamValues params = {};
  std::uint64_t line = 0;  // of the file
};

// The tests of the head. Fails with kUsage; Error::offset is the line.
Result<std::vector<ReportTest>> parse_report_tests(const Report& report);

// What came out otherwise than the test says; nullopt: it passed. Fails as run_report.
Result<std::optional<std::string>> run_report_test(Engine& engine,
                                                   const Report& report,
                                                   const ReportTest& test);

}  // namespace dirsnap
