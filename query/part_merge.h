// SPDX-License-Identifier: MIT
//
// The rows of several parts in one order. Either each part gives its rows in the order of a column
// and the least of the present ones comes next, or the rows of all are collected and sorted. Of
// equal ones the earlier part's comes first.
// Memory: a scan for each part. Lifetime: as PartScan. Threads: one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "query/part_scan.h"

namespace dirsnap {

class PartMerge {
 public:
  explicit PartMerge(CancelToken& cancel) : cancel_(cancel) {}

  struct Order {
    int column = 0;  // of the table
    Collation collation = Collation::kBinary;
    bool descending = false;
    bool distinct = false;  // of rows with one text one is enough
  };
  // Begins anew, without parts.
  void begin(const Order& order);
  // REQUIRES: begin(), and no next() since. The part gives its rows in the order.
  Result<void> add(std::uint32_t number, OpenPart& part, const BoundScan& scan);
  // Parts whose scan sorts their rows by the column: they are sorted together, which is sooner done
  // but keeps the values of all in memory. REQUIRES: begin(), and no add() since.
  using NumberedPart = std::pair<std::uint32_t, OpenPart*>;
  Result<void> add_together(std::span<const NumberedPart> parts, const BoundScan& scan);
  // Gives rows with one text all from now on, though the order was to be distinct.
  void end_distinct() { order_.distinct = false; }
  // Moves to the first or next row; false after the last.
  Result<bool> next();
  // The same where the next row is at hand; false says nothing. Most rows come this way.
  bool advance() {
    if (!sorted_.empty()) return take_sorted();
    if (!is_begun_ || heap_.empty()) return false;
    return stays_in_part() ? heap_.front()->scan.advance() : advance_by_key(*heap_.front());
  }
  // The same where the next row is of the present part, and stands at hand.
  bool advance_in_part() {
    if (!sorted_.empty()) return is_begun_ && stays_in_sorted() && take_sorted();
    return is_begun_ && stays_in_part() && heap_.front()->scan.advance();
  }

  // REQUIRES: next() has returned true. The number given to add(), and the scan at its row.
  [[nodiscard]] std::uint32_t part() const { return present().number; }
  [[nodiscard]] PartScan& scan() const { return present().scan; }

  void rest();
  void forget();

 private:
  struct Lane {
    explicit Lane(CancelToken& cancel) : scan(cancel) {}
    PartScan scan;
    std::uint64_t no_skip = 0;
    std::uint32_t number = 0;
    ValueView key = {};
    std::uint64_t word = 0;  // orders as the keys do where has_word; equal ones say nothing
    bool has_word = false;
  };
  [[nodiscard]] bool stays_in_part() const {
    return heap_.size() == 1 || (!heap_.empty() && heap_.front()->scan.stays_in_key());
  }
  [[nodiscard]] Lane& present() const { return sorted_.empty() ? *heap_.front() : *lanes_[lane_]; }
  Lane& take_lane(std::uint32_t number);
  // Of the rows sorted together.
  [[nodiscard]] bool stays_in_sorted() const {
    return sorted_at_ < sorted_.size() && sorted_[sorted_at_] >> 32 == lane_;
  }
  bool take_sorted() {
    is_begun_ = true;
    if (sorted_at_ == sorted_.size()) return false;
    const std::uint64_t place = sorted_[sorted_at_++];
    lane_ = place >> 32;
    lanes_[lane_]->scan.go_to(static_cast<std::uint32_t>(place));
    return true;
  }
  Result<bool> step(Lane& lane);
  bool advance_by_key(Lane& lane);
  void take_key(Lane& lane, const ValueView& key) const;
  [[nodiscard]] bool is_behind(const Lane& a, const Lane& b) const;
  void sink();
  void share_key(const ValueView& before);

  CancelToken& cancel_;
  Order order_;
  bool is_begun_ = false;    // heap_ is one, and its first lane's row was given
  bool is_key_due_ = false;  // the first lane has moved, its key is that of the row before
  std::vector<std::unique_ptr<Lane>> lanes_;  // the first used_ are of this walk
  std::size_t used_ = 0;
  std::vector<Lane*> heap_;            // those that have a row; before next(): all
  std::vector<std::uint64_t> sorted_;  // rows sorted together, below the index of their lane
  std::size_t sorted_at_ = 0;          // the next of them
  std::size_t lane_ = 0;               // of the present one
};

}  // namespace dirsnap
