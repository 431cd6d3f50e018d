// SPDX-License-Identifier: MIT
//
// Where rows are that successive snapshots have in common: a base, which is a relation that an
// earlier snapshot stores in full, and its additions, rows that later ones have beyond it.
// FORMAT.md section 6.
// Lifetime: the transaction is used during the call alone.
// Threads: pure functions of what is stored.
#pragma once

#include <cstdint>
#include <optional>

#include "storage/lmdb_env.h"
#include "storage/records.h"
#include "storage/relation_place.h"
#include "storage/seal.h"
#include "storage/shown_rows.h"

namespace dirsnap {

struct Additions {
  AdditionsRecord record;
  RelationPlace place;
  StoredRelation stored;
};

// The definition of a base's additions: what ascends in the base has an index there.
RelationDef additions_def(const RelationDef& base);
// Where they stand in their version of `owner`.
RelationPlace additions_place(const BaseRef& base, const BaseRef& owner);

// The record of a relation. Fails with kCorrupt where there is none.
Result<StoredRelation> read_relation(const Txn& txn, const BaseRef& relation);
// The base that a relation refers to. Fails with kCorrupt if it cannot be that.
// REQUIRES: it refers to one.
Result<StoredRelation> read_base(const Txn& txn, const StoredRelation& relation);
// The newest version of a base's additions, if there are any. Fails with kCorrupt.
Result<std::optional<Additions>> find_additions(const Txn& txn,
                                                const BaseRef& ref,
                                                const RelationDef& base);

// True if a record of the place of full chunks belongs to a version that has `rows`: others are
// left by a writer that has died. `tail` is its key without snapshot and relation.
bool belongs_to_additions(Bytes tail, std::uint64_t rows);

// Of the relation's record, its chunks and indexes.
Result<Digest> digest_additions(const Txn& txn, const Additions& additions);
// Of the rows shown, whatever version they stand in.
Result<Digest> digest_rows(const Txn& txn, const Additions& additions, const ShownRows& shown);

}  // namespace dirsnap
