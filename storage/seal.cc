// SPDX-License-Identifier: MIT
#include "storage/seal.h"

#include <algorithm>
#include <cstring>
#include <new>

#include <openssl/evp.h>

#include "storage/base/text.h"
#include "storage/keys.h"
#include "storage/records.h"

namespace dirsnap {
namespace {

// Sizes go in front, so that no two different rows of records give the same bytes.
void add_size(Sha256& hash, std::uint64_t size) {
  std::array<std::byte, 8> bytes{};
  std::memcpy(bytes.data(), &size, sizeof size);
  hash.update(bytes);
}

void add_sized(Sha256& hash, Bytes bytes) {
  add_size(hash, bytes.size());
  hash.update(bytes);
}

bool has_prefix(Bytes key, Bytes prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

// Visits each record of `db` whose key begins with the relation's, in key order.
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

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr || EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) != 1) {
    throw std::bad_alloc();  // the only way this can fail
  }
}

Sha256::~Sha256() { EVP_MD_CTX_free(context_); }

void Sha256::update(Bytes bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }

Digest Sha256::finish() {
  Digest digest{};
  EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

Digest sha256(Bytes bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

void RelationDigest::add_chunk(Bytes tail, Bytes value) {
  add_sized(chunks_, tail);
  add_sized(chunks_, value);
}

void RelationDigest::add_long_value(Bytes tail, std::uint64_t size_bytes, const Digest& digest) {
  add_sized(chunks_, tail);
  add_size(chunks_, size_bytes);
  chunks_.update(digest);
}

void RelationDigest::add_index(Bytes tail, Bytes value) {
  add_sized(indexes_, tail);
  add_sized(indexes_, value);
}

void SealBuilder::add(const std::string& name, Bytes record, RelationDigest digest) {
  Sha256 hash;
  add_sized(hash, record);
  hash.update(digest.chunks_.finish());
  hash.update(digest.indexes_.finish());
  relations_.insert_or_assign(name, hash.finish());
}

std::string SealBuilder::finish() {
  Sha256 hash;
  for (const auto& [name, digest] : relations_) hash.update(digest);
  return to_hex(hash.finish());
}

Result<std::string> compute_snapshot_seal(const Txn& txn, std::uint64_t snapshot_id) {
  SealBuilder seal;
  DIRSNAP_TRY(Cursor relations, Cursor::open(txn, Db::kRelations));
  DIRSNAP_TRY(bool more, relations.seek(relation_key(snapshot_id, 0).bytes()));
  while (more && has_prefix(relations.key(), snapshot_key(snapshot_id).bytes())) {
    if (relations.key().size() != kRelationKeySize) {
      return fail(Code::kCorrupt, "the key of a relation is damaged");
    }
    const Key key = relation_key(snapshot_id, load_be<std::uint32_t>(relations.key(), 8));
    RelationDigest digest;
    DIRSNAP_CHECK(each_record(txn, Db::kChunks, key, [&](Bytes tail, Bytes value) {
      const bool is_long = tail.size() == kLongValueKeySize - kRelationKeySize;
      if (is_long) {
        digest.add_long_value(tail, value.size(), sha256(value));
      } else {
        digest.add_chunk(tail, value);
      }
    }));
    DIRSNAP_CHECK(each_record(txn, Db::kIndexes, key,
                              [&](Bytes tail, Bytes value) { digest.add_index(tail, value); }));
    DIRSNAP_TRY(const std::string_view name, parse_relation_name(relations.value()));
    seal.add(std::string(name), relations.value(), std::move(digest));
    DIRSNAP_TRY(more, relations.next());
  }
  return seal.finish();
}

}  // namespace dirsnap
