// SPDX-License-Identifier: MIT
#include "shell/output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "storage/file_handle.h"

namespace dirsnap {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;

std::string reason(int error) { return std::generic_category().message(error); }

int replace(const std::filesystem::path& from, const std::filesystem::path& to) {
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

std::string random_suffix() {
  std::random_device source;
  return fmt::format(".tmp-{:08x}{:08x}", source(), source());
}

}  // namespace

Output::Output(int fd, bool owned) : fd_(fd), owned_(owned), is_terminal_(::isatty(fd) == 1) {}

std::unique_ptr<Output> Output::borrow(int fd) {
  return std::unique_ptr<Output>(new Output(fd, false));
}

Result<std::unique_ptr<Output>> Output::create(const std::filesystem::path& path, bool force) {
  struct stat info {};
  const bool exists = ::lstat(path.c_str(), &info) == 0;
  if (exists && (S_ISCHR(info.st_mode) || S_ISFIFO(info.st_mode))) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return fail(Code::kIo, path.string() + ": " + reason(errno));
    std::unique_ptr<Output> output(new Output(fd, true));
    output->final_ = path;
    return output;
  }
  if (exists && S_ISDIR(info.st_mode))
    return fail(Code::kUsage, path.string() + ": a folder, not replaced");
  if (exists && !S_ISREG(info.st_mode) && force)
    return fail(Code::kUsage, path.string() + ": not a regular file, not replaced");
  if (exists && !force)
    return fail(Code::kUsage, path.string() + ": the file exists; --force replaces it");
  const std::filesystem::path temporary = path.string() + random_suffix();
  const int fd =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Code::kIo, path.string() + ": cannot be created: " + reason(errno));
  std::unique_ptr<Output> output(new Output(fd, true));
  output->force_ = force;
  output->temporary_ = temporary;
  output->final_ = path;
  return output;
}

Output::~Output() {
  if (!owned_) {
    flush();
    return;
  }
  ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void Output::write(std::string_view text) {
  if (error_ != 0) return;
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

void Output::flush() {
  std::size_t done = 0;
  while (error_ == 0 && done < buffer_.size()) {
    const ssize_t n = ::write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (n >= 0) {
      done += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  buffer_.clear();
}

bool Output::reader_gone() const { return error_ == EPIPE; }

Result<void> Output::finish() {
  flush();
  const std::string name = final_.empty() ? "output" : final_.string();
  if (error_ != 0) return fail(Code::kIo, name + ": cannot be written: " + reason(error_));
  if (temporary_.empty()) return {};
  if (::fsync(fd_) != 0) return fail(Code::kIo, name + ": " + reason(errno));
  const int failed =
      force_ ? replace(temporary_, final_) : rename_unless_exists(temporary_, final_);
  if (failed == EEXIST) return fail(Code::kUsage, name + ": appeared meanwhile; not replaced");
  if (failed != 0)
    return fail(Code::kIo, name + ": cannot be renamed into place: " + reason(failed));
  temporary_.clear();
  return {};
}

}  // namespace dirsnap
