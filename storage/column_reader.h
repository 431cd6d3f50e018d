// SPDX-License-Identifier: MIT
//
// Fetching chunks from the map, below Relation: also used on unsealed rows while a snapshot is
// being finished.
// Lifetime: everything borrows the transaction. Threads: one thread per object.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "storage/chunk.h"
#include "storage/keys.h"
#include "storage/lmdb_env.h"

namespace dirsnap {

// Number of chunks that hold `rows` rows.
inline std::uint64_t chunk_count(std::uint64_t rows) {
  return (rows + kChunkRows - 1) / kChunkRows;
}
// Rows of chunk `chunk_no`. REQUIRES: chunk_no < chunk_count(rows).
inline std::uint32_t rows_of_chunk(std::uint64_t rows, std::uint64_t chunk_no) {
  const std::uint64_t left = rows - chunk_no * kChunkRows;
  return left < kChunkRows ? static_cast<std::uint32_t>(left) : kChunkRows;
}

// One chunk with its long values joined in. Fails with kCorrupt.
Result<ChunkView> fetch_chunk(const Txn& txn, const Key& chunk, std::uint32_t rows);

// All chunks of one column, each parsed once.
class ColumnReader {
 public:
  ColumnReader(const Txn& txn, const Key& relation, std::uint32_t column, std::uint64_t rows)
      : txn_(txn), relation_(relation), column_(column), rows_(rows), chunks_(chunk_count(rows)) {}

  // REQUIRES: chunk_no < chunk_count(rows).
  Result<const ChunkView*> chunk(std::uint64_t chunk_no);
  // Parses every chunk, so that value() cannot fail afterwards.
  Result<void> load_all();
  // REQUIRES: load_all() has succeeded; row < rows.
  [[nodiscard]] ValueView value(std::uint32_t row) const {
    return chunks_[row / kChunkRows]->value(row % kChunkRows);
  }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

 private:
  const Txn& txn_;
  Key relation_;
  std::uint32_t column_;
  std::uint64_t rows_;
  std::vector<std::unique_ptr<ChunkView>> chunks_;
};

}  // namespace dirsnap
