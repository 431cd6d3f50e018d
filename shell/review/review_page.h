// SPDX-License-Identifier: MIT
//
// The parts of the review page, one function each, and what they share.
// Lifetime: ReviewPage borrows everything for the time of write_review. Threads: one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "shell/review/html.h"
#include "shell/review/review.h"
#include "shell/review/review_model.h"

namespace dirsnap {

struct ReviewPage {
  const ReviewModel& model;
  std::span<const ReportResult> results;
  const ReviewOptions& options;
};

// How a report ended, for readers: a report that judged a part is told apart from one that judged
// all, and neither looks like one that judged nothing.
enum class Verdict : std::uint8_t { kFindings, kPassed, kPassedInPart, kSkipped, kFailed };
inline constexpr std::size_t kVerdicts = 5;
Verdict verdict_of(const ReportRun& run);

// Sections, in the order of the page.
void write_summary(const ReviewPage& page, HtmlWriter& out);
void write_findings(const ReviewPage& page, HtmlWriter& out);
void write_trees(const ReviewPage& page, HtmlWriter& out);
void write_coverage(const ReviewPage& page, HtmlWriter& out);
void write_charts(const ReviewPage& page, HtmlWriter& out);
void write_classes(const ReviewPage& page, HtmlWriter& out);
void write_issues(const ReviewPage& page, HtmlWriter& out);
void write_provenance(const ReviewPage& page, HtmlWriter& out);
void write_statements(const ReviewPage& page, HtmlWriter& out);

// Shared pieces.

// The drawings that <use> refers to; once per page, first in the body.
void write_symbols(HtmlWriter& out);
// Icon and word in one: never a colour alone.
void write_severity(HtmlWriter& out, FindingSeverity severity);
void write_verdict(HtmlWriter& out, Verdict verdict);
// "snapshot 3 (name)", with a link to its row where that is on the page.
void write_snapshot(const ReviewPage& page, HtmlWriter& out, std::int64_t snapshot_id);
// "Not listed here: 1,234 findings.", nothing for 0.
void write_left_over(HtmlWriter& out, std::uint64_t left, Markup noun);
// A text, or a dash that is read out as "not known".
void write_optional(HtmlWriter& out, std::string_view text);
// A connector wired to its services: the drawing of the tree's leaves and of the summary.
void write_pair(HtmlWriter& out, const ReviewConnector& connector);
// A number cell of a table.
void write_number_cell(HtmlWriter& out, std::int64_t value);

Markup icon_of(ServiceState state);
Markup label_of(ServiceState state);
Markup style_of(ServiceState state);  // class of the style sheet

}  // namespace dirsnap
