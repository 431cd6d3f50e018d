// SPDX-License-Identifier: MIT
//
// The rows of one chunk while they come in: a builder for each column that has had a value.
// Memory: 8 bytes for each column of the relation; a row costs what its cells cost, however many
// columns there are.
// Threads: one at a time; handed over whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "storage/chunk.h"
#include "storage/relation.h"

namespace dirsnap {

// A value that gets a record of its own.
struct LongValueRecord {
  std::uint32_t column = 0;
  std::uint16_t row = 0;          // in the chunk
  std::vector<std::byte> record;  // the value and a NUL
};

class OpenChunk {
 public:
  explicit OpenChunk(std::size_t columns) : builders_(columns) {}

  // Absent values are left out. REQUIRES: rows ascend, cell.column < columns.
  void append(std::uint32_t row, const Cell& cell) {
    if (ChunkBuilder::is_absent(cell.value)) return;
    ChunkBuilder& column = builder(cell.column);
    if (column.wants_apart(cell.value)) {
      append_long(row, cell);
    } else {
      column.append(row, cell.value);
    }
  }
  // The row's value in `column` is that in the next column.
  void append_twin(std::uint32_t row, std::uint32_t column);

  [[nodiscard]] bool empty() const { return touched_.empty(); }
  [[nodiscard]] std::size_t size_bytes() const;
  [[nodiscard]] std::size_t long_bytes() const { return long_bytes_; }
  std::vector<LongValueRecord> take_long_values() {
    long_bytes_ = 0;
    return std::exchange(long_values_, {});
  }

  // Columns with a value, ascending.
  [[nodiscard]] std::vector<std::uint32_t> columns() const;
  // The encoded chunk of such a column, whose builder is empty then.
  std::vector<std::byte> finish(std::uint32_t column, std::uint32_t rows) {
    return builders_[column]->finish(rows);
  }
  // Ready for another chunk. REQUIRES: every column was finished, the long values taken.
  void clear() { touched_.clear(); }

 private:
  ChunkBuilder& builder(std::uint32_t column) {
    std::unique_ptr<ChunkBuilder>& slot = builders_[column];
    if (slot == nullptr) slot = std::make_unique<ChunkBuilder>();
    if (slot->empty()) touched_.push_back(column);
    return *slot;
  }
  void append_long(std::uint32_t row, const Cell& cell);

  std::vector<std::unique_ptr<ChunkBuilder>> builders_;
  std::vector<std::uint32_t> touched_;
  std::vector<LongValueRecord> long_values_;
  std::size_t long_bytes_ = 0;
};

}  // namespace dirsnap
