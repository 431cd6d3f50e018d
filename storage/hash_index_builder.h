// SPDX-License-Identifier: MIT
//
// Makes the hash index of one column (Access::kHash) from the hashes of its rows' folded values.
// It answers equality alone, costs five bytes a row and no sort of texts.
// Memory: 5 bytes a row while building, and two slices of 16 MiB.
// Threads: one thread per object, which starts another one while it writes.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/index_layout.h"
#include "storage/row_hashes.h"

namespace dirsnap {

class HashIndexBuilder {
 public:
  // Counts how many rows go where.
  void count(ColumnHashes hashes);
  // Orders the rows and writes them, slice by slice. Call once.
  Result<void> write(const index_layout::Sink& sink);

 private:
  static constexpr std::size_t kSliceRows = std::size_t{1} << 21;
  static constexpr std::uint32_t kPartBuckets = 2048;

  // Hash and row of each value in a run of buckets, hash << 32 | row.
  struct Slice {
    std::uint32_t end_bucket = 0;
    std::vector<std::uint64_t> items;
  };
  class SortedItems;

  [[nodiscard]] Slice sorted_slice(std::uint32_t first_bucket) const;
  void deal(std::uint32_t first_bucket, Slice& slice) const;
  void sort_parts(std::uint32_t first_bucket, Slice& slice) const;
  [[nodiscard]] Result<void> write_header(const index_layout::Sink& sink) const;
  [[nodiscard]] std::uint32_t bucket_count() const {
    return static_cast<std::uint32_t>(buckets_.size() - 1);
  }
  [[nodiscard]] std::uint32_t bucket_of(std::uint32_t hash) const {
    return index_layout::hash_bucket(hash, bits_);
  }

  ColumnHashes hashes_;
  std::vector<std::uint32_t> buckets_;  // how many rows stand before each bucket, and in all
  unsigned bits_ = 0;
};

}  // namespace dirsnap
