// SPDX-License-Identifier: MIT
#include "importers/ese/tree_seek.h"

#include <algorithm>
#include <string>

namespace dirsnap::ese {

namespace {

// Number of the child below which `key` lies: the first whose separator is above the key; the
// last child takes all that is left. REQUIRES: the page has nodes.
Result<std::uint32_t> child_for(const PageView& page, Bytes key) {
  std::uint32_t low = page.first_node();
  std::uint32_t high = page.tag_count() - 1;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    DIRSNAP_TRY(const NodeView node, page.node(middle));
    if (node.key_size() != 0 && compare_key(node, key) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  DIRSNAP_TRY(const NodeView node, page.node(low));
  return u32(node.data, 0);
}

}  // namespace

Result<PageRef> seek_leaf(PageStore& store, const TreeSpec& tree, Bytes key, bool quiet) {
  std::uint32_t page_no = tree.root;
  for (std::uint32_t depth = 0; depth < kTreeDepthMax; ++depth) {
    DIRSNAP_TRY(PageRef page, store.get(page_no, {tree.table, tree.severity, quiet}));
    if (std::string fault = foreign_page_fault(*page, tree); !fault.empty())
      return fail(Code::kCorrupt, store.offset_of(page_no), std::move(fault));
    if (page->is_leaf()) return page;
    if (page->tag_count() <= page->first_node())
      return fail(Code::kCorrupt, store.offset_of(page_no), "internal page without children");
    DIRSNAP_TRY(page_no, child_for(*page, key));
  }
  return fail(Code::kCorrupt, "the tree is too deep");
}

Result<NodeMatch> lower_bound_node(const PageView& leaf, Bytes key) {
  NodeMatch match;
  std::uint32_t low = leaf.first_node();
  std::uint32_t high = std::max(low, leaf.tag_count());
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    DIRSNAP_TRY(const NodeView node, leaf.node(middle));
    if (compare_key(node, key) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  match.index = low;
  if (low < leaf.tag_count()) {
    DIRSNAP_TRY(const NodeView node, leaf.node(low));
    match.found = compare_key(node, key) == 0 && !node.is_deleted();
  }
  return match;
}

}  // namespace dirsnap::ese
