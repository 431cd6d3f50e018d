// SPDX-License-Identifier: MIT
#include "storage/additions.h"

#include <cstring>

#include "storage/chunk_rows.h"
#include "storage/record_walk.h"

namespace dirsnap {
namespace {

constexpr std::uint32_t kEndOfRow = 0xFFFFFFFF;

tl::unexpected<Error> damaged(const std::string& name, const char* what) {
  return fail(Code::kCorrupt, name + ": " + what);
}

template <class T>
void add_number(std::vector<std::byte>& out, T value) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof value);
}

// A value in a form that does not depend on how it is stored.
void add_value(std::vector<std::byte>& out, std::uint32_t column, const ValueView& value) {
  add_number(out, column);
  add_number(out, value.type);
  if (value.type == ValueType::kInteger) {
    add_number(out, std::uint64_t{sizeof value.integer});
    add_number(out, value.integer);
  } else if (value.type == ValueType::kReal) {
    add_number(out, std::uint64_t{sizeof value.real});
    add_number(out, value.real);
  } else {
    add_number(out, std::uint64_t{value.bytes.size()});
    const Bytes bytes = as_bytes(value.bytes);
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
}

void add_chunk(RelationDigest& digest, Bytes tail, Bytes value) {
  if (tail.size() == kLongValueKeySize - kRelationKeySize) {
    digest.add_long_value(tail, value.size(), sha256(value));
  } else {
    digest.add_chunk(tail, value);
  }
}

}  // namespace

RelationDef additions_def(const RelationDef& base) {
  RelationDef def = base;
  for (ColumnDef& column : def.columns) {
    const bool ascends = column.access == Access::kDense || column.access == Access::kSorted;
    if (ascends) column.access = Access::kIndex;
  }
  return def;
}

RelationPlace additions_place(const BaseRef& base, const BaseRef& owner) {
  return {relation_key(owner.snapshot_id, owner.relation_no),
          relation_key(base.snapshot_id, base.relation_no | kAdditionsBit)};
}

Result<StoredRelation> read_relation(const Txn& txn, const BaseRef& relation) {
  const Key key = relation_key(relation.snapshot_id, relation.relation_no);
  DIRSNAP_TRY(const std::optional<Bytes> record, txn.get(Db::kRelations, key.bytes()));
  return parse_relation(record.value_or(Bytes()));
}

Result<StoredRelation> read_base(const Txn& txn, const StoredRelation& relation) {
  DIRSNAP_TRY(StoredRelation base, read_relation(txn, *relation.base));
  if (base.base || base.def != relation.def) {
    return damaged(relation.def.name, "the relation that has its rows is another one");
  }
  return base;
}

Result<std::optional<Additions>> find_additions(const Txn& txn,
                                                const BaseRef& ref,
                                                const RelationDef& base) {
  const Key key = additions_key(ref.snapshot_id, ref.relation_no);
  DIRSNAP_TRY(const std::optional<Bytes> bytes, txn.get(Db::kMeta, key.bytes()));
  if (!bytes) return std::optional<Additions>();
  DIRSNAP_TRY(const AdditionsRecord record, parse_additions(*bytes));
  DIRSNAP_TRY(StoredRelation stored, read_relation(txn, record.owner));
  if (stored.base || stored.def != additions_def(base)) {
    return damaged(base.name, "the relation that has its further rows is another one");
  }
  return Additions{record, additions_place(ref, record.owner), std::move(stored)};
}

bool belongs_to_additions(Bytes tail, std::uint64_t rows) {
  if (tail.size() < kChunkKeySize - kRelationKeySize) return true;  // damage, for the digest to see
  const auto chunk_no = load_be<std::uint32_t>(tail, 0);
  if (chunk_no != rows / kChunkRows) return chunk_no < rows / kChunkRows;
  return tail.size() == kLongValueKeySize - kRelationKeySize &&
         load_be<std::uint16_t>(tail, kChunkKeySize - kRelationKeySize) < rows % kChunkRows;
}

Result<Digest> digest_additions(const Txn& txn, const Additions& additions) {
  RelationDigest digest;
  const auto add_full = [&](Bytes tail, Bytes value) {
    if (belongs_to_additions(tail, additions.stored.rows)) add_chunk(digest, tail, value);
  };
  const auto add_rest = [&](Bytes tail, Bytes value) { add_chunk(digest, tail, value); };
  DIRSNAP_CHECK(each_record(txn, Db::kChunks, additions.place.full, add_full));
  DIRSNAP_CHECK(each_record(txn, Db::kChunks, additions.place.key, add_rest));
  DIRSNAP_CHECK(each_record(txn, Db::kIndexes, additions.place.key,
                            [&](Bytes tail, Bytes value) { digest.add_index(tail, value); }));
  DIRSNAP_TRY(const std::optional<Bytes> record,
              txn.get(Db::kRelations, additions.place.key.bytes()));
  return digest.finish(record.value_or(Bytes()));
}

Result<Digest> digest_rows(const Txn& txn, const Additions& additions, const ShownRows& shown) {
  Sha256 hash;
  RelationChunks chunks(txn, additions.place, additions.stored);
  std::vector<std::byte> row_bytes;
  for (std::uint64_t i = 0; i < chunk_count(additions.stored.rows); ++i) {
    if (shown.of_chunk(i) == ShownRows::Extent::kNone) continue;
    DIRSNAP_TRY(const ChunkRows rows, ChunkRows::read(chunks, i, ChunkRows::Kinds::kValues));
    for (std::uint32_t row = 0; row < rows.rows(); ++row) {
      if (!shown.test(i * kChunkRows + row)) continue;
      row_bytes.clear();
      rows.each_value(row, [&](std::uint32_t column, const ValueView& value) {
        add_value(row_bytes, column, value);
      });
      add_number(row_bytes, kEndOfRow);
      hash.update(row_bytes);
    }
  }
  return hash.finish();
}

}  // namespace dirsnap
