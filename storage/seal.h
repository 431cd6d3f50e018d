// SPDX-License-Identifier: MIT
//
// The seal of a snapshot: SHA-256 over its relations by name, whatever their numbers or the
// snapshot's id. FORMAT.md section 7.
// INV-2: the same rows in the same order after the same snapshots give the same seal.
// Threads: one thread per object.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "storage/base/byte_reader.h"

struct evp_md_ctx_st;

namespace dirsnap {

using Digest = std::array<std::byte, 32>;

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
  Sha256& operator=(Sha256&&) = delete;

  void update(Bytes bytes);
  // REQUIRES: called once, last.
  Digest finish();

 private:
  evp_md_ctx_st* context_;
};

Digest sha256(Bytes bytes);

// Digests of one relation's records. Records come in key order; `tail` is the record's key
// without snapshot and relation.
class RelationDigest {
 public:
  void add_chunk(Bytes tail, Bytes value);
  // A long value is represented by its own digest, because it is written before its chunk.
  void add_long_value(Bytes tail, std::uint64_t size_bytes, const Digest& digest);
  void add_index(Bytes tail, Bytes value);
  // `record` is the relation's record, name and number of rows included.
  // REQUIRES: called once, last.
  Digest finish(Bytes record);

 private:
  Sha256 chunks_;
  Sha256 indexes_;
};

class SealBuilder {
 public:
  // The digest of a relation that is stored in full.
  void add(const std::string& name, const Digest& relation);
  // Of one that refers to a base: also the seal of the base's snapshot, and the digest of the rows
  // that it has of the additions.
  void add_referring(const std::string& name,
                     const Digest& relation,
                     std::string_view base_seal,
                     const Digest& added_rows);
  // Lower-case hex.
  std::string finish();

 private:
  std::map<std::string, Digest> relations_;
};

}  // namespace dirsnap
