// SPDX-License-Identifier: MIT
//
// An index as arrays, each cut into records of at most kPartBytes. FORMAT.md section 5.
// Units: bytes from the header record's first byte.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "storage/base/result.h"
#include "storage/value_order.h"

namespace dirsnap::index_layout {

enum class Kind : std::uint8_t {
  kIntegers = 1,  // every value is an integer; the distinct ones stand in the array kKeys
  kByRow = 2,     // a distinct value is the value of its first row; equality by hash
  kHashed = 3,    // rows by the hash of their value, nothing else
};

enum Array : std::uint16_t {
  kHeader = 0,
  kRows = 1,        // row numbers by value (kHashed: by hash), then by row
  kStarts = 2,      // position in kRows of each distinct value's first row, and the end; absent
                    // where every value is distinct; kHashed: u32 distinct hashes
  kKeys = 3,        // kIntegers: distinct values less the base
  kBuckets = 4,     // kByRow: where in kEntries (kHashed: in kRows) each bucket begins, and the end
  kEntries = 5,     // kByRow: u32 low half of the hash, u32 ordinal; by bucket
  kMarks = 6,       // kHashed: u8 for each of kRows: the bits of the hash below the bucket's
  kKindRows = 7,    // instead of kRows where values go by kind: u32 where in the relation's rows by
                    // kind those of each kind begin, kinds by value, then by number
  kKindStarts = 8,  // u32 position in the index of each of these kinds' first row
  kRowsByKind = 9,  // row numbers by kind, then by row; once a relation, with the first column
                    // whose values go by kind and that has an index
};

inline constexpr std::size_t kKind = 0;         // u8
inline constexpr std::size_t kRowsWidth = 1;    // u8 2 or 4
inline constexpr std::size_t kStartsWidth = 2;  // u8 0 (absent), 2, 4 or 8
inline constexpr std::size_t kKeysWidth = 3;    // u8 0, 1, 2, 4 or 8
inline constexpr std::size_t kDistinct = 4;     // u32; kHashed: 0
inline constexpr std::size_t kTotal = 8;        // u64 rows that are not NULL
inline constexpr std::size_t kKeyBase = 16;     // i64
inline constexpr std::size_t kBucketBits = 24;  // u8; bucket = top bits of the hash
inline constexpr std::size_t kUniform = 25;     // u8 1: rows of one value have the same bytes
inline constexpr std::size_t kKinds = 28;       // u32 kinds of kKindRows; 0: the index has kRows
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

  // Where the numbers [first, end) stand side by side, `width` bytes each; null: elsewhere, or not
  // so.
  [[nodiscard]] const std::byte* run(std::uint64_t first,
                                     std::uint64_t end,
                                     std::uint8_t width) const {
    if (width_ != width || first >= end) return nullptr;
    const std::uint64_t at = first * width;
    return at >> kPartBits == (end * width - 1) >> kPartBits
               ? parts_[at >> kPartBits] + (at & (kPartBytes - 1))
               : nullptr;
  }

  // The numbers from `first` on, each below 2^32. REQUIRES: the array has so many.
  void read(std::uint64_t first, std::span<std::uint32_t> out) const {
    while (!out.empty() && (width_ == 2 || width_ == 4)) {
      const std::uint64_t at = first * width_;
      const std::byte* const place = parts_[at >> kPartBits] + (at & (kPartBytes - 1));
      const std::uint64_t here = (kPartBytes - (at & (kPartBytes - 1))) / width_;
      const std::span<std::uint32_t> some =
          out.first(static_cast<std::size_t>(std::min<std::uint64_t>(here, out.size())));
      if (width_ == 2) {
        copy_as<std::uint16_t>(place, some);
      } else {
        copy_as<std::uint32_t>(place, some);
      }
      first += some.size();
      out = out.subspan(some.size());
    }
    for (std::uint32_t& number : out) number = static_cast<std::uint32_t>((*this)[first++]);
  }

 private:
  template <class T>
  static void copy_as(const std::byte* place, std::span<std::uint32_t> out) {
    for (std::uint32_t& number : out) {
      T stored = 0;
      std::memcpy(&stored, place, sizeof stored);
      place += sizeof stored;
      number = stored;
    }
  }

  std::vector<const std::byte*> parts_;
  std::uint8_t width_ = 0;
};

// Receives part `part` of an array, in key order.
using Sink =
    std::function<Result<void>(Array array, std::uint32_t part, std::vector<std::byte> bytes)>;

inline std::uint8_t width_of(std::uint64_t largest) {
  if (largest == 0) return 0;
  if (largest <= UINT8_MAX) return 1;
  if (largest <= UINT16_MAX) return 2;
  return largest <= UINT32_MAX ? 4 : 8;
}

inline std::uint8_t row_width(std::uint64_t relation_rows) {
  return relation_rows <= UINT16_MAX ? 2 : 4;
}

// Cuts an array of numbers of `sizeof(T)` bytes into parts and hands them out.
template <class T, class Get>
Result<void> write_numbers(const Sink& sink, Array array, std::uint64_t count, Get get) {
  constexpr std::uint64_t kPerPart = kPartBytes / sizeof(T);
  std::uint32_t part = 0;
  for (std::uint64_t at = 0; at < count; ++part) {
    const std::uint64_t end = std::min(count, at + kPerPart);
    std::vector<std::byte> bytes((end - at) * sizeof(T));
    for (std::byte* out = bytes.data(); at < end; ++at, out += sizeof(T)) {
      const auto value = static_cast<T>(get(at));
      std::memcpy(out, &value, sizeof value);
    }
    DIRSNAP_CHECK(sink(array, part, std::move(bytes)));
  }
  return {};
}

// The same with `width` bytes each.
template <class Get>
Result<void> write_array(const Sink& sink,
                         Array array,
                         std::pair<std::uint64_t, std::uint8_t> count_and_width,
                         Get get) {
  const auto [count, width] = count_and_width;
  switch (width) {
    case 0:
      return {};
    case 1:
      return write_numbers<std::uint8_t>(sink, array, count, get);
    case 2:
      return write_numbers<std::uint16_t>(sink, array, count, get);
    case 4:
      return write_numbers<std::uint32_t>(sink, array, count, get);
    default:
      return write_numbers<std::uint64_t>(sink, array, count, get);
  }
}

// What a kHashed index knows of a value: equal values, whatever their case, have equal hashes; 0 is
// kept for rows without a value.
inline std::uint32_t index_hash(std::uint64_t folded_hash) {
  const auto hash = static_cast<std::uint32_t>(folded_hash >> 32);
  return hash == 0 ? 1 : hash;
}
inline std::uint32_t index_hash(const ValueView& value) {
  return index_hash(hash_value(value, Collation::kFold));
}
inline constexpr unsigned kMostHashBits = 24;
inline std::uint32_t hash_bucket(std::uint32_t hash, unsigned bits) {
  return bits == 0 ? 0 : hash >> (32 - bits);
}
inline std::uint8_t hash_mark(std::uint32_t hash, unsigned bits) {
  return static_cast<std::uint8_t>(hash >> (24 - bits));
}

}  // namespace dirsnap::index_layout
