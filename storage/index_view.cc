// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <cstring>

#include "storage/base/byte_reader.h"
#include "storage/index_impl.h"
#include "storage/value_order.h"

namespace dirsnap {

namespace layout = index_layout;

namespace {

tl::unexpected<Error> bad(const char* what) {
  return fail(Code::kCorrupt, std::string("index: ") + what + " is missing or damaged");
}

std::uint8_t width(Bytes header, std::size_t at) {
  return std::to_integer<std::uint8_t>(header[at]);
}

Result<void> open_header(Bytes header, IndexView::Impl& index) {
  const std::uint8_t kind = width(header, layout::kKind);
  if (kind != 1 && kind != 2) return bad("kind");
  index.kind = static_cast<layout::Kind>(kind);
  index.distinct = load_le<std::uint32_t>(header, layout::kDistinct);
  index.total = load_le<std::uint64_t>(header, layout::kTotal);
  index.key_base = load_le<std::int64_t>(header, layout::kKeyBase);
  index.bucket_bits = width(header, layout::kBucketBits);
  index.all_distinct = width(header, layout::kStartsWidth) == 0;
  index.uniform = width(header, layout::kUniform) == 1;
  index.kinds = load_le<std::uint32_t>(header, layout::kKinds);
  if (index.total > index.relation_rows || index.distinct > index.total ||
      (index.total != 0 && index.distinct == 0) || index.bucket_bits > 31 ||
      index.kinds > index.total || (index.all_distinct && index.distinct != index.total)) {
    return bad("count");
  }
  return {};
}

}  // namespace

Result<std::optional<Bytes>> IndexArrays::record(layout::Array array, std::uint32_t part) const {
  return txn_.get(Db::kIndexes, index_key(relation_, column_, array, part).bytes());
}

Result<Bytes> IndexArrays::header() const {
  DIRSNAP_TRY(const std::optional<Bytes> header, record(layout::kHeader, 0));
  if (!header || header->size() != layout::kHeaderSize) return bad("header");
  return *header;
}

// Each part has exactly the size that the count asks for.
Result<layout::Numbers> IndexArrays::array(layout::Array array,
                                           std::uint64_t count,
                                           std::uint8_t width) const {
  if (width > 8 || (width != 0 && !std::has_single_bit(width))) return bad("width");
  std::vector<const std::byte*> parts;
  for (std::uint64_t left = count * width; left != 0;) {
    const std::uint64_t size = std::min<std::uint64_t>(left, layout::kPartBytes);
    DIRSNAP_TRY(const std::optional<Bytes> part,
                record(array, static_cast<std::uint32_t>(parts.size())));
    if (!part || part->size() != size) return bad("array");
    parts.push_back(part->data());
    left -= size;
  }
  return layout::Numbers(std::move(parts), width);
}

Result<std::shared_ptr<const IndexView::Impl>> IndexView::Impl::open(const IndexArrays& arrays,
                                                                     const Impl& facts) {
  auto index = std::make_shared<Impl>(facts);
  DIRSNAP_TRY(const Bytes header, arrays.header());
  DIRSNAP_CHECK(open_header(header, *index));
  DIRSNAP_CHECK(index->open_rows(arrays, width(header, layout::kRowsWidth)));
  const std::uint64_t distinct = index->distinct;
  if (!index->all_distinct) {
    DIRSNAP_TRY(index->starts,
                arrays.array(layout::kStarts, distinct + 1, width(header, layout::kStartsWidth)));
  }
  if (index->kind == layout::Kind::kIntegers) {
    DIRSNAP_TRY(index->keys,
                arrays.array(layout::kKeys, distinct, width(header, layout::kKeysWidth)));
  } else if (index->total != 0) {
    const std::uint64_t buckets = (std::uint64_t{1} << index->bucket_bits) + 1;
    DIRSNAP_TRY(index->buckets, arrays.array(layout::kBuckets, buckets, 4));
    DIRSNAP_TRY(index->entries, arrays.array(layout::kEntries, distinct, 8));
  }
  return std::shared_ptr<const Impl>(std::move(index));
}

std::uint64_t IndexView::Impl::start(std::uint64_t ordinal) const {
  if (all_distinct) return std::min(ordinal, total);
  return std::min(starts[ordinal], total);
}

Result<void> IndexView::Impl::open_rows(const IndexArrays& arrays, std::uint8_t width) {
  if (kinds == 0) {
    DIRSNAP_TRY(rows, arrays.array(layout::kRows, total, width));
    return {};
  }
  DIRSNAP_TRY(kind_rows, arrays.array(layout::kKindRows, kinds, 4));
  DIRSNAP_TRY(kind_starts, arrays.array(layout::kKindStarts, kinds, 4));
  DIRSNAP_TRY(rows, arrays.of(kinds_column).array(layout::kRowsByKind, relation_rows, width));
  return {};
}

// The last kind that begins at `position` or before it; the first one in a forged index.
std::uint32_t IndexView::Impl::kind_at(std::uint64_t position) const {
  std::uint32_t low = 0;
  std::uint32_t high = kinds;
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    (kind_starts[middle] <= position ? low : high) = middle;
  }
  return low;
}

std::uint32_t IndexView::Impl::shared_row(std::uint32_t at, std::uint64_t position) const {
  const std::uint64_t offset = position - std::min(kind_starts[at], position);
  const std::uint64_t place = std::min(kind_rows[at] + offset, relation_rows - 1);
  return static_cast<std::uint32_t>(std::min(rows[place], relation_rows - 1));
}

std::uint32_t IndexView::Impl::row(std::uint64_t position) const {
  if (kinds != 0) return shared_row(kind_at(position), position);
  // total > 0 here, hence relation_rows > 0.
  return static_cast<std::uint32_t>(std::min(rows[position], relation_rows - 1));
}

void IndexView::Impl::rows_at(std::uint64_t first, std::span<std::uint32_t> out) const {
  const std::span<std::uint32_t> all = out;
  if (kinds == 0) {
    rows.read(first, out);
  } else if (!out.empty()) {
    // The rows of a kind stand together.
    for (std::uint32_t at = kind_at(first); !out.empty();) {
      while (at + 1 < kinds && kind_starts[at + std::size_t{1}] <= first) ++at;
      const std::uint64_t end = at + 1 < kinds ? kind_starts[at + std::size_t{1}] : total;
      const std::uint64_t offset = first - std::min(kind_starts[at], first);
      const std::uint64_t place = std::min(kind_rows[at] + offset, relation_rows - 1);
      const std::uint64_t size = std::min({end - first, relation_rows - place, out.size()});
      rows.read(place, out.first(size));
      first += size;
      out = out.subspan(size);
    }
  }
  // A forged index may name any row.
  const auto last = static_cast<std::uint32_t>(relation_rows - 1);
  for (std::uint32_t& row : all) row = std::min(row, last);
}

void IndexView::Impl::rows_between(std::uint64_t begin,
                                   std::uint64_t end,
                                   std::vector<std::uint32_t>& out) const {
  if (begin >= end) return;
  const std::size_t size = out.size();
  out.resize(size + (end - begin));
  rows_at(begin, std::span(out).subspan(size));
}

std::int64_t IndexView::Impl::key(std::uint64_t ordinal) const {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(key_base) + keys[ordinal]);
}

// Ids are often evenly spread: a few guesses by proportion come near, the rest is binary search.
std::uint32_t IndexView::Impl::lower_bound_key(std::int64_t wanted, bool after) const {
  const auto is_less = [&](std::uint32_t ordinal) {
    const std::int64_t here = key(ordinal);
    return here < wanted || (after && here == wanted);
  };
  constexpr int kGuesses = 3;
  constexpr std::uint32_t kSlack = 8;
  std::uint32_t low = 0;
  std::uint32_t high = distinct;
  for (int i = 0; i < kGuesses && high - low > 4 * kSlack; ++i) {
    const auto first = static_cast<double>(key(low));
    const auto last = static_cast<double>(key(high - 1));
    const double part = (static_cast<double>(wanted) - first) / (last - first);
    if (!(part >= 0 && part <= 1)) break;
    const std::uint32_t guess = low + static_cast<std::uint32_t>(part * (high - 1 - low));
    const std::uint32_t from = guess - std::min(guess - low, kSlack);
    const std::uint32_t to = guess + std::min(high - 1 - guess, kSlack);
    if (is_less(from)) low = from + 1;
    if (to > low && !is_less(to)) high = to;
  }
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (is_less(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Result<ValueView> IndexView::Impl::value(std::uint32_t ordinal) const {
  if (kind == layout::Kind::kIntegers) return ValueView::of(key(ordinal));
  const std::uint64_t position = start(ordinal);
  if (position >= total) return fail(Code::kCorrupt, "index: position past the end");
  return values->value(column, row(position));
}

Result<std::optional<std::uint32_t>> IndexView::Impl::find_hashed(const SoughtKey& key,
                                                                  const ShownRows* shown) const {
  const std::uint64_t hash = key.hash;
  const std::uint64_t bucket = bucket_bits == 0 ? 0 : hash >> (64 - bucket_bits);
  const std::uint64_t end = std::min<std::uint64_t>(buckets[bucket + 1], distinct);
  const std::uint64_t begin = std::min(buckets[bucket], end);
  const std::byte* const words = entries.run(begin, end, 8);
  for (std::uint64_t i = begin; i < end; ++i) {
    std::uint64_t entry = 0;
    if (words != nullptr) {
      std::memcpy(&entry, words + (i - begin) * sizeof entry, sizeof entry);
    } else {
      entry = entries[i];
    }
    if ((entry & UINT32_MAX) != (hash & UINT32_MAX)) continue;
    const auto ordinal = static_cast<std::uint32_t>(entry >> 32);
    if (ordinal >= distinct) return fail(Code::kCorrupt, "index: ordinal past the end");
    const std::uint64_t position = start(ordinal);
    if (position >= total) return fail(Code::kCorrupt, "index: position past the end");
    const std::uint32_t first = row(position);
    const bool is_one = start(std::uint64_t{ordinal} + 1) == position + 1;
    if (shown != nullptr && is_one && !shown->test(first)) continue;
    DIRSNAP_TRY(const ValueView here, values->value(column, first));
    if (compare_values(here, key.value, collation) == 0) return std::optional(ordinal);
  }
  return std::optional<std::uint32_t>();
}

std::uint32_t IndexView::distinct() const { return impl_->distinct; }
bool IndexView::is_uniform() const { return impl_->uniform; }
std::uint64_t IndexView::total() const { return impl_->total; }
std::uint64_t IndexView::begin_of(std::uint32_t ordinal) const { return impl_->start(ordinal); }
std::uint32_t IndexView::row_at(std::uint64_t i) const { return impl_->row(i); }

void IndexView::rows_at(std::uint64_t first, std::span<std::uint32_t> out) const {
  impl_->rows_at(first, out);
}

std::uint64_t IndexView::count_of(std::uint32_t first, std::uint32_t last) const {
  const std::uint64_t begin = impl_->start(first);
  return std::max(impl_->start(last), begin) - begin;
}

std::uint32_t IndexView::count_of(std::uint32_t ordinal) const {
  return static_cast<std::uint32_t>(count_of(ordinal, ordinal + 1));
}

std::uint32_t IndexView::rows_of(std::uint32_t ordinal, std::vector<std::uint32_t>& out) const {
  const std::uint64_t begin = impl_->start(ordinal);
  const std::uint64_t end = impl_->start(std::uint64_t{ordinal} + 1);
  impl_->rows_between(begin, end, out);
  return static_cast<std::uint32_t>(end > begin ? end - begin : 0);
}

void IndexView::rows_of(std::uint32_t first,
                        std::uint32_t last,
                        std::vector<std::uint32_t>& out) const {
  impl_->rows_between(impl_->start(first), impl_->start(last), out);
}

Result<std::optional<std::uint32_t>> IndexView::find(const ValueView& value) const {
  return find(SoughtKey(value, impl_->collation));
}

Result<std::optional<std::uint32_t>> IndexView::find(const SoughtKey& key,
                                                     const ShownRows* shown) const {
  const ValueView& value = key.value;
  if (value.is_null() || impl_->total == 0) return std::optional<std::uint32_t>();
  if (impl_->kind == layout::Kind::kByRow) return impl_->find_hashed(key, shown);
  DIRSNAP_TRY(const std::uint32_t ordinal, lower_bound(value));
  if (ordinal == impl_->distinct) return std::optional<std::uint32_t>();
  const ValueView here = ValueView::of(impl_->key(ordinal));
  if (compare_values(here, value, impl_->collation) != 0) return std::optional<std::uint32_t>();
  return std::optional(ordinal);
}

Result<std::uint32_t> IndexView::lower_bound(const ValueView& value, bool after) const {
  if (impl_->kind == layout::Kind::kIntegers && value.type == ValueType::kInteger) {
    return impl_->lower_bound_key(value.integer, after);
  }
  std::uint32_t low = 0;
  std::uint32_t high = impl_->distinct;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    DIRSNAP_TRY(const ValueView here, impl_->value(middle));
    const int order = compare_values(here, value, impl_->collation);
    if (order < 0 || (after && order == 0)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace dirsnap
