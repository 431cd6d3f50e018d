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
#include <string_view>
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

  // REQUIRES: rows ascend, column < columns, as for all of these; not NaN.
  void append_number(std::uint32_t row, std::uint32_t column, ValueType type, std::uint64_t bits) {
    builder(column).append_number(row, type, bits);
  }
  // REQUIRES: `type` is kText or kBlob.
  void append_bytes(std::uint32_t row,
                    std::uint32_t column,
                    ValueType type,
                    std::string_view bytes) {
    ChunkBuilder& to = builder(column);
    if (to.wants_apart(bytes)) {
      append_long(row, column, type, bytes);
    } else {
      to.append_bytes(row, type, bytes);
    }
  }
  // Any value that is not absent.
  void append(std::uint32_t row, const Cell& cell) {
    if (cell.value.type == ValueType::kText || cell.value.type == ValueType::kBlob) {
      append_bytes(row, cell.column, cell.value.type, cell.value.bytes);
    } else {
      builder(cell.column).append(row, cell.value);
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
  void append_long(std::uint32_t row, std::uint32_t column, ValueType type, std::string_view bytes);

  std::vector<std::unique_ptr<ChunkBuilder>> builders_;
  std::vector<std::uint32_t> touched_;
  std::vector<LongValueRecord> long_values_;
  std::size_t long_bytes_ = 0;
};

}  // namespace dirsnap
