// SPDX-License-Identifier: MIT
//
// Keys of the case's records: big-endian tuples, so that byte order is number order and the
// chunks of a relation lie one behind the other. FORMAT.md section 3.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/base/byte_reader.h"

namespace dirsnap {

class Key {
 public:
  [[nodiscard]] Bytes bytes() const { return {bytes_.data(), size_}; }

  Key& u16(std::uint16_t value) { return append(value, 2); }
  Key& u32(std::uint32_t value) { return append(value, 4); }
  Key& u64(std::uint64_t value) { return append(value, 8); }
  // REQUIRES: it fits behind what is there.
  Key& text(std::string_view text) {
    for (const char c : text) bytes_[size_++] = static_cast<std::byte>(c);
    return *this;
  }

 private:
  Key& append(std::uint64_t value, std::size_t size) {
    for (std::size_t i = size; i-- > 0;) bytes_[size_++] = static_cast<std::byte>(value >> 8 * i);
    return *this;
  }

  std::array<std::byte, 24> bytes_{};
  std::size_t size_ = 0;
};

inline Key snapshot_key(std::uint64_t snapshot_id) { return Key().u64(snapshot_id); }

inline Key relation_key(std::uint64_t snapshot_id, std::uint32_t relation_no) {
  return Key().u64(snapshot_id).u32(relation_no);
}

// Set in the numbers of relations that are no relation of their snapshot: rows that later snapshots
// have beyond those of a base (FORMAT.md section 6).
inline constexpr std::uint32_t kAdditionsBit = 0x80000000;

// In Db::kMeta: where the additions of a base stand.
inline constexpr std::string_view kAdditionsPrefix = "additions ";
inline Key additions_key(std::uint64_t snapshot_id, std::uint32_t relation_no) {
  return Key().text(kAdditionsPrefix).u64(snapshot_id).u32(relation_no);
}

inline Key chunk_key(const Key& relation, std::uint32_t chunk_no, std::uint32_t column) {
  return Key(relation).u32(chunk_no).u32(column);
}

// Chunks of the values of kinds are numbered from here, behind those of rows (below 2^20).
inline constexpr std::uint32_t kFirstKindChunk = 0x80000000;

// Record of a value too long for its chunk; sorts right behind the chunk.
inline Key long_value_key(const Key& chunk, std::uint32_t row_in_chunk) {
  return Key(chunk).u16(static_cast<std::uint16_t>(row_in_chunk));
}

// Part `part` of one of an index's arrays.
inline Key index_key(const Key& relation,
                     std::uint32_t column,
                     std::uint16_t array,
                     std::uint32_t part) {
  return Key(relation).u32(column).u16(array).u32(part);
}

// Records of ShownRows stand where the first chunk of a referring relation would.
inline Key shown_rows_key(const Key& relation, std::uint32_t piece) {
  return chunk_key(relation, 0, piece);
}

inline constexpr std::size_t kSnapshotKeySize = 8;
inline constexpr std::size_t kRelationKeySize = 12;
inline constexpr std::size_t kChunkKeySize = 20;
inline constexpr std::size_t kLongValueKeySize = 22;
inline constexpr std::size_t kIndexKeySize = 22;

}  // namespace dirsnap
