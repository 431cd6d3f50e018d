// SPDX-License-Identifier: MIT
//
// Records on their way into the case: kept until a batch is full, then written in one transaction,
// which is durable where the case has its name already. A full map ends the transaction, is
// enlarged, and the batch is written again.
// INV-3: after a failure nothing of the batch is in the file, and every later call fails alike: a
// snapshot with a hole is never sealed.
// Memory: one batch, twice while it is written (LMDB copies).
// Threads: one thread per object.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "storage/keys.h"
#include "storage/lmdb_env.h"

namespace dirsnap {

class BatchWriter {
 public:
  BatchWriter(Env& env, std::filesystem::path path) : env_(&env), path_(std::move(path)) {}

  // Writes the batch if it is full.
  Result<void> put(Db db, const Key& key, std::vector<std::byte> value) {
    return put({.db = db, .key = key, .value = std::move(value)});
  }
  // A chunk; of one that `earlier`, a relation that is sealed, has under the same numbers and with
  // the same bytes only the reference to it is written (FORMAT.md section 4.2).
  Result<void> put_chunk(const Key& key, std::vector<std::byte> value, const Key& earlier) {
    return put({.db = Db::kChunks, .key = key, .value = std::move(value), .earlier = earlier});
  }
  // Writes the batch whatever its size.
  Result<void> flush();

 private:
  struct Record {
    Db db;
    Key key;
    std::vector<std::byte> value;
    std::optional<Key> earlier = std::nullopt;
  };
  // Of a transaction that waits for the disk, and of one that does not: there the records are still
  // in the processor's cache when LMDB copies and writes them.
  static constexpr std::uint64_t kSyncedBytes = std::uint64_t{16} << 20;
  static constexpr std::uint64_t kUnsyncedBytes = std::uint64_t{512} << 10;

  Result<void> put(Record record);
  Result<void> write();
  void note_unsynced();
  // LMDB's number.
  int write_once(Txn& txn);
  [[nodiscard]] Error write_error(int number) const;

  Env* env_;
  std::filesystem::path path_;
  std::vector<Record> records_;
  std::uint64_t bytes_ = 0;
  std::uint64_t unsynced_bytes_ = 0;  // committed since writing was last asked for
  std::optional<Error> failure_;
};

}  // namespace dirsnap
