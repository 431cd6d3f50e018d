// SPDX-License-Identifier: MIT
#include "query/part_counts.h"

#include <algorithm>

#include "storage/value_order.h"

namespace dirsnap {
namespace {

// Parts whose indexes are asked.
constexpr double kCountedParts = 8;

std::string literal_key(const PartCounts::Bound& bound) {
  std::string key = bound.after ? ">" : "=";
  key += static_cast<char>('0' + static_cast<int>(bound.value.type));
  if (bound.value.is_number()) return key + number_text(bound.value) + ' ';
  const std::string_view bytes = bound.value.bytes;
  return key.append(std::to_string(bytes.size())).append(":").append(bytes);
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

// The same, remembered where it may be. `key` tells the literals.
template <class Count>
Result<double> PartCounts::once(int column, std::string key, Count count) {
  if (scope_.has_literals) return in_parts(column, count);
  key += std::to_string(column) + ' ' + std::to_string(scope_.parts);
  return table_.remembered(key, [&] { return in_parts(column, count); });
}

Result<double> PartCounts::equal(int column, const ValueView& value) {
  return once(column, literal_key({value}),
              [&](OpenPart& part, std::int32_t stored) -> Result<std::uint64_t> {
                DIRSNAP_TRY(const IndexView* index, part.index(stored));
                DIRSNAP_TRY(const auto ordinal, index->find(value));
                return ordinal ? index->count_of(*ordinal) : 0;
              });
}

Result<double> PartCounts::between(int column, const Bound& low, const Bound& high) {
  return once(column, "from" + literal_key(low) + "to" + literal_key(high),
              [&](OpenPart& part, std::int32_t stored) -> Result<std::uint64_t> {
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
  return once(column, literal_key({value}),
              [&](OpenPart& part, std::int32_t stored) -> Result<std::uint64_t> {
                DIRSNAP_TRY(const HashIndexView* index, part.hash_index(stored));
                return index->count(SoughtKey(value, Collation::kFold));
              });
}

}  // namespace dirsnap
