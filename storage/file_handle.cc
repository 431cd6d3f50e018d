// SPDX-License-Identifier: MIT
#include "storage/file_handle.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "storage/base/byte_reader.h"
#include "storage/lmdb_page.h"

namespace dirsnap {
namespace {

constexpr std::string_view kTemporary = ".tmp-";

std::filesystem::path folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

std::string random_letters() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  std::random_device device;
  std::string letters;
  for (int i = 0; i < 10; ++i) letters.push_back(kLetters[device() % kLetters.size()]);
  return letters;
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const FileHandle handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some network file systems cannot sync a folder and say EINVAL.
  if (!handle.is_open() || (fsync(handle.get()) != 0 && errno != EINVAL)) {
    return tl::unexpected<Error>(system_error(errno, "sync the folder " + folder.string()));
  }
  return {};
}

constexpr std::uint64_t kLargestMemoryCopy = std::uint64_t{512} << 20;

int unnamed_file() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  return ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

Result<void> copy_bytes(const FileHandle& from, const FileHandle& to, std::uint64_t size) {
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  for (std::uint64_t at = 0; at < size;) {
    const auto part = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), size - at));
    DIRSNAP_CHECK(read_exactly(from, at, part));
    const ssize_t put = pwrite(to.get(), part.data(), part.size(), static_cast<off_t>(at));
    if (put <= 0) {
      return tl::unexpected<Error>(system_error(errno, "make a private copy of the case"));
    }
    at += static_cast<std::uint64_t>(put);
  }
  return {};
}

// Removes the file if it is ours and nobody holds its lock.
void remove_if_dead(const std::filesystem::path& path) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat facts {};
  if (!file.is_open() || fstat(file.get(), &facts) != 0) return;
  if (!S_ISREG(facts.st_mode) || facts.st_uid != geteuid()) return;
  if (lock_file(file)) ::unlink(path.c_str());
}

// LMDB writes a number of its own first (observed in files of 0.9.24: that of the data file).
bool is_lock_table(const FileHandle& file, std::uint64_t size) {
  std::array<std::byte, sizeof lmdb_page::kMagic> head{};
  if (size == 0) return true;  // made, and not yet used
  return read_exactly(file, 0, head) && load_le<std::uint32_t>(head, 0) == lmdb_page::kMagic;
}

}  // namespace

void FileHandle::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Error system_error(int number, const std::string& doing) {
  const Code code = number == ENOENT                            ? Code::kNotFound
                    : number == EAGAIN || number == EWOULDBLOCK ? Code::kBusy
                                                                : Code::kIo;
  return Error{code, 0, "cannot " + doing + ": " + std::strerror(number)};
}

Result<FileHandle> open_regular_file(const std::filesystem::path& path) {
  FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file.is_open()) {
    return tl::unexpected<Error>(system_error(errno, "open " + path.string()));
  }
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) {
    return tl::unexpected<Error>(system_error(errno, "open " + path.string()));
  }
  if (!S_ISREG(facts.st_mode)) return fail(Code::kIo, path.string() + " is not a regular file");
  return file;
}

Result<std::uint64_t> file_size(const FileHandle& file) {
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) {
    return tl::unexpected<Error>(system_error(errno, "get the size of a file"));
  }
  return static_cast<std::uint64_t>(facts.st_size);
}

Result<void> read_exactly(const FileHandle& file, std::uint64_t offset, std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t got = pread(file.get(), out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected<Error>(system_error(errno, "read the case"));
    if (got == 0) return fail(Code::kCorrupt, offset, "the case file is cut");
    offset += static_cast<std::uint64_t>(got);
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

Result<FileHandle> private_copy(const FileHandle& file) {
  DIRSNAP_TRY(const std::uint64_t size, file_size(file));
  const bool in_memory = size <= kLargestMemoryCopy;
  FileHandle copy(in_memory ? memfd_create("dirsnap-case", MFD_CLOEXEC | MFD_ALLOW_SEALING)
                            : unnamed_file());
  if (!copy.is_open()) {
    return tl::unexpected<Error>(system_error(errno, "make a private copy of the case"));
  }
  DIRSNAP_CHECK(copy_bytes(file, copy, size));
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (in_memory && fcntl(copy.get(), F_ADD_SEALS, kSeals) != 0) {
    return tl::unexpected<Error>(system_error(errno, "seal the private copy of the case"));
  }
  return copy;
}

Result<FileHandle> create_beside(const std::filesystem::path& path, std::filesystem::path& made) {
  constexpr mode_t kOwnerOnly = 0600;
  made = path;
  made += std::string(kTemporary) + random_letters();
  FileHandle file(
      ::open(made.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
  if (!file.is_open()) {
    Error error = system_error(errno, "create " + made.string());
    error.code = Code::kIo;  // a missing folder is the environment's fault, not a missing case
    return tl::unexpected<Error>(std::move(error));
  }
  return file;
}

Result<void> lock_file(const FileHandle& file) {
  if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) return {};
  return tl::unexpected<Error>(system_error(errno, "lock the case for writing"));
}

int rename_unless_exists(const std::filesystem::path& from, const std::filesystem::path& to) {
  int failed = renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  if (failed != 0 && (errno == EINVAL || errno == ENOSYS)) {
    // The file system knows no such rename: a second link does not replace either.
    failed = ::link(from.c_str(), to.c_str());
    if (failed == 0) ::unlink(from.c_str());
  }
  return failed == 0 ? 0 : errno;
}

Result<void> rename_new(const std::filesystem::path& from, const std::filesystem::path& to) {
  const int failed = rename_unless_exists(from, to);
  if (failed == EEXIST) {
    return fail(Code::kUsage, to.string() + " exists by now; it is not replaced");
  }
  if (failed != 0) {
    return tl::unexpected<Error>(system_error(failed, "rename the new case to " + to.string()));
  }
  return sync_folder(folder_of(to));
}

void sweep_beside(const std::filesystem::path& path) {
  const std::string prefix = path.filename().string() + std::string(kTemporary);
  std::error_code error;
  std::filesystem::directory_iterator entries(folder_of(path), error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    if (entries->path().filename().string().starts_with(prefix)) remove_if_dead(entries->path());
  }
}

Result<void> check_lock_file(const std::filesystem::path& case_path) {
  const std::string path = case_path.string() + "-lock";
  const FileHandle file(
      ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return {};
  if (!file.is_open() && errno != ELOOP) {  // a link
    return tl::unexpected<Error>(system_error(errno, "open " + path));
  }
  struct stat facts {};
  const bool is_plain = file.is_open() && fstat(file.get(), &facts) == 0 &&
                        S_ISREG(facts.st_mode) && facts.st_nlink == 1;
  if (is_plain && is_lock_table(file, static_cast<std::uint64_t>(facts.st_size))) return {};
  return fail(Code::kCorrupt, path +
                                  " is not the lock file of a case and would be written to: move "
                                  "it away, or read the case as untrusted");
}

bool folder_is_writable(const std::filesystem::path& path) {
  return faccessat(AT_FDCWD, folder_of(path).c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

}  // namespace dirsnap
