// SPDX-License-Identifier: MIT
//
// Evidence files: found, opened read-only, hashed, watched for change. The only code that opens
// sources. Never writes, locks or maps one; no file is made beside it.
// Units: bytes. Threads: FileSource::read_at may be called from several threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/base/byte_source.h"
#include "storage/base/cancel.h"

namespace dirsnap {

class FileSource final : public ByteSource {
 public:
  // Regular files only. Fails: kNotFound, kIo (rights), kUnsupported (folder, device, pipe).
  static Result<std::unique_ptr<FileSource>> open(const std::filesystem::path& path);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  [[nodiscard]] std::uint64_t size_bytes() const override { return size_bytes_; }
  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                            std::span<std::byte> out) override;

  // Modification time when opened, ISO 8601 UTC.
  [[nodiscard]] std::string modified_at() const;

  // True if size, modification or change time differ from those at open.
  [[nodiscard]] Result<bool> has_changed() const;

 private:
  struct Stamp {
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ns = 0;  // since 1970
    std::int64_t changed_ns = 0;   // inode change, since 1970
    bool operator==(const Stamp&) const = default;
  };
  FileSource(int fd, Stamp stamp) : fd_(fd), size_bytes_(stamp.size_bytes), stamp_(stamp) {}
  static Result<Stamp> stamp_of(int fd);

  int fd_;
  std::uint64_t size_bytes_;
  Stamp stamp_;
};

// A part of a source that its medium does not give.
struct UnreadableRange {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
};

// What one sequential pass over a source tells.
struct SourceHash {
  std::string sha256;  // lower-case hex; empty where a part could not be read: there is none then
  std::vector<UnreadableRange> unreadable;  // in order, apart from each other
  std::string reason;                       // the system's word on the first of them
};

// Reads the whole source once. What the medium does not give is passed over in steps of
// kReadableStepBytes. `on_bytes` (may be empty) is told the bytes of each step. Fails with
// kTruncated if the source shrank, kInterrupted, kLimit.
inline constexpr std::size_t kReadableStepBytes = 4096;
Result<SourceHash> hash_source(ByteSource& source,
                               const CancelToken& cancel,
                               const std::function<void(std::uint64_t)>& on_bytes);

// Fills `out` from `offset` on like read_at(), with zeros for what the medium does not give; that
// is added to `hash`. Fails as read_at() does for all other reasons.
Result<std::size_t> read_readable(ByteSource& source,
                                  std::uint64_t offset,
                                  std::span<std::byte> out,
                                  SourceHash& hash);

// Regular files below a folder, in the order of their paths; or the file itself. Links, devices
// and unreadable folders are reported through `on_skipped(path, reason)`.
Result<std::vector<std::filesystem::path>> list_files(
    const std::filesystem::path& root,
    const std::function<void(const std::filesystem::path&, std::string)>& on_skipped);

// The file beside `path` whose name is its name plus `suffix`: spelled like that, else the first in
// the order of names that differs in ASCII case alone.
std::optional<std::filesystem::path> find_sibling(const std::filesystem::path& path,
                                                  std::string_view suffix);

// Names of the regular files in the folder of `path`, itself among them, sorted; links are left
// out.
std::vector<std::string> files_beside(const std::filesystem::path& path);

}  // namespace dirsnap
