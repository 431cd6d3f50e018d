// SPDX-License-Identifier: MIT
//
// LMDB behind owning handles: environment with our five databases, transactions, cursors.
// Lifetime: a Txn borrows its Env, a Cursor its Txn; bytes that they return are the map's and
// valid until the transaction ends or, in a write transaction, writes again.
// Threads: Env may be shared; a Txn belongs to one thread.
// Errors: LMDB's numbers become Error by lmdb_error(); put() and commit() hand the number out,
// because a full map is answered by the batch writer.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>

#include "storage/base/byte_reader.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace dirsnap {

// The named databases of a case, FORMAT.md section 2.
enum class Db : std::uint8_t { kMeta, kSnapshots, kRelations, kChunks, kIndexes };
inline constexpr std::size_t kDbCount = 5;
inline constexpr std::array<const char*, kDbCount> kDbNames = {"meta", "snapshots", "relations",
                                                               "chunks", "indexes"};

// `doing` completes "cannot ...".
Error lmdb_error(int number, const std::string& doing);

class Env {
 public:
  struct Options {
    bool read_only = true;
    bool no_lock = false;              // the file is private to us or lies in a read-only folder
    bool create = false;               // make the databases where they are missing
    bool unsynced = false;             // commit() does not wait for the disk; see Env::unsynced()
    std::uint64_t map_size_bytes = 0;  // address space
  };

  static Result<std::unique_ptr<Env>> open(const std::filesystem::path& path,
                                           const Options& options);
  ~Env();
  Env(const Env&) = delete;
  Env& operator=(const Env&) = delete;

  // Doubles the map at least. Waits for those who keep it; fails with kBusy while another
  // transaction of this process is alive.
  Result<void> grow_map(std::uint64_t least_bytes);
  // Who reads beside a writer of this process holds this before and while the transaction lives.
  [[nodiscard]] std::shared_lock<std::shared_mutex> keep_map() { return std::shared_lock(map_); }
  // Takes over a map size that another process has set.
  Result<void> adopt_map_size();
  [[nodiscard]] std::uint64_t map_size_bytes() const;
  [[nodiscard]] bool read_only() const { return read_only_; }
  // True for a file that nobody knows yet: after a crash it is swept, so that only the sync of the
  // whole file before it gets its name counts.
  [[nodiscard]] bool unsynced() const { return unsynced_; }
  // Asks the system to begin writing what was committed, without waiting for it.
  void start_writeback() const;

 private:
  friend class Txn;
  Env() = default;
  Result<void> open_databases(bool create);

  MDB_env* env_ = nullptr;
  std::array<unsigned, kDbCount> dbs_{};
  bool read_only_ = true;
  bool unsynced_ = false;
  std::atomic<int> transactions_{0};
  std::shared_mutex map_;
};

class Txn {
 public:
  enum class Kind : std::uint8_t { kRead, kWrite };

  static Result<Txn> begin(Env& env, Kind kind);
  ~Txn() { abort(); }
  Txn(Txn&& other) noexcept
      : env_(std::exchange(other.env_, nullptr)),
        txn_(std::exchange(other.txn_, nullptr)),
        parked_id_(std::exchange(other.parked_id_, 0)) {}
  Txn& operator=(Txn&& other) noexcept;

  [[nodiscard]] Result<std::optional<Bytes>> get(Db db, Bytes key) const;
  // LMDB's number; 0 is success.
  [[nodiscard]] int put(Db db, Bytes key, Bytes value);
  // LMDB's number; the transaction has ended in either case.
  [[nodiscard]] int commit();
  void abort();

  // Read transactions only. park() lets go of the state that is read, so that a writer may reuse
  // its pages, and keeps the handle. resume() takes the newest state: true if that is the one
  // parked, whose bytes are then where they were. REQUIRES: park() before resume().
  void park();
  [[nodiscard]] Result<bool> resume();

 private:
  friend class Cursor;
  Txn(Env& env, MDB_txn* txn) : env_(&env), txn_(txn) {}
  [[nodiscard]] unsigned handle(Db db) const { return env_->dbs_[static_cast<std::size_t>(db)]; }

  Env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
  std::uint64_t parked_id_ = 0;  // number of the state read before park(); 0: not parked
};

// Walks the records of a database in key order.
class Cursor {
 public:
  static Result<Cursor> open(const Txn& txn, Db db);
  ~Cursor();
  Cursor(Cursor&& other) noexcept
      : cursor_(std::exchange(other.cursor_, nullptr)), key_(other.key_), value_(other.value_) {}
  Cursor& operator=(Cursor&&) = delete;

  // To the first record whose key is not less than `key`. False: there is none.
  [[nodiscard]] Result<bool> seek(Bytes key);
  [[nodiscard]] Result<bool> next();
  // Deletes the record; next() then gives the one after it.
  [[nodiscard]] Result<void> erase();
  [[nodiscard]] Bytes key() const { return key_; }
  [[nodiscard]] Bytes value() const { return value_; }

 private:
  explicit Cursor(MDB_cursor* cursor) : cursor_(cursor) {}
  Result<bool> step(Bytes key, int operation);

  MDB_cursor* cursor_ = nullptr;
  Bytes key_;
  Bytes value_;
};

// True if a number says that the map has no room left.
bool is_map_full(int number);

}  // namespace dirsnap
