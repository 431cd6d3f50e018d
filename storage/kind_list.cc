// SPDX-License-Identifier: MIT
#include "storage/kind_list.h"

#include "storage/value_order.h"

namespace dirsnap {

std::uint64_t cell_hash(std::uint32_t column, const ValueView& value) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15U;
  const std::uint64_t mixed =
      (hash_value(value, Collation::kBinary) ^ (column + std::uint64_t{1}) * kFactor) * kFactor;
  return mixed ^ mixed >> 32;
}

std::uint32_t KindList::number_of(std::span<const Cell> cells) {
  pack_kind(cells, sorted_, scratch_);
  const auto [place, is_new] = numbers_.try_emplace(scratch_, size());
  if (!is_new) return place->second;
  packed_.push_back(&place->first);
  std::uint64_t& hash = hashes_.emplace_back(0);
  for (const Cell& cell : sorted_) hash += cell_hash(cell.column, cell.value);
  return place->second;
}

std::vector<Cell> KindList::cells(std::uint32_t number) const {
  return unpack_kind(*packed_[number]);
}

Result<void> StoredKinds::read(RelationChunks& chunks) {
  std::vector<Cell> sorted;
  std::string packed;
  std::uint32_t number = 0;
  return each_kind(chunks, [&](std::span<const Cell> cells) -> Result<void> {
    pack_kind(cells, sorted, packed);
    numbers_.emplace(packed, number++);
    std::uint64_t& hash = hashes_.emplace_back(0);
    for (const Cell& cell : sorted) hash += cell_hash(cell.column, cell.value);
    return {};
  });
}

std::optional<std::uint32_t> StoredKinds::find(const std::string& packed) const {
  const auto found = numbers_.find(packed);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace dirsnap
