// SPDX-License-Identifier: MIT
#include "storage/open_chunk.h"

#include <algorithm>

#include "storage/base/byte_reader.h"

namespace dirsnap {

void OpenChunk::append_long(std::uint32_t row,
                            std::uint32_t column,
                            ValueType type,
                            std::string_view bytes) {
  const Bytes raw = as_bytes(bytes);
  std::vector<std::byte> record(raw.begin(), raw.end());
  record.push_back(std::byte{0});
  long_bytes_ += record.size();
  long_values_.push_back(
      {.column = column, .row = static_cast<std::uint16_t>(row), .record = std::move(record)});
  builders_[column]->append_apart(row, type);
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
