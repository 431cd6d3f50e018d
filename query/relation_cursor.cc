// SPDX-License-Identifier: MIT
#include "query/relation_cursor.h"

#include <algorithm>
#include <utility>

#include "query/sql_value.h"

namespace dirsnap {
namespace {

// With fewer parts it does not matter that snapshots share rows.
constexpr std::size_t kSharingParts = 4;

// Bits of a rowid that number the row inside its part.
constexpr unsigned kRowBits = 40;

ValueView part_value(const TablePart& part, ColumnOrigin origin) {
  if (origin == ColumnOrigin::kImportedAt) return ValueView::text(part.imported_at);
  return ValueView::of(origin == ColumnOrigin::kSource
                           ? part.source_id
                           : static_cast<std::int64_t>(part.snapshot_id));
}

bool is_lower_bound(Op op) { return op == Op::kGt || op == Op::kGe; }
bool is_upper_bound(Op op) { return op == Op::kLt || op == Op::kLe; }

}  // namespace

Result<void> RelationCursor::filter(std::string_view plan,
                                    std::span<sqlite3_value*> arguments,
                                    std::size_t pattern_limit) {
  if (plan_text_ != plan) {
    DIRSNAP_TRY(plan_, table_.plan(plan));
    plan_text_ = plan;
    chosen_for_.reset();
  }
  ++counters_.filter_calls;
  shared_index_ = nullptr;
  next_part_ = 0;
  at_end_ = true;
  is_seeking_offset_ = false;
  const bool possible = bind(arguments, pattern_limit);
  if (!possible || left_ == 0) return {};
  choose_parts();
  DIRSNAP_TRY(const bool some, open_next_group());
  if (!some) return {};
  at_end_ = false;
  return next();
}

void RelationCursor::rest() {
  at_end_ = true;
  pool_.clear();
  part_filters_.clear();
  bound_.clear();
  for (PartScan& scan : scans_) scan.rest();
  merge_.rest();
  is_merging_ = false;
  at_ = scans_.data();
}

bool RelationCursor::bind(std::span<sqlite3_value*> arguments, std::size_t pattern_limit) {
  pool_.clear();
  snapshot_.reset();
  part_filters_.clear();
  bound_.clear();
  bound_.way.access = plan_->access;
  bound_.way.column = plan_->access_column;
  bound_.way.sort_column = -1;
  bound_.way.equal_is_same = false;
  bound_.way.in_key_order = plan_->order == ScanOrder::kKey || plan_->order == ScanOrder::kKeyDesc;
  bound_.way.descending = plan_->order == ScanOrder::kKeyDesc;
  if (plan_->order == ScanOrder::kRows || plan_->order == ScanOrder::kRowsDesc) {
    bound_.way.sort_column = plan_->order_column;
    bound_.way.sort_collation =
        table_.shape().columns[static_cast<std::size_t>(plan_->order_column)].collation;
    bound_.way.descending = plan_->order == ScanOrder::kRowsDesc;
  }
  bound_.distinct = plan_->distinct;
  const bool by_parts = plan_->order == ScanOrder::kParts || plan_->order == ScanOrder::kPartsDesc;
  bound_.stored_order = by_parts ? plan_->order_column : -1;
  if (plan_->access_column >= 0) {
    const auto& key = table_.shape().columns[static_cast<std::size_t>(plan_->access_column)];
    bound_.way.equal_is_same =
        key.type == ColumnType::kInteger ||
        (key.type == ColumnType::kText && key.collation == Collation::kBinary);
  }
  std::size_t used = 0;
  bool possible = !plan_->none;
  for (const Term& term : plan_->parts) {
    possible = bind_part(term, arguments[used++], pattern_limit) && possible;
  }
  const auto bind_all = [&](const std::vector<Term>& terms, std::vector<RowFilter>& filters,
                            auto&& then) {
    for (const Term& term : terms) {
      const auto& column = table_.shape().columns[static_cast<std::size_t>(term.column)];
      const Bound bound =
          bind_term(term, column, arguments[used++], {pattern_limit, pool_, filters});
      possible = possible && bound != Bound::kNever;
      if (bound == Bound::kFilter) then(term);
    }
  };
  bool sought = true;
  bind_all(plan_->seeks, bound_.seek_filters, [&](const Term& term) {
    sought = add_seek(term, bound_.seek_filters.back()) && sought;
  });
  bind_all(plan_->filters, bound_.filters, [](const Term&) {});
  // A value that the index cannot answer: all rows, in the index's order where that is promised.
  if (bound_.seek.empty() && !bound_.way.in_key_order) bound_.way.access = Access::kScan;
  if (!sought) {
    for (RowFilter& filter : bound_.seek_filters) bound_.filters.push_back(std::move(filter));
    bound_.seek_filters.clear();
  }
  if (table_.shape().only) bind_restriction(*table_.shape().only);
  bind_limits(arguments.subspan(used));
  for (std::size_t i = 0; i < verdicts_.size() && i < bound_.filters.size(); ++i) {
    bound_.filters[i].remember_in(&verdicts_[i]);
  }
  return possible;
}

// Terms that choose the parts. False: no part can match.
bool RelationCursor::bind_part(const Term& term,
                               sqlite3_value* argument,
                               std::size_t pattern_limit) {
  const auto& column = table_.shape().columns[static_cast<std::size_t>(term.column)];
  const bool is_one = column.origin == ColumnOrigin::kSnapshot && term.op == TermOp::kEq &&
                      sqlite3_value_type(argument) == SQLITE_INTEGER;
  if (!is_one) {
    return bind_term(term, column, argument, {pattern_limit, pool_, part_filters_}) !=
           Bound::kNever;
  }
  const std::int64_t wanted = sqlite3_value_int64(argument);
  if (snapshot_ && *snapshot_ != wanted) return false;
  snapshot_ = wanted;
  return wanted >= 0;
}

// Turns a bound seek term into keys or bounds. False if the rows found must be tested by the
// term's filter as well.
bool RelationCursor::add_seek(const Term& term, const RowFilter& filter) {
  const auto& column = table_.shape().columns[static_cast<std::size_t>(term.column)];
  const Predicate& test = filter.test();
  if (!filter.is_exact_test()) return false;
  // NOCASE compares texts with an inner NUL in its own way, which no index follows.
  const bool odd = term.collation == TermCollation::kNocase;
  if (odd && test.value.bytes.find('\0') != std::string_view::npos) return false;
  BoundSeek& seek = bound_.seek;
  if (test.op == Op::kLike || test.op == Op::kGlob) {
    const auto prefix = literal_prefix(term.op, test.value.bytes);
    if (!prefix) return false;
    seek.lower = pool_.keep(ValueView::text(*prefix));
    const auto successor = prefix_successor(*prefix, column.collation);
    if (successor) seek.upper = pool_.keep(ValueView::text(*successor));
    return false;
  }
  if (test.op == Op::kEq || test.op == Op::kIn) {
    set_keys(column, test.op == Op::kEq ? std::span(&test.value, 1) : std::span(test.list));
  } else if (is_lower_bound(test.op)) {
    seek.lower = test.value;
    seek.lower_after = test.op == Op::kGt;
  } else if (is_upper_bound(test.op)) {
    seek.upper = test.value;
    seek.upper_after = test.op == Op::kLe;
  } else {
    return false;  // IS with NULL
  }
  return column.access != Access::kHash && index_collation(term, column) == column.collation;
}

void RelationCursor::set_keys(const TableColumn& column, std::span<const ValueView> values) {
  const Collation collation = column.access == Access::kHash ? Collation::kFold : column.collation;
  bound_.seek.by_keys = true;
  bound_.seek.keys.clear();
  for (const ValueView& value : values) bound_.seek.keys.emplace_back(value, collation);
}

// The table's own term: it finds the rows where the plan names no better way.
void RelationCursor::bind_restriction(const RowRestriction& only) {
  const auto& column = table_.shape().columns[static_cast<std::size_t>(only.column)];
  const ValueView wanted = ValueView::text(only.text);
  RowFilter filter(only.column, {.op = Op::kEq, .collation = column.collation, .value = wanted});
  if (bound_.way.access != Access::kScan) {
    bound_.filters.push_back(std::move(filter));
    return;
  }
  bound_.way.access = Access::kIndex;
  bound_.way.column = only.column;
  set_keys(column, std::span(&wanted, 1));
  bound_.seek_filters.push_back(std::move(filter));
}

void RelationCursor::bind_limits(std::span<sqlite3_value*> arguments) {
  left_ = std::numeric_limits<std::uint64_t>::max();
  skip_ = 0;
  std::size_t used = 0;
  if (plan_->limit) {
    const sqlite3_int64 limit = sqlite3_value_int64(arguments[used++]);
    if (limit >= 0) left_ = static_cast<std::uint64_t>(limit);
  }
  if (plan_->offset) {
    const sqlite3_int64 offset = sqlite3_value_int64(arguments[used]);
    if (offset > 0) skip_ = static_cast<std::uint64_t>(offset);
  }
}

bool RelationCursor::part_matches(const TablePart& part) const {
  return std::all_of(part_filters_.begin(), part_filters_.end(), [&](const RowFilter& filter) {
    const auto& column = table_.shape().columns[static_cast<std::size_t>(filter.column())];
    return filter.matches(part_value(part, column.origin));
  });
}

void RelationCursor::choose_parts() {
  // A join asks for one snapshot again and again.
  if (!part_filters_.empty() || !snapshot_ || snapshot_ != chosen_for_) find_parts();
  chosen_for_ = part_filters_.empty() ? snapshot_ : std::nullopt;
  // A dense number is unique: no need to look for it in the other piece as well.
  const bool is_one = bound_.way.access == Access::kDense && bound_.seek.by_keys &&
                      bound_.seek.keys.size() == 1 && skip_ == 0;
  const bool two_pieces = parts_.size() == 2 && table_.shape().parts[parts_[1]].piece == 1;
  if (is_one && two_pieces) left_ = std::min<std::uint64_t>(left_, 1);
}

void RelationCursor::find_parts() {
  const auto& parts = table_.shape().parts;
  parts_.clear();
  auto begin = parts.begin();
  auto end = parts.end();
  if (snapshot_) {  // parts ascend by it
    const auto wanted = static_cast<std::uint64_t>(*snapshot_);
    begin = std::partition_point(begin, end,
                                 [wanted](const TablePart& p) { return p.snapshot_id < wanted; });
    end = std::partition_point(begin, end,
                               [wanted](const TablePart& p) { return p.snapshot_id == wanted; });
  }
  for (auto part = begin; part != end; ++part) {
    if (part_matches(*part)) parts_.push_back(static_cast<std::uint32_t>(part - parts.begin()));
  }
  if (plan_->order == ScanOrder::kPartsDesc) std::reverse(parts_.begin(), parts_.end());
}

// End of the parts that are visited together: all where an order goes over them, the pieces of
// one snapshot where their rows are stored in an order that the statement wants.
std::size_t RelationCursor::group_end() const {
  if (is_merged_order()) return parts_.size();
  if (bound_.stored_order < 0) return next_part_ + 1;
  const auto& parts = table_.shape().parts;
  std::size_t end = next_part_ + 1;
  while (end < parts_.size() &&
         parts[parts_[end]].snapshot_id == parts[parts_[next_part_]].snapshot_id) {
    ++end;
  }
  return end;
}

// True if a part has no row of the one key that is looked for, where its index says so sooner than
// a scan of it could begin: in a second piece, which rarely has one, and in rows that snapshots
// share, whose index is asked once for all of them.
Result<bool> RelationCursor::misses_key(std::uint32_t number, OpenPart& part) {
  BoundSeek& seek = bound_.seek;
  if (bound_.way.access == Access::kScan || !seek.by_keys || seek.keys.size() != 1) return false;
  const bool is_second = table_.shape().parts[number].piece != 0;
  if (!is_second && (parts_.size() < kSharingParts || is_merged_order())) return false;
  const std::int32_t stored = part.stored(bound_.way.column);
  if (stored < 0) return false;
  const SoughtKey& key = seek.keys.front();
  if (part.access(stored) == Access::kIndex) {
    DIRSNAP_TRY(const IndexView* index, part.index(stored));
    std::optional<std::uint32_t> ordinal;
    if (is_second) {
      DIRSNAP_TRY(ordinal, index->find(key, part.shown()));
    } else {
      DIRSNAP_TRY(ordinal, find_shared(*index, part));
    }
    seek.found_in = ordinal ? &part : nullptr;
    seek.found_ordinal = ordinal.value_or(0);
    return !ordinal.has_value();
  }
  if (is_second && part.access(stored) == Access::kHash) {
    DIRSNAP_TRY(const HashIndexView* index, part.hash_index(stored));
    return index->count(key) == 0;
  }
  return false;
}

// The key's place in the index of a part that other snapshots share, or of one that the part before
// shared with it; nullopt: the part has no row of it.
Result<std::optional<std::uint32_t>> RelationCursor::find_shared(const IndexView& index,
                                                                 const OpenPart& part) {
  if (shared_index_ != &index) {
    DIRSNAP_TRY(shared_ordinal_, index.find(bound_.seek.keys.front()));
    shared_index_ = &index;
  }
  const bool is_hidden = shared_ordinal_ && part.shown() != nullptr &&
                         index.count_of(*shared_ordinal_) == 1 &&
                         !part.shown()->test(index.row_at(index.begin_of(*shared_ordinal_)));
  return is_hidden ? std::nullopt : shared_ordinal_;
}

// Collects the parts up to `end` that have rows.
Result<void> RelationCursor::open_group(std::size_t end) {
  group_.clear();
  for (; next_part_ < end; ++next_part_) {
    DIRSNAP_TRY(OpenPart * part, table_.part(parts_[next_part_]));
    if (part == nullptr || part->shown_rows() == 0) continue;
    DIRSNAP_TRY(const bool misses, misses_key(parts_[next_part_], *part));
    if (!misses) group_.emplace_back(parts_[next_part_], part);
  }
  if (epoch_ != table_.session().epoch()) {
    for (PartScan& scan : scans_) scan.forget();
    merge_.forget();
  }
  epoch_ = table_.session().epoch();
  return {};
}

// Leaves out rows that OFFSET does not want without a look at them; true: the whole group.
// Dense numbers of a snapshot have no gap, in however many pieces their rows stand.
bool RelationCursor::skip_group() {
  if (is_seeking_offset_) {
    bound_.seek.clear();
    bound_.way.access = Access::kScan;
    is_seeking_offset_ = false;
  }
  const bool takes_all = bound_.way.access == Access::kScan && bound_.filters.empty() &&
                         bound_.seek_filters.empty() && !bound_.distinct;
  if (skip_ == 0 || !takes_all) return false;
  std::uint64_t rows = 0;
  for (const auto& entry : group_) rows += entry.second->shown_rows();
  if (skip_ >= rows) {
    skip_ -= rows;
    return true;
  }
  const int column = bound_.stored_order;
  if (group_.size() == 1 || column < 0) return false;
  if (table_.shape().columns[static_cast<std::size_t>(column)].access != Access::kDense) {
    return false;
  }
  bound_.way.access = Access::kDense;
  bound_.way.column = column;
  bound_.seek.lower = ValueView::of(static_cast<std::int64_t>(std::exchange(skip_, 0)));
  bound_.seek.lower_after = true;
  is_seeking_offset_ = true;
  return false;
}

// Rows of one snapshot are few enough; those of many are merged, a part's values after the other's.
bool RelationCursor::is_sorted_together() const {
  const auto& parts = table_.shape().parts;
  return bound_.way.sort_column >= 0 && !bound_.way.in_key_order &&
         parts[group_.front().first].snapshot_id == parts[group_.back().first].snapshot_id;
}

Result<bool> RelationCursor::open_next_group() {
  is_merging_ = false;
  while (next_part_ < parts_.size()) {
    DIRSNAP_CHECK(open_group(group_end()));
    if (group_.empty() || skip_group()) continue;
    if (group_.size() == 1) {
      part_ = group_.front().first;
      at_ = &scans_[table_.shape().parts[part_].piece];
      DIRSNAP_CHECK(at_->open(*group_.front().second, bound_, skip_));
      return true;
    }
    const int column = bound_.way.in_key_order ? bound_.way.column : plan_->order_column;
    merge_.begin({.column = column,
                  .collation = table_.shape().columns[static_cast<std::size_t>(column)].collation,
                  .descending = is_merged_order() && bound_.way.descending,
                  .distinct = bound_.distinct});
    if (is_sorted_together()) {
      DIRSNAP_CHECK(merge_.add_together(group_, bound_));
    } else {
      for (const auto& [number, part] : group_) DIRSNAP_CHECK(merge_.add(number, *part, bound_));
    }
    is_merging_ = true;
    return true;
  }
  return false;
}

// To the next row of several parts; false after the last.
Result<bool> RelationCursor::next_merged() {
  for (;;) {
    DIRSNAP_TRY(const bool found, merge_.next());
    if (!found) return false;
    if (skip_ == 0) break;
    --skip_;
  }
  take_merged();
  return true;
}

bool RelationCursor::advance_merged() {
  if (skip_ != 0 || !merge_.advance()) return false;
  take_merged();
  return true;
}

void RelationCursor::take_merged() {
  at_ = &merge_.scan();
  part_ = merge_.part();
}

Result<void> RelationCursor::next() {
  if (left_ != 0 && is_merging_ && advance_merged()) {
    --left_;
    ++counters_.rows_visited;
    return {};
  }
  while (left_ != 0) {
    DIRSNAP_TRY(const bool found, is_merging_ ? next_merged() : at_->next());
    if (found) {
      --left_;
      ++counters_.rows_visited;
      return {};
    }
    DIRSNAP_CHECK(table_.session().cancel().check());
    DIRSNAP_TRY(const bool more, open_next_group());
    if (!more) break;
  }
  at_end_ = true;
  return {};
}

Result<ValueView> RelationCursor::value(int column) {
  const auto& spec = table_.shape().columns[static_cast<std::size_t>(column)];
  if (spec.origin == ColumnOrigin::kStored) return at_->value(column);
  const ValueView value = part_value(table_.shape().parts[part_], spec.origin);
  at_->hold(column, value);
  return value;
}

std::int64_t RelationCursor::rowid() {
  bound_.distinct = false;
  merge_.end_distinct();
  return static_cast<std::int64_t>((std::uint64_t{part_} << kRowBits) | at_->row());
}

}  // namespace dirsnap
