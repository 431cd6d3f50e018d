// SPDX-License-Identifier: MIT
//
// The open chunk of one relation being written.
// Memory: per column 16 bytes and, once it has had a value, its builder; a row costs what its
// cells cost, however many columns there are.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "storage/batch_writer.h"
#include "storage/chunk.h"
#include "storage/relation.h"
#include "storage/seal.h"
#include "storage/snapshot_writer.h"

namespace dirsnap {

class StoredRelationWriter final : public RelationWriter {
 public:
  StoredRelationWriter(RelationDef def, const Key& key, BatchWriter& batch);

  Result<std::uint64_t> append(std::span<const Cell> cells) override;
  [[nodiscard]] std::uint64_t rows() const override { return rows_; }

  // Writes the open chunk.
  Result<void> finish_chunk();
  // Builds and writes the indexes. REQUIRES: every chunk is committed.
  Result<void> write_indexes(Env& env);
  // The relation's record, for the file and for the seal.
  [[nodiscard]] std::vector<std::byte> record() const;

  [[nodiscard]] const RelationDef& def() const { return def_; }
  [[nodiscard]] const Key& key() const { return key_; }
  RelationDigest take_digest() { return std::move(digest_); }

 private:
  struct LongValue {
    std::uint16_t row = 0;
    std::uint64_t size_bytes = 0;
    Digest digest{};
  };
  struct OpenColumn {
    ChunkBuilder builder;
    std::vector<LongValue> long_values;
  };
  struct Column {
    std::uint64_t last_append = 0;  // serial number of the append that named it last
    std::unique_ptr<OpenColumn> open;
  };

  Result<void> check(std::span<const Cell> cells);
  Result<void> check_order(const Cell& cell);
  Result<void> append_cell(const Cell& cell);
  Result<void> append_long(OpenColumn& column, const Cell& cell);
  Result<void> finish_column(std::uint32_t column, std::uint32_t rows);
  Result<void> write_index(Env& env, std::uint32_t column);

  RelationDef def_;
  Key key_;
  BatchWriter& batch_;
  RelationDigest digest_;
  std::uint64_t rows_ = 0;
  std::uint64_t appends_ = 0;
  std::vector<Column> columns_;
  std::vector<std::uint32_t> touched_;     // columns with a value in the open chunk
  std::vector<std::uint32_t> ordered_;     // kDense and kSorted columns: named in every row
  std::vector<std::int64_t> last_sorted_;  // by place in ordered_
};

}  // namespace dirsnap
