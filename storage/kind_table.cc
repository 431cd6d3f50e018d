// SPDX-License-Identifier: MIT
#include "storage/kind_table.h"

#include <algorithm>

namespace dirsnap {
namespace {

template <class T>
void pack(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void pack_cell(std::string& out, const Cell& cell) {
  pack(out, cell.column);
  pack(out, cell.value.type);
  switch (cell.value.type) {
    case ValueType::kNull:
      return;
    case ValueType::kInteger:
      return pack(out, cell.value.integer);
    case ValueType::kReal:
      return pack(out, cell.value.real);
    case ValueType::kText:
    case ValueType::kBlob:
      pack(out, cell.value.bytes.size());
      out.append(cell.value.bytes);
  }
}

}  // namespace

std::uint32_t KindTable::number_of(std::span<const Cell> cells) {
  sorted_.clear();
  for (const Cell& cell : cells) {
    if (!ChunkBuilder::is_absent(cell.value)) sorted_.push_back(cell);
  }
  std::sort(sorted_.begin(), sorted_.end(),
            [](const Cell& a, const Cell& b) { return a.column < b.column; });
  packed_.clear();
  for (const Cell& cell : sorted_) pack_cell(packed_, cell);
  const auto [place, is_new] = numbers_.try_emplace(packed_, size());
  if (!is_new) return place->second;
  const std::uint32_t row = place->second % kChunkRows;
  if (row == 0) chunks_.push_back(std::make_unique<OpenChunk>(columns_));
  for (const Cell& cell : sorted_) chunks_.back()->append(row, cell);
  return place->second;
}

}  // namespace dirsnap
