// SPDX-License-Identifier: MIT
//
// Cases of reports: text files that change a healthy organisation and say what a report must find.
// The form is shown in reports/README.md. A file that breaks its rules throws with "FILE:LINE: ".
// Lifetime: plain values. Threads: one thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/report.h"

namespace dirsnap::test {

struct CaseLine {
  std::string text;        // abbreviations in braces replaced
  std::size_t number = 0;  // from 1
};

// The lines below one heading.
struct CaseBlock {
  std::string server{};       // of a registry or a store
  bool starts_empty = false;  // registry only: without the base registry
  std::vector<CaseLine> lines{};
};

// One backup set: what differs from the base.
struct CaseSnapshot {
  std::string name = "backup";
  std::string taken_at;  // ISO 8601, empty: not told
  std::string server;    // as --server tells it, empty: not told
  std::string directory_form = "ldif";
  std::vector<CaseBlock> directory;
  std::vector<CaseBlock> registries;
  std::vector<CaseBlock> stores;  // their servers' stores are part of the backup
  std::set<std::string> omitted;  // "directory", "registry SRV1"
  // Further files of the same directory and registries, in the folder "second" of the backup.
  std::vector<CaseBlock> second_directory{};
  std::vector<CaseBlock> second_registries{};
};

struct ExpectedFinding {
  FindingSeverity severity = FindingSeverity::kError;
  std::string subject;
  std::vector<std::pair<std::string, std::string>> cells;  // column and value
  std::size_t line = 0;
};

struct ReportCase {
  std::filesystem::path file;
  std::size_t line = 0;
  std::string name;
  ParamValues params{};
  std::vector<CaseSnapshot> snapshots{1};
  ReportStatus status = ReportStatus::kPass;
  std::vector<ExpectedFinding> findings{};
  std::vector<std::string> notes{};  // each part of one coverage note
};

// What is wrong with a file, with the place in front.
class CaseError : public std::runtime_error {
 public:
  CaseError(const std::filesystem::path& file, std::size_t line, std::string_view what);
};

// Abbreviations: "let NAME = text" makes {NAME} stand for the text.
using Abbreviations = std::map<std::string, std::string>;

std::vector<ReportCase> read_cases(const std::filesystem::path& file, Abbreviations known);
// A file without cases: abbreviations and changes that every snapshot begins with.
CaseSnapshot read_base(const std::filesystem::path& file, Abbreviations& known);

}  // namespace dirsnap::test
