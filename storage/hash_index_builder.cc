// SPDX-License-Identifier: MIT
#include "storage/hash_index_builder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <future>
#include <numeric>
#include <utility>

namespace dirsnap {

namespace layout = index_layout;

namespace {

constexpr std::uint64_t kRowsPerBucket = 8;

}  // namespace

void HashIndexBuilder::count(ColumnHashes hashes) {
  hashes_ = std::move(hashes);
  bits_ =
      std::min<unsigned>(static_cast<unsigned>(std::bit_width(hashes_.values() / kRowsPerBucket)),
                         layout::kMostHashBits);
  buckets_.assign((std::size_t{1} << bits_) + 1, 0);
  hashes_.each([this](std::uint32_t /*row*/, std::uint32_t hash) {
    ++buckets_[bucket_of(hash) + std::size_t{1}];
  });
  std::partial_sum(buckets_.begin(), buckets_.end(), buckets_.begin());
}

// The buckets from this one on, as many as make a slice. It is first dealt into parts that fit the
// processor's cache.
HashIndexBuilder::Slice HashIndexBuilder::sorted_slice(std::uint32_t first_bucket) const {
  Slice slice{.end_bucket = first_bucket + 1, .items = {}};
  while (slice.end_bucket < bucket_count() &&
         buckets_[slice.end_bucket + std::size_t{1}] - buckets_[first_bucket] <= kSliceRows) {
    ++slice.end_bucket;
  }
  slice.items.resize(buckets_[slice.end_bucket] - buckets_[first_bucket]);
  deal(first_bucket, slice);
  sort_parts(first_bucket, slice);
  return slice;
}

// By part, which is a run of buckets.
void HashIndexBuilder::deal(std::uint32_t first_bucket, Slice& slice) const {
  const std::uint32_t base = buckets_[first_bucket];
  std::vector<std::uint32_t> next;
  for (std::uint32_t bucket = first_bucket; bucket < slice.end_bucket; bucket += kPartBuckets) {
    next.push_back(buckets_[bucket] - base);
  }
  hashes_.each([&](std::uint32_t row, std::uint32_t hash) {
    const std::uint32_t bucket = bucket_of(hash) - first_bucket;
    if (bucket >= slice.end_bucket - first_bucket) return;
    slice.items[next[bucket / kPartBuckets]++] = std::uint64_t{hash} << 32 | row;
  });
}

// Counts each part into its buckets, whose few rows are then sorted.
void HashIndexBuilder::sort_parts(std::uint32_t first_bucket, Slice& slice) const {
  const std::uint32_t base = buckets_[first_bucket];
  std::vector<std::uint64_t> sorted;
  for (std::uint32_t part = first_bucket; part < slice.end_bucket; part += kPartBuckets) {
    const std::uint32_t part_end = std::min(part + kPartBuckets, slice.end_bucket);
    const std::uint32_t begin = buckets_[part];
    const auto items = slice.items.begin() + static_cast<std::ptrdiff_t>(begin - base);
    sorted.resize(buckets_[part_end] - begin);
    std::vector<std::uint32_t> next(buckets_.begin() + part, buckets_.begin() + part_end);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const std::uint64_t item = items[static_cast<std::ptrdiff_t>(i)];
      sorted[next[bucket_of(static_cast<std::uint32_t>(item >> 32)) - part]++ - begin] = item;
    }
    for (std::uint32_t bucket = part; bucket < part_end; ++bucket) {
      const auto at = [&](std::uint32_t b) {
        return sorted.begin() + static_cast<std::ptrdiff_t>(buckets_[b] - begin);
      };
      std::sort(at(bucket), at(bucket + 1));
    }
    std::copy(sorted.begin(), sorted.end(), items);
  }
}

// Gives the items of all slices one after the other; another thread sorts the next slice meanwhile.
class HashIndexBuilder::SortedItems {
 public:
  explicit SortedItems(const HashIndexBuilder& builder) : builder_(builder) { sort_next(0); }

  // REQUIRES: not called more often than there are values.
  std::uint64_t next() {
    while (at_ == slice_.items.size()) {
      slice_ = next_.get();
      at_ = 0;
      sort_next(slice_.end_bucket);
    }
    return slice_.items[at_++];
  }

 private:
  void sort_next(std::uint32_t first_bucket) {
    if (first_bucket >= builder_.bucket_count()) return;
    next_ = std::async(std::launch::async,
                       [this, first_bucket] { return builder_.sorted_slice(first_bucket); });
  }

  const HashIndexBuilder& builder_;
  Slice slice_;
  std::size_t at_ = 0;
  std::future<Slice> next_;  // waits for the other thread where it is dropped
};

Result<void> HashIndexBuilder::write_header(const layout::Sink& sink) const {
  std::vector<std::byte> header(layout::kHeaderSize);
  const auto put = [&header](std::size_t at, auto value) {
    std::memcpy(header.data() + at, &value, sizeof value);
  };
  put(layout::kKind, layout::Kind::kHashed);
  put(layout::kRowsWidth, layout::row_width(hashes_.rows()));
  put(layout::kTotal, std::uint64_t{buckets_.back()});
  put(layout::kBucketBits, static_cast<std::uint8_t>(bits_));
  return sink(layout::kHeader, 0, std::move(header));
}

Result<void> HashIndexBuilder::write(const layout::Sink& sink) {
  DIRSNAP_CHECK(write_header(sink));
  const std::uint64_t total = buckets_.back();
  if (total == 0) return {};
  std::vector<std::uint8_t> marks;
  marks.reserve(total);
  std::uint32_t distinct = 0;
  std::uint32_t last = 0;
  {
    SortedItems items(*this);
    DIRSNAP_CHECK(layout::write_array(
        sink, layout::kRows, {total, layout::row_width(hashes_.rows())}, [&](std::uint64_t) {
          const std::uint64_t item = items.next();
          const auto hash = static_cast<std::uint32_t>(item >> 32);
          if (std::exchange(last, hash) != hash) ++distinct;
          marks.push_back(layout::hash_mark(hash, bits_));
          return static_cast<std::uint32_t>(item);
        }));
  }
  hashes_ = {};
  DIRSNAP_CHECK(layout::write_array(sink, layout::kStarts, {1, sizeof distinct},
                                    [&](std::uint64_t) { return distinct; }));
  DIRSNAP_CHECK(layout::write_array(sink, layout::kBuckets, {buckets_.size(), 4},
                                    [this](std::uint64_t i) { return buckets_[i]; }));
  return layout::write_array(sink, layout::kMarks, {marks.size(), 1},
                             [&](std::uint64_t i) { return marks[i]; });
}

}  // namespace dirsnap
