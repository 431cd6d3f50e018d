// SPDX-License-Identifier: MIT
//
// Fetching chunks from the map, below Relation: also used on unsealed rows while a snapshot is
// being finished.
// Lifetime: everything borrows the transaction. Threads: one thread per object.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "storage/chunk.h"
#include "storage/keys.h"
#include "storage/lmdb_env.h"
#include "storage/records.h"
#include "storage/relation_place.h"

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

// The chunks of one relation, whatever way a column is stored.
class RelationChunks {
 public:
  RelationChunks(const Txn& txn, const RelationPlace& place, const StoredRelation& stored)
      : txn_(txn), place_(place), stored_(stored) {}

  // Columns with a value in a chunk, ascending; those that go by kind are left out.
  Result<std::vector<std::uint32_t>> columns_of(std::uint64_t chunk_no) const;

  // A chunk with its long values, its twin or its kinds joined in. Fails with kCorrupt.
  // REQUIRES: column and chunk_no exist.
  Result<ChunkView> fetch(std::uint32_t column, std::uint64_t chunk_no);

  // The numbers of the rows' kinds alone: ChunkView::kind(). REQUIRES: columns go by kind.
  Result<ChunkView> kind_numbers(std::uint64_t chunk_no);

  // The values of all kinds of rows in a kByKind column, kChunkRows a chunk.
  using KindValues = std::shared_ptr<const std::vector<ChunkView>>;
  Result<KindValues> kinds(std::uint32_t column);

  [[nodiscard]] const StoredRelation& stored() const { return stored_; }

 private:
  Result<ChunkView> fetch_record(std::uint32_t column, std::uint32_t chunk_no, std::uint32_t rows);

  const Txn& txn_;
  RelationPlace place_;
  const StoredRelation& stored_;
  std::unordered_map<std::uint32_t, KindValues> kinds_;  // by column
};

// All chunks of one column, each parsed once.
class ColumnReader {
 public:
  // REQUIRES: `chunks` outlives the reader, and the column exists.
  ColumnReader(RelationChunks& chunks, std::uint32_t column)
      : source_(chunks), column_(column), chunks_(chunk_count(chunks.stored().rows)) {}

  // REQUIRES: chunk_no < chunk_count(rows).
  Result<const ChunkView*> chunk(std::uint64_t chunk_no);
  // Parses every chunk, so that value() cannot fail afterwards. REQUIRES: not by kind.
  Result<void> load_all();
  // REQUIRES: load_all() has succeeded; row < rows.
  [[nodiscard]] ValueView value(std::uint32_t row) const {
    return chunks_[row / kChunkRows]->value(row % kChunkRows);
  }
  [[nodiscard]] std::uint64_t rows() const { return source_.stored().rows; }

  // True if the values are given by kind; then load_kinds() and kind_value() serve, and the
  // chunks' kind() tells the kinds of the rows.
  [[nodiscard]] bool is_by_kind() const {
    return source_.stored().def.columns[column_].sharing == Sharing::kByKind;
  }
  [[nodiscard]] std::uint32_t kinds() const { return source_.stored().kinds; }
  Result<void> load_kinds();
  // REQUIRES: load_kinds() has succeeded; kind < kinds().
  [[nodiscard]] ValueView kind_value(std::uint32_t kind) const {
    return (*kind_values_)[kind / kChunkRows].value(kind % kChunkRows);
  }

 private:
  RelationChunks& source_;
  std::uint32_t column_;
  std::vector<std::unique_ptr<ChunkView>> chunks_;
  RelationChunks::KindValues kind_values_;
};

}  // namespace dirsnap
