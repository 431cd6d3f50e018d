// SPDX-License-Identifier: MIT
#include "tests/support/failing_medium.h"

#include <cerrno>
#include <sys/stat.h>
#include <sys/syscall.h>

// Not <unistd.h>: it would declare the functions that this file replaces.
extern "C" long syscall(long number, ...);

namespace dirsnap::test {
namespace {

struct {
  dev_t device = 0;
  ino_t inode = 0;  // 0: no file
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
} bad_place;

long read_or_fail(int fd, void* out, std::size_t size, off_t offset) {
  struct stat info = {};
  const auto begin = static_cast<std::uint64_t>(offset);
  if (bad_place.inode != 0 && fstat(fd, &info) == 0 && info.st_ino == bad_place.inode &&
      info.st_dev == bad_place.device && begin < bad_place.end && begin + size > bad_place.begin) {
    errno = EIO;
    return -1;
  }
  return syscall(SYS_pread64, fd, out, size, offset);
}

}  // namespace

BadPlace::BadPlace(const std::filesystem::path& path,
                   std::uint64_t offset,
                   std::uint64_t size_bytes) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) return;
  bad_place = {info.st_dev, info.st_ino, offset, offset + size_bytes};
}

BadPlace::~BadPlace() { bad_place = {}; }

}  // namespace dirsnap::test

extern "C" ssize_t pread(int fd, void* out, std::size_t size, off_t offset) {
  return dirsnap::test::read_or_fail(fd, out, size, offset);
}
extern "C" ssize_t pread64(int fd, void* out, std::size_t size, off_t offset) {
  return dirsnap::test::read_or_fail(fd, out, size, offset);
}
