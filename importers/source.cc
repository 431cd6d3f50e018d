// SPDX-License-Identifier: MIT
#include "importers/source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <openssl/evp.h>

#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kHashStepBytes = std::size_t{1} << 20;

std::string reason(int error) { return std::generic_category().message(error); }

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

struct DigestDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Joined to the range before where that ends here.
void add_unreadable(SourceHash& hash, std::uint64_t offset, std::size_t size, std::string why) {
  if (hash.unreadable.empty()) hash.reason = std::move(why);
  if (!hash.unreadable.empty()) {
    UnreadableRange& last = hash.unreadable.back();
    if (last.offset + last.size_bytes == offset) {
      last.size_bytes += size;
      return;
    }
  }
  hash.unreadable.push_back({.offset = offset, .size_bytes = size});
}

}  // namespace

Result<FileSource::Stamp> FileSource::stamp_of(int fd) {
  struct stat info = {};
  if (fstat(fd, &info) != 0) return fail(Code::kIo, reason(errno));
  if (!S_ISREG(info.st_mode)) return fail(Code::kUnsupported, "not a regular file");
  return Stamp{.size_bytes = static_cast<std::uint64_t>(info.st_size),
               .modified_ns = nanoseconds(info.st_mtim),
               .changed_ns = nanoseconds(info.st_ctim)};
}

Result<std::unique_ptr<FileSource>> FileSource::open(const fs::path& path) {
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  // Reading must not even touch the access time; only the owner may ask for that.
  int fd = ::open(path.c_str(), kFlags | O_NOATIME);
  if (fd < 0 && errno == EPERM) fd = ::open(path.c_str(), kFlags);
  if (fd < 0) {
    const int error = errno;
    return fail(error == ENOENT ? Code::kNotFound : Code::kIo, reason(error));
  }
  auto stamp = stamp_of(fd);
  if (!stamp) {
    ::close(fd);
    return tl::unexpected<Error>(std::move(stamp).error());
  }
  return std::unique_ptr<FileSource>(new FileSource(fd, *stamp));
}

FileSource::~FileSource() { ::close(fd_); }

Result<std::size_t> FileSource::read_at(std::uint64_t offset, std::span<std::byte> out) {
  std::size_t have = 0;
  while (have < out.size()) {
    const ssize_t n =
        ::pread(fd_, out.data() + have, out.size() - have, static_cast<off_t>(offset + have));
    if (n == 0) break;
    if (n > 0) {
      have += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      return fail(Code::kIo, offset + have, reason(errno));
    }
  }
  return have;
}

std::string FileSource::modified_at() const {
  return iso_from_unix_us(stamp_.modified_ns / 1000).value_or("");
}

Result<bool> FileSource::has_changed() const {
  DIRSNAP_TRY(const Stamp now, stamp_of(fd_));
  return now != stamp_;
}

Result<std::size_t> read_readable(ByteSource& source,
                                  std::uint64_t offset,
                                  std::span<std::byte> out,
                                  SourceHash& hash) {
  auto whole = source.read_at(offset, out);
  if (whole || whole.error().code != Code::kIo) return whole;
  // One bad sector fails the read of all: each step by itself.
  const auto left =
      static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), source.size_bytes() - offset));
  for (std::size_t at = 0; at < left;) {
    const auto step = out.subspan(at, std::min(kReadableStepBytes, left - at));
    auto have = source.read_at(offset + at, step);
    if (have && *have < step.size()) return at + *have;
    if (!have) {
      if (have.error().code != Code::kIo) return have;
      std::fill(step.begin(), step.end(), std::byte{0});
      add_unreadable(hash, offset + at, step.size(), have.error().what);
    }
    at += step.size();
  }
  return left;
}

Result<SourceHash> hash_source(ByteSource& source,
                               const CancelToken& cancel,
                               const std::function<void(std::uint64_t)>& on_bytes) {
  const std::unique_ptr<EVP_MD_CTX, DigestDeleter> digest(EVP_MD_CTX_new());
  if (!digest || EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) != 1) {
    return fail(Code::kIo, "SHA-256 is not available");
  }
  SourceHash out;
  std::vector<std::byte> buffer(kHashStepBytes);
  for (std::uint64_t at = 0; at < source.size_bytes();) {
    DIRSNAP_CHECK(cancel.check());
    DIRSNAP_TRY(const std::size_t have, read_readable(source, at, buffer, out));
    if (have == 0) return fail(Code::kTruncated, at, "the file became shorter while it was read");
    EVP_DigestUpdate(digest.get(), buffer.data(), have);
    at += have;
    if (on_bytes) on_bytes(have);
  }
  // With zeros in place of what the file holds it would be the hash of another file.
  if (!out.unreadable.empty()) return out;
  std::array<std::byte, EVP_MAX_MD_SIZE> sum;
  unsigned size = 0;
  EVP_DigestFinal_ex(digest.get(), reinterpret_cast<unsigned char*>(sum.data()), &size);
  out.sha256 = to_hex(Bytes(sum).first(size));
  return out;
}

Result<std::vector<fs::path>> list_files(
    const fs::path& root, const std::function<void(const fs::path&, std::string)>& on_skipped) {
  std::error_code error;
  const fs::file_status status = fs::status(root, error);
  if (status.type() == fs::file_type::not_found)
    return fail(Code::kNotFound, "no such file or folder");
  if (error) return fail(Code::kIo, error.message());
  if (status.type() != fs::file_type::directory) return std::vector<fs::path>{root};

  std::vector<fs::path> files;
  fs::recursive_directory_iterator at(root, error);
  if (error) return fail(Code::kIo, error.message());
  for (const fs::recursive_directory_iterator end; at != end; at.increment(error)) {
    if (error) {
      on_skipped(root, error.message());
      break;
    }
    std::error_code entry_error;
    const fs::file_status entry = at->symlink_status(entry_error);
    if (entry.type() == fs::file_type::regular) {
      files.push_back(at->path());
    } else if (entry.type() != fs::file_type::directory) {
      on_skipped(at->path(), entry.type() == fs::file_type::symlink ? "a link, not followed"
                                                                    : "not a regular file");
    } else if (::access(at->path().c_str(), R_OK | X_OK) != 0) {
      on_skipped(at->path(), reason(errno));
      at.disable_recursion_pending();
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<fs::path> find_sibling(const fs::path& path, std::string_view suffix) {
  const std::string wanted = path.filename().string() + std::string(suffix);
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::optional<fs::path> first;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name == wanted) return at->path();
    if (!equal_ascii_nocase(name, wanted)) continue;
    if (!first || at->path() < *first) first = at->path();
  }
  return first;
}

std::vector<std::string> files_beside(const fs::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->symlink_status(ignored).type() == fs::file_type::regular) {
      names.push_back(at->path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace dirsnap
