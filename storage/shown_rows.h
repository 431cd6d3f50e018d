// SPDX-License-Identifier: MIT
//
// Which of the stored rows of a piece belong to one snapshot: successive snapshots have most of
// their rows in common, and these are stored once (FORMAT.md section 6).
// Lifetime: borrows the map of the read transaction. Threads: one thread (masks are decoded when
// they are first asked for).
// Memory: 512 bytes for each chunk looked at of which the snapshot has some rows but not all.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "storage/chunk.h"

namespace dirsnap {

class ShownRows {
 public:
  enum class Extent : std::uint8_t { kNone, kSome, kAll };

  // Checks a record. Fails with kCorrupt. `rows` is the number of stored rows, which may be more
  // than when the record was written; these are not shown.
  static Result<ShownRows> parse(Bytes record, std::uint64_t rows);

  [[nodiscard]] Extent of_chunk(std::uint64_t chunk_no) const { return extents_[chunk_no]; }
  // The chunk's rows that are shown. REQUIRES: of_chunk() is kSome. Valid as long as this is.
  [[nodiscard]] const RowMask& mask(std::uint64_t chunk_no) const {
    const std::unique_ptr<RowMask>& known = masks_[chunk_no];
    return known != nullptr ? *known : decode(chunk_no);
  }
  // REQUIRES: the row exists.
  [[nodiscard]] bool test(std::uint64_t row) const {
    const std::uint64_t chunk_no = row / kChunkRows;
    if (extents_[chunk_no] != Extent::kSome) return extents_[chunk_no] == Extent::kAll;
    return mask(chunk_no).test(static_cast<std::uint32_t>(row % kChunkRows));
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  [[nodiscard]] const RowMask& decode(std::uint64_t chunk_no) const;

  std::uint64_t rows_ = 0;  // when the record was written
  std::uint64_t count_ = 0;
  std::vector<Extent> extents_;           // by chunk
  std::vector<const std::byte*> places_;  // of a kSome chunk: what follows its head
  mutable std::vector<std::unique_ptr<RowMask>> masks_;
};

// A snapshot's rows of a piece while they are found out, by row number.
class ShownRowsBuilder {
 public:
  // Marks a row; false if it is marked already.
  bool mark(std::uint64_t row);
  [[nodiscard]] bool test(std::uint64_t row) const {
    const std::uint64_t word = row / 64;
    return word < words_.size() && ((words_[word] >> (row % 64)) & 1) != 0;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  // The record, for a piece of `rows` stored rows. REQUIRES: less than 2^32, no row marked is past
  // them.
  [[nodiscard]] std::vector<std::byte> encode(std::uint64_t rows) const;

 private:
  std::vector<std::uint64_t> words_;
  std::uint64_t count_ = 0;
};

}  // namespace dirsnap
