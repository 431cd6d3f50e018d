// SPDX-License-Identifier: MIT
#include "storage/relation_writer.h"

#include <algorithm>

#include "storage/column_reader.h"
#include "storage/index_builder.h"
#include "storage/records.h"

namespace dirsnap {
namespace {

// Row numbers of an index are 32 bits wide.
constexpr std::uint64_t kMostRows = UINT32_MAX;

// A key without snapshot and relation.
Bytes tail_of(const Key& key) { return key.bytes().subspan(kRelationKeySize); }

}  // namespace

StoredRelationWriter::StoredRelationWriter(RelationDef def, const Key& key, BatchWriter& batch)
    : def_(std::move(def)), key_(key), batch_(batch), columns_(def_.columns.size()) {
  for (std::uint32_t i = 0; i < def_.columns.size(); ++i) {
    const Access access = def_.columns[i].access;
    if (access == Access::kDense || access == Access::kSorted) ordered_.push_back(i);
  }
  last_sorted_.assign(ordered_.size(), INT64_MIN);
}

Result<std::uint64_t> StoredRelationWriter::append(std::span<const Cell> cells) {
  DIRSNAP_CHECK(check(cells));
  for (const Cell& cell : cells) DIRSNAP_CHECK(append_cell(cell));
  const std::uint64_t row = rows_++;
  if (rows_ % kChunkRows == 0) DIRSNAP_CHECK(finish_chunk());
  return row;
}

// Everything that can be wrong with a row is found before any of it is taken.
Result<void> StoredRelationWriter::check(std::span<const Cell> cells) {
  if (rows_ == kMostRows) return fail(Code::kLimit, def_.name + ": too many rows");
  ++appends_;
  std::size_t in_order = 0;
  for (const Cell& cell : cells) {
    if (cell.column >= columns_.size()) {
      return fail(Code::kUsage, def_.name + ": a cell of a column that does not exist");
    }
    Column& column = columns_[cell.column];
    if (std::exchange(column.last_append, appends_) == appends_) {
      return fail(Code::kUsage,
                  def_.name + ": column " + def_.columns[cell.column].name + " given twice");
    }
    const Access access = def_.columns[cell.column].access;
    if (access != Access::kDense && access != Access::kSorted) continue;
    DIRSNAP_CHECK(check_order(cell));
    ++in_order;
  }
  if (in_order != ordered_.size()) {
    return fail(Code::kUsage, def_.name + ": a dense or sorted column has no value in row " +
                                  std::to_string(rows_));
  }
  for (const Cell& cell : cells) {
    const auto place = std::find(ordered_.begin(), ordered_.end(), cell.column);
    if (place == ordered_.end()) continue;
    last_sorted_[static_cast<std::size_t>(place - ordered_.begin())] = cell.value.integer;
  }
  return {};
}

Result<void> StoredRelationWriter::check_order(const Cell& cell) {
  const ColumnDef& column = def_.columns[cell.column];
  const auto place = std::find(ordered_.begin(), ordered_.end(), cell.column);
  const std::int64_t last = last_sorted_[static_cast<std::size_t>(place - ordered_.begin())];
  const bool dense = column.access == Access::kDense;
  const bool fits = cell.value.type == ValueType::kInteger &&
                    (dense ? cell.value.integer == static_cast<std::int64_t>(rows_) + 1
                           : cell.value.integer >= last);
  if (fits) return {};
  return fail(Code::kUsage, def_.name + ": row " + std::to_string(rows_) + " breaks the " +
                                (dense ? "numbering" : "order") + " of column " + column.name);
}

Result<void> StoredRelationWriter::append_cell(const Cell& cell) {
  if (ChunkBuilder::is_absent(cell.value)) return {};
  Column& column = columns_[cell.column];
  if (column.open == nullptr) column.open = std::make_unique<OpenColumn>();
  OpenColumn& open = *column.open;
  if (open.builder.empty()) touched_.push_back(cell.column);
  if (open.builder.wants_apart(cell.value)) return append_long(open, cell);
  open.builder.append(static_cast<std::uint32_t>(rows_ % kChunkRows), cell.value);
  return {};
}

Result<void> StoredRelationWriter::append_long(OpenColumn& open, const Cell& cell) {
  const auto row = static_cast<std::uint16_t>(rows_ % kChunkRows);
  const auto chunk_no = static_cast<std::uint32_t>(rows_ / kChunkRows);
  const Bytes bytes = as_bytes(cell.value.bytes);
  std::vector<std::byte> record(bytes.begin(), bytes.end());
  record.push_back(std::byte{0});
  open.long_values.push_back({.row = row, .size_bytes = record.size(), .digest = sha256(record)});
  open.builder.append_apart(row, cell.value.type);
  return batch_.put(Db::kChunks, long_value_key(chunk_key(key_, chunk_no, cell.column), row),
                    std::move(record));
}

Result<void> StoredRelationWriter::finish_chunk() {
  if (touched_.empty()) return {};
  const auto rows = static_cast<std::uint32_t>((rows_ - 1) % kChunkRows + 1);
  std::sort(touched_.begin(), touched_.end());
  for (const std::uint32_t column : touched_) DIRSNAP_CHECK(finish_column(column, rows));
  touched_.clear();
  return {};
}

Result<void> StoredRelationWriter::finish_column(std::uint32_t column, std::uint32_t rows) {
  OpenColumn& open = *columns_[column].open;
  const Key key = chunk_key(key_, static_cast<std::uint32_t>((rows_ - 1) / kChunkRows), column);
  std::vector<std::byte> bytes = open.builder.finish(rows);
  digest_.add_chunk(tail_of(key), bytes);
  for (const LongValue& value : open.long_values) {
    const Key long_key = long_value_key(key, value.row);
    digest_.add_long_value(tail_of(long_key), value.size_bytes, value.digest);
  }
  open.long_values.clear();
  return batch_.put(Db::kChunks, key, std::move(bytes));
}

Result<void> StoredRelationWriter::write_indexes(Env& env) {
  for (std::uint32_t i = 0; i < def_.columns.size(); ++i) {
    if (def_.columns[i].access == Access::kIndex) DIRSNAP_CHECK(write_index(env, i));
  }
  return {};
}

Result<void> StoredRelationWriter::write_index(Env& env, std::uint32_t column) {
  IndexBuilder builder(def_.columns[column].collation);
  {
    // Ends before anything is written: a map that must grow has no reader then.
    DIRSNAP_TRY(const Txn txn, Txn::begin(env, Txn::Kind::kRead));
    ColumnReader reader(txn, key_, column, rows_);
    DIRSNAP_CHECK(builder.sort(reader));
  }
  return builder.write([&](index_layout::Array array, std::uint32_t part,
                           std::vector<std::byte> bytes) -> Result<void> {
    const Key key = index_key(key_, column, array, part);
    digest_.add_index(tail_of(key), bytes);
    return batch_.put(Db::kIndexes, key, std::move(bytes));
  });
}

std::vector<std::byte> StoredRelationWriter::record() const {
  return encode_relation({.def = def_, .rows = rows_});
}

}  // namespace dirsnap
