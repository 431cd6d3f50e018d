// SPDX-License-Identifier: MIT
#include <algorithm>

#include "storage/index_impl.h"
#include "storage/snapshot_reader.h"

namespace dirsnap {

namespace layout = index_layout;

struct HashIndexView::Impl {
  std::uint64_t relation_rows = 0;
  std::uint64_t total = 0;
  std::uint64_t distinct = 0;  // hashes
  unsigned bits = 0;
  layout::Numbers rows;
  layout::Numbers buckets;
  layout::Numbers marks;
};

Result<HashIndexView> HashIndexView::open(const IndexArrays& arrays, std::uint64_t relation_rows) {
  DIRSNAP_TRY(const Bytes header, arrays.header());
  auto index = std::make_shared<Impl>();
  const auto byte = [&header](std::size_t at) { return std::to_integer<std::uint8_t>(header[at]); };
  index->relation_rows = relation_rows;
  index->total = load_le<std::uint64_t>(header, layout::kTotal);
  index->bits = byte(layout::kBucketBits);
  if (byte(layout::kKind) != static_cast<std::uint8_t>(layout::Kind::kHashed) ||
      index->total > relation_rows || index->bits > layout::kMostHashBits) {
    return fail(Code::kCorrupt, "index: the header of a hash index is damaged");
  }
  if (index->total != 0) {
    const std::uint64_t buckets = (std::uint64_t{1} << index->bits) + 1;
    DIRSNAP_TRY(index->rows, arrays.array(layout::kRows, index->total, byte(layout::kRowsWidth)));
    DIRSNAP_TRY(const layout::Numbers distinct, arrays.array(layout::kStarts, 1, 4));
    index->distinct = distinct[0];
    if (index->distinct == 0 || index->distinct > index->total) {
      return fail(Code::kCorrupt, "index: the number of a hash index's values is damaged");
    }
    DIRSNAP_TRY(index->buckets, arrays.array(layout::kBuckets, buckets, 4));
    DIRSNAP_TRY(index->marks, arrays.array(layout::kMarks, index->total, 1));
  }
  return HashIndexView(std::move(index));
}

std::uint64_t HashIndexView::total() const { return impl_->total; }

double HashIndexView::rows_per_value() const {
  return impl_->distinct == 0
             ? 1
             : static_cast<double>(impl_->total) / static_cast<double>(impl_->distinct);
}

// Calls visit(row) for the rows that may hold the value.
template <class Visit>
void HashIndexView::each_candidate(const SoughtKey& key, Visit visit) const {
  if (key.value.is_null() || impl_->total == 0) return;
  const std::uint32_t hash = layout::index_hash(key.hash);
  const std::uint32_t bucket = layout::hash_bucket(hash, impl_->bits);
  const std::uint8_t mark = layout::hash_mark(hash, impl_->bits);
  const std::uint64_t end = std::min(impl_->buckets[bucket + std::uint64_t{1}], impl_->total);
  const std::uint64_t begin = std::min(impl_->buckets[bucket], end);
  const std::byte* const marks = impl_->marks.run(begin, end, 1);
  for (std::uint64_t i = begin; i < end; ++i) {
    const auto here =
        marks != nullptr ? std::to_integer<std::uint64_t>(marks[i - begin]) : impl_->marks[i];
    if (here != mark) continue;
    visit(static_cast<std::uint32_t>(std::min(impl_->rows[i], impl_->relation_rows - 1)));
  }
}

void HashIndexView::candidates(const SoughtKey& key, std::vector<std::uint32_t>& rows) const {
  each_candidate(key, [&rows](std::uint32_t row) { rows.push_back(row); });
}

std::uint64_t HashIndexView::count(const SoughtKey& key) const {
  std::uint64_t count = 0;
  each_candidate(key, [&count](std::uint32_t) { ++count; });
  return count;
}

}  // namespace dirsnap
