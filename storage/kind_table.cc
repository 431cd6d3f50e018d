// SPDX-License-Identifier: MIT
#include "storage/kind_table.h"

#include <algorithm>
#include <cstring>

#include "storage/packed_value.h"

namespace dirsnap {
namespace {

template <class T>
T take(std::string_view& packed) {
  T value;
  std::memcpy(&value, packed.data(), sizeof value);
  packed.remove_prefix(sizeof value);
  return value;
}

}  // namespace

void pack_kind(std::span<const Cell> cells, std::vector<Cell>& sorted, std::string& packed) {
  sorted.clear();
  for (const Cell& cell : cells) {
    if (!ChunkBuilder::is_absent(cell.value)) sorted.push_back(cell);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const Cell& a, const Cell& b) { return a.column < b.column; });
  packed.clear();
  for (const Cell& cell : sorted) {
    pack_number(packed, cell.column);
    pack_value(packed, cell.value);
  }
}

std::vector<Cell> unpack_kind(std::string_view packed) {
  std::vector<Cell> cells;
  while (!packed.empty()) {
    Cell& cell = cells.emplace_back();
    cell.column = take<std::uint32_t>(packed);
    cell.value.type = take<ValueType>(packed);
    if (cell.value.type == ValueType::kInteger) {
      cell.value.integer = take<std::int64_t>(packed);
    } else if (cell.value.type == ValueType::kReal) {
      cell.value.real = take<double>(packed);
    } else {
      const auto size = take<std::size_t>(packed);
      cell.value.bytes = packed.substr(0, size);
      packed.remove_prefix(size);
    }
  }
  return cells;
}

std::uint32_t KindTable::number_of(std::span<const Cell> cells) {
  pack_kind(cells, sorted_, packed_);
  const auto [place, is_new] = numbers_.try_emplace(packed_, size());
  if (!is_new) return place->second;
  const std::uint32_t row = place->second % kChunkRows;
  if (row == 0) chunks_.push_back(std::make_unique<OpenChunk>(columns_));
  for (const Cell& cell : sorted_) chunks_.back()->append(row, cell);
  return place->second;
}

}  // namespace dirsnap
