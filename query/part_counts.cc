// SPDX-License-Identifier: MIT
#include "query/part_counts.h"

#include <algorithm>
#include <array>
#include <span>

#include "storage/packed_value.h"
#include "storage/value_order.h"

namespace dirsnap {
namespace {

// Parts whose indexes are asked.
constexpr double kCountedParts = 8;

// What a count is remembered by: bytes as they are in memory, for the planner makes a key in each
// of its calls.
std::string count_key(int column, double parts, std::span<const PartCounts::Bound> bounds) {
  std::string key;
  pack_number(key, column);
  pack_number(key, parts);
  for (const PartCounts::Bound& bound : bounds) {
    pack_number(key, bound.after);
    pack_value(key, bound.value);
  }
  return key;
}

}  // namespace

bool PartCounts::may_match(const TablePart& part) const {
  return std::all_of(scope_.snapshots.begin(), scope_.snapshots.end(),
                     [&part](std::int64_t wanted) {
                       return wanted == static_cast<std::int64_t>(part.snapshot_id);
                     });
}

// The sum of count(part, stored column).
template <class Count>
Result<double> PartCounts::in_parts(int column, Count count) {
  const auto& parts = table_.shape().parts;
  double counted = 0;
  double asked = 0;
  for (std::size_t i = 0; i < parts.size() && asked < kCountedParts; ++i) {
    if (!may_match(parts[i])) continue;
    DIRSNAP_TRY(OpenPart * part, table_.part(i));
    if (parts[i].piece == 0) asked += 1;
    if (part == nullptr || part->stored(column) < 0) continue;
    DIRSNAP_TRY(const std::uint64_t rows, count(*part, part->stored(column)));
    counted += static_cast<double>(rows);
  }
  return asked == 0 ? 0.0 : counted * std::max(1.0, scope_.parts / asked);
}

// The same, remembered where it may be. `bounds` are the literals.
template <class Count>
Result<double> PartCounts::once(int column, std::span<const Bound> bounds, Count count) {
  if (scope_.has_literals) return in_parts(column, count);
  const std::string key = count_key(column, scope_.parts, bounds);
  if (const auto known = table_.recall(key)) return *known;
  DIRSNAP_TRY(const double rows, in_parts(column, count));
  table_.remember(key, rows);
  return rows;
}

Result<double> PartCounts::equal(int column, const ValueView& value) {
  const std::array bounds = {Bound{value}};
  return once(column, bounds, [&](OpenPart& part, std::int32_t stored) -> Result<std::uint64_t> {
    DIRSNAP_TRY(const IndexView* index, part.index(stored));
    DIRSNAP_TRY(const auto ordinal, index->find(value));
    return ordinal ? index->count_of(*ordinal) : 0;
  });
}

Result<double> PartCounts::between(int column, const Bound& low, const Bound& high) {
  const std::array bounds = {low, high};
  return once(column, bounds, [&](OpenPart& part, std::int32_t stored) -> Result<std::uint64_t> {
    DIRSNAP_TRY(const IndexView* index, part.index(stored));
    std::uint32_t begin = 0;
    std::uint32_t end = index->distinct();
    if (!low.value.is_null()) {
      DIRSNAP_TRY(begin, index->lower_bound(low.value, low.after));
    }
    if (!high.value.is_null()) {
      DIRSNAP_TRY(end, index->lower_bound(high.value, high.after));
    }
    return begin < end ? index->count_of(begin, end) : 0;
  });
}

Result<double> PartCounts::hashed(int column, const ValueView& literal) {
  if (literal.is_null()) return 1;
  std::string text;
  ValueView value = literal;
  if (literal.is_number()) {
    text = number_text(literal);
    value = ValueView::text(text);
  }
  const std::array bounds = {Bound{value}};
  return once(column, bounds, [&](OpenPart& part, std::int32_t stored) -> Result<std::uint64_t> {
    DIRSNAP_TRY(const HashIndexView* index, part.hash_index(stored));
    return index->count(SoughtKey(value, Collation::kFold));
  });
}

}  // namespace dirsnap
