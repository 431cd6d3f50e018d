// SPDX-License-Identifier: MIT
#include "storage/index_builder.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "storage/base/text.h"
#include "storage/value_order.h"

namespace dirsnap {

namespace layout = index_layout;

namespace {

constexpr std::size_t kWindow = 8;              // bytes of text compared at a time
constexpr std::uint32_t kEntriesPerBucket = 8;  // about a cache line
constexpr std::size_t kMostCounted = 4096;      // distinct keys that are counted, not sorted

std::uint8_t width_of(std::uint64_t largest) {
  if (largest == 0) return 0;
  if (largest <= UINT8_MAX) return 1;
  if (largest <= UINT16_MAX) return 2;
  return largest <= UINT32_MAX ? 4 : 8;
}

// Top bits of a hash; 0 bits are one bucket.
std::uint64_t bucket_of(std::uint64_t hash, unsigned bits) {
  return bits == 0 ? 0 : hash >> (64 - bits);
}

unsigned bucket_bits(std::size_t distinct) {
  return static_cast<unsigned>(std::bit_width(distinct / kEntriesPerBucket));
}

// Cuts an array into parts and hands them out.
template <class Get>
Result<void> write_array(const IndexBuilder::Sink& sink,
                         layout::Array array,
                         std::pair<std::uint64_t, std::uint8_t> count_and_width,
                         Get get) {
  const auto [count, width] = count_and_width;
  const std::uint64_t per_part = layout::kPartBytes / std::max<std::uint8_t>(width, 1);
  std::uint32_t part = 0;
  for (std::uint64_t at = 0; width != 0 && at < count; ++part) {
    const std::uint64_t end = std::min(count, at + per_part);
    std::vector<std::byte> bytes((end - at) * width);
    for (std::byte* out = bytes.data(); at < end; ++at, out += width) {
      const std::uint64_t value = get(at);
      std::memcpy(out, &value, width);
    }
    DIRSNAP_CHECK(sink(array, part, std::move(bytes)));
  }
  return {};
}

// ASCII so far means that folding moves no byte.
bool is_ascii(std::string_view text) {
  std::uint64_t seen = 0;
  std::size_t at = 0;
  for (; text.size() - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    seen |= word;
  }
  for (; at < text.size(); ++at) seen |= static_cast<unsigned char>(text[at]);
  return (seen & 0x8080808080808080U) == 0;
}

// Orders entries (ascending by row) of few distinct keys: only the first entry of each key is
// sorted, the rows are counted into place. `sort` also finds keys that are the same to the
// collation. False: too many keys, nothing is changed.
template <class Key, class Entry, class KeyOf, class Sort>
bool sort_by_counting(std::vector<Entry>& entries, KeyOf key_of, Sort sort) {
  std::unordered_map<Key, std::uint16_t> group_of_key;
  std::vector<std::uint16_t> group(entries.size());
  std::vector<Entry> firsts;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto [place, is_new] =
        group_of_key.try_emplace(key_of(entries[i]), static_cast<std::uint16_t>(firsts.size()));
    if (is_new) {
      if (firsts.size() == kMostCounted) return false;
      firsts.push_back(entries[i]);
    }
    group[i] = place->second;
  }
  // sort() may rewrite the entries' keys, but not their rows.
  const std::vector<Entry> keyed = firsts;
  std::unordered_map<std::uint32_t, std::uint16_t> group_of_row;
  for (std::size_t i = 0; i < keyed.size(); ++i) {
    group_of_row.emplace(keyed[i].row, static_cast<std::uint16_t>(i));
  }
  sort(firsts);

  std::vector<std::uint16_t> ordinal(firsts.size());
  std::vector<Entry> values;  // the first entry of each value, its key as gathered
  for (const Entry& first : firsts) {
    const std::uint16_t own = group_of_row.at(first.row);
    if (first.starts) values.push_back(keyed[own]);
    ordinal[own] = static_cast<std::uint16_t>(values.size() - 1);
  }
  std::vector<std::size_t> next(values.size() + 1);
  for (const std::uint16_t g : group) ++next[ordinal[g] + 1U];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<std::size_t> begin(next);
  std::vector<std::uint32_t> rows(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) rows[next[ordinal[group[i]]]++] = entries[i].row;
  for (std::size_t value = 0; value < values.size(); ++value) {
    for (std::size_t i = begin[value]; i < begin[value + 1]; ++i) {
      entries[i] = values[value];
      entries[i].row = rows[i];
      entries[i].starts = i == begin[value];
    }
  }
  return true;
}

}  // namespace

Result<void> IndexBuilder::sort(ColumnReader& column) {
  rows_ = column.rows();
  DIRSNAP_CHECK(column.load_all());
  gather(column);
  order_numbers();
  for (std::vector<Entry>* group : {&texts_, &blobs_}) {
    order_texts(column, *group);
    if (entries_.empty()) {
      entries_.swap(*group);  // the usual column has one type: no second copy
    } else {
      entries_.insert(entries_.end(), group->begin(), group->end());
    }
    std::vector<Entry>().swap(*group);
  }
  for (std::uint64_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].starts) starts_.push_back(i);
  }
  if (!integers_only_) hash_distinct(column);
  return {};
}

void IndexBuilder::gather(const ColumnReader& column) {
  for (std::uint32_t row = 0; row < column.rows(); ++row) {
    const ValueView value = column.value(row);
    Entry entry{.row = row};
    switch (value.type) {
      case ValueType::kNull:
        continue;
      case ValueType::kInteger:
        entry.key = static_cast<std::uint64_t>(value.integer);
        entries_.push_back(entry);
        continue;
      case ValueType::kReal:
        entry.key = std::bit_cast<std::uint64_t>(value.real);
        entry.tail = 1;  // marks a real
        entries_.push_back(entry);
        break;
      case ValueType::kText:
        texts_.push_back(entry);
        break;
      case ValueType::kBlob:
        blobs_.push_back(entry);
        break;
    }
    integers_only_ = false;
  }
}

void IndexBuilder::sort_numbers(std::vector<Entry>& entries) {
  const auto value = [](const Entry& entry) {
    return entry.tail != 0 ? ValueView::of_real(std::bit_cast<double>(entry.key))
                           : ValueView::of(static_cast<std::int64_t>(entry.key));
  };
  const auto compare = [&value](const Entry& a, const Entry& b) {
    if (a.tail == 0 && b.tail == 0) {
      const auto x = static_cast<std::int64_t>(a.key);
      const auto y = static_cast<std::int64_t>(b.key);
      return x < y ? -1 : static_cast<int>(y < x);
    }
    return compare_values(value(a), value(b), Collation::kBinary);
  };
  const auto less = [&compare](const Entry& a, const Entry& b) {
    const int order = compare(a, b);
    return order != 0 ? order < 0 : a.row < b.row;
  };
  // Numbers of rows and parents often come in order already.
  if (!std::is_sorted(entries.begin(), entries.end(), less)) {
    std::sort(entries.begin(), entries.end(), less);
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].starts = i == 0 || compare(entries[i - 1], entries[i]) != 0;
  }
}

void IndexBuilder::order_numbers() {
  const bool counted =
      integers_only_ && sort_by_counting<std::uint64_t>(
                            entries_, [](const Entry& entry) { return entry.key; },
                            [](std::vector<Entry>& firsts) { sort_numbers(firsts); });
  if (!counted) sort_numbers(entries_);
}

void IndexBuilder::order_texts(const ColumnReader& column, std::vector<Entry>& entries) const {
  const bool counted = sort_by_counting<std::string_view>(
      entries, [&column](const Entry& entry) { return column.value(entry.row).bytes; },
      [this, &column](std::vector<Entry>& firsts) { sort_texts(column, firsts); });
  if (!counted) sort_texts(column, entries);
}

// The eight folded bytes at `depth`, big-endian, padded with zeros.
void IndexBuilder::load_key(const ColumnReader& column, std::size_t depth, Entry& entry) const {
  const ValueView value = column.value(entry.row);
  std::string_view text = value.bytes;
  std::string folded;
  const bool folds = value.type == ValueType::kText && collation_ == Collation::kFold;
  if (folds && !is_ascii(text.substr(0, depth + kWindow))) {
    folded = fold_case(text);
    text = folded;
  }
  const std::size_t left = text.size() - std::min(text.size(), depth);
  const std::size_t count = std::min(left, kWindow);
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[depth + i];
    const char lower = folds && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    key |= std::uint64_t{static_cast<unsigned char>(lower)} << (56 - 8 * i);
  }
  entry.key = key;
  entry.tail = left > kWindow ? kGoesOn : static_cast<std::uint8_t>(left);
}

// Sorts by windows of eight bytes: only texts equal so far are read on. Long common prefixes
// (names in a directory) thus cost one look per window and text, not one per comparison.
void IndexBuilder::sort_texts(const ColumnReader& column, std::vector<Entry>& entries) const {
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t depth = 0;
  };
  std::vector<Span> open = {{0, entries.size(), 0}};
  while (!open.empty()) {
    const Span span = open.back();
    open.pop_back();
    for (std::size_t i = span.begin; i < span.end; ++i) load_key(column, span.depth, entries[i]);
    const auto at = [&entries](std::size_t i) {
      return entries.begin() + static_cast<std::ptrdiff_t>(i);
    };
    std::sort(at(span.begin), at(span.end), [](const Entry& a, const Entry& b) {
      return std::tie(a.key, a.tail, a.row) < std::tie(b.key, b.tail, b.row);
    });
    for (std::size_t begin = span.begin; begin < span.end;) {
      std::size_t end = begin + 1;
      while (end < span.end && entries[end].key == entries[begin].key &&
             entries[end].tail == entries[begin].tail) {
        ++end;
      }
      if (entries[begin].tail == kGoesOn && end - begin > 1) {
        open.push_back({begin, end, span.depth + kWindow});
      } else {
        entries[begin].starts = true;
      }
      begin = end;
    }
  }
}

void IndexBuilder::hash_distinct(const ColumnReader& column) {
  hashes_.reserve(starts_.size());
  for (std::uint32_t ordinal = 0; ordinal < starts_.size(); ++ordinal) {
    const ValueView value = column.value(entries_[starts_[ordinal]].row);
    hashes_.push_back({.hash = hash_value(value, collation_), .ordinal = ordinal});
  }
  std::sort(hashes_.begin(), hashes_.end(), [](const HashEntry& a, const HashEntry& b) {
    return std::tie(a.hash, a.ordinal) < std::tie(b.hash, b.ordinal);
  });
}

Result<void> IndexBuilder::write_header(const Sink& sink) const {
  std::vector<std::byte> header(layout::kHeaderSize);
  const auto put = [&header](std::size_t at, auto value) {
    std::memcpy(header.data() + at, &value, sizeof value);
  };
  const bool keys = integers_only_ && total() != 0;
  const std::uint64_t base = keys ? entries_.front().key : 0;
  put(layout::kKind, integers_only_ ? layout::Kind::kIntegers : layout::Kind::kByRow);
  put(layout::kRowsWidth, std::uint8_t{rows_ <= UINT16_MAX ? std::uint8_t{2} : std::uint8_t{4}});
  put(layout::kStartsWidth, all_distinct() ? std::uint8_t{0} : width_of(total()));
  put(layout::kKeysWidth, keys ? width_of(entries_.back().key - base) : std::uint8_t{0});
  put(layout::kDistinct, static_cast<std::uint32_t>(starts_.size()));
  put(layout::kTotal, total());
  put(layout::kKeyBase, base);
  put(layout::kBucketBits,
      static_cast<std::uint8_t>(integers_only_ ? 0 : bucket_bits(starts_.size())));
  return sink(layout::kHeader, 0, std::move(header));
}

Result<void> IndexBuilder::write(const Sink& sink) const {
  DIRSNAP_CHECK(write_header(sink));
  const std::uint8_t rows_width = rows_ <= UINT16_MAX ? 2 : 4;
  DIRSNAP_CHECK(write_array(sink, layout::kRows, {total(), rows_width},
                            [this](std::uint64_t i) { return entries_[i].row; }));
  if (!all_distinct()) {
    DIRSNAP_CHECK(
        write_array(sink, layout::kStarts, {starts_.size() + 1, width_of(total())},
                    [this](std::uint64_t i) { return i < starts_.size() ? starts_[i] : total(); }));
  }
  if (total() == 0) return {};
  if (integers_only_) {
    const std::uint64_t base = entries_.front().key;
    return write_array(sink, layout::kKeys, {starts_.size(), width_of(entries_.back().key - base)},
                       [&](std::uint64_t i) { return entries_[starts_[i]].key - base; });
  }
  const unsigned bits = bucket_bits(starts_.size());
  std::size_t begin = 0;
  DIRSNAP_CHECK(write_array(
      sink, layout::kBuckets, {(std::uint64_t{1} << bits) + 1, 4}, [&](std::uint64_t bucket) {
        while (begin < hashes_.size() && bucket_of(hashes_[begin].hash, bits) < bucket) {
          ++begin;
        }
        return begin;
      }));
  return write_array(sink, layout::kEntries, {hashes_.size(), 8}, [this](std::uint64_t i) {
    return (hashes_[i].hash & UINT32_MAX) | (std::uint64_t{hashes_[i].ordinal} << 32);
  });
}

}  // namespace dirsnap
