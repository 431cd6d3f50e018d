// SPDX-License-Identifier: MIT
#include "storage/relation_writer.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace dirsnap {
namespace {

// The next column has the same text or the same bytes.
bool has_twin(const Cell& cell, std::span<const Cell> cells) {
  const ValueView& value = cell.value;
  if (value.type != ValueType::kText && value.type != ValueType::kBlob) return false;
  return std::any_of(cells.begin(), cells.end(), [&](const Cell& other) {
    if (other.column != cell.column + 1 || other.value.type != value.type) return false;
    const std::string_view bytes = other.value.bytes;
    const bool is_same = bytes.data() == value.bytes.data() && bytes.size() == value.bytes.size();
    return is_same || bytes == value.bytes;  // an importer mostly gives one text for both
  });
}

}  // namespace

StoredRelationWriter::StoredRelationWriter(RelationDef def,
                                           const RelationPlace& place,
                                           ChunkPipeline& pipeline,
                                           std::uint64_t first_row)
    : stored_{.def = std::move(def), .rows = first_row},
      pipeline_(pipeline),
      sink_(place, stored_.def),
      check_(stored_.def, first_row),
      kinds_(stored_.def.columns.size()) {
  sink_.rows = first_row;
}

Result<std::uint64_t> StoredRelationWriter::append(std::span<const Cell> cells) {
  if (!check_.has_kinds()) return append(0, cells);
  check_.part(cells, of_kind_, of_row_);
  DIRSNAP_TRY(const std::uint32_t number, kind(of_kind_));
  return append(number, of_row_);
}

Result<std::uint32_t> StoredRelationWriter::kind(std::span<const Cell> cells) {
  DIRSNAP_CHECK(check_.check_kind(cells));
  return kinds_.number_of(cells);
}

Result<std::uint64_t> StoredRelationWriter::append(std::uint32_t kind,
                                                   std::span<const Cell> cells) {
  if (check_.has_kinds() && kind >= kinds_.size()) {
    return fail(Code::kUsage, stored_.def.name + ": a kind that was not named");
  }
  DIRSNAP_TRY(const std::size_t bytes, check_.check(cells));
  const Cell kind_cell{kind_column(stored_.def), ValueView::of(kind)};
  if (open_ == nullptr) open_ = pipeline_.open();
  open_->begin_row(bytes + RowBatch::cell_bytes(kind_cell.value));
  for (const Cell& cell : cells) append_cell(cell, cells);
  if (check_.has_kinds()) open_->append(kind_cell);
  check_.take(cells);
  const std::uint64_t number = stored_.rows++;
  if (open_->size_bytes() >= kBatchBytes) DIRSNAP_CHECK(hand_over());
  return number;
}

void StoredRelationWriter::append_cell(const Cell& cell, std::span<const Cell> cells) {
  if (check_.is_twin(cell.column) && has_twin(cell, cells)) {
    open_->append_twin(cell.column);
  } else {
    open_->append(cell);
  }
}

Result<void> StoredRelationWriter::hand_over() {
  return open_ == nullptr ? Result<void>{} : pipeline_.push(sink_, std::move(open_));
}

Result<void> StoredRelationWriter::finish() {
  DIRSNAP_CHECK(hand_over());
  DIRSNAP_CHECK(pipeline_.push_end(sink_));
  stored_.kinds = kinds_.size();
  std::uint32_t chunk_no = 0;
  for (std::unique_ptr<OpenChunk>& chunk : kinds_.take_chunks()) {
    const std::uint32_t rows = std::min(kChunkRows, stored_.kinds - chunk_no * kChunkRows);
    const std::uint32_t number = kFirstKindChunk + chunk_no++;
    if (chunk->empty()) continue;  // one kind without any value
    DIRSNAP_CHECK(pipeline_.push_kinds(sink_, number, rows, std::move(chunk)));
  }
  return {};
}

}  // namespace dirsnap
