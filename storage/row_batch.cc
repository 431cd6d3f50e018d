// SPDX-License-Identifier: MIT
#include "storage/row_batch.h"

namespace dirsnap {

void RowBatch::Reader::move_row(std::uint32_t row, OpenChunk& chunk) {
  const auto& entries = batch_.entries_;
  for (; entry_ < entries.size() && entries[entry_].row == row_; ++entry_) {
    const Entry& entry = entries[entry_];
    const std::uint32_t type = entry.column_type & 0xFF;
    Cell cell{.column = entry.column_type >> 8, .value = {}};
    if (type == kTwin) {
      chunk.append_twin(row, cell.column);
      continue;
    }
    cell.value.type = static_cast<ValueType>(type);
    if (cell.value.type == ValueType::kInteger) {
      cell.value.integer = static_cast<std::int64_t>(entry.payload);
    } else if (cell.value.type == ValueType::kReal) {
      cell.value.real = std::bit_cast<double>(entry.payload);
    } else {
      cell.value.bytes = std::string_view(batch_.bytes_).substr(byte_, entry.payload);
      byte_ += entry.payload;
    }
    chunk.append(row, cell);
  }
  ++row_;
}

}  // namespace dirsnap
