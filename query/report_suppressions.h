// SPDX-License-Identifier: MIT
//
// Findings that somebody accepted, as a CSV file (RFC 4180): first line
// `report,object,reason,owner,expires`, columns in any order, lines that begin with # are
// comments. `report` and `object` are globs (* ? [...]), compared without regard to case; `object`
// is matched with the whole subject of the finding. `expires` is the last day on which the line
// holds (YYYY-MM-DD, UTC), empty for none; reason and owner may not be empty.
// A suppressed finding stays in every output, marked. Lifetime: plain values. Threads: one thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/report_marks.h"
#include "storage/pattern.h"

namespace dirsnap {

class Suppressions {
 public:
  // `today` is YYYY-MM-DD. Fails with kUsage; the message names origin and line, and so does
  // Error::offset.
  static Result<Suppressions> parse(std::string_view text,
                                    const std::string& origin,
                                    std::string_view today);

  // Marks the findings of one report that a line in force matches; the first such line counts.
  void apply(const Report& report, const ReportRun& run, std::vector<FindingMark>& marks);

  // Lines whose day has passed: they have no effect.
  [[nodiscard]] const std::vector<Suppression>& expired() const { return expired_; }
  // Lines in force whose `report` is none of these, each with the nearest id or none.
  [[nodiscard]] std::vector<std::pair<Suppression, std::string>> of_no_report(
      std::span<const Report> known) const;
  // Lines in force that speak of a report which was judged, and matched no finding of it.
  [[nodiscard]] std::vector<Suppression> unused() const;

 private:
  struct Line {
    Suppression suppression;
    Pattern report;
    Pattern object;
    bool asked = false;    // some report with this id was judged
    bool matched = false;  // some finding was suppressed
  };

  std::vector<Line> lines_;
  std::vector<Suppression> expired_;
};

}  // namespace dirsnap
