// SPDX-License-Identifier: MIT
#include "storage/kind_rows.h"

#include <numeric>

namespace dirsnap {
namespace {

// Calls `visit(row, kind)` for each row.
template <class Visit>
Result<void> each_row(ColumnReader& column, Visit visit) {
  const std::uint64_t rows = column.rows();
  for (std::uint64_t no = 0; no < chunk_count(rows); ++no) {
    DIRSNAP_TRY(const ChunkView* chunk, column.chunk(no));
    const auto first = static_cast<std::uint32_t>(no * kChunkRows);
    for (std::uint32_t i = 0; i < rows_of_chunk(rows, no); ++i) visit(first + i, chunk->kind(i));
  }
  return {};
}

}  // namespace

Result<void> KindRows::read(ColumnReader& column) {
  std::vector<std::uint32_t> next(column.kinds() + std::size_t{1});
  DIRSNAP_CHECK(each_row(column, [&next](std::uint32_t /*row*/, std::uint32_t kind) {
    ++next[kind + std::size_t{1}];
  }));
  std::partial_sum(next.begin(), next.end(), next.begin());
  begins_ = next;
  rows_.resize(next.back());
  return each_row(column,
                  [&](std::uint32_t row, std::uint32_t kind) { rows_[next[kind]++] = row; });
}

}  // namespace dirsnap
