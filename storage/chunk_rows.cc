// SPDX-License-Identifier: MIT
#include "storage/chunk_rows.h"

#include <algorithm>
#include <bit>

namespace dirsnap {

bool is_same_value(const ValueView& a, const ValueView& b) {
  if (a.type != b.type) return false;
  switch (a.type) {
    case ValueType::kNull:
      return true;
    case ValueType::kInteger:
      return a.integer == b.integer;
    case ValueType::kReal:
      return std::bit_cast<std::uint64_t>(a.real) == std::bit_cast<std::uint64_t>(b.real);
    case ValueType::kText:
    case ValueType::kBlob:
      break;
  }
  return a.bytes == b.bytes;
}

Result<ChunkRows> ChunkRows::read(RelationChunks& chunks, std::uint64_t chunk_no, Kinds kinds) {
  const std::vector<ColumnDef>& defs = chunks.stored().def.columns;
  ChunkRows rows;
  rows.rows_ = rows_of_chunk(chunks.stored().rows, chunk_no);
  DIRSNAP_TRY(std::vector<std::uint32_t> numbers, chunks.columns_of(chunk_no));
  for (std::uint32_t i = 0; i < defs.size(); ++i) {
    if (defs[i].sharing != Sharing::kByKind) continue;
    rows.has_kinds_ = true;
    if (kinds == Kinds::kValues) numbers.push_back(i);
  }
  if (rows.has_kinds_) {
    DIRSNAP_TRY(rows.kinds_, chunks.kind_numbers(chunk_no));
  }
  std::sort(numbers.begin(), numbers.end());
  rows.columns_.reserve(numbers.size());
  for (const std::uint32_t number : numbers) {
    DIRSNAP_TRY(ChunkView view, chunks.fetch(number, chunk_no));
    const bool is_by_kind = defs[number].sharing == Sharing::kByKind;
    rows.columns_.push_back({.number = number, .is_by_kind = is_by_kind, .view = std::move(view)});
  }
  return rows;
}

void ChunkRows::append_cells(std::uint32_t row, std::vector<Cell>& cells) const {
  for (const Column& column : columns_) {
    if (column.is_by_kind) continue;
    const ValueView value = column.view.value(row);
    if (!value.is_null()) cells.push_back({column.number, value});
  }
}

bool ChunkRows::has_cells(std::uint32_t row, std::span<const Cell> cells) const {
  std::size_t next = 0;
  for (const Column& column : columns_) {
    if (column.is_by_kind) continue;
    const bool is_given = next < cells.size() && cells[next].column == column.number;
    const ValueView value = column.view.value(row);
    if (!is_same_value(value, is_given ? cells[next].value : ValueView::null())) return false;
    if (is_given) ++next;
  }
  return next == cells.size();
}

std::vector<std::uint64_t> ChunkRows::hashes(const StoredKinds& kinds) const {
  std::vector<std::uint64_t> sums(rows_);
  if (has_kinds_) {
    for (std::uint32_t row = 0; row < rows_; ++row) sums[row] = kinds.hash(kinds_.kind(row));
  }
  for (const Column& column : columns_) {
    for (std::uint32_t row = 0; row < rows_; ++row) {
      const ValueView value = column.view.value(row);
      if (!value.is_null()) sums[row] += cell_hash(column.number, value);
    }
  }
  return sums;
}

}  // namespace dirsnap
