// SPDX-License-Identifier: MIT
//
// One page of an ESE database, decoded in place: header fields, tags, nodes.
// Units: offsets count bytes from the start of the page.
// Lifetime: PageView and NodeView borrow the page's bytes.
// Threads: const methods are safe together.
// Facts: FORMAT.md sections 3 and 4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/base/byte_reader.h"
#include "storage/base/result.h"

namespace dirsnap::ese {

// Page flags (offset 36).
inline constexpr std::uint32_t kPageRoot = 0x00001;
inline constexpr std::uint32_t kPageLeaf = 0x00002;
inline constexpr std::uint32_t kPageParentOfLeaf = 0x00004;
inline constexpr std::uint32_t kPageEmpty = 0x00008;  // unlinked, content stale
inline constexpr std::uint32_t kPageSpaceTree = 0x00020;
inline constexpr std::uint32_t kPageIndex = 0x00040;  // secondary index
inline constexpr std::uint32_t kPageLongValue = 0x00080;
inline constexpr std::uint32_t kPageNewRecord = 0x00800;    // tagged columns as an array
inline constexpr std::uint32_t kPageNewChecksum = 0x02000;  // XOR + ECC
inline constexpr std::uint32_t kPagePreInitialised = 0x20000;
inline constexpr std::uint32_t kPageKnownFlags = 0x7FFFF;

// Node flags.
inline constexpr std::uint32_t kNodeVersion = 1;
inline constexpr std::uint32_t kNodeDeleted = 2;
inline constexpr std::uint32_t kNodeCompressed = 4;

// Bits of a key's size in front of a node; the others are flags.
inline constexpr std::uint32_t kKeySizeMask = 0x1FFF;

// Where the bytes of a tag lie.
struct TagExtent {
  std::uint32_t offset = 0;  // from the start of the page
  std::uint32_t size = 0;
};

// One node: its key in two parts and its data.
struct NodeView {
  Bytes prefix;  // part of the page's common prefix
  Bytes suffix;  // rest of the key
  Bytes data;
  std::uint32_t flags = 0;
  TagExtent extent;

  [[nodiscard]] bool is_deleted() const { return (flags & kNodeDeleted) != 0; }
  [[nodiscard]] std::size_t key_size() const { return prefix.size() + suffix.size(); }
};

// <0, 0, >0 by unsigned bytes; a key that is a prefix of the other sorts first.
int compare_key(const NodeView& node, Bytes key);

class PageView {
 public:
  PageView() = default;
  // REQUIRES: bytes.size() is a legal page size.
  PageView(Bytes bytes, std::uint32_t page_no);

  [[nodiscard]] Bytes bytes() const { return bytes_; }
  [[nodiscard]] std::uint32_t page_no() const { return page_no_; }
  [[nodiscard]] bool is_large() const { return header_size_ == 80; }
  [[nodiscard]] std::uint32_t header_size() const { return header_size_; }
  [[nodiscard]] std::uint64_t database_time() const { return load_le<std::uint64_t>(bytes_, 8); }
  [[nodiscard]] std::uint32_t previous() const { return load_le<std::uint32_t>(bytes_, 16); }
  [[nodiscard]] std::uint32_t next() const { return load_le<std::uint32_t>(bytes_, 20); }
  [[nodiscard]] std::uint32_t objid() const { return load_le<std::uint32_t>(bytes_, 24); }
  [[nodiscard]] std::uint32_t free_bytes() const { return load_le<std::uint16_t>(bytes_, 28); }
  // First byte after the highest used one, from the end of the page header.
  [[nodiscard]] std::uint32_t used_end() const { return load_le<std::uint16_t>(bytes_, 32); }
  [[nodiscard]] std::uint32_t flags() const { return load_le<std::uint32_t>(bytes_, 36); }
  [[nodiscard]] bool is_leaf() const { return (flags() & kPageLeaf) != 0; }
  [[nodiscard]] bool is_root() const { return (flags() & kPageRoot) != 0; }
  [[nodiscard]] bool has(std::uint32_t flag) const { return (flags() & flag) != 0; }

  // Tags in use, reserved ones included, and the number of the first node (at least 1).
  [[nodiscard]] std::uint32_t tag_count() const { return tag_count_; }
  [[nodiscard]] std::uint32_t first_node() const { return first_node_; }

  // Extent of tag `i`; fails if it lies outside of the page's data. `i` may exceed tag_count()
  // as long as the tag array has room (stale tags).
  [[nodiscard]] Result<TagExtent> tag(std::uint32_t i) const;
  // Node `i`. REQUIRES: 1 <= i.
  [[nodiscard]] Result<NodeView> node(std::uint32_t i) const;
  // External header (tag 0); empty where the page has none.
  [[nodiscard]] Bytes external_header() const { return external_header_; }
  // Common key prefix of the page.
  [[nodiscard]] Bytes key_prefix() const { return key_prefix_; }

  // True if a node is flag-deleted or bytes other than zero belong to no node: the page may hold
  // records that are rows no more. Cheap: the content of nodes is not looked at.
  [[nodiscard]] bool has_remains() const;

  // What is wrong with the page as a whole (tag array, extents, overlaps), if anything.
  [[nodiscard]] std::optional<std::string> structural_fault() const;

 private:
  [[nodiscard]] std::uint32_t raw_tag_flags(std::uint32_t i) const;

  Bytes bytes_;
  std::uint32_t page_no_ = 0;
  std::uint32_t header_size_ = 40;
  std::uint32_t tag_count_ = 0;
  std::uint32_t first_node_ = 1;
  Bytes external_header_;
  Bytes key_prefix_;
};

}  // namespace dirsnap::ese
