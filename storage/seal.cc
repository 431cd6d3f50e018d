// SPDX-License-Identifier: MIT
#include "storage/seal.h"

#include <cstring>
#include <new>

#include <openssl/evp.h>

#include "storage/base/text.h"

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

Digest RelationDigest::finish(Bytes record) {
  Sha256 hash;
  add_sized(hash, record);
  hash.update(chunks_.finish());
  hash.update(indexes_.finish());
  return hash.finish();
}

void SealBuilder::add(const std::string& name, const Digest& relation) {
  relations_.insert_or_assign(name, relation);
}

void SealBuilder::add_referring(const std::string& name,
                                const Digest& relation,
                                std::string_view base_seal,
                                const Digest& added_rows) {
  Sha256 hash;
  hash.update(relation);
  add_sized(hash, as_bytes(base_seal));
  hash.update(added_rows);
  relations_.insert_or_assign(name, hash.finish());
}

std::string SealBuilder::finish() {
  Sha256 hash;
  for (const auto& [name, digest] : relations_) hash.update(digest);
  return to_hex(hash.finish());
}

}  // namespace dirsnap
