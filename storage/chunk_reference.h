// SPDX-License-Identifier: MIT
//
// Chunks that stand in place of others: where a relation is stored in full although an earlier one
// is much like it, a chunk that both have with the same bytes is stored once. The record of the
// later one is the key of the relation that has it, shorter than any chunk; that relation has the
// chunk itself. FORMAT.md section 4.2.
// Lifetime: what is returned borrows the transaction.
// Threads: pure functions of what is stored.
#pragma once

#include <optional>

#include "storage/keys.h"
#include "storage/lmdb_env.h"

namespace dirsnap {

// The chunk that a record of Db::kChunks stands for: itself, or the one it refers to. `tail` is its
// key without snapshot and relation. Empty where it refers to nothing; fails with kIo.
Result<Bytes> resolve_chunk(const Txn& txn, Bytes tail, Bytes record);

// The relation that has the chunk of `key` with these bytes: `earlier`, or the one that the chunk
// of `earlier` refers to. nullopt: neither, or it cannot be read.
std::optional<Key> find_same_chunk(const Txn& txn, const Key& key, Bytes chunk, const Key& earlier);

}  // namespace dirsnap
