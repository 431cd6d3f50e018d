// SPDX-License-Identifier: MIT
//
// Bounds-checked loads from untrusted bytes.
// Units: offsets and sizes count bytes from the start of the span.
// Lifetime: subspan() borrows; nothing here allocates except for error text.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include "storage/base/result.h"

namespace dirsnap {

using Bytes = std::span<const std::byte>;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "load_le and load_be assume a little-endian machine");

// True if `size` bytes lie inside `bytes` from `at` on; never overflows.
constexpr bool has(Bytes bytes, std::uint64_t at, std::uint64_t size) {
  return at <= bytes.size() && bytes.size() - at >= size;
}

// REQUIRES: has(bytes, at, sizeof(T)).
template <class T>
T load_le(Bytes bytes, std::size_t at) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// Big-endian load of an unsigned integer. REQUIRES: has(bytes, at, sizeof(T)).
template <class T>
T load_be(Bytes bytes, std::size_t at) {
  static_assert(std::is_unsigned_v<T>);
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) |
                           std::to_integer<std::uint64_t>(bytes[at + i]));
  }
  return value;
}

// Little-endian read with a bounds check.
template <class T>
Result<T> read_le(Bytes bytes, std::uint64_t at) {
  if (!has(bytes, at, sizeof(T))) return fail(Code::kTruncated, at, "read past the end");
  return load_le<T>(bytes, static_cast<std::size_t>(at));
}

inline Result<std::uint8_t> u8(Bytes b, std::uint64_t at) { return read_le<std::uint8_t>(b, at); }
inline Result<std::uint16_t> u16(Bytes b, std::uint64_t at) {
  return read_le<std::uint16_t>(b, at);
}
inline Result<std::uint32_t> u32(Bytes b, std::uint64_t at) {
  return read_le<std::uint32_t>(b, at);
}
inline Result<std::uint64_t> u64(Bytes b, std::uint64_t at) {
  return read_le<std::uint64_t>(b, at);
}

// `size` bytes from `at` on, or kTruncated.
inline Result<Bytes> subspan(Bytes bytes, std::uint64_t at, std::uint64_t size) {
  if (!has(bytes, at, size)) return fail(Code::kTruncated, at, "range past the end");
  return bytes.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
}

// The same memory seen as characters or as bytes.
inline std::string_view as_chars(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

}  // namespace dirsnap
