// SPDX-License-Identifier: MIT
#include "query/part_scan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "query/row_sort.h"

namespace dirsnap {
namespace {

// Fewer rows than this are tested one by one, more by filtering their chunk as a whole.
constexpr std::uint32_t kMaskedRows = 48;
// An index range with more than 1 / kScanShare of the rows is slower than filtering all chunks.
constexpr std::uint64_t kScanShare = 4;
constexpr std::uint64_t kStepsPerCheck = 4096;
// A scan that rests keeps memory for so many rows.
constexpr std::size_t kRestingRows = 4096;

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
  if (part_ != &part) held_.assign(part.columns(), {});
  end_keys();
  part_ = &part;
  scan_ = &scan;
  skip_ = &skip;
  filters_.clear();
  for (const RowFilter& filter : scan.filters) filters_.push_back(&filter);
  ranges_.clear();
  rows_.clear();
  ordinals_.clear();
  index_ = nullptr;
  last_key_.reset();
  phase_ = Phase::kEnd;
  segment_ = Segment::kNone;
  DIRSNAP_CHECK(open_access());
  return scan.sort_column >= 0 ? sort_rows() : Result<void>{};
}

void PartScan::rest() {
  phase_ = Phase::kEnd;
  filters_.clear();
  if (rows_.capacity() > kRestingRows) rows_ = {};
  if (ordinals_.capacity() > kRestingRows) ordinals_ = {};
  if (ranges_.capacity() > kRestingRows) ranges_ = {};
}

Result<void> PartScan::open_access() {
  const BoundScan& scan = *scan_;
  const bool stored = scan.access != Access::kScan && part_->stored(scan.column) >= 0;
  if (!stored) {
    // A part without the column holds NULLs there, which no seek but only its filters can judge.
    scan_everything();
    return {};
  }
  if (scan.access == Access::kIndex) return open_index();
  if (scan.access == Access::kHash) return open_hash();
  return open_numbers();
}

void PartScan::scan_everything() {
  for (const RowFilter& filter : scan_->seek_filters) filters_.push_back(&filter);
  ranges_.assign(1, {0, part_->rows()});
  begin_phase(Phase::kRanges);
}

void PartScan::begin_phase(Phase phase) {
  end_keys();
  phase_ = phase;
  range_ = 0;
  next_row_ = 0;
  segment_ = Segment::kNone;
  if (phase == Phase::kKeys && (scan_->equal_is_same || index_->is_uniform())) {
    key_column_ = scan_->column;
  }
}

// What was held of the keys' column is no more.
void PartScan::end_keys() {
  if (key_column_ >= 0) held_[static_cast<std::size_t>(key_column_)].size = 0;
  key_column_ = -1;
}

// First row whose number is not less (`after`: greater) than the bound.
Result<std::uint64_t> PartScan::position(const ValueView& bound, bool after) {
  const auto first = first_integer(bound, after);
  if (!first) return part_->rows();
  if (scan_->access == Access::kSorted) {
    return part_->sorted_bound(part_->stored(scan_->column), *first, false);
  }
  if (*first <= 1) return 0;
  return std::min(static_cast<std::uint64_t>(*first) - 1, part_->rows());
}

Result<void> PartScan::open_numbers() {
  const BoundSeek& seek = scan_->seek;
  if (seek.by_keys) {
    for (const ValueView& key : seek.keys) {
      DIRSNAP_TRY(const std::uint64_t begin, position(key, false));
      DIRSNAP_TRY(const std::uint64_t end, position(key, true));
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
  for (const ValueView& key : seek.keys) {
    DIRSNAP_TRY(const auto ordinal, index.find(key));
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
  DIRSNAP_TRY(const IndexView* index, part_->index(part_->stored(scan_->column)));
  DIRSNAP_CHECK(add_ordinals(*index));
  if (!scan_->in_key_order && !is_one_key(*index)) return list_rows(*index);
  index_ = index;
  ordinals_done_ = 0;
  ordinal_ = 0;
  key_at_ = key_end_ = 0;
  // NULLs are not in the index; they come first, or last in descending order.
  if (scan_->in_key_order && scan_->seek.empty() && !scan_->descending && has_nulls()) {
    start_nulls();
  } else {
    begin_phase(Phase::kKeys);
  }
  return {};
}

// The rows of one key ascend: they need no list, and a caller who wants few of them pays for few.
bool PartScan::is_one_key(const IndexView& index) const {
  const bool one = ordinals_.size() == 1 && ordinals_.front().end - ordinals_.front().begin == 1;
  if (!one || scan_->sort_column >= 0 || scan_->distinct) return false;
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
  DIRSNAP_TRY(const HashIndexView* index, part_->hash_index(part_->stored(scan_->column)));
  for (const ValueView& key : scan_->seek.keys) index->candidates(key, rows_);
  begin_rows();
  // Two keys may have one hash.
  rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
  return {};
}

// What the access gives and the filters pass, in the order of a column.
Result<void> PartScan::sort_rows() {
  RowSorter sorter(scan_->sort_collation, scan_->descending);
  sorter.reserve(rows_.size());
  std::uint64_t no_skip = 0;
  std::uint64_t* const skip = std::exchange(skip_, &no_skip);  // OFFSET counts sorted rows
  for (;;) {
    DIRSNAP_TRY(const bool found, next_in_segments());
    if (!found) break;
    DIRSNAP_TRY(const ValueView key, value(scan_->sort_column));
    sorter.add(key, static_cast<std::uint32_t>(row_));
  }
  skip_ = skip;
  sorter.sort(rows_);
  filters_.clear();  // passed
  begin_phase(Phase::kRows);
  next_row_ = rows_.size();
  segment_ = Segment::kList;  // one list, whatever chunks the rows are of
  segment_base_ = 0;
  segment_at_ = 0;
  segment_end_ = static_cast<std::uint32_t>(rows_.size());
  return {};
}

void PartScan::begin_rows() {
  if (!std::is_sorted(rows_.begin(), rows_.end())) std::sort(rows_.begin(), rows_.end());
  begin_phase(Phase::kRows);
}

// The index holds the rows that have a value.
bool PartScan::has_nulls() const { return index_->total() < part_->rows(); }

void PartScan::start_nulls() {
  null_filter_.emplace(scan_->column, Predicate{.op = Op::kIsNull});
  filters_.push_back(&*null_filter_);
  ranges_.assign(1, {0, part_->rows()});
  begin_phase(Phase::kNulls);
}

void PartScan::end_phase() {
  if (phase_ == Phase::kNulls) filters_.pop_back();
  if (phase_ == Phase::kNulls && !scan_->descending) {
    begin_phase(Phase::kKeys);
  } else if (phase_ == Phase::kKeys && scan_->descending && scan_->seek.empty() && has_nulls()) {
    start_nulls();
  } else {
    phase_ = Phase::kEnd;
  }
}

Result<bool> PartScan::next() {
  while (phase_ != Phase::kEnd) {
    const bool keys = phase_ == Phase::kKeys;
    DIRSNAP_TRY(const bool found, keys ? next_key() : next_in_segments());
    if (!found) {
      end_phase();
      continue;
    }
    if (scan_->distinct && keys) {
      DIRSNAP_TRY(const ValueView key, value(scan_->column));
      if (is_repetition(key)) continue;
    } else if (scan_->distinct) {
      ranges_.clear();
      rows_.clear();
      begin_phase(phase_);
    }
    if (*skip_ == 0) return true;
    --*skip_;
  }
  return false;
}

// Equal keys may differ in case, or be an integer and a real: each form is given at least once,
// because the statement may test for it.
bool PartScan::is_repetition(const ValueView& key) {
  if (key_column_ >= 0) key_at_ = key_end_;  // the rest of the key is no different
  const bool same = last_key_ && last_key_->type == key.type && last_key_->bytes == key.bytes &&
                    last_key_->integer == key.integer && last_key_->real == key.real;
  last_key_ = key;
  return same;
}

// The present row.
Result<bool> PartScan::passes() {
  for (const RowFilter* filter : filters_) {
    DIRSNAP_TRY(const ValueView here, value(filter->column()));
    if (!filter->matches(here)) return false;
  }
  return true;
}

// Cuts the next piece that lies in one chunk from the ranges; false if there is none.
bool PartScan::take_range_segment() {
  while (range_ < ranges_.size() && ranges_[range_].begin == ranges_[range_].end) ++range_;
  if (range_ == ranges_.size()) return false;
  RowRange& range = ranges_[range_];
  if (filters_.empty()) {
    const std::uint64_t skipped = std::min(*skip_, range.end - range.begin);
    range.begin += skipped;
    *skip_ -= skipped;
    if (range.begin == range.end) return take_range_segment();
  }
  segment_base_ = range.begin / kChunkRows * kChunkRows;
  segment_at_ = static_cast<std::uint32_t>(range.begin - segment_base_);
  const std::uint64_t end = std::min(range.end - segment_base_, std::uint64_t{kChunkRows});
  segment_end_ = static_cast<std::uint32_t>(end);
  range.begin = segment_base_ + end;
  segment_ = Segment::kSpan;
  if (filters_.empty() || segment_end_ - segment_at_ < kMaskedRows) return true;
  segment_ = Segment::kMask;
  mask_.set_all(segment_end_);
  for (std::uint32_t row = 0; row < segment_at_; ++row) mask_.reset(row);
  return true;
}

// The same from the list of rows. REQUIRES: rows are left.
void PartScan::take_row_segment() {
  segment_base_ = std::uint64_t{rows_[next_row_] / kChunkRows} * kChunkRows;
  segment_at_ = static_cast<std::uint32_t>(next_row_);
  while (next_row_ < rows_.size() && rows_[next_row_] - segment_base_ < kChunkRows) ++next_row_;
  segment_end_ = static_cast<std::uint32_t>(next_row_);
  segment_ = Segment::kList;
  if (filters_.empty() || segment_end_ - segment_at_ < kMaskedRows) return;
  segment_ = Segment::kMask;
  mask_.clear_all();
  for (std::uint32_t i = segment_at_; i < segment_end_; ++i) {
    mask_.set(static_cast<std::uint32_t>(rows_[i] - segment_base_));
  }
}

// Applies all filters to the masked segment; false if no row is left.
Result<bool> PartScan::filter_segment() {
  for (const RowFilter* filter : filters_) {
    const std::int32_t column = part_->stored(filter->column());
    if (column < 0) {
      if (!filter->matches(ValueView::null())) return false;
      continue;
    }
    DIRSNAP_TRY(const ChunkView* chunk, part_->chunk(column, segment_base_ / kChunkRows));
    filter->select(*chunk, mask_);
    if (mask_.next(0) >= kChunkRows) return false;
  }
  segment_at_ = 0;
  if (*skip_ == 0 || scan_->distinct) return true;
  const std::uint32_t count = mask_.count();
  if (*skip_ < count) return true;
  *skip_ -= count;
  return false;
}

Result<bool> PartScan::next_in_segments() {
  for (;;) {
    if (segment_ == Segment::kMask) {
      const std::uint32_t row = mask_.next(segment_at_);
      if (row < kChunkRows) {
        segment_at_ = row + 1;
        row_ = segment_base_ + row;
        return true;
      }
    } else if (segment_ != Segment::kNone) {
      while (segment_at_ < segment_end_) {
        const std::uint32_t at = segment_at_++;
        row_ = segment_ == Segment::kSpan ? segment_base_ + at : rows_[at];
        DIRSNAP_TRY(const bool good, passes());
        if (good) return true;
      }
    }
    segment_ = Segment::kNone;
    DIRSNAP_CHECK(cancel_.check());
    if (phase_ == Phase::kRows) {
      if (next_row_ == rows_.size()) return false;
      take_row_segment();
    } else if (!take_range_segment()) {
      return false;
    }
    if (segment_ == Segment::kMask) {
      DIRSNAP_TRY(const bool some, filter_segment());
      if (!some) segment_ = Segment::kNone;
    }
  }
}

// The next row in the order of the index.
Result<bool> PartScan::next_key() {
  for (;;) {
    while (key_at_ != key_end_) {
      const std::uint64_t position = scan_->descending ? --key_end_ : key_at_++;
      row_ = index_->row_at(position);
      if (++steps_ % kStepsPerCheck == 0) DIRSNAP_CHECK(cancel_.check());
      DIRSNAP_TRY(const bool good, passes());
      if (good) return true;
    }
    if (ordinals_done_ == ordinals_.size()) return false;
    const std::size_t i =
        scan_->descending ? ordinals_.size() - 1 - ordinals_done_ : ordinals_done_;
    const OrdinalRange& range = ordinals_[i];
    const std::uint32_t ordinal =
        scan_->descending ? range.end - 1 - ordinal_ : range.begin + ordinal_;
    if (++ordinal_ == range.end - range.begin) {
      ordinal_ = 0;
      ++ordinals_done_;
    }
    begin_key(ordinal);
  }
}

void PartScan::begin_key(std::uint32_t ordinal) {
  key_at_ = index_->begin_of(ordinal);
  key_end_ = index_->begin_of(ordinal + 1);
  if (key_column_ >= 0) held_[static_cast<std::size_t>(key_column_)].size = 0;
}

Result<ValueView> PartScan::value(int column) {
  row_ = row();
  if (const auto held = held_value(column)) return *held;
  const std::int32_t stored = part_->stored(column);
  if (stored < 0) {
    hold(column, ValueView::null());
    return ValueView::null();
  }
  const std::uint64_t chunk_no = row_ / kChunkRows;
  DIRSNAP_TRY(const ChunkView* view, part_->chunk(stored, chunk_no));
  const ValueView value = view->value(static_cast<std::uint32_t>(row_ % kChunkRows));
  if (column == key_column_) {
    hold(column, value);  // until the next key
  } else {
    held_[static_cast<std::size_t>(column)] = {
        .view = view, .begin = chunk_no * kChunkRows, .size = kChunkRows};
  }
  return value;
}

}  // namespace dirsnap
