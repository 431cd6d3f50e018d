// SPDX-License-Identifier: MIT
//
// The pass over all pages: what no cursor has read is verified too, and damage is weighed by who
// reaches the page.
#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "importers/ese/database.h"
#include "importers/ese/leaf_plan.h"
#include "importers/ese/space.h"

namespace dirsnap::ese {

namespace {

// How a page is reached; the gravest wins.
enum class Reach : std::uint8_t { kNone, kHelper, kData };

// Which tree reaches a page.
struct Reached {
  Reach reach = Reach::kNone;
  std::uint32_t table = 0;  // number in tables()
};

// Marks the pages that trees reach, by their internal pages alone. Silent: trees have been
// judged where they are read.
class ReachMap {
 public:
  explicit ReachMap(PageStore& store) : store_(store), reach_(std::size_t{store.pages()} + 1) {}

  void add_tree(std::uint32_t root, std::size_t table, Reach reach) {
    table_ = static_cast<std::uint32_t>(table);
    mark_tree(root, reach);
    const auto page = get(root);
    if (!page) return;
    const auto header = space_header(**page);
    if (!header || header->owned_root == 0) return;
    mark_tree(header->owned_root, Reach::kHelper);
    mark_tree(header->available_root(), Reach::kHelper);
  }
  [[nodiscard]] Reached of(std::uint32_t page_no) const { return reach_[page_no]; }

 private:
  Result<PageRef> get(std::uint32_t page_no) {
    return store_.get(page_no, {{}, Severity::kDoubt, true});
  }
  // True if the page was not marked so gravely before, so that each is visited twice at most.
  bool mark(std::uint32_t page_no, Reach reach) {
    if (page_no == 0 || page_no > store_.pages() || reach_[page_no].reach >= reach) return false;
    reach_[page_no].reach = reach;
    reach_[page_no].table = table_;
    return true;
  }
  void mark_tree(std::uint32_t root, Reach reach);

  PageStore& store_;
  std::vector<Reached> reach_;
  std::uint32_t table_ = 0;  // whose tree is being marked
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
  ReachMap map(*store_);
  map.add_tree(kDatabaseRoot, 0, Reach::kHelper);
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    const TableDef& table = tables_[i];
    map.add_tree(table.root_page, i, Reach::kData);
    if (table.long_value_root != 0) map.add_tree(table.long_value_root, i, Reach::kData);
    for (const IndexDef& index : table.indexes) {
      if (!index.is_primary()) map.add_tree(index.root_page, i, Reach::kHelper);
    }
  }
  PageCounts counts;
  for (std::uint32_t page_no = 1; page_no <= pages(); ++page_no) {
    if (page_no % kCancelSteps == 0) DIRSNAP_CHECK(check_cancel(options_.cancel));
    if (store_->state(page_no) == PageState::kUnknown)
      (void)store_->get(page_no, {{}, Severity::kDoubt, true});
    const PageState state = store_->state(page_no);
    const Reached reached = map.of(page_no);
    const bool is_zero = state == PageState::kZero;
    counts.good += state == PageState::kGood ? 1 : 0;
    counts.corrected += state == PageState::kCorrected ? 1 : 0;
    counts.zero += is_zero ? 1 : 0;
    if (state != PageState::kBad && !is_zero) continue;
    if (reached.reach == Reach::kNone) {
      if (is_zero) continue;
      if (report_foreign(page_no)) {
        ++counts.foreign;
        continue;
      }
    }
    counts.bad += is_zero ? 0 : 1;
    const Severity severity = reached.reach == Reach::kData ? Severity::kLoss : Severity::kDoubt;
    const bool named = reached.reach != Reach::kNone && !tables_.empty();
    const std::string_view table = named ? tables_[reached.table].name : std::string_view();
    (void)store_->get(page_no, {table, severity, false});
  }
  return counts;
}

// Reports a bad page that no tree reaches if it looks like none; false if it may have been one.
// A doubt: a page overwritten from end to end looks the same.
bool Database::report_foreign(std::uint32_t page_no) {
  const auto page = store_->get_unverified(page_no);
  if (!page || !is_foreign(**page, header_, pages())) return false;
  issues_.report(
      {Severity::kDoubt, "page-foreign", store_->offset_of(page_no), store_->page_size(),
       page_place(page_no, {}),
       fmt::format(
           "page {} is in no tree and looks like foreign data, not like a page of this database",
           page_no)});
  return true;
}

}  // namespace dirsnap::ese
