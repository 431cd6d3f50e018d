// SPDX-License-Identifier: MIT
//
// One chunk of a relation, all its columns, row by row.
// Lifetime: borrows the map of the transaction.
// Memory: 200 bytes for each column that has a value in the chunk.
// Threads: one thread per object.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "storage/column_reader.h"
#include "storage/kind_list.h"

namespace dirsnap {

// The same type and the same bytes.
bool is_same_value(const ValueView& a, const ValueView& b);

class ChunkRows {
 public:
  // What is known of the rows' kinds: their numbers, or their values as well.
  enum class Kinds : std::uint8_t { kNumbers, kValues };

  // Fails with kCorrupt, kIo. REQUIRES: the chunk exists.
  static Result<ChunkRows> read(RelationChunks& chunks,
                                std::uint64_t chunk_no,
                                Kinds kinds = Kinds::kNumbers);

  [[nodiscard]] std::uint32_t rows() const { return rows_; }
  // REQUIRES, as for all that follows: row < rows().
  [[nodiscard]] std::uint32_t kind(std::uint32_t row) const {
    return has_kinds_ ? kinds_.kind(row) : 0;
  }
  // Calls visit(column, value) for each value of the row by ascending column, those of its kind
  // included where they are known.
  template <class Visit>
  void each_value(std::uint32_t row, Visit visit) const {
    for (const Column& column : columns_) {
      const ValueView value = column.view.value(row);
      if (!value.is_null()) visit(column.number, value);
    }
  }
  // Appends the row's cells but for those of its kind.
  void append_cells(std::uint32_t row, std::vector<Cell>& cells) const;
  // True if the row has these values and no others beside those of its kind.
  // REQUIRES: `cells` ascend by column; none is absent.
  [[nodiscard]] bool has_cells(std::uint32_t row, std::span<const Cell> cells) const;
  // Of all rows. REQUIRES: no values of kinds.
  [[nodiscard]] std::vector<std::uint64_t> hashes(const StoredKinds& kinds) const;

 private:
  struct Column {
    std::uint32_t number = 0;
    bool is_by_kind = false;
    ChunkView view;
  };

  std::uint32_t rows_ = 0;
  std::vector<Column> columns_;  // ascending
  bool has_kinds_ = false;
  ChunkView kinds_;  // numbers
};

}  // namespace dirsnap
