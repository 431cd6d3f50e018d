// SPDX-License-Identifier: MIT
#include "importers/issue_log.h"

#include <algorithm>

namespace dirsnap {

const char* to_string(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "note";
    case Severity::kDoubt:
      return "doubt";
    case Severity::kLoss:
      return "loss";
  }
  return "loss";
}

void IssueLog::report(Issue issue) {
  const std::lock_guard lock(mutex_);
  ++totals_[static_cast<std::size_t>(issue.severity)];
  Kind& kind = kinds_[{source_id_, issue.code}];
  kind.severity = std::max(kind.severity, issue.severity);
  if (kind.count++ < kKeptPerKind) {
    kind.last_kept = kept_.size();
    kept_.push_back({source_id_, std::move(issue)});
  }
}

std::uint64_t IssueLog::count_of_source(std::int64_t source_id) const {
  std::uint64_t total = 0;
  for (const auto& [key, kind] : kinds_) {
    if (key.first == source_id) total += kind.count;
  }
  return total;
}

std::vector<IssueCount> IssueLog::summary() const {
  std::map<std::string, IssueCount> by_code;
  for (const auto& [key, kind] : kinds_) {
    IssueCount& entry = by_code[key.second];
    entry.code = key.second;
    entry.severity = std::max(entry.severity, kind.severity);
    entry.count += kind.count;
  }
  for (const Kept& kept : kept_) {
    IssueCount& entry = by_code[kept.issue.code];
    if (entry.example.empty()) entry.example = kept.issue.message;
  }
  std::vector<IssueCount> list;
  list.reserve(by_code.size());
  for (auto& [code, entry] : by_code) list.push_back(std::move(entry));
  std::stable_sort(list.begin(), list.end(), [](const IssueCount& a, const IssueCount& b) {
    return a.severity > b.severity;
  });
  return list;
}

Result<void> IssueLog::write(ImportContext& context) const {
  namespace t = tables::import_issues;
  DIRSNAP_TRY(RelationWriter* const table, context.table(t::kSpec));
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const Kept& kept = kept_[i];
    const Kind& kind = kinds_.at({kept.source_id, kept.issue.code});
    const std::uint64_t more =
        kind.last_kept == i && kind.count > kKeptPerKind ? kind.count - kKeptPerKind : 0;
    std::vector<Cell> row = {
        {t::kSeverity, ValueView::text(to_string(kept.issue.severity))},
        {t::kCode, ValueView::text(kept.issue.code)},
        {t::kOffsetBytes, ValueView::of(static_cast<std::int64_t>(kept.issue.offset_bytes))},
        {t::kSizeBytes, ValueView::of(static_cast<std::int64_t>(kept.issue.size_bytes))},
        {t::kMessage, ValueView::text(kept.issue.message)},
        {t::kRepeated, ValueView::of(static_cast<std::int64_t>(more))},
    };
    if (kept.source_id != 0) row.push_back({t::kSourceId, ValueView::of(kept.source_id)});
    if (!kept.issue.place.empty()) row.push_back({t::kPlace, ValueView::text(kept.issue.place)});
    DIRSNAP_CHECK(table->append(row));
  }
  return {};
}

}  // namespace dirsnap
