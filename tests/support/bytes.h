// SPDX-License-Identifier: MIT
//
// Appending integers to byte strings, for the writers of test files.
// Units: bytes; a std::string is used as a byte buffer. Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace dirsnap::support {

// Appends the bytes of `value` as they lie in memory (little-endian; see byte_reader.h).
template <class T>
void append_le(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

// Appends an unsigned integer, most significant byte first.
template <class T>
void append_be(std::string& out, T value) {
  for (std::size_t i = sizeof value; i-- > 0;) {
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xFF));
  }
}

// Overwrites bytes of a buffer. REQUIRES: at + sizeof(T) <= out.size().
template <class T>
void store_le(std::string& out, std::size_t at, T value) {
  std::memcpy(out.data() + at, &value, sizeof value);
}

template <class T>
std::string le_bytes(T value) {
  std::string out;
  append_le(out, value);
  return out;
}

template <class T>
std::string be_bytes(T value) {
  std::string out;
  append_be(out, value);
  return out;
}

// Length of the longest common beginning.
inline std::size_t common_prefix(std::string_view a, std::string_view b) {
  const std::size_t limit = a.size() < b.size() ? a.size() : b.size();
  std::size_t n = 0;
  while (n < limit && a[n] == b[n]) ++n;
  return n;
}

}  // namespace dirsnap::support
