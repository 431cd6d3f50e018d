// SPDX-License-Identifier: MIT
//
// Rows of one relation on their way into the case: checked, collected, handed to the pipeline.
// Memory: one batch of kBatchBytes, and every kind.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "storage/chunk_pipeline.h"
#include "storage/column_reader.h"
#include "storage/kind_table.h"
#include "storage/records.h"
#include "storage/row_check.h"
#include "storage/snapshot_writer.h"

namespace dirsnap {

class StoredRelationWriter final : public RelationWriter {
 public:
  // `first_row`: full chunks of that many rows are there already.
  StoredRelationWriter(RelationDef def,
                       const RelationPlace& place,
                       ChunkPipeline& pipeline,
                       std::uint64_t first_row = 0);

  Result<std::uint64_t> append(std::span<const Cell> cells) override;
  Result<std::uint32_t> kind(std::span<const Cell> cells) override;
  Result<std::uint64_t> append(std::uint32_t kind, std::span<const Cell> cells) override;
  [[nodiscard]] std::uint64_t rows() const override { return stored_.rows; }

  // Chunks that an earlier relation has with the same bytes are not stored again. REQUIRES: no
  // append() yet; it is of a sealed snapshot, and stored in full.
  void refer_to(const Key& earlier) { sink_.earlier = earlier; }

  // Hands over the open batch and the kinds. Call once, last.
  Result<void> finish();

  // After the pipeline is drained: what is stored, for the record, the indexes and the seal.
  [[nodiscard]] const StoredRelation& stored() const { return stored_; }
  [[nodiscard]] const Key& key() const { return sink_.place.key; }
  [[nodiscard]] const RelationPlace& place() const { return sink_.place; }
  [[nodiscard]] RelationDigest& digest() { return sink_.digest; }
  // Also before the first append(), for the rows that are there already.
  [[nodiscard]] RowHashes& hashes() { return sink_.hashes; }

 private:
  void append_cell(const Cell& cell, std::span<const Cell> cells);
  Result<void> hand_over();

  static constexpr std::size_t kBatchBytes = std::size_t{256} << 10;

  StoredRelation stored_;
  ChunkPipeline& pipeline_;
  RelationSink sink_;
  RowCheck check_;
  KindTable kinds_;
  std::unique_ptr<RowBatch> open_;  // null: no rows since the last one went
  std::vector<Cell> of_kind_;       // scratch of append() without a kind
  std::vector<Cell> of_row_;
};

}  // namespace dirsnap
