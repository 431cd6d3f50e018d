// SPDX-License-Identifier: MIT
//
// Reading sealed snapshots: one read transaction, relations, chunks, indexes.
// Lifetime: a Relation and everything it returns borrow the ReadTxn; text and blobs point into
// the file's map and stay valid until the transaction ends.
// Threads: one thread per ReadTxn.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "storage/case_file.h"
#include "storage/case_info.h"
#include "storage/chunk.h"
#include "storage/shown_rows.h"
#include "storage/value_order.h"

namespace dirsnap {

// A value that indexes are asked for, with its hash: made once, however many of them are asked.
struct SoughtKey {
  // `collation`: that of the index; of hash indexes, whatever their column's, kFold.
  SoughtKey(const ValueView& wanted, Collation collation)
      : value(wanted), hash(hash_value(wanted, collation)) {}

  ValueView value;
  std::uint64_t hash = 0;
};

// An exact index over one column: the distinct values in order (NULLs are left out), each with
// its rows ascending. "Same value" and "in order" are those of the column's collation; numbers
// come before text before blobs.
class IndexView {
 public:
  [[nodiscard]] std::uint32_t distinct() const;
  // Rows of the `ordinal`-th distinct value. REQUIRES: ordinal < distinct().
  [[nodiscard]] std::uint32_t rows_of(std::uint32_t ordinal, std::vector<std::uint32_t>& out) const;
  // Appends those of the ordinals [first, last), value after value.
  void rows_of(std::uint32_t first, std::uint32_t last, std::vector<std::uint32_t>& out) const;
  [[nodiscard]] std::uint32_t count_of(std::uint32_t ordinal) const;
  // Number of rows of the ordinals [first, last): exact and free.
  [[nodiscard]] std::uint64_t count_of(std::uint32_t first, std::uint32_t last) const;
  // One row number at position `i` of all rows in index order. REQUIRES: i < total().
  [[nodiscard]] std::uint32_t row_at(std::uint64_t i) const;
  // The same of the positions from `first` on. REQUIRES: first + out.size() <= total().
  void rows_at(std::uint64_t first, std::span<std::uint32_t> out) const;
  [[nodiscard]] std::uint64_t begin_of(
      std::uint32_t ordinal) const;           // position; ordinal <= distinct()
  [[nodiscard]] std::uint64_t total() const;  // rows that are not NULL
  // True if all rows of one value have the same bytes: none differs in case alone.
  [[nodiscard]] bool is_uniform() const;

  // The ordinal whose value equals `value` under the index's collation.
  [[nodiscard]] Result<std::optional<std::uint32_t>> find(const ValueView& value) const;
  // With `shown`: a value that one row alone has which is not shown need not be found, because a
  // look at the row costs less than one at its text.
  [[nodiscard]] Result<std::optional<std::uint32_t>> find(const SoughtKey& key,
                                                          const ShownRows* shown = nullptr) const;
  // First ordinal whose value is not less than (or, with `after`, greater than) `value`.
  [[nodiscard]] Result<std::uint32_t> lower_bound(const ValueView& value, bool after = false) const;

  struct Impl;
  explicit IndexView(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

// A hash index over one column: the rows that may hold a value, whatever its case. Who asks tests
// the rows' values; of 256 rows with another value about one is given for nothing.
class HashIndexView {
 public:
  // Appends the rows, ascending but for those given for nothing. No row is left out.
  void candidates(const SoughtKey& key, std::vector<std::uint32_t>& rows) const;
  [[nodiscard]] std::uint64_t count(const SoughtKey& key) const;  // of candidates()
  [[nodiscard]] std::uint64_t total() const;                      // rows that are not NULL
  [[nodiscard]] double rows_per_value() const;                    // on average, at least 1

  // Private to storage/.
  static Result<HashIndexView> open(const class IndexArrays& arrays, std::uint64_t relation_rows);

 private:
  struct Impl;
  explicit HashIndexView(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  template <class Visit>
  void each_candidate(const SoughtKey& key, Visit visit) const;
  std::shared_ptr<const Impl> impl_;
};

// The stored rows of a table in a snapshot, or a piece of them. A table whose rows are stored once
// for successive snapshots may have two pieces: rows of the snapshot that was stored first, and
// rows that came since; each holds rows of other snapshots too.
class Relation {
 public:
  // Of the piece: where rows that came since are stored, columns that ascend elsewhere have an
  // index instead (Access::kIndex).
  [[nodiscard]] const RelationDef& def() const;
  [[nodiscard]] std::uint64_t snapshot_id() const;
  // Stored ones, whether the snapshot has them or not: chunks and indexes hold all of them.
  [[nodiscard]] std::uint64_t rows() const;
  // Those that the snapshot has; null: all. Valid as long as the transaction.
  [[nodiscard]] const ShownRows* shown() const;
  [[nodiscard]] std::uint64_t shown_rows() const;  // their number
  // The same number for the same stored rows, whatever the snapshot, in one transaction.
  [[nodiscard]] std::uint32_t storage_no() const;
  [[nodiscard]] std::optional<std::uint32_t> column(std::string_view name) const;

  // Chunk `chunk_no` of a column. REQUIRES: column and chunk_no exist.
  [[nodiscard]] Result<ChunkView> chunk(std::uint32_t column, std::uint64_t chunk_no) const;
  // One value. Fails with kCorrupt for a row or column past the end (a forged reference).
  [[nodiscard]] Result<ValueView> value(std::uint32_t column, std::uint64_t row) const;
  // The index of a column declared with Access::kIndex. Fails with kNotFound otherwise.
  [[nodiscard]] Result<IndexView> index(std::uint32_t column) const;
  // The same for Access::kHash.
  [[nodiscard]] Result<HashIndexView> hash_index(std::uint32_t column) const;

  struct Impl;
  explicit Relation(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  friend class ReadTxn;
  std::shared_ptr<const Impl> impl_;
};

// One consistent view of the case: only sealed snapshots. Ends with the object.
class ReadTxn {
 public:
  static Result<std::unique_ptr<ReadTxn>> begin(const CaseFile& file);
  ~ReadTxn();
  ReadTxn(const ReadTxn&) = delete;
  ReadTxn& operator=(const ReadTxn&) = delete;

  // Between statements: park() keeps what was read so far but lets writers reuse the pages;
  // nothing may be read until resume(). False: the case has changed, or its map has moved; end
  // this transaction and begin another.
  void park();
  [[nodiscard]] Result<bool> resume();

  // Sealed snapshots by ascending id.
  [[nodiscard]] const std::vector<SnapshotRecord>& snapshots() const;

  // The relation of that name in that snapshot, or nullopt. Cheap: cached per transaction.
  // Fails with kUnsupported where its rows are those of another snapshot (piece() gives them).
  [[nodiscard]] Result<std::optional<Relation>> relation(std::uint64_t snapshot_id,
                                                         std::string_view name) const;
  // Piece 0, or 1 where SnapshotRecord::two_pieces names the relation.
  [[nodiscard]] Result<std::optional<Relation>> piece(std::uint64_t snapshot_id,
                                                      std::string_view name,
                                                      std::uint32_t number) const;
  // Names of all relations of a snapshot.
  [[nodiscard]] Result<std::vector<std::string>> relation_names(std::uint64_t snapshot_id) const;

  // Recomputes the seal of one snapshot: SHA-256 over its rows in key order.
  [[nodiscard]] Result<std::string> compute_seal(std::uint64_t snapshot_id) const;

  struct Impl;

 private:
  friend Result<std::vector<RelationInfo>> relation_infos(const ReadTxn& txn,
                                                          std::uint64_t snapshot_id);
  explicit ReadTxn(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dirsnap
