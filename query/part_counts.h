// SPDX-License-Identifier: MIT
//
// How many rows of a table hold a literal, or lie between two, as its indexes know exactly.
// The first few parts that a statement may visit are asked and the rest is taken to be alike.
// Counts are remembered by the table, unless a literal chooses the parts: the planner asks for the
// same ones in each of its calls.
// Lifetime: borrows the table. Threads: one.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "query/relation_table.h"

namespace dirsnap {

class PartCounts {
 public:
  // What a statement visits.
  struct Scope {
    double parts = 1;                          // as the planner thinks
    bool has_literals = false;                 // some literal chooses parts
    std::vector<std::int64_t> snapshots = {};  // each equal to the part's snapshot_id
  };
  struct Bound {
    ValueView value;     // NULL: none
    bool after = false;  // the value itself is not less
  };

  PartCounts(RelationTable& table, Scope scope) : table_(table), scope_(std::move(scope)) {}

  // REQUIRES: the column has an index.
  Result<double> equal(int column, const ValueView& value);
  Result<double> between(int column, const Bound& low, const Bound& high);
  // REQUIRES: the column has a hash index. A number counts as its text, which it may mean.
  Result<double> hashed(int column, const ValueView& literal);

 private:
  template <class Count>
  Result<double> in_parts(int column, Count count);
  template <class Count>
  Result<double> once(int column, std::span<const Bound> bounds, Count count);
  [[nodiscard]] bool may_match(const TablePart& part) const;

  RelationTable& table_;
  Scope scope_;
};

}  // namespace dirsnap
