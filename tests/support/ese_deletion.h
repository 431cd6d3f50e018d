// SPDX-License-Identifier: MIT
//
// What the engine leaves of deleted records, done to a finished database: tags that are gone while
// the bytes stay, and leaf pages that their tree has let go. Flag-deleted nodes are written by
// EseWriter::append_deleted.
// Units: page numbers start at 1. Lifetime, threads: plain functions on a file in memory.
// REQUIRES: a sound file of the options' form; pages keep good checksums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tests/support/ese_format.h"

namespace dirsnap::support {

// Changes one page and gives it a good checksum again.
void edit_page(std::span<std::byte> file,
               const EseOptions& options,
               std::uint32_t page_no,
               const std::function<void(std::string& page)>& edit);

// Takes the tags of flag-deleted nodes off the leaves of the tree with this object id; the bytes
// of the nodes stay. Returns how many.
std::size_t forget_deleted_nodes(std::span<std::byte> file,
                                 const EseOptions& options,
                                 std::uint32_t objid);

// Takes every `step`-th leaf out of the tree with this object id: its parent points to it no
// more, its neighbours to each other. Content and object id stay. Returns the pages.
std::vector<std::uint32_t> unlink_leaves(std::span<std::byte> file,
                                         const EseOptions& options,
                                         std::uint32_t objid,
                                         std::uint32_t step);

}  // namespace dirsnap::support
