// SPDX-License-Identifier: MIT
#include "importers/ese/leaf_plan.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace dirsnap::ese {

namespace {

// Bytes of a key that are kept to sort scanned pages.
constexpr std::size_t kSortKeyBytes = 48;
// Pages whose keys agree in those bytes and are sorted by the whole keys, which are in memory then.
constexpr std::size_t kCutRunMax = 65'536;

// The first or the last key of a page; long ones are cut, the page has the rest.
struct EndKey {
  std::array<std::byte, kSortKeyBytes> bytes{};
  std::uint8_t size = 0;
  bool is_cut = false;
  bool is_last = false;
  std::uint32_t page_no = 0;

  EndKey(const NodeView& node, std::uint32_t page, bool last)
      : is_cut(node.key_size() > kSortKeyBytes), is_last(last), page_no(page) {
    const std::size_t first = std::min(node.prefix.size(), kSortKeyBytes);
    std::copy_n(node.prefix.begin(), first, bytes.begin());
    const std::size_t second = std::min(node.suffix.size(), kSortKeyBytes - first);
    std::copy_n(node.suffix.begin(), second, bytes.begin() + static_cast<std::ptrdiff_t>(first));
    size = static_cast<std::uint8_t>(first + second);
  }
};

// <0, 0, >0 by the bytes that are kept; a key that is cut is longer than one that is not.
int compare_kept(const EndKey& a, const EndKey& b) {
  const int order = std::memcmp(a.bytes.data(), b.bytes.data(), std::min(a.size, b.size));
  if (order != 0) return order;
  return (a.size + (a.is_cut ? 1 : 0)) - (b.size + (b.is_cut ? 1 : 0));
}

// A leaf found by the scan.
struct Found {
  EndKey first, last;
  std::uint64_t database_time;
  std::uint32_t page_no;
};

// First and last key of a leaf; false if it has none that can be read.
bool key_range(const PageView& page, std::vector<Found>& out) {
  if (page.tag_count() <= page.first_node()) return false;
  const auto first = page.node(page.first_node());
  const auto last = page.node(page.tag_count() - 1);
  if (!first || !last) return false;
  const std::uint32_t page_no = page.page_no();
  out.push_back({EndKey(*first, page_no, false), EndKey(*last, page_no, true), page.database_time(),
                 page_no});
  return true;
}

class Planner {
 public:
  Planner(PageStore& store, const TreeSpec& tree, IssueSink& issues, const CancelToken* cancel)
      : store_(store),
        tree_(tree),
        issues_(issues),
        cancel_(cancel),
        visited_(std::size_t{store.pages()} + 1, false) {}

  Result<LeafPlan> run();

 private:
  struct Step {
    std::uint32_t page_no, parent, depth;
  };

  bool enter(const Step& step);
  void visit(const Step& step);
  void add_children(const PageView& page, std::uint32_t depth);
  Result<void> scan();
  void sort(std::vector<Found>& found);
  void sort_cut(std::span<Found> run);
  void merge(const std::vector<Found>& found);
  std::string whole_key(const EndKey& key);
  bool comes_before(const EndKey& a, const EndKey& b);
  void report(const char* code, std::uint32_t page_no, std::string message);

  PageStore& store_;
  TreeSpec tree_;
  IssueSink& issues_;
  const CancelToken* cancel_;
  std::vector<bool> visited_;
  std::vector<Step> stack_;
  LeafPlan plan_;
};

void Planner::report(const char* code, std::uint32_t page_no, std::string message) {
  issues_.report({tree_.severity, code, store_.offset_of(page_no), store_.page_size(),
                  page_place(page_no, tree_.table), std::move(message)});
}

// Checks a page number before its page is read.
bool Planner::enter(const Step& step) {
  if (step.page_no == 0 || step.page_no > store_.pages()) {
    report("tree-pointer", step.parent,
           fmt::format("page {} points to page {}, but the file has {} pages; what lies below is "
                       "looked for elsewhere",
                       step.parent, step.page_no, store_.pages()));
  } else if (visited_[step.page_no]) {
    report("tree-cycle", step.parent,
           fmt::format("page {} points to page {}, which the tree has reached before; skipped",
                       step.parent, step.page_no));
  } else if (step.depth > kTreeDepthMax) {
    report(
        "tree-depth", step.page_no,
        fmt::format("page {} is more than {} levels deep; skipped", step.page_no, kTreeDepthMax));
  } else {
    visited_[step.page_no] = true;
    return true;
  }
  plan_.broken = true;
  return false;
}

void Planner::add_children(const PageView& page, std::uint32_t depth) {
  plan_.internal.push_back(page.page_no());
  if (page.tag_count() <= page.first_node()) {
    plan_.broken = true;
    report("page-structure", page.page_no(),
           fmt::format("page {} is internal but has no children", page.page_no()));
  }
  const bool leaves_below = page.has(kPageParentOfLeaf);
  const std::size_t bottom = stack_.size();
  for (std::uint32_t i = page.first_node(); i < page.tag_count(); ++i) {
    const auto node = page.node(i);
    if (!node || node->data.size() < 4) {
      plan_.broken = true;
      report("page-structure", page.page_no(),
             fmt::format("page {}: {}; the pages below it are looked for elsewhere", page.page_no(),
                         node ? fmt::format("tag {} has no child pointer", i) : node.error().what));
      continue;
    }
    const Step child{load_le<std::uint32_t>(node->data, 0), page.page_no(), depth + 1};
    if (!leaves_below) {
      stack_.push_back(child);
    } else if (enter(child)) {
      plan_.leaves.push_back({child.page_no, false});
    }
  }
  std::reverse(stack_.begin() + static_cast<std::ptrdiff_t>(bottom), stack_.end());
}

void Planner::visit(const Step& step) {
  if (!enter(step)) return;
  const auto page = store_.get(step.page_no, {tree_.table, tree_.severity, false});
  if (!page) {
    plan_.broken = true;
    return;
  }
  const PageView& view = **page;
  if (tree_.objid == 0) tree_.objid = view.objid();
  if (const std::string fault = foreign_page_fault(view, tree_); !fault.empty()) {
    plan_.broken = true;
    report("page-owner", step.page_no, fmt::format("page {}: {}; skipped", step.page_no, fault));
    return;
  }
  if (view.is_leaf()) {
    plan_.leaves.push_back({step.page_no, false});
  } else {
    add_children(view, step.depth);
  }
}

// Searches the file for leaves of the tree that were not reached.
Result<void> Planner::scan() {
  plan_.scanned = true;
  std::vector<Found> found;
  DIRSNAP_TRY(const auto candidates, store_.leaves_of(tree_.objid, cancel_));
  for (const std::uint32_t page_no : candidates) {
    if (visited_[page_no]) continue;
    const auto page = store_.get(page_no, {tree_.table, tree_.severity, true});
    if (!page || !foreign_page_fault(**page, tree_).empty()) continue;
    if (key_range(**page, found)) visited_[page_no] = true;
  }
  sort(found);
  merge(found);
  return {};
}

// All bytes of the key; what is kept of it if the page cannot be had any more.
std::string Planner::whole_key(const EndKey& key) {
  std::string bytes(as_chars(Bytes(key.bytes).first(key.size)));
  if (!key.is_cut) return bytes;
  const auto page = store_.get(key.page_no, {tree_.table, tree_.severity, true});
  if (!page || (*page)->tag_count() <= (*page)->first_node()) return bytes;
  const auto node = (*page)->node(key.is_last ? (*page)->tag_count() - 1 : (*page)->first_node());
  if (!node) return bytes;
  bytes = as_chars(node->prefix);
  bytes += as_chars(node->suffix);
  return bytes;
}

bool Planner::comes_before(const EndKey& a, const EndKey& b) {
  const int order = compare_kept(a, b);
  if (order != 0 || !a.is_cut || !b.is_cut) return order < 0;
  return whole_key(a) < whole_key(b);
}

// Sorts pages whose first keys agree as far as they are kept.
void Planner::sort_cut(std::span<Found> run) {
  std::vector<std::pair<std::string, Found>> whole;
  whole.reserve(run.size());
  for (const Found& found : run) whole.emplace_back(whole_key(found.first), found);
  std::stable_sort(whole.begin(), whole.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::transform(whole.begin(), whole.end(), run.begin(),
                 [](const auto& keyed) { return keyed.second; });
}

// By first key, newer pages first.
void Planner::sort(std::vector<Found>& found) {
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    const int order = compare_kept(a.first, b.first);
    return order != 0 ? order < 0 : a.database_time > b.database_time;
  });
  for (std::size_t begin = 0; begin < found.size();) {
    std::size_t end = begin + 1;
    while (end < found.size() && compare_kept(found[begin].first, found[end].first) == 0) ++end;
    if (found[begin].first.is_cut && end - begin > 1 && end - begin <= kCutRunMax)
      sort_cut(std::span(found).subspan(begin, end - begin));
    begin = end;
  }
}

// Puts the found leaves between the planned ones. A found page whose keys begin before the end
// of the page in front of it is an older copy and stays out.
void Planner::merge(const std::vector<Found>& found) {
  std::vector<LeafRef> merged;
  merged.reserve(plan_.leaves.size() + found.size());
  std::vector<Found> before;  // the last planned or found page with a key range
  std::size_t next = 0;
  std::uint32_t taken = 0;
  const auto take_until = [&](const EndKey* limit) {
    for (; next < found.size() && (limit == nullptr || comes_before(found[next].first, *limit));
         ++next) {
      if (!before.empty() && !comes_before(before.back().last, found[next].first)) continue;
      if (limit != nullptr && !comes_before(found[next].last, *limit)) continue;
      merged.push_back({found[next].page_no, true});
      before.assign(1, found[next]);
      ++taken;
    }
  };
  for (const LeafRef& leaf : plan_.leaves) {
    const auto page = store_.get(leaf.page_no, {tree_.table, tree_.severity, false});
    std::vector<Found> range;
    if (page && key_range(**page, range)) {
      take_until(&range.back().first);
      before = std::move(range);
    }
    merged.push_back(leaf);
  }
  take_until(nullptr);
  plan_.leaves = std::move(merged);
  issues_.report({tree_.severity == Severity::kNote ? Severity::kNote : Severity::kDoubt,
                  "tree-scan", 0, 0, page_place(tree_.root, tree_.table),
                  fmt::format("the tree of object {} is broken; {} more leaf pages of it were "
                              "found by searching the file, {} older copies left out",
                              tree_.objid, taken, found.size() - taken)});
}

Result<LeafPlan> Planner::run() {
  stack_.push_back({tree_.root, tree_.root, 1});
  std::uint32_t steps = 0;
  while (!stack_.empty()) {
    if (++steps % kCancelSteps == 0) DIRSNAP_CHECK(check_cancel(cancel_));
    const Step step = stack_.back();
    stack_.pop_back();
    visit(step);
  }
  if (plan_.broken && tree_.scan_if_broken && tree_.objid != 0) DIRSNAP_CHECK(scan());
  return std::move(plan_);
}

}  // namespace

std::string page_place(std::uint32_t page_no, std::string_view table) {
  return table.empty() ? fmt::format("page {}", page_no)
                       : fmt::format("page {}, table {}", page_no, table);
}

std::string foreign_page_fault(const PageView& page, const TreeSpec& tree) {
  if (page.objid() != tree.objid)
    return fmt::format("it belongs to object {}, not to object {}", page.objid(), tree.objid);
  if ((page.flags() & kTreeKindFlags) != tree.kind)
    return fmt::format("its flags {:#x} are those of another kind of tree", page.flags());
  if (page.has(kPageEmpty | kPagePreInitialised)) return "it has been emptied";
  return {};
}

Result<LeafPlan> plan_leaves(PageStore& store,
                             const TreeSpec& tree,
                             IssueSink& issues,
                             const CancelToken* cancel) {
  return Planner(store, tree, issues, cancel).run();
}

}  // namespace dirsnap::ese
