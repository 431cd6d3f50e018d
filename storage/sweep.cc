// SPDX-License-Identifier: MIT
#include "storage/sweep.h"

#include <map>
#include <set>
#include <vector>

#include "storage/additions.h"
#include "storage/record_walk.h"

namespace dirsnap {
namespace {

constexpr std::uint64_t kSweepBatch = 1000;  // records deleted in one transaction

// Deletes up to kSweepBatch records of `db` from `first` on whose keys begin with `prefix`, but for
// those that keep(tail) wants; false: there were no more.
template <class Keep>
Result<bool> sweep_some(Txn& txn, Db db, const Key& first, const Key& prefix, Keep keep) {
  std::uint64_t swept = 0;
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, db));
  DIRSNAP_TRY(bool more, cursor.seek(first.bytes()));
  while (more && has_prefix(cursor.key(), prefix.bytes())) {
    if (keep(cursor.key().subspan(prefix.bytes().size()))) {
      DIRSNAP_TRY(more, cursor.next());
      continue;
    }
    if (swept++ == kSweepBatch) return true;
    const std::vector<std::byte> key(cursor.key().begin(), cursor.key().end());
    DIRSNAP_CHECK(cursor.erase());
    DIRSNAP_TRY(more, cursor.seek(key));
  }
  return false;
}

template <class Keep>
Result<void> sweep(Env& env, Db db, const Key& first, const Key& prefix, Keep keep) {
  for (bool more = true; more;) {
    DIRSNAP_TRY(Txn txn, Txn::begin(env, Txn::Kind::kWrite));
    DIRSNAP_TRY(more, sweep_some(txn, db, first, prefix, keep));
    if (const int rc = txn.commit(); rc != 0) {
      return tl::unexpected<Error>(lmdb_error(rc, "write the case"));
    }
  }
  return {};
}

bool keep_none(Bytes /*tail*/) { return false; }

// What the meta records say of additions.
struct Kept {
  std::set<BaseRef> owners;
  std::map<BaseRef, std::uint64_t> rows;  // by where full chunks stand
};

Result<Kept> read_kept(const Txn& txn) {
  Kept kept;
  constexpr std::size_t kNumberAt = kAdditionsPrefix.size() + sizeof(std::uint64_t);
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, Db::kMeta));
  DIRSNAP_TRY(bool more, cursor.seek(as_bytes(kAdditionsPrefix)));
  while (more && has_prefix(cursor.key(), as_bytes(kAdditionsPrefix))) {
    if (cursor.key().size() != kNumberAt + sizeof(std::uint32_t)) {
      return fail(Code::kCorrupt, "the key of additions is damaged");
    }
    const BaseRef base{load_be<std::uint64_t>(cursor.key(), kAdditionsPrefix.size()),
                       load_be<std::uint32_t>(cursor.key(), kNumberAt)};
    DIRSNAP_TRY(const AdditionsRecord record, parse_additions(cursor.value()));
    DIRSNAP_TRY(const StoredRelation stored, read_relation(txn, record.owner));
    kept.owners.insert(record.owner);
    kept.rows[{base.snapshot_id, base.relation_no | kAdditionsBit}] = stored.rows;
    DIRSNAP_TRY(more, cursor.next());
  }
  return kept;
}

// Relations with kAdditionsBit that have a record in `db`.
Result<void> list_additions(const Txn& txn, Db db, std::set<BaseRef>& list) {
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, db));
  DIRSNAP_TRY(bool more, cursor.seek(relation_key(0, kAdditionsBit).bytes()));
  while (more) {
    if (cursor.key().size() < kRelationKeySize ||
        load_be<std::uint32_t>(cursor.key(), 8) == UINT32_MAX) {
      return fail(Code::kCorrupt, "the key of a relation is damaged");
    }
    const BaseRef at{load_be<std::uint64_t>(cursor.key(), 0),
                     load_be<std::uint32_t>(cursor.key(), 8)};
    Key next = relation_key(at.snapshot_id, kAdditionsBit);
    if ((at.relation_no & kAdditionsBit) != 0) {
      list.insert(at);
      next = relation_key(at.snapshot_id, at.relation_no + 1);
    }
    DIRSNAP_TRY(more, cursor.seek(next.bytes()));
  }
  return {};
}

// Of the full chunks, those that no version has yet.
Result<void> sweep_beyond(Env& env, const Key& relation, std::uint64_t rows) {
  const auto full = static_cast<std::uint32_t>(rows / kChunkRows);
  return sweep(env, Db::kChunks, chunk_key(relation, full, 0), relation,
               [rows](Bytes tail) { return belongs_to_additions(tail, rows); });
}

}  // namespace

// Rows go before the snapshot's record.
Result<void> sweep_snapshot(Env& env, std::uint64_t snapshot_id) {
  const Key key = snapshot_key(snapshot_id);
  for (const Db db : {Db::kChunks, Db::kIndexes, Db::kRelations, Db::kSnapshots}) {
    DIRSNAP_CHECK(sweep(env, db, key, key, keep_none));
  }
  return {};
}

Result<void> sweep_relation(Env& env, const Key& relation) {
  for (const Db db : {Db::kChunks, Db::kIndexes, Db::kRelations}) {
    DIRSNAP_CHECK(sweep(env, db, relation, relation, keep_none));
  }
  return {};
}

Result<void> sweep_additions(Env& env) {
  Kept kept;
  std::set<BaseRef> list;
  {
    DIRSNAP_TRY(const Txn txn, Txn::begin(env, Txn::Kind::kRead));
    DIRSNAP_TRY(kept, read_kept(txn));
    for (const Db db : {Db::kChunks, Db::kIndexes, Db::kRelations}) {
      DIRSNAP_CHECK(list_additions(txn, db, list));
    }
  }
  for (const BaseRef& at : list) {
    if (kept.owners.contains(at)) continue;
    const Key relation = relation_key(at.snapshot_id, at.relation_no);
    const auto rows = kept.rows.find(at);
    DIRSNAP_CHECK(rows == kept.rows.end() ? sweep_relation(env, relation)
                                          : sweep_beyond(env, relation, rows->second));
  }
  return {};
}

}  // namespace dirsnap
