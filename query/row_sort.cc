// SPDX-License-Identifier: MIT
#include "query/row_sort.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

#include "storage/base/text.h"
#include "storage/value_order.h"

namespace dirsnap {
namespace {

// Texts alone have keys, and of folded ones those alone whose folding leaves bytes in their place.
bool has_key(const ValueView& value, Collation collation) {
  if (value.type != ValueType::kText) return false;
  return collation == Collation::kBinary || is_ascii(value.bytes);
}

std::size_t common_prefix(std::string_view a, std::string_view b, Collation collation) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; most - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
    if (std::memcmp(a.data() + at, b.data() + at, sizeof(std::uint64_t)) != 0) break;
  }
  for (; at < most; at += sizeof(std::uint64_t)) {
    const std::uint64_t differing = ordered_word(a, at, collation) ^ ordered_word(b, at, collation);
    if (differing == 0) continue;
    return std::min(most, at + static_cast<std::size_t>(std::countl_zero(differing)) / 8);
  }
  return most;
}

}  // namespace

// All values have keys, or none: keys of different kinds would not compare.
void RowSorter::make_places() {
  places_.reserve(items_.size());
  for (std::uint32_t i = 0; i < items_.size(); ++i) places_.push_back({.item = i});
  const bool all = std::all_of(items_.begin(), items_.end(), [this](const Item& item) {
    return has_key(item.value, collation_);
  });
  if (!all || items_.empty()) return;
  const std::string_view first = items_.front().value.bytes;
  std::size_t skip = first.size();
  for (const Item& item : items_) {
    skip = common_prefix(first.substr(0, skip), item.value.bytes, collation_);
  }
  for (Place& place : places_) {
    place.key = ordered_word(items_[place.item].value.bytes, skip, collation_);
  }
}

bool RowSorter::is_before(const Place& a, const Place& b) const {
  if (a.key != b.key) return descending_ ? a.key > b.key : a.key < b.key;
  const Item& item_a = items_[a.item];
  const Item& item_b = items_[b.item];
  const int order = compare_values(item_a.value, item_b.value, collation_);
  if (order != 0) return descending_ ? order > 0 : order < 0;
  return item_a.row < item_b.row;
}

void RowSorter::sort_places() {
  make_places();
  std::sort(places_.begin(), places_.end(),
            [this](const Place& a, const Place& b) { return is_before(a, b); });
}

}  // namespace dirsnap
