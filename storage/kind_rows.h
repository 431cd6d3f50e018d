// SPDX-License-Identifier: MIT
//
// The rows of a relation by their kind (Sharing::kByKind): what the indexes of all its columns
// that go by kind have in common.
// Memory: 4 bytes a row, 4 a kind.
// Threads: one makes it, any may read.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "storage/column_reader.h"

namespace dirsnap {

class KindRows {
 public:
  // Reads the kinds of all rows from any column that goes by kind.
  Result<void> read(ColumnReader& column);

  // Rows of a kind, ascending. REQUIRES: kind < number of kinds.
  [[nodiscard]] std::span<const std::uint32_t> rows_of(std::uint32_t kind) const {
    return std::span(rows_).subspan(begins_[kind], count(kind));
  }
  [[nodiscard]] std::uint32_t begin(std::uint32_t kind) const { return begins_[kind]; }
  [[nodiscard]] std::uint32_t count(std::uint32_t kind) const {
    return begins_[kind + std::size_t{1}] - begins_[kind];
  }
  [[nodiscard]] const std::vector<std::uint32_t>& rows() const { return rows_; }

 private:
  std::vector<std::uint32_t> rows_;    // by kind, then by row
  std::vector<std::uint32_t> begins_;  // where in rows_ each kind begins, and the end
};

}  // namespace dirsnap
