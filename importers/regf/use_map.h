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
      : cells_(bins_bytes / 8 + 1), units_(bins_bytes / kUnitBytes + 1) {}

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
    return at / kUnitBytes < units_.size() && units_[static_cast<std::size_t>(at / kUnitBytes)];
  }
  // First covered place at or behind `at`, or the end.
  [[nodiscard]] std::uint64_t next_covered(std::uint64_t at) const;

 private:
  static constexpr std::size_t kUnitBytes = 4;
  std::vector<bool> cells_;
  std::vector<bool> units_;
};

}  // namespace dirsnap::regf
