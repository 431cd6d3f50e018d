// SPDX-License-Identifier: MIT
//
// An owned file descriptor and the few file operations of the store.
// Errors: kNotFound, kBusy, kIo with the system's text. Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "storage/base/result.h"

namespace dirsnap {

class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}
  ~FileHandle() { close(); }
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  void close();

 private:
  int fd_ = -1;
};

// The error of a failed system call; `doing` completes "cannot ...".
Error system_error(int number, const std::string& doing);

// A regular file, for reading. Fails with kNotFound, kIo.
Result<FileHandle> open_regular_file(const std::filesystem::path& path);
Result<std::uint64_t> file_size(const FileHandle& file);

// Fills `out` from `offset` on. Fails with kCorrupt where the file ends before.
Result<void> read_exactly(const FileHandle& file, std::uint64_t offset, std::span<std::byte> out);

// A copy that no other process can reach or change: in memory, or for a large file in an unnamed
// file of the temporary folder.
Result<FileHandle> private_copy(const FileHandle& file);

// A new, empty file that only its owner may read: `path` + ".tmp-" + random letters, put into
// `made`.
Result<FileHandle> create_beside(const std::filesystem::path& path, std::filesystem::path& made);

// An exclusive lock that ends with the handle, however the process ends. Fails with kBusy.
Result<void> lock_file(const FileHandle& file);

// Renames without replacing, on file systems too that know no such rename. 0, or the errno of what
// failed: EEXIST where `to` is there.
int rename_unless_exists(const std::filesystem::path& from, const std::filesystem::path& to);

// Renames without replacing, and makes the new name durable. Fails with kUsage if `to` exists.
Result<void> rename_new(const std::filesystem::path& from, const std::filesystem::path& to);

// Removes files "<path>.tmp-*" of this user that no process holds the lock of.
void sweep_beside(const std::filesystem::path& path);

// Fails with kCorrupt where the lock file that LMDB would write to for this case is a link, has a
// second name or holds something else: writing to it would destroy that. kIo: it cannot be opened.
// None at all is well.
Result<void> check_lock_file(const std::filesystem::path& case_path);

// True if files can be made in the folder of `path`.
bool folder_is_writable(const std::filesystem::path& path);

}  // namespace dirsnap
