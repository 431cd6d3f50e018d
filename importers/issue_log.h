// SPDX-License-Identifier: MIT
//
// Collects the issues of one import for the table import_issues. The first kKeptPerKind issues of
// a (source, code) pair are kept whole, the rest is counted exactly.
// Memory: bounded by sources x kinds x kKeptPerKind. Threads: report() may be called from several
// threads; everything else by one.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "importers/registry.h"

namespace dirsnap {

class IssueLog {
 public:
  static constexpr std::size_t kKeptPerKind = 1000;

  // Issues from now on belong to this source; 0: to the snapshot as a whole.
  void set_source(std::int64_t source_id) { source_id_ = source_id; }

  // The sink that importers get.
  [[nodiscard]] IssueSink& sink() { return sink_; }
  void report(Issue issue);

  [[nodiscard]] std::uint64_t count(Severity severity) const {
    return totals_[static_cast<std::size_t>(severity)];
  }
  [[nodiscard]] std::uint64_t count_of_source(std::int64_t source_id) const;
  // Counted by severity and code, gravest first.
  [[nodiscard]] std::vector<IssueCount> summary() const;

  // Writes the rows of import_issues, by source, then in the order in which they were met.
  Result<void> write(ImportContext& context) const;

 private:
  struct Sink final : IssueSink {
    explicit Sink(IssueLog& owner) : log(owner) {}
    void report(Issue issue) override { log.report(std::move(issue)); }
    IssueLog& log;
  };
  struct Kept {
    std::int64_t source_id = 0;
    Issue issue;
  };
  struct Kind {
    Severity severity = Severity::kNote;
    std::uint64_t count = 0;
    std::size_t last_kept = 0;  // position in kept_
  };

  Sink sink_{*this};
  mutable std::mutex mutex_;
  std::int64_t source_id_ = 0;
  std::vector<Kept> kept_;
  std::map<std::pair<std::int64_t, std::string>, Kind> kinds_;
  std::array<std::uint64_t, 3> totals_{};
};

const char* to_string(Severity severity);

}  // namespace dirsnap
