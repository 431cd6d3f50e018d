// SPDX-License-Identifier: MIT
#include "storage/case_file.h"

#include <algorithm>
#include <unistd.h>

#include "storage/case_impl.h"
#include "storage/checker.h"
#include "storage/records.h"

namespace dirsnap {
namespace {

constexpr std::uint64_t kLeastMapSize = std::uint64_t{1} << 30;
// Up to this size the structure is checked at every open: with the file in the page cache it takes
// about 1 ms for 100 MiB, because values are not read.
constexpr std::uint64_t kAlwaysChecked = std::uint64_t{2} << 30;

std::uint64_t map_size_for(std::uint64_t file_size_bytes) {
  // A multiple of any page size.
  const std::uint64_t wanted = std::max(2 * file_size_bytes, kLeastMapSize);
  return (wanted + 0xFFFF) & ~std::uint64_t{0xFFFF};
}

Result<void> check_case(Env& env) {
  DIRSNAP_TRY(const Txn txn, Txn::begin(env, Txn::Kind::kRead));
  DIRSNAP_TRY(const std::optional<Bytes> meta, txn.get(Db::kMeta, as_bytes(kMetaKey)));
  if (!meta) return fail(Code::kCorrupt, "not a dirsnap case: the meta record is missing");
  return check_meta(*meta);
}

Result<void> write_meta(Env& env) {
  DIRSNAP_TRY(Txn txn, Txn::begin(env, Txn::Kind::kWrite));
  const auto page_size = static_cast<std::uint32_t>(sysconf(_SC_PAGESIZE));
  int rc = txn.put(Db::kMeta, as_bytes(kMetaKey), encode_meta(page_size));
  if (rc == 0) rc = txn.commit();
  if (rc != 0) return tl::unexpected<Error>(lmdb_error(rc, "write the new case"));
  return {};
}

// A new case is built under a private name and published with its first snapshot.
Result<void> create_case(CaseFile::Impl& impl) {
  DIRSNAP_CHECK(check_lock_file(impl.path));
  sweep_beside(impl.path);
  DIRSNAP_TRY(impl.new_file, create_beside(impl.path, impl.work_path));
  DIRSNAP_CHECK(lock_file(impl.new_file));
  const Env::Options options{.read_only = false,
                             .no_lock = true,
                             .create = true,
                             .unsynced = true,
                             .map_size_bytes = map_size_for(0)};
  DIRSNAP_TRY(impl.env, Env::open(impl.work_path, options));
  return write_meta(*impl.env);
}

// Checks the structure, then lets LMDB in.
Result<void> open_case(CaseFile::Impl& impl, bool untrusted) {
  DIRSNAP_TRY(FileHandle file, open_regular_file(impl.path));
  DIRSNAP_TRY(const std::uint64_t size, file_size(file));
  impl.work_path = impl.path;
  std::filesystem::path mapped = impl.path;
  if (untrusted) {
    if (impl.mode != OpenMode::kRead) {
      return fail(Code::kUsage, "an untrusted case is never written to");
    }
    DIRSNAP_TRY(impl.copy, private_copy(file));
    file.close();
    mapped = "/proc/self/fd/" + std::to_string(impl.copy.get());
  }
  if (untrusted || size <= kAlwaysChecked) {
    DIRSNAP_CHECK(check_structure(untrusted ? impl.copy : file));
  }
  const bool read_only = impl.mode == OpenMode::kRead;
  const bool no_lock = untrusted || (read_only && !folder_is_writable(impl.path));
  if (!no_lock) DIRSNAP_CHECK(check_lock_file(impl.path));
  const Env::Options options{.read_only = read_only,
                             .no_lock = no_lock,
                             .create = false,
                             .map_size_bytes = map_size_for(size)};
  DIRSNAP_TRY(impl.env, Env::open(mapped, options));
  return check_case(*impl.env);
}

}  // namespace

CaseFile::Impl::~Impl() {
  env.reset();
  if (new_file.is_open() && work_path != path) ::unlink(work_path.c_str());
}

Result<void> CaseFile::Impl::publish() {
  if (work_path == path) return {};
  env.reset();  // it knows the file by its private name and without locks
  if (fsync(new_file.get()) != 0) {
    return tl::unexpected<Error>(system_error(errno, "sync the new case"));
  }
  DIRSNAP_CHECK(rename_new(work_path, path));
  work_path = path;
  new_file.close();
  return open_case(*this, false);
}

CaseFile::CaseFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CaseFile::~CaseFile() = default;

Result<std::unique_ptr<CaseFile>> CaseFile::open(const std::filesystem::path& path,
                                                 OpenMode mode,
                                                 const CaseOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->work_path = path;
  impl->mode = mode;
  std::error_code error;
  const bool is_new = mode == OpenMode::kReadWrite && !std::filesystem::exists(path, error);
  DIRSNAP_CHECK(is_new ? create_case(*impl) : open_case(*impl, options.untrusted));
  return std::unique_ptr<CaseFile>(new CaseFile(std::move(impl)));
}

const std::filesystem::path& CaseFile::path() const { return impl_->path; }

std::uint64_t CaseFile::size_bytes() const {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(impl_->work_path, error);
  return error ? 0 : size;
}

}  // namespace dirsnap
