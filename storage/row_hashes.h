// SPDX-License-Identifier: MIT
//
// The hashes of the values of the columns that get a hash index (Access::kHash), taken while the
// rows pass, so that the index need not read them again.
// Memory: 4 bytes a row and column.
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "storage/index_layout.h"
#include "storage/relation.h"

namespace dirsnap {

// By row; 0: no value. In parts of kChunkRows, so that growing moves nothing.
class ColumnHashes {
 public:
  void begin_row() {
    if (rows_++ % kChunkRows == 0) parts_.emplace_back(kChunkRows);
  }
  // REQUIRES: begin_row() was called; hash != 0; once a row.
  void set(std::uint32_t hash) {
    parts_.back()[(rows_ - 1) % kChunkRows] = hash;
    ++values_;
  }

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  // Rows that have a value.
  [[nodiscard]] std::uint64_t values() const { return values_; }
  // Calls `visit(row, hash)` for each row that has a value.
  template <class Visit>
  void each(Visit visit) const {
    std::uint32_t row = 0;
    for (const std::vector<std::uint32_t>& part : parts_) {
      for (const std::uint32_t hash : part) {
        if (hash != 0) visit(row, hash);
        ++row;
      }
    }
  }

 private:
  std::vector<std::vector<std::uint32_t>> parts_;
  std::uint64_t rows_ = 0;
  std::uint64_t values_ = 0;
};

class RowHashes {
 public:
  explicit RowHashes(const RelationDef& def) {
    for (std::uint32_t i = 0; i < def.columns.size(); ++i) {
      if (def.columns[i].access != Access::kHash) continue;
      slots_.resize(i + std::size_t{1}, kNone);
      slots_[i] = static_cast<std::uint8_t>(columns_.size());
      columns_.emplace_back();
    }
  }

  void begin_row() {
    for (ColumnHashes& column : columns_) column.begin_row();
  }
  // True if the column has a hash index.
  [[nodiscard]] bool wants(std::uint32_t column) const {
    return column < slots_.size() && slots_[column] != kNone;
  }
  // REQUIRES: wants(column); the value is not absent.
  void take(std::uint32_t column, const ValueView& value) {
    columns_[slots_[column]].set(index_layout::index_hash(value));
  }
  // REQUIRES: the column has a hash index. Call once for each.
  [[nodiscard]] ColumnHashes release(std::uint32_t column) {
    return std::exchange(columns_[slots_[column]], {});
  }

 private:
  static constexpr std::uint8_t kNone = 0xFF;
  std::vector<std::uint8_t> slots_;  // by column, as far as the last one hashed
  std::vector<ColumnHashes> columns_;
};

}  // namespace dirsnap
