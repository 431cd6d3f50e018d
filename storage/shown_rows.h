// SPDX-License-Identifier: MIT
//
// Which of the stored rows of a piece belong to one snapshot: successive snapshots have most of
// their rows in common, and these are stored once (FORMAT.md section 6).
// Lifetime: borrows the map of the read transaction. Threads: const methods are safe together.
// Memory: 16 bytes a chunk; rows are looked up in the map, because a statement over the snapshots
// of a year asks for those of each.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/chunk.h"

namespace dirsnap {

class ShownRows {
 public:
  enum class Extent : std::uint8_t { kNone, kSome, kAll };

  // Checks a record. Fails with kCorrupt. `rows` is the number of stored rows, which may be more
  // than when the record was written; these are not shown.
  static Result<ShownRows> parse(Bytes record, std::uint64_t rows);

  [[nodiscard]] Extent of_chunk(std::uint64_t chunk_no) const { return chunks_[chunk_no].extent; }
  // Clears the rows of the chunk that are not shown. REQUIRES: those of `mask` are stored.
  void keep_shown(std::uint64_t chunk_no, RowMask& mask) const;
  // REQUIRES: the row exists.
  [[nodiscard]] bool test(std::uint64_t row) const {
    const Chunk& chunk = chunks_[row / kChunkRows];
    const auto at = static_cast<std::uint32_t>(row % kChunkRows);
    if (chunk.has_bits) return ((static_cast<unsigned>(chunk.place[at / 8]) >> (at % 8)) & 1) != 0;
    if (chunk.extent != Extent::kSome) return chunk.extent == Extent::kAll;
    return !is_listed(chunk, at) && row < rows_;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  struct Chunk {
    Extent extent = Extent::kNone;
    bool has_bits = false;             // of its rows stand at `place`; else a list of hidden ones
    std::uint16_t listed = 0;          // rows of the list
    const std::byte* place = nullptr;  // of a kSome chunk: what follows its head
  };
  static bool is_listed(const Chunk& chunk, std::uint32_t row);

  std::uint64_t rows_ = 0;  // when the record was written
  std::uint64_t count_ = 0;
  std::vector<Chunk> chunks_;
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
