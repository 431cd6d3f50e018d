// SPDX-License-Identifier: MIT
//
// Makes the exact index of one column from its stored chunks.
// Memory: 16 bytes a row with a value while sorting (6 more where few values recur and rows are
// counted instead), and 16 a distinct text for the hashes.
// Threads: one thread per object.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "storage/column_reader.h"
#include "storage/index_layout.h"
#include "storage/relation.h"

namespace dirsnap {

class IndexBuilder {
 public:
  // Receives part `part` of an array, in key order.
  using Sink = std::function<Result<void>(
      index_layout::Array array, std::uint32_t part, std::vector<std::byte> bytes)>;

  explicit IndexBuilder(Collation collation) : collation_(collation) {}

  // Reads and sorts the column. Afterwards its chunks are no longer needed.
  Result<void> sort(ColumnReader& column);
  // Writes what sort() found.
  Result<void> write(const Sink& sink) const;

 private:
  struct Entry {
    std::uint64_t key = 0;  // what the sort compares first
    std::uint32_t row = 0;
    std::uint8_t tail = 0;  // bytes of the text in `key`, or kGoesOn
    bool starts = false;    // first row of a distinct value
  };
  struct HashEntry {
    std::uint64_t hash = 0;
    std::uint32_t ordinal = 0;
  };
  static constexpr std::uint8_t kGoesOn = 9;

  void gather(const ColumnReader& column);
  void order_numbers();
  void order_texts(const ColumnReader& column, std::vector<Entry>& entries) const;
  static void sort_numbers(std::vector<Entry>& entries);
  void sort_texts(const ColumnReader& column, std::vector<Entry>& entries) const;
  void load_key(const ColumnReader& column, std::size_t depth, Entry& entry) const;
  void hash_distinct(const ColumnReader& column);

  Result<void> write_header(const Sink& sink) const;
  [[nodiscard]] std::uint64_t total() const { return entries_.size(); }
  [[nodiscard]] bool all_distinct() const { return starts_.size() == entries_.size(); }

  Collation collation_;
  bool integers_only_ = true;
  std::uint64_t rows_ = 0;
  std::vector<Entry> entries_;  // in the order of the index after sort(); numbers before
  std::vector<Entry> texts_;
  std::vector<Entry> blobs_;
  std::vector<std::uint64_t> starts_;  // positions in entries_ of the distinct values
  std::vector<HashEntry> hashes_;      // sorted
};

}  // namespace dirsnap
