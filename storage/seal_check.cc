// SPDX-License-Identifier: MIT
#include "storage/seal_check.h"

#include <optional>
#include <utility>

#include "storage/additions.h"
#include "storage/chunk_reference.h"
#include "storage/record_walk.h"
#include "storage/seal.h"

namespace dirsnap {
namespace {

// Of the records under the relation's own key, and of the chunks that they refer to.
Result<Digest> digest_relation(const Txn& txn,
                               const Key& key,
                               Bytes record,
                               const StoredRelation& stored) {
  RelationDigest digest;
  Result<void> read = {};
  DIRSNAP_CHECK(each_record(txn, Db::kChunks, key, [&](Bytes tail, Bytes value) {
    const bool is_long = tail.size() == kLongValueKeySize - kRelationKeySize;
    if (is_long) {
      digest.add_long_value(tail, value.size(), sha256(value));
      return;
    }
    const Result<Bytes> chunk = stored.base ? value : resolve_chunk(txn, tail, value);
    if (!chunk) read = tl::unexpected<Error>(chunk.error());
    digest.add_chunk(tail, chunk.value_or(Bytes()));
  }));
  DIRSNAP_CHECK(std::move(read));
  DIRSNAP_CHECK(each_record(txn, Db::kIndexes, key,
                            [&](Bytes tail, Bytes value) { digest.add_index(tail, value); }));
  return digest.finish(record);
}

// The seal that stands in the record of the base's snapshot.
Result<std::string> seal_of(const Txn& txn, std::uint64_t snapshot_id) {
  DIRSNAP_TRY(const std::optional<Bytes> record,
              txn.get(Db::kSnapshots, snapshot_key(snapshot_id).bytes()));
  DIRSNAP_TRY(StoredSnapshot snapshot, parse_snapshot(record.value_or(Bytes())));
  return std::move(snapshot.record.seal);
}

// The rows that the relation has of the additions.
Result<Digest> digest_added(const Txn& txn,
                            const Key& key,
                            const StoredRelation& relation,
                            CheckedBases& checked) {
  DIRSNAP_TRY(const StoredRelation base, read_base(txn, relation));
  DIRSNAP_TRY(const std::optional<Additions> additions,
              find_additions(txn, *relation.base, base.def));
  if (additions && !checked.contains(*relation.base)) {
    DIRSNAP_TRY(const Digest digest, digest_additions(txn, *additions));
    if (digest != additions->record.digest) {
      return fail(Code::kCorrupt,
                  relation.def.name + ": rows that snapshots have in common are damaged");
    }
    checked.insert(*relation.base);
  }
  DIRSNAP_TRY(const std::optional<Bytes> record,
              txn.get(Db::kChunks, shown_rows_key(key, 1).bytes()));
  if (!record) return Sha256().finish();
  if (!additions) return fail(Code::kCorrupt, relation.def.name + ": rows are missing");
  DIRSNAP_TRY(const ShownRows shown, ShownRows::parse(*record, additions->stored.rows));
  return digest_rows(txn, *additions, shown);
}

}  // namespace

Result<std::string> compute_snapshot_seal(const Txn& txn,
                                          std::uint64_t snapshot_id,
                                          CheckedBases& checked) {
  SealBuilder seal;
  DIRSNAP_TRY(Cursor relations, Cursor::open(txn, Db::kRelations));
  DIRSNAP_TRY(bool more, relations.seek(relation_key(snapshot_id, 0).bytes()));
  while (more && has_prefix(relations.key(), snapshot_key(snapshot_id).bytes())) {
    if (relations.key().size() != kRelationKeySize) {
      return fail(Code::kCorrupt, "the key of a relation is damaged");
    }
    const auto number = load_be<std::uint32_t>(relations.key(), 8);
    if ((number & kAdditionsBit) != 0) break;  // none of its own
    const Key key = relation_key(snapshot_id, number);
    DIRSNAP_TRY(const StoredRelation stored, parse_relation(relations.value()));
    DIRSNAP_TRY(const Digest digest, digest_relation(txn, key, relations.value(), stored));
    if (stored.base) {
      DIRSNAP_TRY(const std::string base_seal, seal_of(txn, stored.base->snapshot_id));
      DIRSNAP_TRY(const Digest added, digest_added(txn, key, stored, checked));
      seal.add_referring(stored.def.name, digest, base_seal, added);
    } else {
      seal.add(stored.def.name, digest);
    }
    DIRSNAP_TRY(more, relations.next());
  }
  return seal.finish();
}

}  // namespace dirsnap
