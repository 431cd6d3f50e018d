// SPDX-License-Identifier: MIT
//
// What a row is checked against before any of it is taken: columns that exist, each given once, the
// order of dense and sorted ones, those that go by kind.
// Lifetime: borrows the definition. Memory: 24 bytes a column.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "storage/base/result.h"
#include "storage/relation.h"

namespace dirsnap {

class RowCheck {
 public:
  // `rows` are there already. REQUIRES: `def` outlives it.
  RowCheck(const RelationDef& def, std::uint64_t rows);

  // A row without its columns that go by kind. Returns the bytes that it takes in a RowBatch.
  // Fails with kUsage, kLimit.
  Result<std::size_t> check(std::span<const Cell> cells);
  // The cells of a kind.
  Result<void> check_kind(std::span<const Cell> cells);
  // A row that was checked has been taken.
  void take(std::span<const Cell> cells) {
    ++rows_;
    if (ordered_ != 0) note_order(cells);
  }

  // Parts cells into those of the row's kind and the others.
  void part(std::span<const Cell> cells, std::vector<Cell>& of_kind, std::vector<Cell>& of_row);

  [[nodiscard]] bool has_kinds() const { return has_kinds_; }
  [[nodiscard]] bool is_twin(std::uint32_t column) const { return traits_[column] == Trait::kTwin; }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

 private:
  // What appending has to know of a column; most are plain.
  enum class Trait : std::uint8_t { kPlain, kTwin, kOrdered, kByKind };
  struct Column {
    Access access = Access::kScan;
    std::uint64_t last_append = 0;        // serial number of the check that named it last
    std::int64_t last_value = INT64_MIN;  // of a kSorted column
  };

  Result<void> check_names(std::span<const Cell> cells);
  Result<void> check_trait(const Cell& cell);
  Result<void> check_order(const Cell& cell);
  [[nodiscard]] tl::unexpected<Error> misnamed(const Cell& cell) const;
  void note_order(std::span<const Cell> cells);

  const RelationDef& def_;
  std::vector<Column> columns_;
  std::vector<Trait> traits_;  // of the columns, close together
  std::size_t ordered_ = 0;    // kDense and kSorted columns: named in every row
  bool has_kinds_ = false;
  std::uint64_t checks_ = 0;
  std::uint64_t rows_;
};

}  // namespace dirsnap
