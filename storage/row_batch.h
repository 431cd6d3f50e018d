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
#include "storage/relation.h"

namespace dirsnap {

class RowBatch {
  struct Entry {
    std::uint32_t row = 0;          // in the batch
    std::uint32_t column_type = 0;  // column << 8 | ValueType or kTwin
    std::uint64_t payload = 0;      // the number's bits, or the size of the text
    [[nodiscard]] std::uint32_t column() const { return column_type >> 8; }
    [[nodiscard]] std::uint32_t type() const { return column_type & 0xFF; }
  };
  static constexpr std::uint32_t kTwin = 0xFF;

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
    // Calls `visit` for each value of the next row, and `visit_twin` for each column whose value
    // is that of the next one. REQUIRES: called rows() times at most.
    template <class Visit, class VisitTwin>
    void next_row(Visit visit, VisitTwin visit_twin) {
      const auto& entries = batch_.entries_;
      for (; entry_ < entries.size() && entries[entry_].row == row_; ++entry_) {
        const Entry& entry = entries[entry_];
        if (entry.type() == kTwin) {
          visit_twin(entry.column());
        } else {
          visit(Cell{.column = entry.column(), .value = value_of(entry)});
        }
      }
      ++row_;
    }

   private:
    ValueView value_of(const Entry& entry) {
      ValueView value{.type = static_cast<ValueType>(entry.type())};
      if (value.type == ValueType::kInteger) {
        value.integer = static_cast<std::int64_t>(entry.payload);
      } else if (value.type == ValueType::kReal) {
        value.real = std::bit_cast<double>(entry.payload);
      } else {
        value.bytes = std::string_view(batch_.bytes_).substr(byte_, entry.payload);
        byte_ += entry.payload;
      }
      return value;
    }

    const RowBatch& batch_;
    std::uint32_t row_ = 0;
    std::size_t entry_ = 0;
    std::size_t byte_ = 0;
  };

 private:
  [[nodiscard]] Entry entry_of(std::uint32_t column, std::uint32_t type) const {
    return {.row = rows_ - 1, .column_type = column << 8 | type, .payload = 0};
  }

  std::vector<Entry> entries_;
  std::string bytes_;
  std::uint32_t rows_ = 0;
};

}  // namespace dirsnap
