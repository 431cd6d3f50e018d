// SPDX-License-Identifier: MIT
//
// The pages of an LMDB 0.9 file as the checker sees them: 64-bit, little-endian.
// Units: offsets and sizes in bytes, page numbers from 0.
// Lifetime: views borrow the page's bytes. Threads: const methods are safe together.
// Facts: observed in files of LMDB 0.9.24 and its public header; FORMAT.md section 8.
#pragma once

#include <cstdint>

#include "storage/base/byte_reader.h"

namespace dirsnap::lmdb_page {

inline constexpr std::uint32_t kPageSize = 4096;
inline constexpr std::size_t kHeaderSize = 16;

// Page flags. The bits that live only in memory (dirty, loose, keep) must be clear in a file.
inline constexpr std::uint16_t kBranch = 0x01;
inline constexpr std::uint16_t kLeaf = 0x02;
inline constexpr std::uint16_t kOverflow = 0x04;
inline constexpr std::uint16_t kMeta = 0x08;

// Node flags.
inline constexpr std::uint16_t kBigData = 0x01;  // the value is the number of an overflow page
inline constexpr std::uint16_t kSubData = 0x02;  // the value is the record of a named database

inline constexpr std::uint32_t kMagic = 0xBEEFC0DE;
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint64_t kNoPage = UINT64_MAX;  // root of an empty tree
inline constexpr std::size_t kMaxKeySize = 511;
inline constexpr std::uint16_t kIntegerKey = 0x08;  // database flag
inline constexpr std::uint16_t kNoSubdir = 0x4000;  // environment flag, kept with the free list's

// The record of one tree, 48 bytes.
struct Tree {
  std::uint32_t pad = 0;  // of the free list: page size
  std::uint16_t flags = 0;
  std::uint16_t depth = 0;
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
  std::uint64_t root = kNoPage;
};
inline constexpr std::size_t kTreeSize = 48;

// REQUIRES: has(bytes, at, kTreeSize).
inline Tree load_tree(Bytes bytes, std::size_t at) {
  return {.pad = load_le<std::uint32_t>(bytes, at),
          .flags = load_le<std::uint16_t>(bytes, at + 4),
          .depth = load_le<std::uint16_t>(bytes, at + 6),
          .branch_pages = load_le<std::uint64_t>(bytes, at + 8),
          .leaf_pages = load_le<std::uint64_t>(bytes, at + 16),
          .overflow_pages = load_le<std::uint64_t>(bytes, at + 24),
          .entries = load_le<std::uint64_t>(bytes, at + 32),
          .root = load_le<std::uint64_t>(bytes, at + 40)};
}

struct Meta {
  std::uint32_t magic = 0;
  std::uint32_t version = 0;
  Tree free_list;
  Tree main;
  std::uint64_t last_page = 0;
  std::uint64_t transaction = 0;
  bool operator==(const Meta& other) const { return transaction == other.transaction; }
};

// REQUIRES: a whole page.
inline Meta load_meta(Bytes page) {
  return {.magic = load_le<std::uint32_t>(page, kHeaderSize),
          .version = load_le<std::uint32_t>(page, kHeaderSize + 4),
          .free_list = load_tree(page, kHeaderSize + 24),
          .main = load_tree(page, kHeaderSize + 72),
          .last_page = load_le<std::uint64_t>(page, kHeaderSize + 120),
          .transaction = load_le<std::uint64_t>(page, kHeaderSize + 128)};
}

inline std::uint64_t page_no(Bytes page) { return load_le<std::uint64_t>(page, 0); }
inline std::uint16_t page_flags(Bytes page) { return load_le<std::uint16_t>(page, 10); }
inline std::uint16_t lower(Bytes page) { return load_le<std::uint16_t>(page, 12); }
inline std::uint16_t upper(Bytes page) { return load_le<std::uint16_t>(page, 14); }
inline std::uint32_t overflow_count(Bytes page) { return load_le<std::uint32_t>(page, 12); }

inline std::uint16_t node_offset(Bytes page, std::size_t index) {
  return load_le<std::uint16_t>(page, kHeaderSize + 2 * index);
}

// Pages of an overflow run that holds a value of that size.
inline std::uint64_t overflow_pages(std::uint64_t value_size) {
  return (kHeaderSize - 1 + value_size) / kPageSize + 1;
}

// A node: u16 low, u16 high, u16 flags, u16 key size, key, value.
class NodeView {
 public:
  static constexpr std::size_t kFixed = 8;

  // REQUIRES: has(page, at, kFixed); key() and the rest: the size has been checked.
  NodeView(Bytes page, std::size_t at) : page_(page), at_(at) {}

  [[nodiscard]] std::uint16_t flags() const { return load_le<std::uint16_t>(page_, at_ + 4); }
  [[nodiscard]] std::size_t key_size() const { return load_le<std::uint16_t>(page_, at_ + 6); }
  [[nodiscard]] Bytes key() const { return page_.subspan(at_ + kFixed, key_size()); }
  // Of a branch: the page below.
  [[nodiscard]] std::uint64_t child() const {
    return value_size() | (std::uint64_t{flags()} << 32);
  }
  // Of a leaf.
  [[nodiscard]] std::uint64_t value_size() const {
    return load_le<std::uint16_t>(page_, at_) |
           (std::uint64_t{load_le<std::uint16_t>(page_, at_ + 2)} << 16);
  }
  [[nodiscard]] std::size_t value_at() const { return at_ + kFixed + key_size(); }
  // Bytes the node takes up in its page, rounded up to even.
  [[nodiscard]] std::uint64_t size(bool is_leaf) const {
    std::uint64_t size = kFixed + key_size();
    if (is_leaf) size += (flags() & kBigData) != 0 ? sizeof(std::uint64_t) : value_size();
    return (size + 1) & ~std::uint64_t{1};
  }

 private:
  Bytes page_;
  std::size_t at_;
};

}  // namespace dirsnap::lmdb_page
