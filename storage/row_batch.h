// SPDX-License-Identifier: MIT
//
// Rows of one relation as they were appended, one behind the other in a piece of memory that fits
// the processor's cache: so that the thread that reads the evidence only copies, and another one
// deals them to the columns.
// Memory: 16 bytes a cell and the bytes of texts and blobs.
// Threads: one at a time; handed over whole.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/chunk.h"
#include "storage/open_chunk.h"
#include "storage/relation.h"

namespace dirsnap {

class RowBatch {
 public:
  // Absent values are left out. REQUIRES: cell.column < 2^24.
  void begin_row() { ++rows_; }
  void append(const Cell& cell) {
    if (ChunkBuilder::is_absent(cell.value)) return;
    Entry entry = entry_of(cell.column, static_cast<std::uint32_t>(cell.value.type));
    if (cell.value.type == ValueType::kInteger) {
      entry.payload = static_cast<std::uint64_t>(cell.value.integer);
    } else if (cell.value.type == ValueType::kReal) {
      entry.payload = std::bit_cast<std::uint64_t>(cell.value.real);
    } else {
      entry.payload = cell.value.bytes.size();
      bytes_.append(cell.value.bytes);
    }
    entries_.push_back(entry);
  }
  // The value in `column` is that of the next column.
  void append_twin(std::uint32_t column) { entries_.push_back(entry_of(column, kTwin)); }

  [[nodiscard]] bool empty() const { return rows_ == 0; }
  [[nodiscard]] std::uint32_t rows() const { return rows_; }
  [[nodiscard]] std::size_t size_bytes() const {
    return bytes_.size() + entries_.size() * sizeof(Entry);
  }
  void clear() {
    rows_ = 0;
    entries_.clear();
    bytes_.clear();
  }

  // Reads the rows back, one after the other.
  class Reader {
   public:
    explicit Reader(const RowBatch& batch) : batch_(batch) {}
    // Appends the next row to the chunk as row `row`. REQUIRES: called rows() times at most.
    void move_row(std::uint32_t row, OpenChunk& chunk);

   private:
    const RowBatch& batch_;
    std::uint32_t row_ = 0;
    std::size_t entry_ = 0;
    std::size_t byte_ = 0;
  };

 private:
  struct Entry {
    std::uint32_t row = 0;          // in the batch
    std::uint32_t column_type = 0;  // column << 8 | ValueType or kTwin
    std::uint64_t payload = 0;      // the number's bits, or the size of the text
  };
  static constexpr std::uint32_t kTwin = 0xFF;

  [[nodiscard]] Entry entry_of(std::uint32_t column, std::uint32_t type) const {
    return {.row = rows_ - 1, .column_type = column << 8 | type, .payload = 0};
  }

  std::vector<Entry> entries_;
  std::string bytes_;
  std::uint32_t rows_ = 0;
};

}  // namespace dirsnap
