// SPDX-License-Identifier: MIT
//
// The rows of one part that a plan asks for, in the plan's order.
// Three ways to walk: ranges of rows (whole chunks are filtered at once), a list of rows from an
// index, or the index itself where its order is wanted or where one key's rows are. Where another
// order is wanted, the few rows of a key are sorted first (row_sort.h). Rows that the part stores
// for other snapshots are left out.
// Lifetime: borrows the bound scan and the part until the next open(), what it holds of the part
// until forget(). Threads: one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "query/relation_table.h"
#include "query/row_filter.h"
#include "query/row_sort.h"
#include "query/scan_plan.h"

namespace dirsnap {

// What the access column must be; under the index's collation a superset of the seek terms.
struct BoundSeek {
  bool by_keys = false;
  std::vector<SoughtKey> keys;     // by_keys: one of these values
  std::optional<ValueView> lower;  // not less than it,
  bool lower_after = false;        // or greater
  std::optional<ValueView> upper;  // less than it,
  bool upper_after = false;        // or not greater
  // The only key's place in the index of a part that was asked for it already; null: of none.
  const OpenPart* found_in = nullptr;
  std::uint32_t found_ordinal = 0;

  [[nodiscard]] bool empty() const { return !by_keys && !lower && !upper; }
  void clear() {
    by_keys = false;
    keys.clear();
    lower.reset();
    upper.reset();
    found_in = nullptr;
  }
};

// How rows are found, and in what order they are given.
struct ScanWay {
  Access access = Access::kScan;
  int column = -1;  // of the table, unless kScan
  bool in_key_order = false;
  bool descending = false;     // of in_key_order and sort_column
  bool equal_is_same = false;  // keys equal under the index's collation are the same bytes
  Collation sort_collation = Collation::kBinary;
  int sort_column = -1;  // of the table: rows are collected and sorted by it; -1: not
};

// A plan with the values of its terms.
struct BoundScan {
  ScanWay way = {};
  BoundSeek seek = {};
  std::vector<RowFilter> filters = {};       // tested on every row
  std::vector<RowFilter> seek_filters = {};  // what `seek` stands for, for walks that do not use it
  // One of adjacent rows with the same key; without key order one row. May end while rows are
  // given.
  bool distinct = false;
  // Rows are stored ascending by this column of the table, and wanted so; -1: any order will do.
  int stored_order = -1;

  // Drops the values of the terms but keeps their memory: a join binds again and again.
  void clear() {
    filters.clear();
    seek_filters.clear();
    seek.clear();
  }
};

class PartScan {
 public:
  explicit PartScan(CancelToken& cancel) : cancel_(cancel) {}

  // `skip` counts down for every matching row that is left out.
  Result<void> open(OpenPart& part, const BoundScan& scan, std::uint64_t& skip);
  // Gives the sorter all rows of a part that the scan asks for, by the column they are sorted by;
  // `tag` stands above their 32 bits. They are visited by go_to() then.
  Result<void> collect(OpenPart& part, const BoundScan& scan, std::uint32_t tag, RowSorter& sorter);
  // REQUIRES: the row is one that collect() gave.
  void go_to(std::uint32_t row) { row_ = row; }
  // The column has this value in every row of the open part.
  void hold(int column, const ValueView& value) {
    held_[static_cast<std::size_t>(column)] = {.size = kEveryRow, .constant = value};
  }
  // Until the next open(): no more than a small list of rows is kept.
  void rest();
  // Parts opened so far are void.
  void forget() { part_ = nullptr; }

  // Moves to the first or next row; false after the last.
  Result<bool> next();
  // The same where the next row is at hand; false says nothing. Most rows come this way.
  // REQUIRES: open().
  bool advance() {
    if (!is_quick_) return false;
    if (phase_ == Phase::kKeys) {
      if (shown_ != nullptr) return advance_shown();
      if (key_at_ == key_end_) return false;
      ++key_at_;
      row_ = kUnknownRow;  // who counts the rows of a key does not ask which they are
      return true;
    }
    if (segment_ == Segment::kMask) {
      const std::uint32_t row = mask_.next(segment_at_);
      if (row >= kChunkRows) return false;
      segment_at_ = row + 1;
      row_ = segment_base_ + row;
      return true;
    }
    if (segment_ == Segment::kNone || segment_tests_ || segment_at_ == segment_end_) return false;
    const std::uint32_t at = segment_at_++;
    row_ = segment_ == Segment::kSpan ? segment_base_ + at : rows_[at];
    return true;
  }
  // True if rows that advance() gives have the same value in the access column as the present one.
  [[nodiscard]] bool stays_in_key() const { return phase_ == Phase::kKeys && key_column_ >= 0; }
  [[nodiscard]] std::uint64_t row() const {
    return row_ == kUnknownRow ? index_->row_at(key_at_ - 1) : row_;
  }

  // The present row's value in a column of the table.
  Result<ValueView> value(int column);
  // The same if it is at hand: the chunk is the one last used for this column, or all rows have
  // one value; nullopt says nothing.
  // What every row up to the next key or open() has in the column; null: ask held_value().
  [[nodiscard]] const ValueView* constant(int column) const {
    const Held& held = held_[static_cast<std::size_t>(column)];
    return held.size == kEveryRow ? &held.constant : nullptr;
  }
  [[nodiscard]] std::optional<ValueView> held_value(int column) const {
    const Held& held = held_[static_cast<std::size_t>(column)];
    if (held.size == kEveryRow) return held.constant;
    if (row_ - held.begin >= held.size) return std::nullopt;
    return held.view->value(static_cast<std::uint32_t>(row_ % kChunkRows));
  }

 private:
  // Fewer rows than this are tested one by one, more by filtering their chunk as a whole; of a
  // small chunk, of which they are much, so many.
  static constexpr std::uint32_t kMaskedRows = 16;
  static constexpr std::uint32_t kMaskedOfSmall = 6;
  static constexpr std::uint32_t kSmallChunk = 4;  // times the rows asked for

  struct RowRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  struct OrdinalRange {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  enum class Phase : std::uint8_t { kRanges, kRows, kNulls, kKeys, kEnd };

  Result<void> enter(OpenPart& part, const BoundScan& scan, std::uint64_t& skip);
  Result<void> open_numbers();
  Result<void> open_index();
  Result<void> add_ordinals(const IndexView& index);
  [[nodiscard]] bool is_one_key(const IndexView& index) const;
  Result<void> list_rows(const IndexView& index);
  Result<void> open_hash();
  Result<void> open_access();
  void restore_order();
  Result<void> collect_rows(std::uint32_t tag, RowSorter& sorter);
  Result<void> sort_rows();
  void begin_rows();
  void scan_everything();
  [[nodiscard]] bool has_nulls() const;
  void start_nulls();
  void begin_phase(Phase phase);
  void end_phase();
  void begin_key(std::uint32_t ordinal);
  bool step_in_key();
  // The next row of the key that the snapshot has; false: the key has no more.
  bool advance_shown() {
    if (batch_at_ == batch_end_ && !read_batch()) return false;
    row_ = batch_[batch_at_++];
    return true;
  }
  bool read_batch();
  void end_keys();

  Result<std::uint64_t> position(const ValueView& bound, bool after);
  Result<std::uint64_t> end_position(const ValueView& bound, std::uint64_t begin);

  Result<bool> next_in_segments();
  bool is_repetition(const ValueView& key);
  void skip_rest();
  bool take_range_segment();
  void take_row_segment();
  bool keep_shown();
  Result<bool> filter_segment();
  Result<bool> next_key();
  Result<bool> passes();

  CancelToken& cancel_;
  OpenPart* part_ = nullptr;
  const ShownRows* shown_ = nullptr;  // of the part; null: all
  const BoundScan* scan_ = nullptr;
  ScanWay way_;  // that of scan_, or another one that gives the same order in this part
  std::uint64_t* skip_ = nullptr;
  std::vector<const RowFilter*> filters_;  // that the present phase applies
  Phase phase_ = Phase::kEnd;
  bool is_quick_ = false;    // rows at hand follow each other without a look at them
  bool tests_rows_ = false;  // not every row passes: filters_ or shown_ may say no
  std::uint64_t row_ = 0;

  // What is at hand of each column of the table: the rows begin .. begin + size.
  static constexpr std::uint64_t kEveryRow = UINT64_MAX;
  static constexpr std::uint64_t kUnknownRow = UINT64_MAX;  // the key's row before key_at_
  struct Held {
    const ChunkView* view = nullptr;
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
    ValueView constant = {};  // where size is kEveryRow
  };
  std::vector<Held> held_;

  std::vector<RowRange> ranges_;  // kRanges, kNulls: ascending, not overlapping
  std::size_t range_ = 0;
  std::vector<std::uint32_t> rows_;  // kRows: ascending
  std::size_t next_row_ = 0;

  // The segment being walked: rows of one chunk.
  enum class Segment : std::uint8_t { kNone, kSpan, kMask, kList };
  void begin_segment(Segment whole);
  Segment segment_ = Segment::kNone;
  bool segment_tests_ = false;      // not every row of it passes
  std::uint64_t segment_base_ = 0;  // first row of the chunk
  std::uint32_t segment_at_ = 0;    // next row in the chunk, or next index of rows_
  std::uint32_t segment_end_ = 0;
  RowMask mask_;

  const IndexView* index_ = nullptr;    // kKeys
  int key_column_ = -1;                 // whose value all rows of a key share; -1: none
  std::vector<OrdinalRange> ordinals_;  // ascending, not overlapping
  std::size_t ordinals_done_ = 0;
  std::uint32_t ordinal_ = 0;  // keys of the present range already begun
  std::uint64_t key_at_ = 0;   // positions of the present key, from the index's start
  std::uint64_t key_end_ = 0;
  // Rows of the key before key_at_ that the snapshot has, where not every row is shown and keys
  // ascend: a look at each stored row on its own would cost more than all else.
  static constexpr std::uint32_t kMostBatch = 64;
  std::array<std::uint32_t, kMostBatch> batch_ = {};
  std::uint32_t batch_at_ = 0;
  std::uint32_t batch_end_ = 0;
  std::uint32_t next_batch_ = 0;       // size of the next one
  std::optional<ValueView> last_key_;  // of the last row given, where `distinct`
  bool skips_rest_ = false;            // before the next row, if the scan is still `distinct` then
  std::uint64_t steps_ = 0;            // since the last look at the stop flag

  std::optional<RowFilter> null_filter_;
};

}  // namespace dirsnap
