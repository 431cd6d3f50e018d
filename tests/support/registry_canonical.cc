// SPDX-License-Identifier: MIT
//
// registry_canonical [--no-logs] [--deleted] FILE
// Writes the canonical lines of a registry source to standard output, sorted as raw bytes; issues
// go to standard error. Logs beside a hive are applied unless --no-logs. --deleted writes the
// deleted keys and values of the hive as it lies. Exit codes: 0 complete, 3
// with losses or doubts, 4 unusable, 2 usage.
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "importers/reg_text/reader.h"
#include "importers/regf/hive.h"
#include "importers/regf/log.h"
#include "tests/support/registry_lines.h"
#include "tests/support/unxz.h"

namespace {

using namespace dirsnap;

struct Options {
  std::string path;
  bool no_logs = false;
  bool deleted = false;
};

class StderrSink final : public IssueSink {
 public:
  void report(Issue issue) override {
    static constexpr const char* kNames[] = {"note", "doubt", "loss"};
    std::fprintf(stderr, "%s %s at %llu (%s): %s\n", kNames[static_cast<int>(issue.severity)],
                 issue.code, static_cast<unsigned long long>(issue.offset_bytes),
                 issue.place.c_str(), issue.message.c_str());
    if (issue.severity != Severity::kNote) is_complete = false;
  }
  bool is_complete = true;
};

int write_lines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 5;
}

// The logs beside a hive, in the order Windows numbers them.
std::vector<std::vector<std::byte>> read_logs(const std::string& path) {
  std::vector<std::vector<std::byte>> logs;
  for (const char* suffix : {".LOG", ".LOG1", ".LOG2"})
    logs.push_back(test::read_file(path + suffix));
  return logs;
}

Result<std::vector<std::string>> lines_of(const Options& options, IssueSink& issues) {
  std::vector<std::byte> bytes = test::read_file(options.path);
  if (!regf::Hive::open(bytes)) {
    MemorySource source(std::move(bytes));
    const CancelToken cancel;
    DIRSNAP_TRY(const reg_text::Document document,
                reg_text::read_document(source, {}, cancel, issues));
    return test::canonical_lines(document);
  }
  if (options.deleted) {
    DIRSNAP_TRY(const regf::Hive hive, regf::Hive::open(bytes));
    return test::deleted_lines(hive);
  }
  const auto logs =
      options.no_logs ? std::vector<std::vector<std::byte>>{} : read_logs(options.path);
  std::vector<regf::LogFile> files;
  for (const auto& log : logs) files.push_back({.name = "log", .bytes = log});
  regf::replay_logs(bytes, files, issues);
  DIRSNAP_TRY(const regf::Hive hive, regf::Hive::open(bytes));
  hive.check_bins(issues);
  return test::canonical_lines(hive, issues);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  bool is_usage_error = false;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--no-logs") {
      options.no_logs = true;
    } else if (argument == "--deleted") {
      options.deleted = true;
    } else if (options.path.empty() && !argument.starts_with("--")) {
      options.path = argument;
    } else {
      is_usage_error = true;
    }
  }
  if (options.path.empty() || is_usage_error) {
    std::fprintf(stderr, "usage: registry_canonical [--no-logs] [--deleted] FILE\n");
    return 2;
  }
  StderrSink issues;
  const auto lines = lines_of(options, issues);
  if (!lines) {
    std::fprintf(stderr, "%s: %s\n", options.path.c_str(), lines.error().what.c_str());
    return 4;
  }
  const int status = write_lines(*lines);
  return status != 0 ? status : (issues.is_complete ? 0 : 3);
}
