// SPDX-License-Identifier: MIT
//
// The pass over all pages: what no cursor has read is verified too, and damage is weighed by who
// reaches the page.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "importers/ese/database.h"
#include "importers/ese/leaf_plan.h"
#include "importers/ese/space.h"

namespace dirsnap::ese {

namespace {

constexpr std::uint32_t kCancelSteps = 1024;
constexpr std::uint32_t kDatabaseRoot = 1;

// Who reaches a page; the gravest wins.
enum class Reach : std::uint8_t { kNone, kHelper, kData };

// Marks the pages that trees reach, by their internal pages alone. Silent: trees have been
// judged where they are read.
class ReachMap {
 public:
  explicit ReachMap(PageStore& store)
      : store_(store), reach_(std::size_t{store.pages()} + 1, Reach::kNone) {}

  void add_tree(std::uint32_t root, Reach reach) {
    mark_tree(root, reach);
    const auto page = get(root);
    if (!page) return;
    const auto header = space_header(**page);
    if (!header || header->owned_root == 0) return;
    mark_tree(header->owned_root, Reach::kHelper);
    mark_tree(header->available_root(), Reach::kHelper);
  }
  [[nodiscard]] Reach of(std::uint32_t page_no) const { return reach_[page_no]; }

 private:
  Result<PageRef> get(std::uint32_t page_no) {
    return store_.get(page_no, {{}, Severity::kDoubt, true});
  }
  // True if the page was not marked so gravely before, so that each is visited twice at most.
  bool mark(std::uint32_t page_no, Reach reach) {
    if (page_no == 0 || page_no > store_.pages() || reach_[page_no] >= reach) return false;
    reach_[page_no] = reach;
    return true;
  }
  void mark_tree(std::uint32_t root, Reach reach);

  PageStore& store_;
  std::vector<Reach> reach_;
  std::vector<std::uint32_t> stack_;
};

void ReachMap::mark_tree(std::uint32_t root, Reach reach) {
  if (mark(root, reach)) stack_.push_back(root);
  while (!stack_.empty()) {
    const std::uint32_t page_no = stack_.back();
    stack_.pop_back();
    const auto page = get(page_no);
    if (!page || (*page)->is_leaf()) continue;
    const bool leaves_below = (*page)->has(kPageParentOfLeaf);
    for (std::uint32_t i = (*page)->first_node(); i < (*page)->tag_count(); ++i) {
      const auto node = (*page)->node(i);
      if (!node || node->data.size() < 4) continue;
      const auto child = load_le<std::uint32_t>(node->data, 0);
      if (mark(child, reach) && !leaves_below) stack_.push_back(child);
    }
  }
}

// True if hardly any field of the page header can be one: the block never was a page of this
// database, such as what the disk held before the file grew. A page with some damaged bytes, or
// a zero page with some stray ones, is not foreign.
bool is_foreign(const PageView& page, const FileHeader& header, std::uint32_t pages) {
  const Bytes bytes = page.bytes();
  const auto zeros = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), std::byte{0}));
  if (bytes.size() - zeros < bytes.size() / 8) return false;
  int wrong = 0;
  wrong += page.database_time() > header.database_time ? 1 : 0;
  wrong += page.previous() > pages ? 1 : 0;
  wrong += page.next() > pages ? 1 : 0;
  wrong += page.objid() == 0 || page.objid() > header.last_object_id ? 1 : 0;
  wrong += page.free_bytes() > bytes.size() ? 1 : 0;
  wrong += page.used_end() + 4 * page.tag_count() + page.header_size() > bytes.size() ? 1 : 0;
  wrong += (page.flags() & ~kPageKnownFlags) != 0 ? 1 : 0;
  return wrong >= 3;
}

}  // namespace

Result<PageCounts> Database::verify_pages() {
  ReachMap reach(*store_);
  reach.add_tree(kDatabaseRoot, Reach::kHelper);
  for (const TableDef& table : tables_) {
    reach.add_tree(table.root_page, Reach::kData);
    if (table.long_value_root != 0) reach.add_tree(table.long_value_root, Reach::kData);
    for (const IndexDef& index : table.indexes) {
      if (!index.is_primary()) reach.add_tree(index.root_page, Reach::kHelper);
    }
  }
  PageCounts counts;
  for (std::uint32_t page_no = 1; page_no <= pages(); ++page_no) {
    if (page_no % kCancelSteps == 0) DIRSNAP_CHECK(check_cancel(options_.cancel));
    if (store_->state(page_no) == PageState::kUnknown)
      (void)store_->get(page_no, {{}, Severity::kDoubt, true});
    switch (store_->state(page_no)) {
      case PageState::kGood:
      case PageState::kUnknown:
        ++counts.good;
        continue;
      case PageState::kCorrected:
        ++counts.corrected;
        continue;
      case PageState::kZero:
        ++counts.zero;
        if (reach.of(page_no) == Reach::kNone) continue;
        break;
      case PageState::kBad:
        ++counts.bad;
        break;
    }
    if (reach.of(page_no) == Reach::kNone) {
      const auto page = store_->get_unverified(page_no);
      if (page && is_foreign(**page, header_, pages())) {
        --counts.bad;
        ++counts.foreign;
        issues_.report(
            {Severity::kNote, "page-foreign", store_->offset_of(page_no), store_->page_size(),
             page_place(page_no, {}),
             fmt::format("page {} is in no tree and never was a page of this database", page_no)});
        continue;
      }
    }
    const Severity severity =
        reach.of(page_no) == Reach::kData ? Severity::kLoss : Severity::kDoubt;
    (void)store_->get(page_no, {{}, severity, false});
  }
  return counts;
}

}  // namespace dirsnap::ese
