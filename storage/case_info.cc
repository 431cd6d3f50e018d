// SPDX-License-Identifier: MIT
#include "storage/case_info.h"

#include <algorithm>

#include "storage/keys.h"
#include "storage/lmdb_env.h"
#include "storage/records.h"

namespace dirsnap {
namespace {

// Sum of the sizes of the relation's records.
Result<std::uint64_t> stored_bytes(const Txn& txn, Db db, const Key& relation) {
  const Bytes prefix = relation.bytes();
  std::uint64_t sum = 0;
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, db));
  DIRSNAP_TRY(bool more, cursor.seek(prefix));
  while (more && cursor.key().size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), cursor.key().begin())) {
    sum += cursor.value().size();
    DIRSNAP_TRY(more, cursor.next());
  }
  return sum;
}

}  // namespace

Result<std::vector<RelationInfo>> read_relation_infos(const Txn& txn, std::uint64_t snapshot_id) {
  std::vector<RelationInfo> infos;
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, Db::kRelations));
  DIRSNAP_TRY(bool more, cursor.seek(relation_key(snapshot_id, 0).bytes()));
  while (more && cursor.key().size() == kRelationKeySize &&
         load_be<std::uint64_t>(cursor.key(), 0) == snapshot_id) {
    const Key key = relation_key(snapshot_id, load_be<std::uint32_t>(cursor.key(), 8));
    DIRSNAP_TRY(const StoredRelation stored, parse_relation(cursor.value()));
    RelationInfo info{
        .name = stored.def.name, .rows = stored.rows, .columns = stored.def.columns.size()};
    DIRSNAP_TRY(info.chunk_bytes, stored_bytes(txn, Db::kChunks, key));
    DIRSNAP_TRY(info.index_bytes, stored_bytes(txn, Db::kIndexes, key));
    infos.push_back(std::move(info));
    DIRSNAP_TRY(more, cursor.next());
  }
  return infos;
}

}  // namespace dirsnap
