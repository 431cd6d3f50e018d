// SPDX-License-Identifier: MIT
//
// Look-up of one key in a B+-tree.
// Lifetime: results keep their page in memory. Threads: one thread at a time for a store.
// Errors: kCorrupt where the tree cannot be followed; nothing but bad pages is reported.
// Facts: FORMAT.md section 4.
#pragma once

#include <cstdint>

#include "importers/ese/leaf_plan.h"
#include "importers/ese/page_store.h"
#include "storage/base/result.h"

namespace dirsnap::ese {

// A node of a page.
struct NodePosition {
  PageRef page;
  std::uint32_t index = 0;  // tag number; page->tag_count() = behind the last node
};

// The leaf where `key` belongs, from the root down.
Result<PageRef> seek_leaf(PageStore& store, const TreeSpec& tree, Bytes key, bool quiet);

// First node of the leaf whose key is not below `key`; `found` tells whether it is equal and
// not deleted.
struct NodeMatch {
  std::uint32_t index = 0;
  bool found = false;
};
Result<NodeMatch> lower_bound_node(const PageView& leaf, Bytes key);

}  // namespace dirsnap::ese
