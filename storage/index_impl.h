// SPDX-License-Identifier: MIT
//
// An index opened in place. Every number read from it is clamped where it is used: a forged index
// gives wrong rows, never one that does not exist, and opening it costs nothing per row.
#pragma once

#include <cstdint>
#include <memory>

#include "storage/index_layout.h"
#include "storage/keys.h"
#include "storage/lmdb_env.h"
#include "storage/snapshot_reader.h"

namespace dirsnap {

// Where the values of an index that stores none are read; a Relation.
class RowValues {
 public:
  virtual ~RowValues() = default;
  [[nodiscard]] virtual Result<ValueView> value(std::uint32_t column, std::uint64_t row) const = 0;
};

// The stored arrays of one index. Fails with kCorrupt where one is missing or has the wrong size.
class IndexArrays {
 public:
  IndexArrays(const Txn& txn, const Key& relation, std::uint32_t column)
      : txn_(txn), relation_(relation), column_(column) {}

  // Those of another column of the relation.
  [[nodiscard]] IndexArrays of(std::uint32_t column) const { return {txn_, relation_, column}; }

  [[nodiscard]] Result<Bytes> header() const;  // kHeaderSize bytes
  [[nodiscard]] Result<index_layout::Numbers> array(index_layout::Array array,
                                                    std::uint64_t count,
                                                    std::uint8_t width) const;

 private:
  [[nodiscard]] Result<std::optional<Bytes>> record(index_layout::Array array,
                                                    std::uint32_t part) const;
  const Txn& txn_;
  Key relation_;
  std::uint32_t column_;
};

struct IndexView::Impl {
  static Result<std::shared_ptr<const Impl>> open(const IndexArrays& arrays, const Impl& facts);

  [[nodiscard]] std::uint64_t start(std::uint64_t ordinal) const;
  [[nodiscard]] std::uint32_t row(std::uint64_t position) const;
  // The rows at the positions from `first` on.
  void rows_at(std::uint64_t first, std::span<std::uint32_t> out) const;
  // Appends the rows at the positions [begin, end).
  void rows_between(std::uint64_t begin, std::uint64_t end, std::vector<std::uint32_t>& out) const;
  [[nodiscard]] std::int64_t key(std::uint64_t ordinal) const;
  // First ordinal whose key is not less (with `after`: greater) than `wanted`. kIntegers only.
  [[nodiscard]] std::uint32_t lower_bound_key(std::int64_t wanted, bool after) const;
  // The `ordinal`-th distinct value.
  [[nodiscard]] Result<ValueView> value(std::uint32_t ordinal) const;
  [[nodiscard]] Result<std::optional<std::uint32_t>> find_hashed(const SoughtKey& key,
                                                                 const ShownRows* shown) const;
  Result<void> open_rows(const IndexArrays& arrays, std::uint8_t width);
  // Where the rows are those of the relation by kind.
  [[nodiscard]] std::uint32_t kind_at(std::uint64_t position) const;
  [[nodiscard]] std::uint32_t shared_row(std::uint32_t at, std::uint64_t position) const;

  // Facts of the column.
  const RowValues* values = nullptr;  // lives as long as the transaction
  std::uint32_t column = 0;
  std::uint64_t relation_rows = 0;
  Collation collation = Collation::kBinary;
  std::uint32_t kinds_column = 0;  // whose index has the rows by kind
  // Facts of the header.
  index_layout::Kind kind = index_layout::Kind::kIntegers;
  std::uint32_t distinct = 0;
  std::uint64_t total = 0;
  std::int64_t key_base = 0;
  unsigned bucket_bits = 0;
  bool all_distinct = true;
  bool uniform = false;
  std::uint32_t kinds = 0;  // 0: the rows are the index's own
  // Arrays.
  index_layout::Numbers rows;  // the index's own, or those of the relation by kind
  index_layout::Numbers kind_rows;
  index_layout::Numbers kind_starts;
  index_layout::Numbers starts;
  index_layout::Numbers keys;
  index_layout::Numbers buckets;
  index_layout::Numbers entries;
};

}  // namespace dirsnap
