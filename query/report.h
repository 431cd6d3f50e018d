// SPDX-License-Identifier: MIT
//
// Saved reports: a .sql file with a comment head (contract, section 4), loaded, checked and run.
// Parameters are bound, never pasted. A report that lacks its inputs is `skipped`, never `pass`.
// Lifetime: plain values. Threads: one thread per Engine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/engine.h"

namespace dirsnap {

enum class FindingSeverity : std::uint8_t { kInfo, kWarning, kError };  // orders by gravity

enum class ParamType : std::uint8_t { kInteger, kReal, kText, kBool, kDatetime, kDn, kChoice };

struct ReportParam {
  std::string name;
  ParamType type = ParamType::kText;
  std::vector<std::string> choices;          // kChoice
  std::optional<std::string> default_value;  // nullopt = NULL
  std::string doc;
};

struct Report {
  std::string id;
  std::string title;
  FindingSeverity severity = FindingSeverity::kWarning;
  std::vector<std::string> kb;       // "Q188632"
  std::vector<std::string> applies;  // "4.0", "5.0", "5.5"
  std::vector<std::string> needs;    // roles: directory, registry, private-store, public-store
  std::vector<std::string> tags;
  std::vector<ReportParam> params;
  std::string remedy;
  std::vector<std::string> tests;                          // "sample, rows 3"
  std::vector<std::pair<std::string, std::string>> extra;  // x-... keys
  std::string sql;                                         // the statement, head included
  std::string origin;                                      // "shipped" or the file's path
};

// Parses one report file. Fails with kUsage; Error::offset is the line number (from 1); an unknown
// key names the nearest known one.
Result<Report> parse_report(std::string_view text, std::string origin);

// The reports built into the program, in the catalogue's order.
const std::vector<Report>& shipped_reports();

// One report file.
Result<Report> load_report(const std::filesystem::path& path);

// The *.sql files of a folder, by name; hidden ones are left out, links that lead nowhere are not.
Result<std::vector<std::filesystem::path>> find_report_files(const std::filesystem::path& folder);

// The reports of a folder, and why files of it are none.
struct LoadedReports {
  std::vector<Report> reports;
  std::vector<Error> refused;              // each names its file, and the line where there is one
  std::vector<std::string> replaced = {};  // "FILE takes the place of ...", where ids are the same
};
// Adds a report, in the place of an earlier one of the same id.
void add_report(Report report, LoadedReports& loaded);

// Every *.sql of a folder, by name. A later report of the same id replaces an earlier one. Fails
// only where the folder itself cannot be read.
Result<LoadedReports> load_reports(const std::filesystem::path& folder);

// One cell of a finding, owned.
struct OwnedValue {
  ValueType type = ValueType::kNull;
  std::int64_t integer = 0;
  double real = 0;
  std::string bytes;
};

struct Finding {
  FindingSeverity severity = FindingSeverity::kWarning;
  std::vector<OwnedValue> cells;  // parallel to ReportRun::columns
};

// What a report could not judge. Comes from absent roles (`needs`) and from result rows whose
// column `missing` is not NULL: such a row is a coverage note and never a finding. A note whose
// column `severity` is 'skipped' says that nothing of its snapshot could be judged; a report that
// could judge none is skipped.
struct CoverageNote {
  std::int64_t snapshot_id = 0;
  std::string missing;                                    // e.g. "registry of server EX3"
  std::vector<std::pair<std::string, OwnedValue>> cells;  // the row's other non-NULL columns
};

enum class ReportStatus : std::uint8_t { kPass, kFindings, kSkipped, kError };

struct ReportRun {
  std::string id;
  ReportStatus status = ReportStatus::kPass;
  std::vector<std::string> columns;  // of findings: without `missing` and `severity`
  std::vector<Finding> findings;
  std::vector<CoverageNote> coverage;
  std::string error;                    // kError
  Code error_code = Code::kUsage;       // kError: its kind, kLimit where a limit was met
  std::vector<std::int64_t> snapshots;  // that were looked at, in order
  std::vector<std::int64_t> unjudged;   // those of them of which nothing could be judged
};

using ParamValues = std::map<std::string, std::string>;

// Runs one report over all snapshots the engine shows. Fails only for the caller's mistakes
// (unknown parameter, value of the wrong type: kUsage) and for interruption; a broken statement, a
// row without snapshot or subject, and a limit that was met are status kError.
Result<ReportRun> run_report(Engine& engine, const Report& report, const ParamValues& params);

const char* to_string(FindingSeverity severity);
const char* to_string(ReportStatus status);
const char* to_string(ParamType type);

}  // namespace dirsnap
