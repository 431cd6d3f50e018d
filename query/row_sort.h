// SPDX-License-Identifier: MIT
//
// Sorts rows by the values of a column.
// Most comparisons take one number: eight bytes of the text as the collation orders it, behind
// what the texts have in common at their begin.
// Memory: 72 bytes a row while it sorts. Lifetime: borrows the values until sort(). Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/table_spec.h"
#include "storage/value.h"

namespace dirsnap {

class RowSorter {
 public:
  RowSorter(Collation collation, bool descending)
      : collation_(collation), descending_(descending) {}

  // For so many more.
  void reserve(std::size_t rows) { items_.reserve(items_.size() + rows); }
  void add(const ValueView& value, std::uint64_t row) {
    items_.push_back({.value = value, .row = row});
  }
  // The rows by value, those of equal values ascending. Ends the use of the sorter.
  template <class Row>
  void sort(std::vector<Row>& rows) {
    sort_places();
    rows.clear();
    rows.reserve(places_.size());
    for (const Place& place : places_) rows.push_back(static_cast<Row>(items_[place.item].row));
  }

 private:
  struct Item {
    ValueView value;
    std::uint64_t row = 0;
  };
  struct Place {
    std::uint64_t key = 0;   // orders as the values do; equal keys say nothing
    std::uint32_t item = 0;  // index in items_
  };
  void make_places();
  void sort_places();
  [[nodiscard]] bool is_before(const Place& a, const Place& b) const;

  Collation collation_;
  bool descending_;
  std::vector<Item> items_;
  std::vector<Place> places_;
};

}  // namespace dirsnap
