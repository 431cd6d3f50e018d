// SPDX-License-Identifier: MIT
//
// A source that notes when its medium fails: an importer's kIo comes from there or from the case
// that it writes to, and only the latter ends a run.
// Lifetime: the flag outlives the source. Threads: as ByteSource.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <utility>

#include "importers/source.h"

namespace dirsnap {

class WatchedSource final : public ByteSource {
 public:
  // REQUIRES: the source outlives this.
  WatchedSource(ByteSource& source, std::atomic<bool>& medium_failed)
      : source_(source), medium_failed_(medium_failed) {}
  WatchedSource(std::unique_ptr<ByteSource> source, std::atomic<bool>& medium_failed)
      : own_(std::move(source)), source_(*own_), medium_failed_(medium_failed) {}

  [[nodiscard]] std::uint64_t size_bytes() const override { return source_.size_bytes(); }
  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                            std::span<std::byte> out) override {
    auto had = source_.read_at(offset, out);
    if (!had && had.error().code == Code::kIo) medium_failed_ = true;
    return had;
  }

 private:
  std::unique_ptr<ByteSource> own_;  // null: only borrowed
  ByteSource& source_;
  std::atomic<bool>& medium_failed_;
};

// Null where the file cannot be opened.
inline std::unique_ptr<ByteSource> open_watched(const std::filesystem::path& path,
                                                std::atomic<bool>& medium_failed) {
  auto file = FileSource::open(path);
  if (!file) return nullptr;
  return std::make_unique<WatchedSource>(std::move(*file), medium_failed);
}

}  // namespace dirsnap
