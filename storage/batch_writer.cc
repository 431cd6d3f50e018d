// SPDX-License-Identifier: MIT
#include "storage/batch_writer.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include "storage/chunk_reference.h"

namespace dirsnap {

Result<void> BatchWriter::put(Record record) {
  bytes_ += record.value.size();
  records_.push_back(std::move(record));
  const std::uint64_t batch_bytes = env_->unsynced() ? kUnsyncedBytes : kSyncedBytes;
  return bytes_ >= batch_bytes ? flush() : Result<void>{};
}

int BatchWriter::write_once(Txn& txn) {
  for (const Record& record : records_) {
    std::optional<Key> same;
    if (record.earlier) same = find_same_chunk(txn, record.key, record.value, *record.earlier);
    const Bytes value = same ? same->bytes() : Bytes(record.value);
    if (const int rc = txn.put(record.db, record.key.bytes(), value); rc != 0) return rc;
  }
  return txn.commit();
}

Result<void> BatchWriter::flush() {
  if (failure_) return tl::unexpected<Error>(*failure_);
  if (records_.empty()) return {};
  // In key order pages are filled one behind the other.
  std::stable_sort(records_.begin(), records_.end(), [](const Record& a, const Record& b) {
    const auto order = [](const Record& r) { return std::pair(r.db, as_chars(r.key.bytes())); };
    return order(a) < order(b);
  });
  Result<void> written = write();
  if (!written) failure_ = written.error();
  if (env_->unsynced()) note_unsynced();
  records_.clear();
  bytes_ = 0;
  return written;
}

// Has the disk begin now and then, so that the sync of the whole file finds little left to do.
void BatchWriter::note_unsynced() {
  unsynced_bytes_ += bytes_;
  if (unsynced_bytes_ < kSyncedBytes) return;
  env_->start_writeback();
  unsynced_bytes_ = 0;
}

Result<void> BatchWriter::write() {
  while (true) {
    DIRSNAP_TRY(Txn txn, Txn::begin(*env_, Txn::Kind::kWrite));
    const int rc = write_once(txn);
    if (rc == 0) return {};
    txn.abort();
    if (!is_map_full(rc)) return tl::unexpected<Error>(write_error(rc));
    DIRSNAP_CHECK(env_->grow_map(env_->map_size_bytes() + 4 * bytes_));
  }
}

// LMDB reports a full disk as EIO: ask the system before blaming the medium.
Error BatchWriter::write_error(int number) const {
  const bool may_be_space =
      number == EIO || number == ENOSPC || number == EFBIG || number == EDQUOT;
  struct statvfs facts {};
  struct rlimit limit {};
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path_, error);
  if (!may_be_space || statvfs(path_.c_str(), &facts) != 0 || error ||
      getrlimit(RLIMIT_FSIZE, &limit) != 0) {
    return lmdb_error(number, "write the case " + path_.string());
  }
  const std::uint64_t free_bytes = std::uint64_t{facts.f_bavail} * facts.f_frsize;
  const std::uint64_t wanted = 4 * bytes_;
  const std::string doing = "no room to write the case " + path_.string() + ": ";
  if (limit.rlim_cur != RLIM_INFINITY && size + wanted > limit.rlim_cur) {
    return Error{
        Code::kIo, 0,
        doing + "a file of this process may have " + std::to_string(limit.rlim_cur >> 20) + " MiB"};
  }
  if (number != EIO || free_bytes < wanted) {
    return Error{Code::kIo, 0,
                 doing + std::to_string(free_bytes >> 20) + " MiB are free on its file system"};
  }
  return lmdb_error(number, "write the case " + path_.string());
}

}  // namespace dirsnap
