// SPDX-License-Identifier: MIT
//
// Rows of one relation as they were appended, one behind the other in a piece of memory that fits
// the processor's cache: so that the thread that reads the evidence only copies, and another one
// deals them to the columns.
// Memory: 8 bytes a cell, 8 a number, and the bytes of texts and blobs.
// Threads: one at a time; handed over whole.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "storage/chunk.h"
#include "storage/relation.h"

namespace dirsnap {

class RowBatch {
 public:
  // What a cell takes, at most.
  static std::size_t cell_bytes(const ValueView& value) {
    return kHeadBytes + std::max(value.bytes.size(), sizeof(std::uint64_t));
  }

  // Opens a row whose cells take up to `bytes` together.
  void begin_row(std::size_t bytes) {
    if (rows_ != 0) put_head(kEndOfRow, 0, 0);
    ++rows_;
    const std::size_t wanted = used_ + bytes + kHeadBytes;
    if (wanted > memory_.size()) memory_.resize(std::max(wanted, 2 * memory_.size()));
  }
  // Adds a value to the row; absent ones are left out.
  // REQUIRES: cell.column < 2^24 - 1, the value has less than 4 GiB, and begin_row() knew of it.
  void append(const Cell& cell) {
    const ValueView& value = cell.value;
    if (ChunkBuilder::is_absent(value)) return;
    const auto type = static_cast<std::uint32_t>(value.type);
    if (value.type == ValueType::kInteger) {
      put_head(cell.column, type, 0);
      put_number(value.integer);
    } else if (value.type == ValueType::kReal) {
      put_head(cell.column, type, 0);
      put_number(value.real);
    } else {
      put_head(cell.column, type, static_cast<std::uint32_t>(value.bytes.size()));
      if (value.bytes.empty()) return;
      std::memcpy(memory_.data() + used_, value.bytes.data(), value.bytes.size());
      used_ += value.bytes.size();
    }
  }
  // The value in `column` is that of the next column. REQUIRES: as for append().
  void append_twin(std::uint32_t column) { put_head(column, kTwin, 0); }

  [[nodiscard]] std::uint32_t rows() const { return rows_; }
  [[nodiscard]] std::size_t size_bytes() const { return used_; }
  // Keeps the memory of the usual batch.
  void clear() {
    used_ = rows_ = 0;
    if (memory_.size() > kKeptBytes) memory_ = {};
  }

  // Reads the rows back, one after the other.
  class Reader {
   public:
    explicit Reader(const RowBatch& batch)
        : at_(batch.memory_.data()), end_(batch.memory_.data() + batch.used_) {}
    // Shows the values of the next row to `visitor`: number(column, type, bits) of an integer or a
    // real, bytes(column, type, text) of a text or blob, and twin(column) where the value is that
    // of the next column. REQUIRES: called rows() times at most.
    template <class Visitor>
    void next_row(Visitor& visitor) {
      while (at_ != end_) {
        const auto head = take<Head>();
        const std::uint32_t column = head.column_type >> 8;
        if (column == kEndOfRow) return;
        const std::uint32_t kind = head.column_type & 0xFF;
        const auto type = static_cast<ValueType>(kind);
        if (kind == kTwin) {
          visitor.twin(column);
        } else if (type == ValueType::kInteger || type == ValueType::kReal) {
          visitor.number(column, type, take<std::uint64_t>());
        } else {
          visitor.bytes(column, type, std::string_view(at_, head.size));
          at_ += head.size;
        }
      }
    }

   private:
    template <class T>
    T take() {
      T value;
      std::memcpy(&value, at_, sizeof value);
      at_ += sizeof value;
      return value;
    }

    const char* at_;
    const char* end_;
  };

 private:
  // Stands before each value; a number or `size` bytes follow.
  struct Head {
    std::uint32_t column_type = 0;  // column << 8 | ValueType or kTwin
    std::uint32_t size = 0;         // of a text or blob
  };
  static constexpr std::size_t kHeadBytes = sizeof(Head);
  static constexpr std::size_t kKeptBytes = std::size_t{1} << 20;
  static constexpr std::uint32_t kTwin = 0xFF;
  static constexpr std::uint32_t kEndOfRow = 0xFFFFFF;  // instead of a column; before the next row

  template <class T>
  void put_number(T number) {
    static_assert(sizeof number == sizeof(std::uint64_t));
    std::memcpy(memory_.data() + used_, &number, sizeof number);
    used_ += sizeof number;
  }
  void put_head(std::uint32_t column, std::uint32_t type, std::uint32_t size) {
    const Head head{.column_type = column << 8 | type, .size = size};
    std::memcpy(memory_.data() + used_, &head, sizeof head);
    used_ += sizeof head;
  }

  std::vector<char> memory_;
  std::size_t used_ = 0;
  std::uint32_t rows_ = 0;
};

}  // namespace dirsnap
