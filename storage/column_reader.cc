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

Result<ChunkView> fetch_chunk(const Txn& txn, const Key& chunk, std::uint32_t rows) {
  DIRSNAP_TRY(const std::optional<Bytes> record, txn.get(Db::kChunks, chunk.bytes()));
  DIRSNAP_TRY(ChunkView view, parse_chunk(record.value_or(Bytes()), rows));
  if (view.long_count() != 0) DIRSNAP_CHECK(join_long_values(txn, chunk, view));
  return view;
}

Result<const ChunkView*> ColumnReader::chunk(std::uint64_t chunk_no) {
  std::unique_ptr<ChunkView>& slot = chunks_[chunk_no];
  if (slot == nullptr) {
    const Key key = chunk_key(relation_, static_cast<std::uint32_t>(chunk_no), column_);
    DIRSNAP_TRY(ChunkView view, fetch_chunk(txn_, key, rows_of_chunk(rows_, chunk_no)));
    slot = std::make_unique<ChunkView>(std::move(view));
  }
  return slot.get();
}

Result<void> ColumnReader::load_all() {
  for (std::uint64_t i = 0; i < chunks_.size(); ++i) DIRSNAP_CHECK(chunk(i));
  return {};
}

}  // namespace dirsnap
