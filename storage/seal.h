// SPDX-License-Identifier: MIT
//
// The seal of a snapshot: SHA-256 over its relations by name, whatever their numbers or the
// snapshot's id. FORMAT.md section 6.
// INV-2: the same rows in the same order give the same seal.
// Threads: one thread per object.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "storage/base/byte_reader.h"
#include "storage/lmdb_env.h"

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

 private:
  friend class SealBuilder;
  Sha256 chunks_;
  Sha256 indexes_;
};

class SealBuilder {
 public:
  // `record` is the relation's record, name and number of rows included.
  void add(const std::string& name, Bytes record, RelationDigest digest);
  // Lower-case hex.
  std::string finish();

 private:
  std::map<std::string, Digest> relations_;
};

// The seal computed from what is stored. Fails with kCorrupt, kIo.
Result<std::string> compute_snapshot_seal(const Txn& txn, std::uint64_t snapshot_id);

}  // namespace dirsnap
