// SPDX-License-Identifier: MIT
//
// Rows of a batch as cells again. The kind of a row stands in the column behind the last one.
// Lifetime: borrows the batch. Threads: one thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "storage/row_batch.h"

namespace dirsnap {

class RowCells {
 public:
  // REQUIRES: the batch has no twins.
  RowCells(const RowBatch& batch, std::uint32_t kind_column)
      : reader_(batch), kind_column_(kind_column) {}

  // Goes to the next row. REQUIRES: there is one.
  void next() {
    cells_.clear();
    kind_ = 0;
    reader_.next_row(*this);
    const auto by_column = [](const Cell& a, const Cell& b) { return a.column < b.column; };
    if (!std::is_sorted(cells_.begin(), cells_.end(), by_column)) {
      std::sort(cells_.begin(), cells_.end(), by_column);
    }
  }
  // Ascending by column; none is absent.
  [[nodiscard]] std::span<const Cell> cells() const { return cells_; }
  [[nodiscard]] std::uint32_t kind() const { return kind_; }

  // Called by the batch.
  void number(std::uint32_t column, ValueType type, std::uint64_t bits) {
    if (column == kind_column_) {
      kind_ = static_cast<std::uint32_t>(bits);
    } else if (type == ValueType::kReal) {
      cells_.push_back({column, ValueView::of_real(std::bit_cast<double>(bits))});
    } else {
      cells_.push_back({column, ValueView::of(static_cast<std::int64_t>(bits))});
    }
  }
  void bytes(std::uint32_t column, ValueType type, std::string_view value) {
    cells_.push_back({column, {.type = type, .bytes = value}});
  }
  void twin(std::uint32_t /*column*/) {}

 private:
  RowBatch::Reader reader_;
  std::uint32_t kind_column_;
  std::vector<Cell> cells_;
  std::uint32_t kind_ = 0;
};

}  // namespace dirsnap
