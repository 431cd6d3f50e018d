// SPDX-License-Identifier: MIT
#include "storage/column_reader.h"

#include <algorithm>

#include "storage/chunk_reference.h"

namespace dirsnap {
namespace {

// Each long value's record is the value and a NUL, so that text can be handed out in place.
Result<void> join_long_values(const Txn& txn, const Key& chunk, ChunkView& view) {
  auto values = std::make_shared<std::vector<std::string_view>>();
  for (std::uint32_t i = 0; i < view.long_count(); ++i) {
    const Key key = long_value_key(chunk, view.long_row(i));
    DIRSNAP_TRY(const std::optional<Bytes> record, txn.get(Db::kChunks, key.bytes()));
    if (!record || record->empty() || record->back() != std::byte{0}) {
      return fail(Code::kCorrupt, "a long value is missing or damaged");
    }
    values->push_back(as_chars(record->first(record->size() - 1)));
  }
  view.join_long_values(std::move(values));
  return {};
}

}  // namespace

Result<ChunkView> RelationChunks::fetch_record(std::uint32_t column,
                                               std::uint32_t chunk_no,
                                               std::uint32_t rows) {
  const Key key = chunk_key(place_.of_chunk(chunk_no, rows), chunk_no, column);
  DIRSNAP_TRY(const std::optional<Bytes> record, txn_.get(Db::kChunks, key.bytes()));
  DIRSNAP_TRY(const Bytes chunk,
              resolve_chunk(txn_, key.bytes().subspan(kRelationKeySize), record.value_or(Bytes())));
  DIRSNAP_TRY(ChunkView view, parse_chunk(chunk, rows));
  if (view.long_count() != 0) {
    const Key longs = chunk_key(place_.of_long_values(chunk_no), chunk_no, column);
    DIRSNAP_CHECK(join_long_values(txn_, longs, view));
  }
  return view;
}

Result<std::vector<std::uint32_t>> RelationChunks::columns_of(std::uint64_t chunk_no) const {
  const auto number = static_cast<std::uint32_t>(chunk_no);
  const Key& relation = place_.of_chunk(number, rows_of_chunk(stored_.rows, chunk_no));
  const Bytes prefix = relation.bytes();
  std::vector<std::uint32_t> columns;
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn_, Db::kChunks));
  DIRSNAP_TRY(bool more, cursor.seek(chunk_key(relation, number, 0).bytes()));
  while (more && cursor.key().size() >= kChunkKeySize &&
         std::equal(prefix.begin(), prefix.end(), cursor.key().begin()) &&
         load_be<std::uint32_t>(cursor.key(), kRelationKeySize) == number) {
    const auto column = load_be<std::uint32_t>(cursor.key(), kRelationKeySize + 4);
    if (column >= stored_.def.columns.size()) break;
    columns.push_back(column);
    DIRSNAP_TRY(more, cursor.seek(chunk_key(relation, number, column + 1).bytes()));
  }
  return columns;
}

Result<RelationChunks::KindValues> RelationChunks::kinds(std::uint32_t column) {
  KindValues& slot = kinds_[column];
  if (slot != nullptr) return slot;
  auto values = std::make_shared<std::vector<ChunkView>>();
  for (std::uint32_t i = 0; i < chunk_count(stored_.kinds); ++i) {
    DIRSNAP_TRY(ChunkView view,
                fetch_record(column, kFirstKindChunk + i, rows_of_chunk(stored_.kinds, i)));
    values->push_back(std::move(view));
  }
  slot = std::move(values);
  return slot;
}

Result<ChunkView> RelationChunks::kind_numbers(std::uint64_t chunk_no) {
  DIRSNAP_TRY(const ChunkView numbers,
              fetch_record(kind_column(stored_.def), static_cast<std::uint32_t>(chunk_no),
                           rows_of_chunk(stored_.rows, chunk_no)));
  return ChunkView::by_kind(numbers, stored_.kinds, nullptr);
}

Result<ChunkView> RelationChunks::fetch(std::uint32_t column, std::uint64_t chunk_no) {
  const auto number = static_cast<std::uint32_t>(chunk_no);
  const std::uint32_t rows = rows_of_chunk(stored_.rows, chunk_no);
  const Sharing sharing = stored_.def.columns[column].sharing;
  if (sharing == Sharing::kByKind) {
    DIRSNAP_TRY(const ChunkView numbers, fetch_record(kind_column(stored_.def), number, rows));
    DIRSNAP_TRY(KindValues values, kinds(column));
    return ChunkView::by_kind(numbers, stored_.kinds, std::move(values));
  }
  DIRSNAP_TRY(ChunkView view, fetch_record(column, number, rows));
  if (view.has_twins()) {
    if (sharing != Sharing::kTwin) return fail(Code::kCorrupt, "a column without a twin needs one");
    DIRSNAP_TRY(ChunkView twin, fetch_record(column + 1, number, rows));
    view.join_twin(std::move(twin));
  }
  return view;
}

Result<const ChunkView*> ColumnReader::chunk(std::uint64_t chunk_no) {
  std::unique_ptr<ChunkView>& slot = chunks_[chunk_no];
  if (slot == nullptr) {
    DIRSNAP_TRY(ChunkView view, source_.fetch(column_, chunk_no));
    slot = std::make_unique<ChunkView>(std::move(view));
  }
  return slot.get();
}

Result<void> ColumnReader::load_all() {
  for (std::uint64_t i = 0; i < chunks_.size(); ++i) DIRSNAP_CHECK(chunk(i));
  return {};
}

Result<void> ColumnReader::load_kinds() {
  DIRSNAP_TRY(kind_values_, source_.kinds(column_));
  return {};
}

}  // namespace dirsnap
