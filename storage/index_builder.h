// SPDX-License-Identifier: MIT
//
// Makes the exact index of one column from its stored chunks.
// Memory: 20 bytes a row while sorting, 8 where few values recur and rows are counted instead,
// nothing a row where they are the relation's rows by kind; 16 a distinct text for the hashes.
// Threads: one thread per object.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "storage/column_reader.h"
#include "storage/index_layout.h"
#include "storage/kind_rows.h"
#include "storage/relation.h"

namespace dirsnap {

class IndexBuilder {
 public:
  using Sink = index_layout::Sink;

  explicit IndexBuilder(Collation collation) : collation_(collation) {}

  // Reads and sorts the column. Afterwards its chunks are no longer needed.
  Result<void> sort(ColumnReader& column);
  // The same for a column whose values go by kind: its rows are those of its kinds.
  Result<void> sort(ColumnReader& column, const std::shared_ptr<const KindRows>& kinds);
  // Writes what sort() found.
  Result<void> write(const Sink& sink) const;

 private:
  // What is sorted: a row, or where few values repeat, a group of rows with one value.
  struct Item {
    std::uint64_t key = 0;  // what the sort compares first
    std::uint32_t number = 0;
    std::uint8_t tail = 0;  // bytes of the text in `key`, or kGoesOn; 1 marks a real number
    bool starts = false;    // first item of a distinct value
    bool is_plain = true;   // all bytes read so far are ASCII: folding leaves them in their places
  };
  // The rows' groups; `values` by group.
  struct Groups {
    std::vector<std::uint32_t> of_row;
    std::vector<ValueView> values;
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
  void take_kinds(const std::vector<Item>& items);
  [[nodiscard]] bool kinds_ascend(const std::vector<Item>& items) const;
  void merge_kinds();
  void note_values(const std::vector<Item>& items, const ValueOf& value_of);
  void note_uniform(const std::vector<Item>& items, const ValueOf& value_of);

  Result<void> write_header(const Sink& sink) const;
  Result<void> write_rows(const Sink& sink) const;
  Result<void> write_values(const Sink& sink) const;
  [[nodiscard]] bool all_distinct() const { return starts_.size() == total_; }

  Collation collation_;
  bool integers_only_ = true;
  bool uniform_ = true;  // values that are equal to the collation are equal
  std::uint64_t relation_rows_ = 0;
  std::uint64_t total_ = 0;                 // rows with a value
  std::vector<std::uint32_t> rows_;         // in the order of the index, unless kinds give them
  std::vector<std::uint32_t> kinds_;        // in the order of the index; empty where rows_ is not
  std::vector<std::uint32_t> starts_;       // where in this order each distinct value begins
  std::shared_ptr<const KindRows> shared_;  // of kinds_
  std::vector<std::uint64_t> keys_;         // the distinct values, if all are integers
  std::vector<HashEntry> hashes_;           // of the distinct values otherwise, sorted
};

}  // namespace dirsnap
