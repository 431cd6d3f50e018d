// SPDX-License-Identifier: MIT
//
// Walking a part from row to row; part_scan_open.cc enters it.
#include "query/part_scan.h"

#include <algorithm>
#include <utility>

namespace dirsnap {
namespace {

// A scan that rests keeps memory for so many rows.
constexpr std::size_t kRestingRows = 4096;
// Rows of a key that are looked at before the first is given; who wants but one pays for few.
constexpr std::uint32_t kFirstBatch = 4;
constexpr std::uint32_t kBatchGrowth = 8;

}  // namespace

void PartScan::rest() {
  phase_ = Phase::kEnd;
  filters_.clear();
  if (rows_.capacity() > kRestingRows) rows_ = {};
  if (ordinals_.capacity() > kRestingRows) ordinals_ = {};
  if (ranges_.capacity() > kRestingRows) ranges_ = {};
}

void PartScan::begin_phase(Phase phase) {
  end_keys();
  phase_ = phase;
  is_quick_ = false;
  tests_rows_ = !filters_.empty() || shown_ != nullptr;
  range_ = 0;
  next_row_ = 0;
  batch_at_ = batch_end_ = 0;
  segment_ = Segment::kNone;
  if (phase == Phase::kKeys && (way_.equal_is_same || index_->is_uniform())) {
    key_column_ = way_.column;
  }
}

// What was held of the keys' column is no more.
void PartScan::end_keys() {
  if (key_column_ >= 0) held_[static_cast<std::size_t>(key_column_)].size = 0;
  key_column_ = -1;
}

void PartScan::begin_rows() {
  if (!std::is_sorted(rows_.begin(), rows_.end())) std::sort(rows_.begin(), rows_.end());
  begin_phase(Phase::kRows);
}

// The index holds the rows that have a value.
bool PartScan::has_nulls() const { return index_->total() < part_->rows(); }

void PartScan::start_nulls() {
  null_filter_.emplace(way_.column, Predicate{.op = Op::kIsNull});
  filters_.push_back(&*null_filter_);
  ranges_.assign(1, {0, part_->rows()});
  begin_phase(Phase::kNulls);
}

void PartScan::end_phase() {
  if (phase_ == Phase::kNulls) filters_.pop_back();
  if (phase_ == Phase::kNulls && !way_.descending) {
    begin_phase(Phase::kKeys);
  } else if (phase_ == Phase::kKeys && way_.descending && scan_->seek.empty() && has_nulls()) {
    start_nulls();
  } else {
    phase_ = Phase::kEnd;
  }
}

Result<bool> PartScan::next() {
  while (phase_ != Phase::kEnd) {
    if (std::exchange(skips_rest_, false) && scan_->distinct) skip_rest();
    const bool keys = phase_ == Phase::kKeys;
    DIRSNAP_TRY(const bool found, keys ? next_key() : next_in_segments());
    if (!found) {
      end_phase();
      continue;
    }
    if (scan_->distinct && keys) {
      DIRSNAP_TRY(const ValueView key, value(way_.column));
      skips_rest_ = key_column_ >= 0;  // it is no different
      if (is_repetition(key)) continue;
    } else if (scan_->distinct) {
      skips_rest_ = true;
    }
    if (*skip_ == 0) {
      is_quick_ = !scan_->distinct && (!keys || (filters_.empty() && !way_.descending));
      return true;
    }
    --*skip_;
  }
  return false;
}

// Goes behind the rows that are like the one given last: those of its key, or all of the phase.
void PartScan::skip_rest() {
  if (phase_ == Phase::kKeys) {
    key_at_ = key_end_;
    batch_at_ = batch_end_;
    return;
  }
  ranges_.clear();
  rows_.clear();
  begin_phase(phase_);
}

// Equal keys may differ in case, or be an integer and a real: each form is given at least once,
// because the statement may test for it.
bool PartScan::is_repetition(const ValueView& key) {
  const bool same = last_key_ && last_key_->type == key.type && last_key_->bytes == key.bytes &&
                    last_key_->integer == key.integer && last_key_->real == key.real;
  last_key_ = key;
  return same;
}

// The present row.
Result<bool> PartScan::passes() {
  if (shown_ != nullptr && !shown_->test(row_)) return false;
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
  if (!tests_rows_) {
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
  begin_segment(Segment::kSpan);
  if (segment_ != Segment::kMask) return true;
  mask_.set_all(segment_end_);
  mask_.reset_before(segment_at_);
  return true;
}

// How the rows of the piece just cut are tested: as a whole, one by one, or not at all.
void PartScan::begin_segment(Segment whole) {
  const bool all_shown =
      shown_ == nullptr || shown_->of_chunk(segment_base_ / kChunkRows) == ShownRows::Extent::kAll;
  segment_tests_ = !filters_.empty() || !all_shown;
  const std::uint32_t asked = segment_end_ - segment_at_;
  const bool is_small = part_->rows() - segment_base_ <= std::uint64_t{kSmallChunk} * asked;
  const std::uint32_t least = is_small ? kMaskedOfSmall : kMaskedRows;
  segment_ = segment_tests_ && asked >= least ? Segment::kMask : whole;
}

// The same from the list of rows. REQUIRES: rows are left.
void PartScan::take_row_segment() {
  segment_base_ = std::uint64_t{rows_[next_row_] / kChunkRows} * kChunkRows;
  segment_at_ = static_cast<std::uint32_t>(next_row_);
  while (next_row_ < rows_.size() && rows_[next_row_] - segment_base_ < kChunkRows) ++next_row_;
  segment_end_ = static_cast<std::uint32_t>(next_row_);
  begin_segment(Segment::kList);
  if (segment_ != Segment::kMask) return;
  mask_.clear_all();
  for (std::uint32_t i = segment_at_; i < segment_end_; ++i) {
    mask_.set(static_cast<std::uint32_t>(rows_[i] - segment_base_));
  }
}

// Clears the rows of other snapshots from the masked segment; false if no row is left.
bool PartScan::keep_shown() {
  if (shown_ == nullptr) return true;
  shown_->keep_shown(segment_base_ / kChunkRows, mask_);
  return mask_.next(0) < kChunkRows;
}

// Applies all filters to the masked segment; false if no row is left.
Result<bool> PartScan::filter_segment() {
  if (!keep_shown()) return false;
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
    while (step_in_key()) {
      if (++steps_ % kStepsPerCheck == 0) DIRSNAP_CHECK(cancel_.check());
      DIRSNAP_TRY(const bool good, passes());
      if (good) return true;
    }
    if (ordinals_done_ == ordinals_.size()) return false;
    const std::size_t i = way_.descending ? ordinals_.size() - 1 - ordinals_done_ : ordinals_done_;
    const OrdinalRange& range = ordinals_[i];
    const std::uint32_t ordinal =
        way_.descending ? range.end - 1 - ordinal_ : range.begin + ordinal_;
    if (++ordinal_ == range.end - range.begin) {
      ordinal_ = 0;
      ++ordinals_done_;
    }
    begin_key(ordinal);
  }
}

// To the next row of the present key; false: it has no more.
bool PartScan::step_in_key() {
  if (shown_ != nullptr && !way_.descending) return advance_shown();
  if (key_at_ == key_end_) return false;
  row_ = index_->row_at(way_.descending ? --key_end_ : key_at_++);
  return true;
}

// Reads on in the present key up to rows that are shown; false: none is left.
bool PartScan::read_batch() {
  batch_at_ = batch_end_ = 0;
  if (key_end_ - key_at_ == 1) {  // of most keys
    batch_[0] = index_->row_at(key_at_++);
    batch_end_ = shown_->test(batch_[0]) ? 1 : 0;
    return batch_end_ != 0;
  }
  while (key_at_ != key_end_ && batch_end_ == 0) {
    const std::uint64_t size = std::min<std::uint64_t>(next_batch_, key_end_ - key_at_);
    index_->rows_at(key_at_, std::span(batch_).first(size));
    key_at_ += size;
    next_batch_ = std::min(kMostBatch, next_batch_ * kBatchGrowth);
    for (std::uint64_t i = 0; i < size; ++i) {
      const std::uint32_t row = batch_[i];
      batch_[batch_end_] = row;
      batch_end_ += shown_->test(row) ? 1 : 0;
    }
  }
  return batch_end_ != 0;
}

void PartScan::begin_key(std::uint32_t ordinal) {
  batch_at_ = batch_end_ = 0;
  next_batch_ = scan_->distinct ? 1 : kFirstBatch;
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
