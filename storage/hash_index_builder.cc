// SPDX-License-Identifier: MIT
#include "storage/hash_index_builder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

namespace dirsnap {

namespace layout = index_layout;

namespace {

constexpr std::uint64_t kRowsPerBucket = 8;

}  // namespace

void HashIndexBuilder::sort(ColumnHashes hashes) {
  hashes_ = std::move(hashes);
  relation_rows_ = hashes_.rows();
  count_buckets();
  place_rows();
  hashes_ = {};
  slice_ = {};
  part_ = {};
}

void HashIndexBuilder::count_buckets() {
  bits_ =
      std::min<unsigned>(static_cast<unsigned>(std::bit_width(hashes_.values() / kRowsPerBucket)),
                         layout::kMostHashBits);
  buckets_.assign((std::size_t{1} << bits_) + 1, 0);
  hashes_.each([this](std::uint32_t /*row*/, std::uint32_t hash) {
    ++buckets_[bucket_of(hash) + std::size_t{1}];
  });
  std::partial_sum(buckets_.begin(), buckets_.end(), buckets_.begin());
}

// Slice by slice, so that the scratch stays small; a slice is first dealt into parts that fit the
// processor's cache.
void HashIndexBuilder::place_rows() {
  rows_.resize(buckets_.back());
  marks_.resize(buckets_.back());
  const auto buckets = static_cast<std::uint32_t>(buckets_.size() - 1);
  for (std::uint32_t first = 0; first < buckets;) {
    std::uint32_t end = first + 1;
    while (end < buckets && buckets_[end + std::size_t{1}] - buckets_[first] <= kSliceRows) ++end;
    deal_slice(first, end);
    sort_slice(first, end);
    first = end;
  }
}

// Hash and row of the slice's values, by part: a part is a run of buckets.
void HashIndexBuilder::deal_slice(std::uint32_t first_bucket, std::uint32_t end_bucket) {
  const std::uint32_t base = buckets_[first_bucket];
  slice_.resize(buckets_[end_bucket] - base);
  std::vector<std::uint32_t> next;
  for (std::uint32_t bucket = first_bucket; bucket < end_bucket; bucket += kPartBuckets) {
    next.push_back(buckets_[bucket] - base);
  }
  hashes_.each([&](std::uint32_t row, std::uint32_t hash) {
    const std::uint32_t bucket = bucket_of(hash) - first_bucket;
    if (bucket >= end_bucket - first_bucket) return;
    slice_[next[bucket / kPartBuckets]++] = std::uint64_t{hash} << 32 | row;
  });
}

// Counts each part into its buckets, whose few rows are then sorted.
void HashIndexBuilder::sort_slice(std::uint32_t first_bucket, std::uint32_t end_bucket) {
  const std::uint32_t base = buckets_[first_bucket];
  for (std::uint32_t part = first_bucket; part < end_bucket; part += kPartBuckets) {
    const std::uint32_t part_end = std::min(part + kPartBuckets, end_bucket);
    const std::uint32_t begin = buckets_[part];
    part_.resize(buckets_[part_end] - begin);
    std::vector<std::uint32_t> next(buckets_.begin() + part, buckets_.begin() + part_end);
    for (std::size_t i = 0; i < part_.size(); ++i) {
      const std::uint64_t item = slice_[begin - base + i];
      part_[next[bucket_of(static_cast<std::uint32_t>(item >> 32)) - part]++ - begin] = item;
    }
    for (std::uint32_t bucket = part; bucket < part_end; ++bucket) {
      const auto at = [&](std::uint32_t b) {
        return part_.begin() + static_cast<std::ptrdiff_t>(buckets_[b] - begin);
      };
      std::sort(at(bucket), at(bucket + 1));
    }
    take_part(begin);
  }
}

void HashIndexBuilder::take_part(std::uint32_t begin) {
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < part_.size(); ++i) {
    const auto hash = static_cast<std::uint32_t>(part_[i] >> 32);
    if (hash != last) ++distinct_;
    last = hash;
    rows_[begin + i] = static_cast<std::uint32_t>(part_[i]);
    marks_[begin + i] = layout::hash_mark(hash, bits_);
  }
}

Result<void> HashIndexBuilder::write(const layout::Sink& sink) const {
  const std::uint8_t width = layout::row_width(relation_rows_);
  std::vector<std::byte> header(layout::kHeaderSize);
  const auto put = [&header](std::size_t at, auto value) {
    std::memcpy(header.data() + at, &value, sizeof value);
  };
  put(layout::kKind, layout::Kind::kHashed);
  put(layout::kRowsWidth, width);
  put(layout::kStartsWidth, std::uint8_t{1});
  put(layout::kDistinct, distinct_);
  put(layout::kTotal, static_cast<std::uint64_t>(rows_.size()));
  put(layout::kBucketBits, static_cast<std::uint8_t>(bits_));
  DIRSNAP_CHECK(sink(layout::kHeader, 0, std::move(header)));
  if (rows_.empty()) return {};
  DIRSNAP_CHECK(layout::write_array(sink, layout::kRows, {rows_.size(), width},
                                    [this](std::uint64_t i) { return rows_[i]; }));
  DIRSNAP_CHECK(layout::write_array(sink, layout::kBuckets, {buckets_.size(), 4},
                                    [this](std::uint64_t i) { return buckets_[i]; }));
  return layout::write_array(sink, layout::kMarks, {marks_.size(), 1},
                             [this](std::uint64_t i) { return marks_[i]; });
}

}  // namespace dirsnap
