// SPDX-License-Identifier: MIT
//
// Finds the rows of a new snapshot among those that a base and its additions have. Rows mostly come
// in the order in which they are stored, so that a row is first compared with the one behind the
// last one found, and then looked for by its hash in the chunks around there. What is found is
// equal in every value; what is not found is only stored once more.
// Memory: 32 KiB for each of about 16 chunks, 8 bytes for each row of the additions, a bit for each
// of the base, and while a batch is matched, the views of the chunks looked at.
// Threads: one thread. No transaction is left open between calls.
// Robustness: a row takes a bounded number of comparisons, whatever the rows are.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "storage/chunk_rows.h"
#include "storage/common_bases.h"
#include "storage/kind_list.h"
#include "storage/row_batch.h"
#include "storage/shown_rows.h"

namespace dirsnap {

// Rows by their hash.
class HashList {
 public:
  void add(std::uint64_t hash, std::uint64_t row) { entries_.push_back(hash << 32 | row); }
  void sort();
  // Rows of about that hash. REQUIRES: sort() was called after the last add().
  [[nodiscard]] std::span<const std::uint64_t> find(std::uint64_t hash) const;
  static std::uint32_t row_of(std::uint64_t entry) { return static_cast<std::uint32_t>(entry); }

 private:
  std::vector<std::uint64_t> entries_;  // low half of the hash, row
};

class RowMatcher {
 public:
  // `kinds`: those of the batches. REQUIRES: all outlive it.
  RowMatcher(Env& env, const CommonBase& base, const KindList& kinds)
      : env_(env), base_(base), kinds_(kinds) {}

  // How many of the batch's rows seem to be among the first ones of the base, or the additions.
  Result<std::uint64_t> count_common(const RowBatch& batch);

  // The share of the batch's bytes that stand in columns which the first rows of the base have
  // alike, row by row: an estimate of what a relation with such rows could have of its chunks.
  Result<double> alike_share(const RowBatch& batch);

  // Looks for each row of the batch, in order, and marks what is found; true for those.
  Result<std::vector<bool>> match(const RowBatch& batch);

  // The rows that the snapshot has.
  [[nodiscard]] ShownRowsBuilder& shown_of_base() { return shown_of_base_; }
  [[nodiscard]] ShownRowsBuilder& shown_of_additions() { return shown_of_additions_; }
  // Lets go of what only match() needs.
  void close();

 private:
  // One of the two relations while a batch is matched.
  struct Side {
    Side(const Txn& txn, const RelationPlace& place, const StoredRelation& stored)
        : chunks(txn, place, stored) {}
    Result<const ChunkRows*> chunk(std::uint64_t chunk_no);

    RelationChunks chunks;
    std::unordered_map<std::uint64_t, ChunkRows> read;
  };
  // A kind of the batches as the two know it; nullopt: they have no rows of it.
  struct KnownKind {
    std::optional<std::uint32_t> of_base;
    std::optional<std::uint32_t> of_additions;
  };
  struct Row {
    std::span<const Cell> cells;
    std::uint32_t kind = 0;
    KnownKind known;
  };

  Result<void> open(Side& base, Side* additions);
  void learn_kinds();
  [[nodiscard]] std::uint64_t hash_of(const Row& row) const;
  Result<bool> find(Side& base, Side* additions, const Row& row);
  Result<bool> find_next(Side& base, Side* additions, const Row& row);
  Result<bool> find_in_base(Side& base, const Row& row, std::uint64_t hash);
  Result<bool> find_in_chunk(
      Side& base, std::uint64_t chunk_no, const Row& row, std::uint64_t hash, int& looks);
  Result<bool> find_in_additions(Side& additions, const Row& row, std::uint64_t hash);
  Result<bool> take_base(Side& base, std::uint64_t number, const Row& row);
  Result<bool> take_added(Side& additions, std::uint64_t number, const Row& row);
  void begin_window(std::uint64_t chunk_no);
  Result<HashList> read_hashes(Side& base, std::uint64_t chunk_no);
  Result<void> note_missed(Side& base, std::uint64_t hash);
  Result<void> look_ahead(Side& base);

  static constexpr std::size_t kRecent = 64;
  static constexpr std::uint64_t kFirstLookAhead = 2048;

  Env& env_;
  const CommonBase& base_;
  const KindList& kinds_;
  bool is_open_ = false;
  StoredKinds base_kinds_;
  StoredKinds added_kinds_;
  std::vector<KnownKind> known_kinds_;        // by kind of the batches
  std::map<std::uint64_t, HashList> window_;  // by chunk, as far as they were needed
  std::uint64_t first_chunk_ = 0;             // none before it is looked at
  HashList added_;
  std::uint64_t next_ = 0;        // row behind the one found last
  std::uint64_t next_added_ = 0;  // the same of the additions
  ShownRowsBuilder shown_of_base_;
  ShownRowsBuilder shown_of_additions_;
  // Rows not found since one was: after many, the place is looked for in the rest of the base.
  std::uint64_t missed_ = 0;
  std::uint64_t look_ahead_at_ = kFirstLookAhead;
  std::array<std::uint64_t, kRecent> recent_{};  // their hashes
};

}  // namespace dirsnap
