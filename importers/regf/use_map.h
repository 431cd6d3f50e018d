// SPDX-License-Identifier: MIT
//
// Which cells and bytes of a hive the living tree uses.
// Units: offsets count bytes from the start of the bins data.
// Memory: three bits per eight bytes of the hive. Threads: one thread per map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dirsnap::regf {

// What the living tree uses: cells that were met, and the bytes inside them that mean something.
// What is left holds deleted records.
class UseMap {
 public:
  explicit UseMap(std::size_t bins_bytes)
      : cells_(bins_bytes / 8 + 1), words_(bins_bytes / kWordBytes + 1) {}

  // True if the cell was not marked before. REQUIRES: offset is inside the bins data.
  bool mark(std::uint32_t offset) {
    if (cells_[offset / 8]) return false;
    cells_[offset / 8] = true;
    return true;
  }
  [[nodiscard]] bool is_marked(std::uint64_t offset) const {
    return offset / 8 < cells_.size() && cells_[static_cast<std::size_t>(offset / 8)];
  }

  // Bytes are counted in units of four; a part of the bins data only.
  void cover(std::uint64_t begin, std::uint64_t bytes);
  [[nodiscard]] bool is_covered(std::uint64_t at) const {
    if (at / kWordBytes >= words_.size()) return false;
    return (words_[static_cast<std::size_t>(at / kWordBytes)] >> (at / kUnitBytes % 64) & 1) != 0;
  }
  // First place at or behind `at` that is covered, or that is not, or `limit`. Takes time by what
  // lies between.
  [[nodiscard]] std::uint64_t next_covered(std::uint64_t at, std::uint64_t limit) const {
    return next(at, limit, 0);
  }
  [[nodiscard]] std::uint64_t next_uncovered(std::uint64_t at, std::uint64_t limit) const {
    return next(at, limit, ~std::uint64_t{0});
  }

 private:
  // `flip`: turns the bits that are looked for into ones.
  [[nodiscard]] std::uint64_t next(std::uint64_t at, std::uint64_t limit, std::uint64_t flip) const;

  static constexpr std::size_t kUnitBytes = 4;
  static constexpr std::size_t kWordBytes = 64 * kUnitBytes;  // of the bins data in one word
  std::vector<bool> cells_;
  std::vector<std::uint64_t> words_;  // one bit a unit, the lowest first
};

}  // namespace dirsnap::regf
