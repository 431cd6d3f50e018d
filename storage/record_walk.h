// SPDX-License-Identifier: MIT
//
// Records of a case, one after the other.
// Threads: one thread.
#pragma once

#include <algorithm>
#include <utility>

#include "storage/keys.h"
#include "storage/lmdb_env.h"
#include "storage/records.h"

namespace dirsnap {

inline bool has_prefix(Bytes key, Bytes prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

// Calls visit(snapshot) for each one, sealed or not, by id. Fails with kCorrupt, or as `visit`
// does.
template <class Visit>
Result<void> each_snapshot(const Txn& txn, Visit visit) {
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, Db::kSnapshots));
  DIRSNAP_TRY(bool more, cursor.seek(snapshot_key(0).bytes()));
  while (more) {
    if (cursor.key().size() != kSnapshotKeySize) {
      return fail(Code::kCorrupt, "the key of a snapshot is damaged");
    }
    DIRSNAP_TRY(StoredSnapshot snapshot, parse_snapshot(cursor.value()));
    snapshot.record.snapshot_id = load_be<std::uint64_t>(cursor.key(), 0);
    DIRSNAP_CHECK(visit(std::move(snapshot)));
    DIRSNAP_TRY(more, cursor.next());
  }
  return {};
}

// Calls visit(tail, value) for each record of `db` whose key begins with the relation's, in key
// order; `tail` is the rest of the key.
template <class Visit>
Result<void> each_record(const Txn& txn, Db db, const Key& relation, Visit visit) {
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, db));
  DIRSNAP_TRY(bool more, cursor.seek(relation.bytes()));
  while (more && has_prefix(cursor.key(), relation.bytes())) {
    visit(cursor.key().subspan(relation.bytes().size()), cursor.value());
    DIRSNAP_TRY(more, cursor.next());
  }
  return {};
}

}  // namespace dirsnap
