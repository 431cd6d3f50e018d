// SPDX-License-Identifier: MIT
//
// Which pages a tree owns: space headers and space trees.
// Units: page numbers. Lifetime: values. Threads: one thread at a time for a store.
// Errors: nothing is reported; what cannot be read is left out.
// Facts: FORMAT.md section 5.
#pragma once

#include <cstdint>
#include <optional>

#include "importers/ese/page_store.h"
#include "storage/base/cancel.h"

namespace dirsnap::ese {

// Root page of the tree that owns the space of the whole file.
inline constexpr std::uint32_t kDatabaseRoot = 1;

// The space header in the root page of a tree.
struct SpaceHeader {
  std::uint32_t primary_pages = 0;  // pages of the first extent
  std::uint32_t parent_root = 0;    // root page of the tree the space came from
  std::uint32_t owned_root = 0;     // root of the tree of owned extents; 0 = one extent only
  [[nodiscard]] std::uint32_t available_root() const {
    return owned_root == 0 ? 0 : owned_root + 1;
  }
};

// nullopt: not a root, or its header has no known form.
std::optional<SpaceHeader> space_header(const PageView& root);

// A run of pages.
struct Extent {
  std::uint32_t last = 0;
  std::uint32_t count = 0;
};

// One node of a space tree; nullopt where it has no known form or is not part of the file
// (shelved pages).
std::optional<Extent> extent_of(const NodeView& node);

// What the space trees of the database's root (page 1) say about the length of the file.
struct DatabaseExtent {
  std::uint32_t last_page = 0;       // highest page the database owns; 0 = unknown
  std::uint32_t free_past_file = 0;  // pages it owns behind the end of the file that are free
};
DatabaseExtent database_extent(PageStore& store, const CancelToken* cancel);

}  // namespace dirsnap::ese
