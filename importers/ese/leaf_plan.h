// SPDX-License-Identifier: MIT
//
// The leaf pages of one B+-tree in key order, found by walking its internal pages only.
// Where the tree is broken, all pages of the file that carry its object id are searched and put
// between the others by their first key.
// Units: page numbers. Memory: a few bytes for each page of the tree.
// Lifetime: values. Threads: one thread at a time for a store.
// Errors: fails only when cancelled; what is wrong with the tree is reported ("tree-pointer",
// "tree-cycle", "tree-depth", "page-owner", "page-structure", "tree-scan").
// Facts: FORMAT.md section 4.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "importers/ese/page_store.h"
#include "storage/base/cancel.h"
#include "storage/base/issue.h"
#include "storage/base/result.h"

namespace dirsnap::ese {

// A tree that is deeper is damaged.
inline constexpr std::uint32_t kTreeDepthMax = 16;

// Bits of page flags that tell the kind of a tree.
inline constexpr std::uint32_t kTreeKindFlags = kPageSpaceTree | kPageIndex | kPageLongValue;

// A tree, and how its losses are told.
struct TreeSpec {
  std::string_view table;               // of the place; borrowed
  std::uint32_t objid = 0;              // 0 = whatever the root says
  std::uint32_t root = 0;               // page number
  std::uint32_t kind = 0;               // kTreeKindFlags bits its pages have
  Severity severity = Severity::kLoss;  // of its lost pages
  bool scan_if_broken = true;           // search the file for its pages if the tree is broken
};

struct LeafRef {
  std::uint32_t page_no = 0;
  bool by_scan = false;  // not reached by the tree
};

struct LeafPlan {
  std::vector<LeafRef> leaves;          // in key order
  std::vector<std::uint32_t> internal;  // internal pages that were read, in order of visit
  bool broken = false;                  // some part of the tree could not be reached
  bool scanned = false;                 // the file was searched
};

// Plans the walk of a tree.
Result<LeafPlan> plan_leaves(PageStore& store,
                             const TreeSpec& tree,
                             IssueSink& issues,
                             const CancelToken* cancel);

// Why a page cannot be part of the tree; empty if it can.
std::string foreign_page_fault(const PageView& page, const TreeSpec& tree);

// "page 12, table datatable".
std::string page_place(std::uint32_t page_no, std::string_view table);

// Result of asking a token that may be absent.
inline Result<void> check_cancel(const CancelToken* cancel) {
  return cancel == nullptr ? Result<void>{} : cancel->check();
}

}  // namespace dirsnap::ese
