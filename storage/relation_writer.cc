// SPDX-License-Identifier: MIT
#include "storage/relation_writer.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace dirsnap {
namespace {

// Row numbers of an index are 32 bits wide.
constexpr std::uint64_t kMostRows = UINT32_MAX;

bool is_ordered(Access access) { return access == Access::kDense || access == Access::kSorted; }

// Less than 2^32, as row_batch.h wants it of each value.
constexpr std::size_t kMostRowBytes = std::size_t{1} << 32;

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

StoredRelationWriter::StoredRelationWriter(RelationDef def, const Key& key, ChunkPipeline& pipeline)
    : stored_{.def = std::move(def)},
      pipeline_(pipeline),
      sink_(key, stored_.def),
      kinds_(stored_.def.columns.size()) {
  for (const ColumnDef& column : stored_.def.columns) {
    columns_.push_back({.access = column.access});
    Trait& trait = traits_.emplace_back(Trait::kPlain);
    if (column.sharing == Sharing::kTwin) trait = Trait::kTwin;
    if (is_ordered(column.access)) trait = Trait::kOrdered;
    if (column.sharing == Sharing::kByKind) trait = Trait::kByKind;
    if (trait == Trait::kOrdered) ++ordered_;
    if (trait == Trait::kByKind) has_kinds_ = true;
  }
}

Result<std::uint64_t> StoredRelationWriter::append(std::span<const Cell> cells) {
  if (!has_kinds_) return append(0, cells);
  of_kind_.clear();
  of_row_.clear();
  for (const Cell& cell : cells) {
    const bool by_kind = cell.column < traits_.size() && traits_[cell.column] == Trait::kByKind;
    (by_kind ? of_kind_ : of_row_).push_back(cell);
  }
  DIRSNAP_TRY(const std::uint32_t number, kind(of_kind_));
  return append(number, of_row_);
}

Result<std::uint32_t> StoredRelationWriter::kind(std::span<const Cell> cells) {
  DIRSNAP_CHECK(check_names(cells));
  for (const Cell& cell : cells) {
    if (traits_[cell.column] == Trait::kByKind) continue;
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
  DIRSNAP_TRY(const std::size_t bytes, check(cells));
  const Cell kind_cell{kind_column(stored_.def), ValueView::of(kind)};
  if (open_ == nullptr) open_ = pipeline_.open();
  open_->begin_row(bytes + RowBatch::cell_bytes(kind_cell.value));
  for (const Cell& cell : cells) append_cell(cell, cells);
  if (has_kinds_) open_->append(kind_cell);
  const std::uint64_t number = stored_.rows++;
  if (open_->size_bytes() >= kBatchBytes) DIRSNAP_CHECK(hand_over());
  return number;
}

// The columns exist, and none has two cells in this row.
Result<void> StoredRelationWriter::check_names(std::span<const Cell> cells) {
  ++appends_;
  for (const Cell& cell : cells) {
    const bool is_first = cell.column < columns_.size() &&
                          std::exchange(columns_[cell.column].last_append, appends_) != appends_;
    if (!is_first) return misnamed(cell);
  }
  return {};
}

tl::unexpected<Error> StoredRelationWriter::misnamed(const Cell& cell) const {
  if (cell.column >= columns_.size()) {
    return fail(Code::kUsage, stored_.def.name + ": a cell of a column that does not exist");
  }
  return fail(Code::kUsage, stored_.def.name + ": column " + stored_.def.columns[cell.column].name +
                                " given twice");
}

// Everything that can be wrong with a row is found before any of it is taken. Returns the bytes
// that it takes in a batch.
Result<std::size_t> StoredRelationWriter::check(std::span<const Cell> cells) {
  if (stored_.rows == kMostRows) return fail(Code::kLimit, stored_.def.name + ": too many rows");
  std::size_t bytes = 0;
  std::size_t in_order = 0;
  std::size_t least = 0;  // column that may come next in the usual row, where they ascend
  bool ascends = true;
  for (const Cell& cell : cells) {
    ascends = ascends && cell.column >= least;
    least = cell.column + std::size_t{1};
    if (cell.column >= columns_.size()) return misnamed(cell);
    bytes += RowBatch::cell_bytes(cell.value);
    if (traits_[cell.column] <= Trait::kTwin) continue;
    DIRSNAP_CHECK(check_trait(cell));
    ++in_order;
  }
  if (!ascends) DIRSNAP_CHECK(check_names(cells));
  if (in_order != ordered_) {
    return fail(Code::kUsage, stored_.def.name + ": a dense or sorted column has no value in row " +
                                  std::to_string(stored_.rows));
  }
  if (bytes >= kMostRowBytes) return fail(Code::kLimit, stored_.def.name + ": a row is too large");
  return bytes;
}

// A cell of a column that is neither plain nor a twin.
Result<void> StoredRelationWriter::check_trait(const Cell& cell) {
  if (traits_[cell.column] == Trait::kOrdered) return check_order(cell);
  return fail(Code::kUsage, stored_.def.name + ": column " + stored_.def.columns[cell.column].name +
                                " goes by kind");
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

void StoredRelationWriter::append_cell(const Cell& cell, std::span<const Cell> cells) {
  const Trait trait = traits_[cell.column];
  if (trait == Trait::kOrdered) columns_[cell.column].last_value = cell.value.integer;
  if (trait == Trait::kTwin && has_twin(cell, cells)) {
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
