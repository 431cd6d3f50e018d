// SPDX-License-Identifier: MIT
//
// An index as arrays, each cut into records of at most kPartBytes. FORMAT.md section 5.
// Units: bytes from the header record's first byte.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace dirsnap::index_layout {

enum class Kind : std::uint8_t {
  kIntegers = 1,  // every value is an integer; the distinct ones stand in the array kKeys
  kByRow = 2,     // a distinct value is the value of its first row; equality by hash
};

enum Array : std::uint16_t {
  kHeader = 0,
  kRows = 1,     // row numbers by value, then by row
  kStarts = 2,   // position in kRows of each distinct value's first row, and the end; absent
                 // where every value is distinct
  kKeys = 3,     // kIntegers: distinct values less the base
  kBuckets = 4,  // kByRow: where in kEntries each bucket begins, and the end
  kEntries = 5,  // kByRow: u32 low half of the hash, u32 ordinal; by bucket
};

inline constexpr std::size_t kKind = 0;         // u8
inline constexpr std::size_t kRowsWidth = 1;    // u8 2 or 4
inline constexpr std::size_t kStartsWidth = 2;  // u8 0 (absent), 2, 4 or 8
inline constexpr std::size_t kKeysWidth = 3;    // u8 0, 1, 2, 4 or 8
inline constexpr std::size_t kDistinct = 4;     // u32
inline constexpr std::size_t kTotal = 8;        // u64 rows that are not NULL
inline constexpr std::size_t kKeyBase = 16;     // i64
inline constexpr std::size_t kBucketBits = 24;  // u8; bucket = top bits of the hash
inline constexpr std::size_t kHeaderSize = 32;  // the rest is zero

inline constexpr std::size_t kPartBits = 20;
inline constexpr std::size_t kPartBytes = std::size_t{1} << kPartBits;

// Numbers of one width, read in place from the parts of one array.
class Numbers {
 public:
  Numbers() = default;
  Numbers(std::vector<const std::byte*> parts, std::uint8_t width)
      : parts_(std::move(parts)), width_(width) {}

  // REQUIRES: index is below the count the array was opened with.
  [[nodiscard]] std::uint64_t operator[](std::uint64_t index) const {
    if (width_ == 0) return 0;
    const std::uint64_t at = index * width_;
    const std::byte* place = parts_[at >> kPartBits] + (at & (kPartBytes - 1));
    std::uint64_t value = 0;
    switch (width_) {
      case 1:
        return std::to_integer<std::uint64_t>(*place);
      case 2:
        std::memcpy(&value, place, 2);
        return value;
      case 4:
        std::memcpy(&value, place, 4);
        return value;
      default:
        std::memcpy(&value, place, 8);
        return value;
    }
  }

 private:
  std::vector<const std::byte*> parts_;
  std::uint8_t width_ = 0;
};

}  // namespace dirsnap::index_layout
