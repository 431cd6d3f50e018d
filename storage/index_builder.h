// SPDX-License-Identifier: MIT
//
// Makes the exact index of one column from its stored chunks.
// Memory: 20 bytes a row while sorting, 8 where few values recur and rows are counted instead (4
// where these are kinds of rows);
// 16 a distinct text for the hashes.
// Threads: one thread per object.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "storage/column_reader.h"
#include "storage/index_layout.h"
#include "storage/relation.h"

namespace dirsnap {

class IndexBuilder {
 public:
  using Sink = index_layout::Sink;

  explicit IndexBuilder(Collation collation) : collation_(collation) {}

  // Reads and sorts the column. Afterwards its chunks are no longer needed.
  Result<void> sort(ColumnReader& column);
  // Writes what sort() found.
  Result<void> write(const Sink& sink) const;

 private:
  // What is sorted: a row, or where few values repeat, a group of rows with one value.
  struct Item {
    std::uint64_t key = 0;  // what the sort compares first
    std::uint32_t number = 0;
    std::uint8_t tail = 0;  // bytes of the text in `key`, or kGoesOn; 1 marks a real number
    bool starts = false;    // first item of a distinct value
  };
  // The rows' groups; `values` by group.
  struct Groups {
    const ColumnReader* kinds = nullptr;  // whose kinds are the groups; null: see of_row
    std::vector<std::uint32_t> of_row;
    std::vector<ValueView> values;
    [[nodiscard]] std::uint32_t of(std::uint32_t row) const {
      return kinds != nullptr ? kinds->kind(row) : of_row[row];
    }
  };
  using ValueOf = std::function<ValueView(std::uint32_t number)>;
  struct HashEntry {
    std::uint64_t hash = 0;
    std::uint32_t ordinal = 0;
  };
  static constexpr std::uint8_t kGoesOn = 9;

  static std::optional<Groups> groups_of(const ColumnReader& column);
  [[nodiscard]] std::vector<Item> order(std::uint32_t count, const ValueOf& value_of);
  static void sort_numbers(std::vector<Item>& items);
  void sort_texts(const ValueOf& value_of, std::vector<Item>& items) const;
  void load_key(const ValueView& value, std::size_t depth, Item& item) const;
  void take_items(const std::vector<Item>& items);
  void take_groups(const std::vector<Item>& items, const Groups& groups);
  void note_values(const std::vector<Item>& items, const ValueOf& value_of);
  void note_uniform(const std::vector<Item>& items, const ValueOf& value_of);

  Result<void> write_header(const Sink& sink) const;
  [[nodiscard]] std::uint64_t total() const { return rows_.size(); }
  [[nodiscard]] bool all_distinct() const { return starts_.size() == rows_.size(); }

  Collation collation_;
  bool integers_only_ = true;
  bool uniform_ = true;  // values that are equal to the collation are equal
  std::uint64_t relation_rows_ = 0;
  std::vector<std::uint32_t> rows_;    // in the order of the index
  std::vector<std::uint32_t> starts_;  // where in rows_ each distinct value begins
  std::vector<std::uint64_t> keys_;    // the distinct values, if all are integers
  std::vector<HashEntry> hashes_;      // of the distinct values otherwise, sorted
};

}  // namespace dirsnap
