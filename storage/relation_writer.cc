// SPDX-License-Identifier: MIT
#include "storage/relation_writer.h"

#include <algorithm>
#include <string>
#include <utility>

namespace dirsnap {
namespace {

// Row numbers of an index are 32 bits wide.
constexpr std::uint64_t kMostRows = UINT32_MAX;

bool is_ordered(Access access) { return access == Access::kDense || access == Access::kSorted; }

// The same text or the same bytes.
bool is_twin(const ValueView& value, const ValueView& other) {
  return value.type == other.type && value.bytes == other.bytes;
}

}  // namespace

StoredRelationWriter::StoredRelationWriter(RelationDef def, const Key& key, ChunkPipeline& pipeline)
    : stored_{.def = std::move(def)},
      pipeline_(pipeline),
      sink_(key),
      kinds_(stored_.def.columns.size()) {
  for (const ColumnDef& column : stored_.def.columns) {
    columns_.push_back({.access = column.access, .sharing = column.sharing});
    if (is_ordered(column.access)) ++ordered_;
    if (column.sharing == Sharing::kByKind) has_kinds_ = true;
  }
}

Result<std::uint64_t> StoredRelationWriter::append(std::span<const Cell> cells) {
  if (!has_kinds_) return append(0, cells);
  of_kind_.clear();
  of_row_.clear();
  for (const Cell& cell : cells) {
    const bool by_kind =
        cell.column < columns_.size() && columns_[cell.column].sharing == Sharing::kByKind;
    (by_kind ? of_kind_ : of_row_).push_back(cell);
  }
  DIRSNAP_TRY(const std::uint32_t number, kind(of_kind_));
  return append(number, of_row_);
}

Result<std::uint32_t> StoredRelationWriter::kind(std::span<const Cell> cells) {
  ++appends_;
  for (const Cell& cell : cells) {
    if (!is_named_once(cell)) return misnamed(cell);
    if (columns_[cell.column].sharing == Sharing::kByKind) continue;
    return fail(Code::kUsage, stored_.def.name + ": column " +
                                  stored_.def.columns[cell.column].name + " has no kinds");
  }
  return kinds_.number_of(cells);
}

Result<std::uint64_t> StoredRelationWriter::append(std::uint32_t kind,
                                                   std::span<const Cell> cells) {
  if (has_kinds_ && kind >= kinds_.size()) {
    return fail(Code::kUsage, stored_.def.name + ": a kind that was not named");
  }
  DIRSNAP_CHECK(check(cells));
  if (open_ == nullptr) open_ = pipeline_.open(sink_, columns_.size() + 1);
  const auto row = static_cast<std::uint32_t>(stored_.rows % kChunkRows);
  for (const Cell& cell : cells) append_cell(row, cell, cells);
  if (has_kinds_) open_->append(row, {kind_column(stored_.def), ValueView::of(kind)});
  if (open_->long_bytes() > kHeldLongBytes) DIRSNAP_CHECK(hand_over_long_values());
  const std::uint64_t number = stored_.rows++;
  if (stored_.rows % kChunkRows == 0) DIRSNAP_CHECK(finish_chunk());
  return number;
}

// The column exists and has no other cell in this row.
bool StoredRelationWriter::is_named_once(const Cell& cell) {
  return cell.column < columns_.size() &&
         std::exchange(columns_[cell.column].last_append, appends_) != appends_;
}

tl::unexpected<Error> StoredRelationWriter::misnamed(const Cell& cell) const {
  if (cell.column >= columns_.size()) {
    return fail(Code::kUsage, stored_.def.name + ": a cell of a column that does not exist");
  }
  return fail(Code::kUsage, stored_.def.name + ": column " + stored_.def.columns[cell.column].name +
                                " given twice");
}

// Everything that can be wrong with a row is found before any of it is taken.
Result<void> StoredRelationWriter::check(std::span<const Cell> cells) {
  if (stored_.rows == kMostRows) return fail(Code::kLimit, stored_.def.name + ": too many rows");
  ++appends_;
  std::size_t in_order = 0;
  for (const Cell& cell : cells) {
    if (!is_named_once(cell)) return misnamed(cell);
    const Column& column = columns_[cell.column];
    if (column.sharing == Sharing::kByKind) {
      return fail(Code::kUsage, stored_.def.name + ": column " +
                                    stored_.def.columns[cell.column].name + " goes by kind");
    }
    if (!is_ordered(column.access)) continue;
    DIRSNAP_CHECK(check_order(cell));
    ++in_order;
  }
  if (in_order != ordered_) {
    return fail(Code::kUsage, stored_.def.name + ": a dense or sorted column has no value in row " +
                                  std::to_string(stored_.rows));
  }
  if (ordered_ == 0) return {};
  for (const Cell& cell : cells) {
    Column& column = columns_[cell.column];
    if (is_ordered(column.access)) column.last_value = cell.value.integer;
  }
  return {};
}

Result<void> StoredRelationWriter::check_order(const Cell& cell) {
  const Column& column = columns_[cell.column];
  const bool dense = column.access == Access::kDense;
  const bool fits = cell.value.type == ValueType::kInteger &&
                    (dense ? cell.value.integer == static_cast<std::int64_t>(stored_.rows) + 1
                           : cell.value.integer >= column.last_value);
  if (fits) return {};
  return fail(Code::kUsage, stored_.def.name + ": row " + std::to_string(stored_.rows) +
                                " breaks the " + (dense ? "numbering" : "order") + " of column " +
                                stored_.def.columns[cell.column].name);
}

void StoredRelationWriter::append_cell(std::uint32_t row,
                                       const Cell& cell,
                                       std::span<const Cell> cells) {
  const bool may_be_twin =
      columns_[cell.column].sharing == Sharing::kTwin &&
      (cell.value.type == ValueType::kText || cell.value.type == ValueType::kBlob);
  if (may_be_twin) {
    for (const Cell& other : cells) {
      if (other.column != cell.column + 1 || !is_twin(cell.value, other.value)) continue;
      open_->append_twin(row, cell.column);
      return;
    }
  }
  open_->append(row, cell);
}

Result<void> StoredRelationWriter::hand_over_long_values() {
  return pipeline_.push({.sink = &sink_,
                         .chunk_no = open_chunk_no(),
                         .rows = 0,
                         .long_values = open_->take_long_values(),
                         .chunk = nullptr});
}

Result<void> StoredRelationWriter::finish_chunk() {
  if (open_ == nullptr || open_->empty()) return {};
  const auto rows = static_cast<std::uint32_t>((stored_.rows - 1) % kChunkRows + 1);
  std::vector<LongValueRecord> long_values = open_->take_long_values();
  return pipeline_.push({.sink = &sink_,
                         .chunk_no = static_cast<std::uint32_t>((stored_.rows - 1) / kChunkRows),
                         .rows = rows,
                         .long_values = std::move(long_values),
                         .chunk = std::move(open_)});
}

Result<void> StoredRelationWriter::finish() {
  DIRSNAP_CHECK(finish_chunk());
  stored_.kinds = kinds_.size();
  std::uint32_t chunk_no = 0;
  for (std::unique_ptr<OpenChunk>& chunk : kinds_.take_chunks()) {
    const std::uint32_t rows = std::min(kChunkRows, stored_.kinds - chunk_no * kChunkRows);
    const std::uint32_t number = kFirstKindChunk + chunk_no++;
    if (chunk->empty()) continue;  // one kind without any value
    std::vector<LongValueRecord> long_values = chunk->take_long_values();
    DIRSNAP_CHECK(pipeline_.push({.sink = &sink_,
                                  .chunk_no = number,
                                  .rows = rows,
                                  .long_values = std::move(long_values),
                                  .chunk = std::move(chunk)}));
  }
  return {};
}

}  // namespace dirsnap
