// SPDX-License-Identifier: MIT
#include "storage/column_reader.h"

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
  const Key key = chunk_key(relation_, chunk_no, column);
  DIRSNAP_TRY(const std::optional<Bytes> record, txn_.get(Db::kChunks, key.bytes()));
  DIRSNAP_TRY(ChunkView view, parse_chunk(record.value_or(Bytes()), rows));
  if (view.long_count() != 0) DIRSNAP_CHECK(join_long_values(txn_, key, view));
  return view;
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
