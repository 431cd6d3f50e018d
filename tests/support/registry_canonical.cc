// SPDX-License-Identifier: MIT
//
// registry_canonical FILE
// Writes the canonical lines of a registry source to standard output, sorted as raw bytes; issues
// go to standard error. Exit codes: 0 complete, 3 with losses or doubts, 4 unusable, 2 usage.
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "importers/reg_text/reader.h"
#include "tests/support/registry_lines.h"
#include "tests/support/unxz.h"

namespace {

using namespace dirsnap;

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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: registry_canonical FILE\n");
    return 2;
  }
  std::FILE* file = std::fopen(argv[1], "rb");
  if (file == nullptr) {
    std::perror(argv[1]);
    return 4;
  }
  std::fclose(file);
  MemorySource source(test::read_file(argv[1]));
  StderrSink issues;
  const CancelToken cancel;
  const auto document = reg_text::read_document(source, {}, cancel, issues);
  if (!document) {
    std::fprintf(stderr, "%s: %s\n", argv[1], document.error().what.c_str());
    return 4;
  }
  const int status = write_lines(test::canonical_lines(*document));
  return status != 0 ? status : (issues.is_complete ? 0 : 3);
}
