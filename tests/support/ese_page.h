// SPDX-License-Identifier: MIT
//
// One page of an ESE file: header, tags, nodes and checksum, written into a buffer.
// Units: offsets count bytes; page numbers start at 1 (the page behind the two headers).
// Lifetime: everything borrowed is copied before the call returns. Threads: pure functions.
// Facts: page layout and checksums as in the engine's published source.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tests/support/ese_format.h"

namespace dirsnap::support {

// A node before it is packed.
struct PageNode {
  std::string_view key;
  std::string_view data;
  std::uint8_t flags = 0;  // kNodeDeleted
};

// What stands in the page header.
struct PageHead {
  std::uint32_t page_no = 0;
  std::uint32_t previous = 0;  // left sibling, 0: none
  std::uint32_t next = 0;      // right sibling, 0: none
  std::uint32_t object_id = 0;
  std::uint32_t flags = 0;  // without those of the generation
  std::uint64_t database_time = 0;
};

// Bytes that a node takes on a page with this key prefix, its tag included.
std::size_t packed_size(std::string_view prefix, const PageNode& node);

// Bytes of a page that tags other than tag 0 and all payload share.
std::size_t page_room(const Layout& layout);

// The page as bytes. `header` is the content of tag 0 and `prefix` the key prefix: the same
// bytes on pages that are not a root, empty on the root of a tree.
// REQUIRES: header and nodes fit (page_room).
std::string build_page(const Layout& layout,
                       const PageHead& head,
                       std::string_view header,
                       std::string_view prefix,
                       std::span<const PageNode> nodes);

// XOR of all little-endian u32 of `bytes`. REQUIRES: a multiple of 4 bytes.
std::uint32_t xor_words(std::string_view bytes);

// Sets the checksum of a page that is complete but for it; also used after a test has damaged one.
void seal_page(const Layout& layout, std::uint32_t page_no, std::string& page);

}  // namespace dirsnap::support
