// SPDX-License-Identifier: MIT
//
// How a part is entered: what the access gives of it, before any row is asked for.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "query/part_scan.h"

namespace dirsnap {
namespace {

// An index range with more than 1 / kScanShare of the rows is slower than filtering all chunks.
constexpr std::uint64_t kScanShare = 4;

// The smallest integer that is not less (`after`: greater) than `value`; nullopt: none.
std::optional<std::int64_t> first_integer(const ValueView& value, bool after) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (value.type == ValueType::kInteger) {
    if (!after) return value.integer;
    if (value.integer == kMax) return std::nullopt;
    return value.integer + 1;
  }
  if (value.type != ValueType::kReal) return std::nullopt;  // text and blobs follow all numbers
  const double whole = after ? std::floor(value.real) + 1 : std::ceil(value.real);
  if (!(whole < 9223372036854775808.0)) return std::nullopt;
  if (whole < -9223372036854775808.0) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(whole);
}

}  // namespace

Result<void> PartScan::open(OpenPart& part, const BoundScan& scan, std::uint64_t& skip) {
  DIRSNAP_CHECK(enter(part, scan, skip));
  return way_.sort_column >= 0 ? sort_rows() : Result<void>{};
}

Result<void> PartScan::collect(OpenPart& part,
                               const BoundScan& scan,
                               std::uint32_t tag,
                               RowSorter& sorter) {
  std::uint64_t no_skip = 0;
  DIRSNAP_CHECK(enter(part, scan, no_skip));
  DIRSNAP_CHECK(collect_rows(tag, sorter));
  phase_ = Phase::kEnd;
  return {};
}

Result<void> PartScan::enter(OpenPart& part, const BoundScan& scan, std::uint64_t& skip) {
  if (part_ != &part) held_.assign(part.columns(), {});
  end_keys();
  part_ = &part;
  shown_ = part.shown();
  scan_ = &scan;
  way_ = scan.way;
  skip_ = &skip;
  filters_.clear();
  for (const RowFilter& filter : scan.filters) filters_.push_back(&filter);
  ranges_.clear();
  rows_.clear();
  ordinals_.clear();
  index_ = nullptr;
  last_key_.reset();
  skips_rest_ = false;
  is_quick_ = false;
  phase_ = Phase::kEnd;
  segment_ = Segment::kNone;
  if (scan.stored_order >= 0) restore_order();
  return open_access();
}

// Rows that came after the base stand in no order: an index gives it back, or they are sorted.
void PartScan::restore_order() {
  const int column = scan_->stored_order;
  const std::int32_t stored = part_->stored(column);
  if (stored < 0 || part_->access(stored) != Access::kIndex) return;
  if (way_.access == Access::kScan) {
    for (const RowFilter& filter : scan_->seek_filters) filters_.push_back(&filter);
  } else if (way_.column != column) {
    way_.sort_column = column;
    way_.sort_collation = Collation::kBinary;
    return;
  }
  way_ = {.access = Access::kIndex, .column = column, .in_key_order = true, .equal_is_same = true};
}

Result<void> PartScan::open_access() {
  const bool stored = way_.access != Access::kScan && part_->stored(way_.column) >= 0;
  if (!stored) {
    // A part without the column holds NULLs there, which no seek but only its filters can judge.
    scan_everything();
    return {};
  }
  // What is dense or sorted in the base has an index where rows came later.
  const Access here = part_->access(part_->stored(way_.column));
  if (here == Access::kIndex) return open_index();
  if (here == Access::kHash) return open_hash();
  return open_numbers();
}

void PartScan::scan_everything() {
  for (const RowFilter& filter : scan_->seek_filters) filters_.push_back(&filter);
  ranges_.assign(1, {0, part_->rows()});
  begin_phase(Phase::kRanges);
}

// First row whose number is not less (`after`: greater) than the bound.
Result<std::uint64_t> PartScan::position(const ValueView& bound, bool after) {
  const auto first = first_integer(bound, after);
  if (!first) return part_->rows();
  if (way_.access == Access::kSorted) {
    return part_->sorted_bound(part_->stored(way_.column), *first);
  }
  if (*first <= 1) return 0;
  return std::min(static_cast<std::uint64_t>(*first) - 1, part_->rows());
}

// First row behind `begin`, the position of the bound, whose number is greater.
Result<std::uint64_t> PartScan::end_position(const ValueView& bound, std::uint64_t begin) {
  if (way_.access != Access::kSorted || bound.type != ValueType::kInteger) {
    return position(bound, true);
  }
  return part_->sorted_end(part_->stored(way_.column), bound.integer, begin);
}

Result<void> PartScan::open_numbers() {
  const BoundSeek& seek = scan_->seek;
  if (seek.by_keys) {
    for (const SoughtKey& key : seek.keys) {
      DIRSNAP_TRY(const std::uint64_t begin, position(key.value, false));
      DIRSNAP_TRY(const std::uint64_t end, end_position(key.value, begin));
      if (begin < end) ranges_.push_back({begin, end});
    }
    const auto earlier = [](const RowRange& a, const RowRange& b) { return a.begin < b.begin; };
    const auto same = [](const RowRange& a, const RowRange& b) { return a.begin == b.begin; };
    std::sort(ranges_.begin(), ranges_.end(), earlier);
    ranges_.erase(std::unique(ranges_.begin(), ranges_.end(), same), ranges_.end());
  } else {
    RowRange range{0, part_->rows()};
    if (seek.lower) {
      DIRSNAP_TRY(range.begin, position(*seek.lower, seek.lower_after));
    }
    if (seek.upper) {
      DIRSNAP_TRY(range.end, position(*seek.upper, seek.upper_after));
    }
    if (range.begin < range.end) ranges_.push_back(range);
  }
  begin_phase(Phase::kRanges);
  return {};
}

Result<void> PartScan::add_ordinals(const IndexView& index) {
  const BoundSeek& seek = scan_->seek;
  if (!seek.by_keys) {
    OrdinalRange range{0, index.distinct()};
    if (seek.lower) {
      DIRSNAP_TRY(range.begin, index.lower_bound(*seek.lower, seek.lower_after));
    }
    if (seek.upper) {
      DIRSNAP_TRY(range.end, index.lower_bound(*seek.upper, seek.upper_after));
    }
    if (range.begin < range.end) ordinals_.push_back(range);
    return {};
  }
  if (seek.found_in == part_) {
    ordinals_.push_back({seek.found_ordinal, seek.found_ordinal + 1});
    return {};
  }
  for (const SoughtKey& key : seek.keys) {
    DIRSNAP_TRY(const auto ordinal, index.find(key, shown_));
    if (ordinal) ordinals_.push_back({*ordinal, *ordinal + 1});
  }
  const auto earlier = [](const OrdinalRange& a, const OrdinalRange& b) {
    return a.begin < b.begin;
  };
  const auto same = [](const OrdinalRange& a, const OrdinalRange& b) { return a.begin == b.begin; };
  std::sort(ordinals_.begin(), ordinals_.end(), earlier);
  ordinals_.erase(std::unique(ordinals_.begin(), ordinals_.end(), same), ordinals_.end());
  return {};
}

Result<void> PartScan::open_index() {
  DIRSNAP_TRY(const IndexView* index, part_->index(part_->stored(way_.column)));
  DIRSNAP_CHECK(add_ordinals(*index));
  if (!way_.in_key_order && !is_one_key(*index)) return list_rows(*index);
  index_ = index;
  ordinals_done_ = 0;
  ordinal_ = 0;
  key_at_ = key_end_ = 0;
  // NULLs are not in the index; they come first, or last in descending order.
  if (way_.in_key_order && scan_->seek.empty() && !way_.descending && has_nulls()) {
    start_nulls();
  } else {
    begin_phase(Phase::kKeys);
  }
  return {};
}

// The rows of one key ascend: they need no list, and a caller who wants few of them pays for few.
bool PartScan::is_one_key(const IndexView& index) const {
  const bool one = ordinals_.size() == 1 && ordinals_.front().end - ordinals_.front().begin == 1;
  if (!one || way_.sort_column >= 0 || scan_->distinct) return false;
  return filters_.empty() || index.count_of(ordinals_.front().begin) < kMaskedRows;
}

Result<void> PartScan::list_rows(const IndexView& index) {
  std::uint64_t count = 0;
  for (const OrdinalRange& range : ordinals_) count += index.count_of(range.begin, range.end);
  if (!scan_->seek.by_keys && count > kChunkRows && count > part_->rows() / kScanShare) {
    scan_everything();
    return {};
  }
  rows_.reserve(count);
  for (const OrdinalRange& range : ordinals_) index.rows_of(range.begin, range.end, rows_);
  begin_rows();
  return {};
}

// Rows by a hash index; the seek's filters are among filters_, because a hash proves nothing.
Result<void> PartScan::open_hash() {
  if (!scan_->seek.by_keys) {
    scan_everything();
    return {};
  }
  DIRSNAP_TRY(const HashIndexView* index, part_->hash_index(part_->stored(way_.column)));
  for (const SoughtKey& key : scan_->seek.keys) index->candidates(key, rows_);
  begin_rows();
  // Two keys may have one hash.
  rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
  return {};
}

// What the access gives and the filters pass.
Result<void> PartScan::collect_rows(std::uint32_t tag, RowSorter& sorter) {
  sorter.reserve(rows_.size());
  const std::uint64_t above = std::uint64_t{tag} << 32;
  for (;;) {
    DIRSNAP_TRY(const bool found, next_in_segments());
    if (!found) return {};
    DIRSNAP_TRY(const ValueView key, value(way_.sort_column));
    sorter.add(key, above | row_);
    // The rest of the segment is at hand, and its chunk.
    is_quick_ = true;
    while (advance()) sorter.add(*held_value(way_.sort_column), above | row_);
    is_quick_ = false;
  }
}

Result<void> PartScan::sort_rows() {
  RowSorter sorter(way_.sort_collation, way_.descending);
  std::uint64_t no_skip = 0;
  std::uint64_t* const skip = std::exchange(skip_, &no_skip);  // OFFSET counts sorted rows
  DIRSNAP_CHECK(collect_rows(0, sorter));
  skip_ = skip;
  sorter.sort(rows_);
  filters_.clear();  // passed
  shown_ = nullptr;
  begin_phase(Phase::kRows);
  next_row_ = rows_.size();
  segment_ = Segment::kList;  // one list, whatever chunks the rows are of
  segment_tests_ = false;
  segment_base_ = 0;
  segment_at_ = 0;
  segment_end_ = static_cast<std::uint32_t>(rows_.size());
  return {};
}

}  // namespace dirsnap
