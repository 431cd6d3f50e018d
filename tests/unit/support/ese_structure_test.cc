// SPDX-License-Identifier: MIT
//
// The rules of a sound file, checked page by page: order of keys, separators, sibling links,
// object ids, free bytes, and that each page belongs to exactly one tree or its free space.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "importers/ese/database.h"
#include "importers/ese/page.h"
#include "importers/ese/space.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/support/ese_fixture.h"
#include "tests/unit/support/file_bytes.h"

namespace dirsnap::test {
namespace {

using support::EseOptions;
using support::Generation;
using PageSet = std::set<std::uint32_t>;

constexpr int kRows = 2500;

// What one tree consists of.
struct TreePages {
  PageSet reached;  // pages of the tree itself
  PageSet owned;
  PageSet free;
};

class FileCheck {
 public:
  explicit FileCheck(const std::string& bytes)
      : bytes_(bytes),
        page_size_(load_le<std::uint32_t>(as_bytes(bytes), 236)),
        pages_(static_cast<std::uint32_t>(bytes.size() / page_size_ - 2)) {}

  [[nodiscard]] std::uint32_t pages() const { return pages_; }

  ese::PageView page(std::uint32_t page_no) const {
    REQUIRE(page_no >= 1);
    REQUIRE(page_no <= pages_);
    const std::size_t at = (std::size_t{page_no} + 1) * page_size_;
    return {as_bytes(bytes_).subspan(at, page_size_), page_no};
  }

  TreePages check_tree(std::uint32_t root) const {
    INFO("tree at page " << root);
    TreePages tree;
    const ese::PageView view = page(root);
    REQUIRE(view.is_root());
    REQUIRE_FALSE(view.has(ese::kPageSpaceTree));
    std::vector<std::uint32_t> leaves;
    walk(view, {"", "", false, view.objid()}, tree.reached, leaves);
    check_chain(leaves);
    read_space(view, tree);
    return tree;
  }

 private:
  struct Bounds {
    std::string low;   // keys are at least this
    std::string high;  // and below this, if bounded
    bool bounded;
    std::uint32_t object;  // id that every page of the tree carries
  };

  static std::string order_of(const ese::PageView& view, const ese::NodeView& node) {
    std::string key(as_chars(node.prefix));
    key.append(as_chars(node.suffix));
    if (view.is_leaf() && view.has(support::kPageNonUnique)) key.append(as_chars(node.data));
    return key;
  }

  void check_page(const ese::PageView& view, std::uint32_t object) const {
    REQUIRE(view.objid() == object);
    REQUIRE(view.structural_fault() == std::nullopt);
    const std::uint32_t taken = view.header_size() + view.used_end() + 4 * view.tag_count();
    REQUIRE(taken + view.free_bytes() == page_size_);
  }

  // NOLINTNEXTLINE(misc-no-recursion): a tree of the writer is a few levels deep
  void walk(const ese::PageView& view,
            const Bounds& bounds,
            PageSet& reached,
            std::vector<std::uint32_t>& leaves) const {
    INFO("page " << view.page_no());
    check_page(view, bounds.object);
    REQUIRE(reached.insert(view.page_no()).second);
    if (view.is_leaf()) leaves.push_back(view.page_no());
    std::string last = bounds.low;
    bool first = true;
    for (std::uint32_t i = view.first_node(); i < view.tag_count(); ++i) {
      const auto node = view.node(i);
      REQUIRE(node);
      REQUIRE(!node->data.empty());
      const std::string key = order_of(view, *node);
      const bool infinity = !view.is_leaf() && key.empty();
      if (view.is_leaf()) {
        REQUIRE((first ? key >= last : key > last));
        REQUIRE((!bounds.bounded || key < bounds.high));
      } else {
        REQUIRE((infinity || key > last));
        REQUIRE((!bounds.bounded || (!infinity && key <= bounds.high)));
        REQUIRE(infinity == (!bounds.bounded && i + 1 == view.tag_count()));
        const auto child = page(load_le<std::uint32_t>(node->data, 0));
        REQUIRE_FALSE(child.is_root());
        REQUIRE(child.is_leaf() == view.has(ese::kPageParentOfLeaf));
        walk(child, {last, key, !infinity, bounds.object}, reached, leaves);
      }
      last = key;
      first = false;
    }
  }

  void check_chain(const std::vector<std::uint32_t>& leaves) const {
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const ese::PageView view = page(leaves[i]);
      REQUIRE(view.previous() == (i == 0 ? 0 : leaves[i - 1]));
      REQUIRE(view.next() == (i + 1 == leaves.size() ? 0 : leaves[i + 1]));
    }
  }

  void read_space(const ese::PageView& root, TreePages& tree) const {
    const auto header = ese::space_header(root);
    REQUIRE(header);
    if (header->owned_root == 0) {
      REQUIRE(tree.reached.size() == 1);
      for (std::uint32_t i = 0; i < header->primary_pages; ++i) {
        tree.owned.insert(root.page_no() + i);
        if (i != 0) tree.free.insert(root.page_no() + i);
      }
      return;
    }
    for (const std::uint32_t page_no : {header->owned_root, header->available_root()}) {
      const ese::PageView space = page(page_no);
      check_page(space, root.objid());
      REQUIRE(space.has(ese::kPageSpaceTree));
      tree.reached.insert(page_no);
      PageSet& into = page_no == header->owned_root ? tree.owned : tree.free;
      for (std::uint32_t i = space.first_node(); i < space.tag_count(); ++i) {
        const auto node = space.node(i);
        REQUIRE(node);
        const auto run = ese::extent_of(*node);
        REQUIRE(run);
        for (std::uint32_t n = 0; n < run->count; ++n) REQUIRE(into.insert(run->last - n).second);
      }
    }
  }

  const std::string& bytes_;
  std::uint32_t page_size_;
  std::uint32_t pages_;
};

// Roots of a table's inner trees: secondary indexes and long values.
std::vector<std::uint32_t> inner_roots(const ese::TableDef& table) {
  std::vector<std::uint32_t> roots;
  for (const ese::IndexDef& index : table.indexes) {
    if (!index.is_primary()) roots.push_back(index.root_page);
  }
  if (table.long_value_root != 0) roots.push_back(table.long_value_root);
  return roots;
}

// Each page of a tree is its own, or an inner tree's, or free; nothing is two of these.
void check_partition(const TreePages& tree, const std::vector<TreePages>& inner) {
  PageSet seen = tree.reached;
  for (const std::uint32_t page_no : tree.free) REQUIRE(seen.insert(page_no).second);
  for (const TreePages& other : inner) {
    for (const std::uint32_t page_no : other.owned) REQUIRE(seen.insert(page_no).second);
  }
  REQUIRE(seen == tree.owned);
}

void check_file(const std::string& bytes, ese::Database& database) {
  const FileCheck check(bytes);
  PageSet owned_by_tables;
  for (const ese::TableDef& table : database.tables()) {
    INFO("table " << table.name);
    std::vector<TreePages> inner;
    for (const std::uint32_t root : inner_roots(table)) {
      inner.push_back(check.check_tree(root));
      check_partition(inner.back(), {});
    }
    const TreePages tree = check.check_tree(table.root_page);
    check_partition(tree, inner);
    for (const std::uint32_t page_no : tree.owned) REQUIRE(owned_by_tables.insert(page_no).second);
  }
  const TreePages whole = check.check_tree(1);
  REQUIRE(whole.owned.size() == check.pages());
  for (const std::uint32_t page_no : whole.reached) {
    REQUIRE(owned_by_tables.insert(page_no).second);
  }
  REQUIRE(owned_by_tables == whole.owned);
}

TEST_CASE("every page of a written file belongs to one tree that obeys the rules") {
  const TempFolder folder;
  const auto path = folder / "people.edb";
  EseOptions options;
  SECTION("ESE97") {}
  SECTION("modern, 4 KiB") { options.generation = Generation::kModern; }
  SECTION("modern, 32 KiB") {
    options.generation = Generation::kModern;
    options.page_size = 32768;
  }
  REQUIRE(write_people(path.string(), options, kRows));
  const std::string bytes = file_bytes(path);
  MemorySource source = memory_source(bytes);
  Issues issues;
  const auto database = ese::Database::open(source, {}, issues);
  REQUIRE(database);
  check_file(bytes, **database);
}

TEST_CASE("trees of any number of rows obey the rules") {
  // Around the change from a root alone to a root with leaves.
  const TempFolder folder;
  const auto path = folder / "people.edb";
  for (int rows = 0; rows < 60; rows += 1) {
    INFO("rows " << rows);
    REQUIRE(write_people(path.string(), EseOptions{}, rows));
    const std::string bytes = file_bytes(path);
    MemorySource source = memory_source(bytes);
    Issues issues;
    const auto database = ese::Database::open(source, {}, issues);
    REQUIRE(database);
    check_file(bytes, **database);
  }
}

TEST_CASE("every row stands in every index that takes it, once") {
  const TempFolder folder;
  const auto path = folder / "people.edb";
  REQUIRE(write_people(path.string(), EseOptions{}, kRows));
  const std::string bytes = file_bytes(path);
  MemorySource source = memory_source(bytes);
  Issues issues;
  const auto database = ese::Database::open(source, {}, issues);
  REQUIRE(database);
  const FileCheck check(bytes);
  const ese::TableDef* const table = (*database)->find_table("people");
  REQUIRE(table != nullptr);
  const auto entries = [&](std::string_view name) {
    std::size_t count = 0;
    for (const ese::IndexDef& index : table->indexes) {
      if (index.name != name) continue;
      for (const std::uint32_t page_no : check.check_tree(index.root_page).reached) {
        const ese::PageView view = check.page(page_no);
        if (view.is_leaf() && !view.has(ese::kPageSpaceTree)) count += view.tag_count() - 1;
      }
    }
    return count;
  };
  std::size_t live = 0;
  std::size_t ranked = 0;
  for (int i = 0; i < kRows; ++i) {
    if (PeopleTable::is_deleted(i)) continue;
    ++live;
    if (i % 5 != 4) ++ranked;  // the others have no rank, and by_rank takes no NULL
  }
  CHECK(entries("by_name") == live);
  CHECK(entries("by_rank") == ranked);
}

}  // namespace
}  // namespace dirsnap::test
