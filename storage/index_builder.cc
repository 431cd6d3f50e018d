// SPDX-License-Identifier: MIT
#include "storage/index_builder.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "storage/base/text.h"
#include "storage/value_order.h"

namespace dirsnap {

namespace layout = index_layout;

namespace {

constexpr std::size_t kWindow = 8;              // bytes of text compared at a time
constexpr std::uint32_t kEntriesPerBucket = 8;  // about a cache line
constexpr std::size_t kMostCounted = 4096;      // distinct keys that are counted, not sorted

// Top bits of a hash; 0 bits are one bucket.
std::uint64_t bucket_of(std::uint64_t hash, unsigned bits) {
  return bits == 0 ? 0 : hash >> (64 - bits);
}

unsigned bucket_bits(std::size_t distinct) {
  return static_cast<unsigned>(std::bit_width(distinct / kEntriesPerBucket));
}

// What makes two rows one group: the same type and the same bytes.
struct GroupKey {
  ValueType type = ValueType::kNull;
  std::uint64_t number = 0;
  std::string_view bytes;
  bool operator==(const GroupKey&) const = default;
};

struct GroupKeyHash {
  std::size_t operator()(const GroupKey& key) const {
    const std::size_t bytes = std::hash<std::string_view>{}(key.bytes);
    return bytes ^ ((key.number + static_cast<std::uint64_t>(key.type)) * 0x9E3779B97F4A7C15U);
  }
};

GroupKey group_key(const ValueView& value) {
  GroupKey key{.type = value.type, .bytes = value.bytes};
  if (value.type == ValueType::kInteger) key.number = static_cast<std::uint64_t>(value.integer);
  if (value.type == ValueType::kReal) key.number = std::bit_cast<std::uint64_t>(value.real);
  return key;
}

constexpr std::uint32_t kNoOrdinal = UINT32_MAX;

}  // namespace

// A column of few distinct values is grouped by looking at each row once. nullopt: too many values.
std::optional<IndexBuilder::Groups> IndexBuilder::groups_of(const ColumnReader& column) {
  const auto rows = static_cast<std::uint32_t>(column.rows());
  Groups groups;
  groups.of_row.reserve(rows);
  std::unordered_map<GroupKey, std::uint32_t, GroupKeyHash> group_of;
  for (std::uint32_t row = 0; row < rows; ++row) {
    const ValueView value = column.value(row);
    const auto [place, is_new] =
        group_of.try_emplace(group_key(value), static_cast<std::uint32_t>(groups.values.size()));
    if (is_new) {
      if (groups.values.size() == kMostCounted) return std::nullopt;
      groups.values.push_back(value);
    }
    groups.of_row.push_back(place->second);
  }
  return groups;
}

Result<void> IndexBuilder::sort(ColumnReader& column) {
  relation_rows_ = column.rows();
  DIRSNAP_CHECK(column.load_all());
  if (const std::optional<Groups> groups = groups_of(column)) {
    const ValueOf value_of = [&](std::uint32_t group) { return groups->values[group]; };
    const auto items = order(static_cast<std::uint32_t>(groups->values.size()), value_of);
    take_groups(items, *groups);
    note_values(items, value_of);
    note_uniform(items, value_of);
    return {};
  }
  const ValueOf value_of = [&column](std::uint32_t row) { return column.value(row); };
  const auto items = order(static_cast<std::uint32_t>(column.rows()), value_of);
  take_items(items);
  note_values(items, value_of);
  note_uniform(items, value_of);
  return {};
}

Result<void> IndexBuilder::sort(ColumnReader& column,
                                const std::shared_ptr<const KindRows>& kinds) {
  relation_rows_ = column.rows();
  shared_ = kinds;
  DIRSNAP_CHECK(column.load_kinds());
  const ValueOf value_of = [&](std::uint32_t kind) {
    return kinds->count(kind) == 0 ? ValueView::null() : column.kind_value(kind);
  };
  const auto items = order(column.kinds(), value_of);
  take_kinds(items);
  note_values(items, value_of);
  note_uniform(items, value_of);
  return {};
}

// The items that have a value in the order of the index: numbers, texts, blobs.
std::vector<IndexBuilder::Item> IndexBuilder::order(std::uint32_t count, const ValueOf& value_of) {
  std::vector<Item> numbers;
  std::vector<Item> texts;
  std::vector<Item> blobs;
  for (std::uint32_t i = 0; i < count; ++i) {
    const ValueView value = value_of(i);
    Item item{.number = i};
    if (value.type == ValueType::kInteger) {
      item.key = static_cast<std::uint64_t>(value.integer);
      numbers.push_back(item);
      continue;
    }
    if (value.is_null()) continue;
    integers_only_ = false;
    if (value.type == ValueType::kReal) {
      item.key = std::bit_cast<std::uint64_t>(value.real);
      item.tail = 1;
      numbers.push_back(item);
    } else {
      (value.type == ValueType::kText ? texts : blobs).push_back(item);
    }
  }
  sort_numbers(numbers);
  for (std::vector<Item>* group : {&texts, &blobs}) {
    sort_texts(value_of, *group);
    if (numbers.empty()) {
      numbers.swap(*group);  // the usual column has one type: no second copy
    } else {
      numbers.insert(numbers.end(), group->begin(), group->end());
    }
  }
  return numbers;
}

void IndexBuilder::sort_numbers(std::vector<Item>& items) {
  const auto value = [](const Item& item) {
    return item.tail != 0 ? ValueView::of_real(std::bit_cast<double>(item.key))
                          : ValueView::of(static_cast<std::int64_t>(item.key));
  };
  const auto compare = [&value](const Item& a, const Item& b) {
    if (a.tail == 0 && b.tail == 0) {
      const auto x = static_cast<std::int64_t>(a.key);
      const auto y = static_cast<std::int64_t>(b.key);
      return x < y ? -1 : static_cast<int>(y < x);
    }
    return compare_values(value(a), value(b), Collation::kBinary);
  };
  const auto less = [&compare](const Item& a, const Item& b) {
    const int order = compare(a, b);
    return order != 0 ? order < 0 : a.number < b.number;
  };
  // Numbers of rows and parents often come in order already.
  if (!std::is_sorted(items.begin(), items.end(), less)) {
    std::sort(items.begin(), items.end(), less);
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].starts = i == 0 || compare(items[i - 1], items[i]) != 0;
  }
}

// The eight folded bytes at `depth`, big-endian, padded with zeros.
void IndexBuilder::load_key(const ValueView& value, std::size_t depth, Item& item) const {
  std::string_view text = value.bytes;
  std::string folded;
  const bool folds = value.type == ValueType::kText && collation_ == Collation::kFold;
  if (folds) {
    const std::size_t at = std::min(depth, text.size());
    item.is_plain = item.is_plain && is_ascii(text.substr(at, kWindow));
    if (!item.is_plain) {
      folded = fold_case(text);
      text = folded;
    }
  }
  const std::size_t left = text.size() - std::min(text.size(), depth);
  item.key = ordered_word(text, depth, folds ? Collation::kFold : Collation::kBinary);
  item.tail = left > kWindow ? kGoesOn : static_cast<std::uint8_t>(left);
}

// Sorts by windows of eight bytes: only texts equal so far are read on. Long common prefixes
// (names in a directory) thus cost one look per window and text, not one per comparison.
void IndexBuilder::sort_texts(const ValueOf& value_of, std::vector<Item>& items) const {
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t depth = 0;
  };
  std::vector<Span> open = {{0, items.size(), 0}};
  while (!open.empty()) {
    const Span span = open.back();
    open.pop_back();
    for (std::size_t i = span.begin; i < span.end; ++i) {
      load_key(value_of(items[i].number), span.depth, items[i]);
    }
    const auto at = [&items](std::size_t i) {
      return items.begin() + static_cast<std::ptrdiff_t>(i);
    };
    // Paths and names often come in order, and in their common beginning all are alike.
    const auto less = [](const Item& a, const Item& b) {
      return std::tie(a.key, a.tail, a.number) < std::tie(b.key, b.tail, b.number);
    };
    if (!std::is_sorted(at(span.begin), at(span.end), less)) {
      std::sort(at(span.begin), at(span.end), less);
    }
    for (std::size_t begin = span.begin; begin < span.end;) {
      std::size_t end = begin + 1;
      while (end < span.end && items[end].key == items[begin].key &&
             items[end].tail == items[begin].tail) {
        ++end;
      }
      if (items[begin].tail == kGoesOn && end - begin > 1) {
        open.push_back({begin, end, span.depth + kWindow});
      } else {
        items[begin].starts = true;
      }
      begin = end;
    }
  }
}

// Items are rows, and equal ones ascend.
void IndexBuilder::take_items(const std::vector<Item>& items) {
  rows_.reserve(items.size());
  for (const Item& item : items) {
    if (item.starts) starts_.push_back(static_cast<std::uint32_t>(rows_.size()));
    rows_.push_back(item.number);
  }
  total_ = rows_.size();
}

// Items are groups: their rows are counted into place. Groups of one value (to the collation)
// share an ordinal.
void IndexBuilder::take_groups(const std::vector<Item>& items, const Groups& groups) {
  std::vector<std::uint32_t> ordinal(groups.values.size(), kNoOrdinal);
  std::uint32_t values = 0;
  for (const Item& item : items) {
    if (item.starts) ++values;
    ordinal[item.number] = values - 1;
  }
  std::vector<std::uint32_t> next(values + std::size_t{1});
  const auto rows = static_cast<std::uint32_t>(relation_rows_);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::uint32_t value = ordinal[groups.of_row[row]];
    if (value != kNoOrdinal) ++next[value + std::size_t{1}];
  }
  std::partial_sum(next.begin(), next.end(), next.begin());
  rows_.resize(next.back());
  starts_.assign(next.begin(), next.end() - 1);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::uint32_t value = ordinal[groups.of_row[row]];
    if (value != kNoOrdinal) rows_[next[value]++] = row;
  }
  total_ = rows_.size();
}

// Items are kinds, and equal ones ascend.
void IndexBuilder::take_kinds(const std::vector<Item>& items) {
  for (const Item& item : items) {
    if (item.starts) starts_.push_back(static_cast<std::uint32_t>(total_));
    kinds_.push_back(item.number);
    total_ += shared_->count(item.number);
  }
  if (!kinds_ascend(items)) merge_kinds();
}

// True if the rows of one value's kinds ascend as they stand behind each other.
bool IndexBuilder::kinds_ascend(const std::vector<Item>& items) const {
  for (std::size_t i = 1; i < items.size(); ++i) {
    if (!items[i].starts &&
        shared_->rows_of(items[i - 1].number).back() > shared_->rows_of(items[i].number).front()) {
      return false;
    }
  }
  return true;
}

// Some value has kinds whose rows alternate: the index gets rows of its own.
void IndexBuilder::merge_kinds() {
  rows_.reserve(total_);
  for (const std::uint32_t kind : kinds_) {
    const auto rows = shared_->rows_of(kind);
    rows_.insert(rows_.end(), rows.begin(), rows.end());
  }
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    const std::size_t end = i + 1 < starts_.size() ? starts_[i + 1] : rows_.size();
    std::sort(rows_.begin() + starts_[i], rows_.begin() + static_cast<std::ptrdiff_t>(end));
  }
  kinds_.clear();
  shared_.reset();
}

// Whether one row stands for all of its value, whose case may differ or, among numbers, its type.
void IndexBuilder::note_uniform(const std::vector<Item>& items, const ValueOf& value_of) {
  for (std::size_t i = 1; i < items.size() && uniform_; ++i) {
    if (items[i].starts) continue;
    const ValueView before = value_of(items[i - 1].number);
    const ValueView here = value_of(items[i].number);
    uniform_ = before.type == here.type && before.bytes == here.bytes;
  }
}

// What finds the distinct values: themselves, or their hashes.
void IndexBuilder::note_values(const std::vector<Item>& items, const ValueOf& value_of) {
  for (const Item& item : items) {
    if (!item.starts) continue;
    if (integers_only_) {
      keys_.push_back(item.key);
    } else {
      const auto ordinal = static_cast<std::uint32_t>(hashes_.size());
      hashes_.push_back(
          {.hash = hash_value(value_of(item.number), collation_), .ordinal = ordinal});
    }
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
  const bool keys = !keys_.empty();
  const std::uint64_t base = keys ? keys_.front() : 0;
  put(layout::kKind, integers_only_ ? layout::Kind::kIntegers : layout::Kind::kByRow);
  put(layout::kRowsWidth, layout::row_width(relation_rows_));
  put(layout::kStartsWidth, all_distinct() ? std::uint8_t{0} : layout::width_of(total_));
  put(layout::kKeysWidth, keys ? layout::width_of(keys_.back() - base) : std::uint8_t{0});
  put(layout::kDistinct, static_cast<std::uint32_t>(starts_.size()));
  put(layout::kTotal, total_);
  put(layout::kKeyBase, base);
  put(layout::kUniform, static_cast<std::uint8_t>(uniform_ ? 1 : 0));
  put(layout::kBucketBits,
      static_cast<std::uint8_t>(integers_only_ ? 0 : bucket_bits(starts_.size())));
  put(layout::kKinds, static_cast<std::uint32_t>(kinds_.size()));
  return sink(layout::kHeader, 0, std::move(header));
}

// The rows, or where the kinds find them.
Result<void> IndexBuilder::write_rows(const Sink& sink) const {
  if (kinds_.empty()) {
    return layout::write_array(sink, layout::kRows, {total_, layout::row_width(relation_rows_)},
                               [this](std::uint64_t i) { return rows_[i]; });
  }
  DIRSNAP_CHECK(layout::write_array(sink, layout::kKindRows, {kinds_.size(), 4},
                                    [this](std::uint64_t i) { return shared_->begin(kinds_[i]); }));
  std::uint64_t position = 0;
  return layout::write_array(sink, layout::kKindStarts, {kinds_.size(), 4}, [&](std::uint64_t i) {
    return std::exchange(position, position + shared_->count(kinds_[i]));
  });
}

Result<void> IndexBuilder::write(const Sink& sink) const {
  DIRSNAP_CHECK(write_header(sink));
  if (kinds_.empty()) DIRSNAP_CHECK(write_rows(sink));
  if (!all_distinct()) {
    DIRSNAP_CHECK(layout::write_array(
        sink, layout::kStarts, {starts_.size() + 1, layout::width_of(total_)},
        [this](std::uint64_t i) { return i < starts_.size() ? starts_[i] : total_; }));
  }
  if (total_ != 0) DIRSNAP_CHECK(write_values(sink));
  return kinds_.empty() ? Result<void>{} : write_rows(sink);
}

// What finds the distinct values.
Result<void> IndexBuilder::write_values(const Sink& sink) const {
  if (integers_only_) {
    const std::uint64_t base = keys_.front();
    return layout::write_array(sink, layout::kKeys,
                               {starts_.size(), layout::width_of(keys_.back() - base)},
                               [&](std::uint64_t i) { return keys_[i] - base; });
  }
  const unsigned bits = bucket_bits(starts_.size());
  std::size_t begin = 0;
  DIRSNAP_CHECK(layout::write_array(
      sink, layout::kBuckets, {(std::uint64_t{1} << bits) + 1, 4}, [&](std::uint64_t bucket) {
        while (begin < hashes_.size() && bucket_of(hashes_[begin].hash, bits) < bucket) {
          ++begin;
        }
        return begin;
      }));
  return layout::write_array(sink, layout::kEntries, {hashes_.size(), 8}, [this](std::uint64_t i) {
    return (hashes_[i].hash & UINT32_MAX) | (std::uint64_t{hashes_[i].ordinal} << 32);
  });
}

}  // namespace dirsnap
