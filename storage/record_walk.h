// SPDX-License-Identifier: MIT
//
// The records of a relation in a database, one after the other.
// Threads: one thread.
#pragma once

#include <algorithm>

#include "storage/keys.h"
#include "storage/lmdb_env.h"

namespace dirsnap {

inline bool has_prefix(Bytes key, Bytes prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
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
