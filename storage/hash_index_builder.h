// SPDX-License-Identifier: MIT
//
// Makes the hash index of one column (Access::kHash) from the hashes of its rows' folded values.
// It answers equality alone, costs five bytes a row and no sort of texts.
// Memory: 9 bytes a row while building, and kSliceRows entries.
// Threads: one thread per object.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/index_layout.h"
#include "storage/row_hashes.h"

namespace dirsnap {

class HashIndexBuilder {
 public:
  // Orders the rows.
  void sort(ColumnHashes hashes);
  // Writes what sort() found.
  Result<void> write(const index_layout::Sink& sink) const;

 private:
  static constexpr std::size_t kSliceRows = std::size_t{1} << 21;
  static constexpr std::uint32_t kPartBuckets = 2048;

  void count_buckets();
  void place_rows();
  void deal_slice(std::uint32_t first_bucket, std::uint32_t end_bucket);
  void sort_slice(std::uint32_t first_bucket, std::uint32_t end_bucket);
  void take_part(std::uint32_t begin);
  [[nodiscard]] std::uint32_t bucket_of(std::uint32_t hash) const {
    return index_layout::hash_bucket(hash, bits_);
  }

  std::uint64_t relation_rows_ = 0;
  ColumnHashes hashes_;
  std::vector<std::uint32_t> buckets_;  // where in rows_ each bucket begins, and the end
  std::vector<std::uint32_t> rows_;     // by hash, then by row
  std::vector<std::uint8_t> marks_;     // of the same rows
  std::vector<std::uint64_t> slice_;    // scratch: hash and row, by part
  std::vector<std::uint64_t> part_;     // the same, by hash
  unsigned bits_ = 0;
  std::uint32_t distinct_ = 0;  // hashes
};

}  // namespace dirsnap
