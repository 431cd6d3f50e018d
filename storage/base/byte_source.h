// SPDX-License-Identifier: MIT
//
// The one seam through which format code reads evidence: random access to the bytes of a source.
// Sources are never written, locked or mapped (a file cut short under a map is SIGBUS).
// Threads: read_at may be called from several threads at once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "storage/base/byte_reader.h"
#include "storage/base/result.h"

namespace dirsnap {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Size when the source was opened, in bytes.
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;

  // Fills `out` from `offset` on. Returns the number of bytes had, less than out.size() only
  // where the source ends. Fails with kIo when the medium does.
  [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset,
                                                    std::span<std::byte> out) = 0;
};

// A source in memory, for tests and for replayed hives.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::uint64_t size_bytes() const override { return bytes_.size(); }
  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                            std::span<std::byte> out) override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const std::size_t have = std::min(out.size(), bytes_.size() - static_cast<std::size_t>(offset));
    std::memcpy(out.data(), bytes_.data() + offset, have);
    return have;
  }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace dirsnap
