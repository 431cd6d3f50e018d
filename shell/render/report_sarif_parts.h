// SPDX-License-Identifier: MIT
//
// The objects of a SARIF log that say what was looked at and what each report is; report_sarif.cc
// puts them together. Lifetime: Artifacts borrows its facts. Threads: one thread.
// Facts: SARIF 2.1.0 (OASIS), sections 3.24 artifact, 3.49 reportingDescriptor, 3.58 notification.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "shell/render/report_output.h"

namespace dirsnap::sarif {

// `note`, `warning`, `error`.
const char* level_of(FindingSeverity severity);

// A plain text message: square brackets could read as a link, so none is left that does.
std::string message_text(std::string_view text);

// Percent-encoded; an absolute path becomes a file URI.
std::string file_uri(std::string_view path);

// Compact JSON; text that is not UTF-8 is repaired, what could fool a terminal or a page is
// escaped.
std::string dump(const nlohmann::ordered_json& json);

// tool.driver.rules[i].
nlohmann::ordered_json rule_of(const ReportResult& result);

// One notification for each coverage note and each failure of a report.
std::vector<nlohmann::ordered_json> notifications_of(const ReportResult& result, std::size_t rule);

// The sources of the run, and which of them a finding speaks of.
class Artifacts {
 public:
  explicit Artifacts(const RunFacts& facts);

  [[nodiscard]] nlohmann::ordered_json all() const;
  // Indexes of the sources that the finding names in its columns; where it names none, the first
  // source of each role that the report needs. With the column's name.
  [[nodiscard]] std::vector<std::pair<std::size_t, std::string>> of(const ReportResult& result,
                                                                    const Finding& finding) const;
  // A physicalLocation.
  [[nodiscard]] nlohmann::ordered_json location(std::size_t index) const;

 private:
  [[nodiscard]] std::string uri(std::size_t index) const;

  const RunFacts& facts_;
  std::map<std::pair<std::int64_t, std::string>, std::size_t> by_path_;
};

}  // namespace dirsnap::sarif
