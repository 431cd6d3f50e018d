// SPDX-License-Identifier: MIT
//
// The rows of one part that a plan asks for, in the plan's order.
// Three ways to walk: ranges of rows (whole chunks are filtered at once), a list of rows from an
// index, or the index itself where its order is wanted.
// Lifetime: borrows the bound scan and the part until the next open(). Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "query/relation_table.h"
#include "query/row_filter.h"
#include "query/scan_plan.h"

namespace dirsnap {

// What the access column must be; under the index's collation a superset of the seek terms.
struct BoundSeek {
  std::optional<std::vector<ValueView>> keys;  // one of these values
  std::optional<ValueView> lower;              // not less than it,
  bool lower_after = false;                    // or greater
  std::optional<ValueView> upper;              // less than it,
  bool upper_after = false;                    // or not greater

  [[nodiscard]] bool empty() const { return !keys && !lower && !upper; }
};

// A plan with the values of its terms.
struct BoundScan {
  Access access = Access::kScan;
  int column = -1;  // of the table, unless kScan
  BoundSeek seek = {};
  std::vector<RowFilter> filters = {};       // tested on every row
  std::vector<RowFilter> seek_filters = {};  // what `seek` stands for, for walks that do not use it
  bool in_key_order = false;
  bool descending = false;  // of in_key_order
  bool distinct = false;    // one row for each key; without key order one row
};

class PartScan {
 public:
  explicit PartScan(CancelToken& cancel) : cancel_(cancel) {}

  // `skip` counts down for every matching row that is left out.
  Result<void> open(OpenPart& part, const BoundScan& scan, std::uint64_t& skip);

  // Moves to the first or next row; false after the last.
  Result<bool> next();
  [[nodiscard]] std::uint64_t row() const { return row_; }

  // The present row's value in a column of the table.
  Result<ValueView> value(int column);

 private:
  struct RowRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  struct OrdinalRange {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  enum class Phase : std::uint8_t { kRanges, kRows, kNulls, kKeys, kEnd };

  Result<void> open_numbers();
  Result<void> open_index();
  Result<void> add_ordinals(const IndexView& index);
  Result<void> list_rows(const IndexView& index);
  void scan_everything();
  void start_nulls();
  void begin_phase(Phase phase);
  void end_phase();

  Result<std::uint64_t> position(const ValueView& bound, bool after);

  Result<bool> next_in_segments();
  bool take_range_segment();
  void take_row_segment();
  Result<bool> filter_segment();
  Result<bool> next_key();
  Result<bool> passes(std::uint64_t row);

  CancelToken& cancel_;
  OpenPart* part_ = nullptr;
  const BoundScan* scan_ = nullptr;
  std::uint64_t* skip_ = nullptr;
  std::vector<const RowFilter*> filters_;  // that the present phase applies
  Phase phase_ = Phase::kEnd;
  std::uint64_t row_ = 0;

  std::vector<RowRange> ranges_;  // kRanges, kNulls: ascending, not overlapping
  std::size_t range_ = 0;
  std::vector<std::uint32_t> rows_;  // kRows: ascending
  std::size_t next_row_ = 0;

  // The segment being walked: rows of one chunk.
  enum class Segment : std::uint8_t { kNone, kSpan, kMask, kList };
  Segment segment_ = Segment::kNone;
  std::uint64_t segment_base_ = 0;  // first row of the chunk
  std::uint32_t segment_at_ = 0;    // next row in the chunk, or next index of rows_
  std::uint32_t segment_end_ = 0;
  RowMask mask_;

  const IndexView* index_ = nullptr;    // kKeys
  std::vector<OrdinalRange> ordinals_;  // ascending, not overlapping
  std::size_t ordinals_done_ = 0;
  std::uint32_t ordinal_ = 0;  // keys of the present range already begun
  std::uint64_t key_at_ = 0;   // positions of the present key, from the index's start
  std::uint64_t key_end_ = 0;
  std::uint64_t steps_ = 0;  // since the last look at the stop flag

  std::optional<RowFilter> null_filter_;
};

}  // namespace dirsnap
