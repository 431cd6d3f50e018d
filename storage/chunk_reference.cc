// SPDX-License-Identifier: MIT
#include "storage/chunk_reference.h"

#include <algorithm>

namespace dirsnap {
namespace {

bool is_reference(Bytes record) { return record.size() == kRelationKeySize; }

// The record of another relation's chunk of the same numbers; empty: it has none.
Result<Bytes> record_in(const Txn& txn, const Key& relation, Bytes tail) {
  Key key = relation;
  key.text(as_chars(tail));
  DIRSNAP_TRY(const std::optional<Bytes> record, txn.get(Db::kChunks, key.bytes()));
  return record.value_or(Bytes());
}

Key referred(Bytes record) { return Key().text(as_chars(record)); }

}  // namespace

Result<Bytes> resolve_chunk(const Txn& txn, Bytes tail, Bytes record) {
  if (!is_reference(record) || tail.size() != kChunkKeySize - kRelationKeySize) return record;
  return record_in(txn, referred(record), tail);
}

std::optional<Key> find_same_chunk(const Txn& txn,
                                   const Key& key,
                                   Bytes chunk,
                                   const Key& earlier) {
  const Bytes tail = key.bytes().subspan(kRelationKeySize);
  Key owner = earlier;
  Result<Bytes> there = record_in(txn, owner, tail);
  if (there && is_reference(*there)) {
    owner = referred(*there);
    there = record_in(txn, owner, tail);
  }
  const bool is_same =
      there && std::equal(chunk.begin(), chunk.end(), there->begin(), there->end());
  return is_same ? std::optional(owner) : std::nullopt;
}

}  // namespace dirsnap
