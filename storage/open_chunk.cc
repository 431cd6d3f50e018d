// SPDX-License-Identifier: MIT
#include "storage/open_chunk.h"

#include <algorithm>

#include "storage/base/byte_reader.h"

namespace dirsnap {

void OpenChunk::append_long(std::uint32_t row, const Cell& cell) {
  const Bytes bytes = as_bytes(cell.value.bytes);
  std::vector<std::byte> record(bytes.begin(), bytes.end());
  record.push_back(std::byte{0});
  long_bytes_ += record.size();
  long_values_.push_back(
      {.column = cell.column, .row = static_cast<std::uint16_t>(row), .record = std::move(record)});
  builders_[cell.column]->append_apart(row, cell.value.type);
}

void OpenChunk::append_twin(std::uint32_t row, std::uint32_t column) {
  builder(column).append_twin(row);
}

std::size_t OpenChunk::size_bytes() const {
  std::size_t sum = long_bytes_;
  for (const std::uint32_t column : touched_) sum += builders_[column]->size_bytes();
  return sum;
}

std::vector<std::uint32_t> OpenChunk::columns() const {
  std::vector<std::uint32_t> columns = touched_;
  std::sort(columns.begin(), columns.end());
  return columns;
}

}  // namespace dirsnap
