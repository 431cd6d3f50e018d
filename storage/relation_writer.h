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
#include "storage/snapshot_writer.h"

namespace dirsnap {

class StoredRelationWriter final : public RelationWriter {
 public:
  StoredRelationWriter(RelationDef def, const Key& key, ChunkPipeline& pipeline);

  Result<std::uint64_t> append(std::span<const Cell> cells) override;
  Result<std::uint32_t> kind(std::span<const Cell> cells) override;
  Result<std::uint64_t> append(std::uint32_t kind, std::span<const Cell> cells) override;
  [[nodiscard]] std::uint64_t rows() const override { return stored_.rows; }

  // Hands over the open batch and the kinds. Call once, last.
  Result<void> finish();

  // After the pipeline is drained: what is stored, for the record, the indexes and the seal.
  [[nodiscard]] const StoredRelation& stored() const { return stored_; }
  [[nodiscard]] const Key& key() const { return sink_.key; }
  [[nodiscard]] RelationDigest& digest() { return sink_.digest; }
  [[nodiscard]] RowHashes& hashes() { return sink_.hashes; }

 private:
  // What appending has to know of a column; most are plain.
  enum class Trait : std::uint8_t { kPlain, kTwin, kOrdered, kByKind };
  // What a row is checked against.
  struct Column {
    Access access = Access::kScan;
    std::uint64_t last_append = 0;        // serial number of the append that named it last
    std::int64_t last_value = INT64_MIN;  // of a kSorted column
  };

  Result<std::size_t> check(std::span<const Cell> cells);
  Result<void> check_names(std::span<const Cell> cells);
  Result<void> check_trait(const Cell& cell);
  Result<void> check_order(const Cell& cell);
  [[nodiscard]] tl::unexpected<Error> misnamed(const Cell& cell) const;
  void append_cell(const Cell& cell, std::span<const Cell> cells);
  Result<void> hand_over();

  static constexpr std::size_t kBatchBytes = std::size_t{256} << 10;

  StoredRelation stored_;
  ChunkPipeline& pipeline_;
  RelationSink sink_;
  std::vector<Column> columns_;
  std::vector<Trait> traits_;  // of the columns, close together
  std::size_t ordered_ = 0;    // kDense and kSorted columns: named in every row
  bool has_kinds_ = false;
  KindTable kinds_;
  std::uint64_t appends_ = 0;
  std::unique_ptr<RowBatch> open_;  // null: no rows since the last one went
  std::vector<Cell> of_kind_;       // scratch of append() without a kind
  std::vector<Cell> of_row_;
};

}  // namespace dirsnap
