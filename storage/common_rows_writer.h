// SPDX-License-Identifier: MIT
//
// Rows of a relation whose rows successive snapshots have in common: what an earlier snapshot or
// its additions have is only marked, what they lack is added. The first rows tell which snapshot
// that is. Where there is none, or its additions have become too many, the relation is stored in
// full, as if nothing had been tried, but for chunks that are still alike.
// Memory: a batch of kBatchBytes, that of RowMatcher and that of a StoredRelationWriter.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/common_bases.h"
#include "storage/relation_writer.h"
#include "storage/row_cells.h"
#include "storage/row_matcher.h"

namespace dirsnap {

class CommonRowsWriter final : public RelationWriter {
 public:
  // `self`: the relation that is written. REQUIRES: there are bases; all have this definition.
  CommonRowsWriter(RelationDef def,
                   const BaseRef& self,
                   std::vector<CommonBase> bases,
                   Env& env,
                   ChunkPipeline& pipeline);

  Result<std::uint64_t> append(std::span<const Cell> cells) override;
  Result<std::uint32_t> kind(std::span<const Cell> cells) override;
  Result<std::uint64_t> append(std::uint32_t kind, std::span<const Cell> cells) override;
  [[nodiscard]] std::uint64_t rows() const override {
    return plain_ != nullptr ? plain_->rows() : check_.rows();
  }

  // No more rows will come. Call once, last.
  Result<void> finish();

  // After finish(): the relation, if it is stored in full, else null.
  [[nodiscard]] StoredRelationWriter* plain() const { return plain_.get(); }

  // All that follow REQUIRE finish(), and that the relation is not stored in full.
  // The new version of the additions; null if there are no new rows.
  [[nodiscard]] StoredRelationWriter* added() const { return added_.get(); }
  [[nodiscard]] const CommonBase& base() const { return *base_; }
  [[nodiscard]] StoredRelation stored() const;
  [[nodiscard]] bool has_two_pieces() const;
  // Writes the relation's own records.
  Result<void> put_records(BatchWriter& batch);
  // Of these. REQUIRES: put_records(). Call once.
  Digest digest();
  // Of the rows that it has of the additions. REQUIRES: these are committed.
  Result<Digest> digest_added(const Txn& txn);
  // Where the additions are from now on. REQUIRES: added(), and it is committed.
  Result<AdditionsRecord> additions_record(const Txn& txn) const;

 private:
  static constexpr std::uint32_t kBatchRows = kChunkRows;
  static constexpr std::size_t kBatchBytes = std::size_t{512} << 10;
  // Rows that tell which base it is.
  static constexpr std::uint32_t kProbeRows = 1024;
  static constexpr std::uint32_t kAddedBit = kAdditionsBit;

  [[nodiscard]] bool is_full() const;
  Result<void> hand_over();
  Result<void> take_batch();
  Result<const CommonBase*> find_best();
  Result<bool> has_served(const CommonBase& base);
  Result<void> choose();
  Result<void> become_plain();
  Result<void> match();
  Result<void> add(const RowCells& row);
  Result<void> begin_additions();
  Result<void> copy_kinds();
  Result<void> copy_hashes();
  Result<std::uint64_t> copy_rows(std::uint64_t first, RowBatch& batch);
  [[nodiscard]] BaseRef owner() const { return {self_.snapshot_id, self_.relation_no | kAddedBit}; }
  [[nodiscard]] Additions additions() const;

  RelationDef def_;
  BaseRef self_;
  std::vector<CommonBase> bases_;  // candidates; empty once one of them is chosen
  Env& env_;
  ChunkPipeline& pipeline_;
  RowCheck check_;
  KindList kinds_;
  RowBatch open_;
  std::unique_ptr<CommonBase> base_;  // null: not chosen yet, or none
  std::unique_ptr<RowMatcher> matcher_;
  std::optional<BaseRef> alike_;  // that plain_ may refer to chunks of
  std::unique_ptr<StoredRelationWriter> plain_;
  std::unique_ptr<StoredRelationWriter> added_;
  std::vector<std::optional<std::uint32_t>> added_kinds_;  // by kind: its number in added_
  std::vector<std::byte> shown_added_;                     // record of put_records(); empty: none
  RelationDigest digest_;
  std::optional<Error> failure_;  // INV-3: what came after it is not written
  std::vector<Cell> of_kind_;     // scratch of append() without a kind
  std::vector<Cell> of_row_;
};

}  // namespace dirsnap
