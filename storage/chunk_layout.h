// SPDX-License-Identifier: MIT
//
// Places of the fields of an encoded chunk (FORMAT.md section 4), shared by encoder and parser.
// Units: bytes from the chunk's first byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "storage/value.h"

namespace dirsnap::chunk_layout {

enum class Encoding : std::uint8_t {
  kFixed = 1,       // numbers of one width
  kPlain = 2,       // offsets + bytes
  kDictionary = 3,  // codes + distinct texts
  kMixed = 4,       // a type for each value + offsets + bytes
  kApart = 5,       // every value stands in a record of its own
};

enum class Presence : std::uint8_t {
  kByRow = 0,   // slot = row; absent rows are told by the payload
  kBitmap = 1,  // slot = row; one bit a row (kFixed only)
  kList = 2,    // slot i belongs to row list[i]
};

inline constexpr std::size_t kEncoding = 0;     // u8
inline constexpr std::size_t kType = 1;         // u8 ValueType, 0 for kMixed
inline constexpr std::size_t kPresence = 2;     // u8
inline constexpr std::size_t kWidth = 3;        // u8 of a number or a code
inline constexpr std::size_t kOffsetWidth = 4;  // u8 0, 2 or 4
inline constexpr std::size_t kCStrings = 5;     // u8 1: no text here holds a NUL of its own
inline constexpr std::size_t kRows = 6;         // u16
inline constexpr std::size_t kPresent = 8;      // u16 values in this chunk
inline constexpr std::size_t kDistinct = 10;    // u16 entries of the dictionary
inline constexpr std::size_t kLongs = 12;       // u16 values in records of their own
inline constexpr std::size_t kReserved2 = 14;   // u16 zero
inline constexpr std::size_t kHeaderSize = 16;
inline constexpr std::size_t kMin = 16;  // i64, kFixed integers only
inline constexpr std::size_t kMax = 24;  // i64, kFixed integers only
inline constexpr std::size_t kFixedHeaderSize = 32;

// Type byte of a kMixed value that is the value of the same row in the next column.
inline constexpr std::uint8_t kTwinType = 5;

// A number at any alignment.
template <class T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// Number `index` of an array of numbers `width` bytes wide; 0 for width 0.
inline std::uint64_t load_width(const std::byte* base, std::uint32_t index, std::uint8_t width) {
  switch (width) {
    case 1:
      return std::to_integer<std::uint64_t>(base[index]);
    case 2:
      return load<std::uint16_t>(base + std::size_t{index} * 2);
    case 4:
      return load<std::uint32_t>(base + std::size_t{index} * 4);
    case 8:
      return load<std::uint64_t>(base + std::size_t{index} * 8);
    default:
      return 0;
  }
}

inline bool has_bytes(ValueType type) {
  return type == ValueType::kText || type == ValueType::kBlob;
}

}  // namespace dirsnap::chunk_layout
