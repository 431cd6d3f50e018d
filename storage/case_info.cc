// SPDX-License-Identifier: MIT
#include "storage/case_info.h"

#include <optional>

#include "storage/additions.h"
#include "storage/keys.h"
#include "storage/lmdb_env.h"
#include "storage/record_walk.h"
#include "storage/records.h"

namespace dirsnap {
namespace {

// Sum of the sizes of the relation's records.
Result<std::uint64_t> stored_bytes(const Txn& txn, Db db, const Key& relation) {
  std::uint64_t sum = 0;
  DIRSNAP_CHECK(
      each_record(txn, db, relation, [&sum](Bytes /*tail*/, Bytes value) { sum += value.size(); }));
  return sum;
}

// Adds those of the additions that this snapshot wrote last.
Result<void> add_additions(const Txn& txn,
                           std::uint64_t snapshot_id,
                           const StoredRelation& relation,
                           RelationInfo& info) {
  DIRSNAP_TRY(const StoredRelation base, read_base(txn, relation));
  DIRSNAP_TRY(const std::optional<Additions> additions,
              find_additions(txn, *relation.base, base.def));
  if (!additions || additions->record.owner.snapshot_id != snapshot_id) return {};
  const auto add_full = [&](Bytes tail, Bytes value) {
    if (belongs_to_additions(tail, additions->stored.rows)) info.chunk_bytes += value.size();
  };
  DIRSNAP_CHECK(each_record(txn, Db::kChunks, additions->place.full, add_full));
  DIRSNAP_TRY(const std::uint64_t chunks, stored_bytes(txn, Db::kChunks, additions->place.key));
  DIRSNAP_TRY(const std::uint64_t indexes, stored_bytes(txn, Db::kIndexes, additions->place.key));
  info.chunk_bytes += chunks;
  info.index_bytes += indexes;
  return {};
}

}  // namespace

Result<std::vector<RelationInfo>> read_relation_infos(const Txn& txn, std::uint64_t snapshot_id) {
  std::vector<RelationInfo> infos;
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, Db::kRelations));
  DIRSNAP_TRY(bool more, cursor.seek(relation_key(snapshot_id, 0).bytes()));
  while (more && cursor.key().size() == kRelationKeySize &&
         load_be<std::uint64_t>(cursor.key(), 0) == snapshot_id) {
    const auto number = load_be<std::uint32_t>(cursor.key(), 8);
    if ((number & kAdditionsBit) != 0) break;  // none of its own
    const Key key = relation_key(snapshot_id, number);
    DIRSNAP_TRY(const StoredRelation stored, parse_relation(cursor.value()));
    RelationInfo info{
        .name = stored.def.name, .rows = stored.rows, .columns = stored.def.columns.size()};
    DIRSNAP_TRY(info.chunk_bytes, stored_bytes(txn, Db::kChunks, key));
    DIRSNAP_TRY(info.index_bytes, stored_bytes(txn, Db::kIndexes, key));
    if (stored.base) DIRSNAP_CHECK(add_additions(txn, snapshot_id, stored, info));
    infos.push_back(std::move(info));
    DIRSNAP_TRY(more, cursor.next());
  }
  return infos;
}

}  // namespace dirsnap
