// SPDX-License-Identifier: MIT
#include "storage/lmdb_env.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

#include <lmdb.h>

#include "storage/case_file.h"

namespace dirsnap {
namespace {

constexpr unsigned kMaxReaders = 510;
constexpr mdb_mode_t kFileMode = 0600;

MDB_val to_val(Bytes bytes) {
  // LMDB takes non-const pointers and does not write through them.
  return {bytes.size(), const_cast<std::byte*>(bytes.data())};
}

Bytes to_bytes(const MDB_val& value) {
  return {static_cast<const std::byte*>(value.mv_data), value.mv_size};
}

Code code_of(int number) {
  switch (number) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
    case MDB_BAD_VALSIZE:
    case MDB_NOTFOUND:
      return Code::kCorrupt;
    case MDB_VERSION_MISMATCH:
      return Code::kUnsupported;
    case MDB_READERS_FULL:
    case EAGAIN:
    case EBUSY:
      return Code::kBusy;
    default:
      return Code::kIo;
  }
}

}  // namespace

Error lmdb_error(int number, const std::string& doing) {
  return Error{code_of(number), 0, "cannot " + doing + ": " + mdb_strerror(number)};
}

bool is_map_full(int number) { return number == MDB_MAP_FULL; }

std::string lmdb_version() {
  int major = 0;
  int minor = 0;
  int patch = 0;
  mdb_version(&major, &minor, &patch);
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
}

Result<std::unique_ptr<Env>> Env::open(const std::filesystem::path& path, const Options& options) {
  std::unique_ptr<Env> env(new Env);
  env->read_only_ = options.read_only;
  env->unsynced_ = options.unsynced;
  const auto failed = [&](int number) {
    return tl::unexpected<Error>(lmdb_error(number, "open the case " + path.string()));
  };
  if (const int rc = mdb_env_create(&env->env_); rc != 0) return failed(rc);
  if (const int rc = mdb_env_set_maxdbs(env->env_, kDbCount); rc != 0) return failed(rc);
  if (const int rc = mdb_env_set_maxreaders(env->env_, kMaxReaders); rc != 0) return failed(rc);
  if (const int rc = mdb_env_set_mapsize(env->env_, options.map_size_bytes); rc != 0) {
    return failed(rc);
  }
  unsigned flags = MDB_NOSUBDIR | MDB_NOTLS;
  if (options.read_only) flags |= MDB_RDONLY;
  if (options.no_lock) flags |= MDB_NOLOCK;
  if (options.unsynced) flags |= MDB_NOSYNC;
  if (const int rc = mdb_env_open(env->env_, path.c_str(), flags, kFileMode); rc != 0) {
    return failed(rc);
  }
  if (!options.no_lock) {
    int dead = 0;
    if (const int rc = mdb_reader_check(env->env_, &dead); rc != 0) return failed(rc);
  }
  DIRSNAP_CHECK(env->open_databases(options.create));
  return env;
}

Env::~Env() {
  if (env_ != nullptr) mdb_env_close(env_);
}

Result<void> Env::open_databases(bool create) {
  MDB_txn* txn = nullptr;
  int rc = mdb_txn_begin(env_, nullptr, create ? 0U : MDB_RDONLY, &txn);
  for (std::size_t i = 0; rc == 0 && i < kDbCount; ++i) {
    rc = mdb_dbi_open(txn, kDbNames[i], create ? MDB_CREATE : 0U, &dbs_[i]);
  }
  if (rc == 0) {
    rc = mdb_txn_commit(txn);
  } else if (txn != nullptr) {
    mdb_txn_abort(txn);
  }
  if (rc == MDB_NOTFOUND) return fail(Code::kCorrupt, "not a dirsnap case: a database is missing");
  if (rc != 0) return tl::unexpected<Error>(lmdb_error(rc, "open the databases of the case"));
  return {};
}

std::uint64_t Env::map_size_bytes() const {
  MDB_envinfo info{};
  mdb_env_info(env_, &info);
  return info.me_mapsize;
}

void Env::start_writeback() const {
  mdb_filehandle_t file = -1;
  // A hint: whatever it fails with, the sync that counts will find it again.
  if (mdb_env_get_fd(env_, &file) == 0) sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE);
}

Result<void> Env::grow_map(std::uint64_t least_bytes) {
  const std::unique_lock lock(map_);
  if (transactions_ != 0) return fail(Code::kBusy, "the case grows while it is being read");
  const std::uint64_t size = std::max(2 * map_size_bytes(), least_bytes);
  if (const int rc = mdb_env_set_mapsize(env_, size); rc != 0) {
    return tl::unexpected<Error>(lmdb_error(rc, "enlarge the map of the case"));
  }
  return {};
}

Result<void> Env::adopt_map_size() {
  if (transactions_ != 0) return fail(Code::kBusy, "the case has grown while it is being read");
  if (const int rc = mdb_env_set_mapsize(env_, 0); rc != 0) {
    return tl::unexpected<Error>(lmdb_error(rc, "enlarge the map of the case"));
  }
  return {};
}

Result<Txn> Txn::begin(Env& env, Kind kind) {
  MDB_txn* txn = nullptr;
  const unsigned flags = kind == Kind::kRead ? MDB_RDONLY : 0U;
  int rc = mdb_txn_begin(env.env_, nullptr, flags, &txn);
  if (rc == MDB_MAP_RESIZED) {
    DIRSNAP_CHECK(env.adopt_map_size());
    rc = mdb_txn_begin(env.env_, nullptr, flags, &txn);
  }
  if (rc != 0) return tl::unexpected<Error>(lmdb_error(rc, "begin a transaction"));
  ++env.transactions_;
  return Txn(env, txn);
}

Txn& Txn::operator=(Txn&& other) noexcept {
  if (this != &other) {
    abort();
    env_ = std::exchange(other.env_, nullptr);
    txn_ = std::exchange(other.txn_, nullptr);
    parked_id_ = std::exchange(other.parked_id_, 0);
  }
  return *this;
}

Result<std::optional<Bytes>> Txn::get(Db db, Bytes key) const {
  MDB_val k = to_val(key);
  MDB_val v{};
  const int rc = mdb_get(txn_, handle(db), &k, &v);
  if (rc == MDB_NOTFOUND) return std::optional<Bytes>();
  if (rc != 0) return tl::unexpected<Error>(lmdb_error(rc, "read the case"));
  return std::optional<Bytes>(to_bytes(v));
}

int Txn::put(Db db, Bytes key, Bytes value) {
  MDB_val k = to_val(key);
  MDB_val v = to_val(value);
  return mdb_put(txn_, handle(db), &k, &v, 0);
}

void Txn::park() {
  parked_id_ = mdb_txn_id(txn_);
  mdb_txn_reset(txn_);
  --env_->transactions_;
}

Result<bool> Txn::resume() {
  const std::uint64_t map_size = env_->map_size_bytes();
  int rc = mdb_txn_renew(txn_);
  if (rc == MDB_MAP_RESIZED) {
    DIRSNAP_CHECK(env_->adopt_map_size());
    rc = mdb_txn_renew(txn_);
  }
  if (rc != 0) return tl::unexpected<Error>(lmdb_error(rc, "begin a transaction"));
  ++env_->transactions_;
  const std::uint64_t parked = std::exchange(parked_id_, 0);
  return mdb_txn_id(txn_) == parked && env_->map_size_bytes() == map_size;
}

int Txn::commit() {
  --env_->transactions_;
  return mdb_txn_commit(std::exchange(txn_, nullptr));
}

void Txn::abort() {
  if (txn_ == nullptr) return;
  if (parked_id_ == 0) --env_->transactions_;
  parked_id_ = 0;
  mdb_txn_abort(std::exchange(txn_, nullptr));
}

Result<Cursor> Cursor::open(const Txn& txn, Db db) {
  MDB_cursor* cursor = nullptr;
  const int rc = mdb_cursor_open(txn.txn_, txn.handle(db), &cursor);
  if (rc != 0) return tl::unexpected<Error>(lmdb_error(rc, "read the case"));
  return Cursor(cursor);
}

Cursor::~Cursor() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

Result<bool> Cursor::step(Bytes key, int operation) {
  MDB_val k = to_val(key);
  MDB_val v{};
  const int rc = mdb_cursor_get(cursor_, &k, &v, static_cast<MDB_cursor_op>(operation));
  if (rc == MDB_NOTFOUND) return false;
  if (rc != 0) return tl::unexpected<Error>(lmdb_error(rc, "read the case"));
  key_ = to_bytes(k);
  value_ = to_bytes(v);
  return true;
}

Result<bool> Cursor::seek(Bytes key) { return step(key, MDB_SET_RANGE); }

Result<bool> Cursor::next() { return step({}, MDB_NEXT); }

Result<void> Cursor::erase() {
  const int rc = mdb_cursor_del(cursor_, 0);
  if (rc != 0) return tl::unexpected<Error>(lmdb_error(rc, "delete from the case"));
  return {};
}

}  // namespace dirsnap
