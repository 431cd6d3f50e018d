// SPDX-License-Identifier: MIT
#include "storage/checker.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "storage/lmdb_env.h"
#include "storage/lmdb_page.h"

namespace dirsnap {

namespace page = lmdb_page;

namespace {

using page::Meta;
using page::NodeView;
using page::Tree;

// LMDB's cursors hold 32 levels; a tree of two-key branches this deep fills any disk.
constexpr std::uint16_t kMaxDepth = 20;
// A transaction may take pages at the end and free them unwritten: the file ends before them.
constexpr std::uint64_t kMaxUnwrittenPages = std::uint64_t{1} << 18;
// A commit during the check makes it look at pages of two states; then it starts again.
constexpr int kMaxAttempts = 5;

using PageBuffer = std::array<std::byte, page::kPageSize>;

enum class TreeKind : std::uint8_t { kFreeList, kMain, kNamed };

std::uint64_t offset_of(std::uint64_t page_no) { return page_no * page::kPageSize; }

tl::unexpected<Error> damaged(std::uint64_t page_no, const std::string& what) {
  return fail(Code::kCorrupt, offset_of(page_no),
              "case file, page " + std::to_string(page_no) + ": " + what);
}

// Checks one state of the file, that of one meta page.
class StructureCheck {
 public:
  StructureCheck(const FileHandle& file, const Meta& meta, std::uint64_t file_pages)
      : file_(file),
        meta_(meta),
        file_pages_(file_pages),
        reached_(std::max(file_pages, meta.last_page + 1)) {
    reached_[0] = reached_[1] = true;
  }

  Result<void> run() {
    DIRSNAP_CHECK(check_tree(meta_.main, TreeKind::kMain));
    if (named_count_ != kDbCount) return fail(Code::kCorrupt, "not a dirsnap case");
    for (std::size_t i = 0; i < named_count_; ++i) {
      DIRSNAP_CHECK(check_tree(named_[i], TreeKind::kNamed));
    }
    return check_tree(meta_.free_list, TreeKind::kFreeList);
  }

 private:
  // A page on the way from the root to where the walk is.
  struct Level {
    PageBuffer bytes{};
    std::uint64_t page_no = 0;
    std::size_t next = 0;   // node to visit
    std::size_t nodes = 0;  // nodes of the page
    bool is_leaf = false;
  };

  // What the walk of one tree has counted and seen.
  struct Walk {
    TreeKind kind = TreeKind::kNamed;
    Tree counted;
    std::string last_key;  // keys ascend over the whole tree
    bool has_key = false;
    std::string least_key;  // separator above: no key below it may be smaller
  };

  Result<void> check_tree(const Tree& tree, TreeKind kind);
  Result<void> enter(std::uint64_t page_no, Walk& walk);
  Result<void> check_page(Level& level, const Walk& walk);
  static Result<void> check_nodes(const Level& level);
  Result<void> visit_branch(Level& level, Walk& walk);
  Result<void> visit_leaf(const Level& level, const NodeView& node, Walk& walk);
  static Result<void> check_key(const Level& level, const NodeView& node, Walk& walk);
  Result<void> check_overflow(const Level& level, const NodeView& node, Walk& walk);
  Result<void> check_free_pages(const Level& level, const NodeView& node);
  Result<void> check_named(const Level& level, const NodeView& node);
  Result<void> reach(std::uint64_t page_no, std::uint64_t count);

  const FileHandle& file_;
  Meta meta_;
  std::uint64_t file_pages_;
  std::vector<bool> reached_;
  std::array<Tree, kDbCount> named_{};
  std::size_t named_count_ = 0;
  std::vector<Level> levels_;
};

// A page of two owners would be changed under one of them.
Result<void> StructureCheck::reach(std::uint64_t page_no, std::uint64_t count) {
  if (page_no > meta_.last_page || count > meta_.last_page - page_no + 1) {
    return damaged(page_no, "past the last page");
  }
  for (std::uint64_t i = page_no; i < page_no + count; ++i) {
    if (reached_[i]) return damaged(i, "used twice");
    reached_[i] = true;
  }
  return {};
}

Result<void> StructureCheck::check_tree(const Tree& tree, TreeKind kind) {
  Walk walk{.kind = kind, .counted = {}, .last_key = {}, .has_key = false, .least_key = {}};
  if (tree.depth > kMaxDepth) return fail(Code::kCorrupt, "case file: a tree is too deep");
  levels_.clear();
  if (tree.root != page::kNoPage) DIRSNAP_CHECK(enter(tree.root, walk));
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.next == level.nodes) {
      levels_.pop_back();
    } else if (level.is_leaf) {
      if (levels_.size() != tree.depth) return damaged(level.page_no, "leaf at a wrong depth");
      const NodeView node(level.bytes, page::node_offset(level.bytes, level.next++));
      DIRSNAP_CHECK(visit_leaf(level, node, walk));
    } else {
      if (levels_.size() >= tree.depth) return damaged(level.page_no, "branch at a wrong depth");
      DIRSNAP_CHECK(visit_branch(level, walk));
    }
  }
  const Tree& counted = walk.counted;
  if (counted.entries != tree.entries || counted.leaf_pages != tree.leaf_pages ||
      counted.branch_pages != tree.branch_pages || counted.overflow_pages != tree.overflow_pages) {
    return fail(Code::kCorrupt, "case file: the counts of a tree are wrong");
  }
  return {};
}

Result<void> StructureCheck::enter(std::uint64_t page_no, Walk& walk) {
  DIRSNAP_CHECK(reach(page_no, 1));
  Level& level = levels_.emplace_back();
  level.page_no = page_no;
  if (page_no >= file_pages_) return damaged(page_no, "past the end of the file");
  DIRSNAP_CHECK(read_exactly(file_, offset_of(page_no), level.bytes));
  DIRSNAP_CHECK(check_page(level, walk));
  ++(level.is_leaf ? walk.counted.leaf_pages : walk.counted.branch_pages);
  return {};
}

Result<void> StructureCheck::check_page(Level& level, const Walk& walk) {
  const std::uint16_t flags = page::page_flags(level.bytes);
  if (page::page_no(level.bytes) != level.page_no) return damaged(level.page_no, "wrong number");
  if (flags != page::kLeaf && flags != page::kBranch) return damaged(level.page_no, "wrong flags");
  level.is_leaf = flags == page::kLeaf;
  const std::size_t lower = page::lower(level.bytes);
  const std::size_t upper = page::upper(level.bytes);
  if (lower < page::kHeaderSize || lower % 2 != 0 || lower > upper || upper > page::kPageSize) {
    return damaged(level.page_no, "wrong bounds");
  }
  level.nodes = (lower - page::kHeaderSize) / 2;
  // LMDB relies on two children at least, but in the free list.
  const std::size_t least = level.is_leaf || walk.kind == TreeKind::kFreeList ? 1 : 2;
  if (level.nodes < least) return damaged(level.page_no, "too few entries");
  return check_nodes(level);
}

// The nodes fill the page from `upper` to its end without gap or overlap.
Result<void> StructureCheck::check_nodes(const Level& level) {
  std::vector<std::uint16_t> offsets;
  for (std::size_t i = 0; i < level.nodes; ++i) {
    offsets.push_back(page::node_offset(level.bytes, i));
  }
  std::sort(offsets.begin(), offsets.end());
  std::uint64_t at = page::upper(level.bytes);
  for (const std::uint16_t offset : offsets) {
    if (offset != at || page::kPageSize - at < NodeView::kFixed) {
      return damaged(level.page_no, "an entry lies at a wrong place");
    }
    const NodeView node(level.bytes, offset);
    const std::uint64_t size = node.size(level.is_leaf);
    if (size > page::kPageSize - at) return damaged(level.page_no, "an entry is too long");
    if (node.key_size() > page::kMaxKeySize) return damaged(level.page_no, "a key is too long");
    at += size;
  }
  if (at != page::kPageSize) return damaged(level.page_no, "its entries leave a gap");
  return {};
}

Result<void> StructureCheck::visit_branch(Level& level, Walk& walk) {
  const std::size_t index = level.next++;
  const NodeView node(level.bytes, page::node_offset(level.bytes, index));
  if (index > 0) {
    // The first key of a branch stands for "less than all".
    const std::string key(as_chars(node.key()));
    const bool above = walk.kind == TreeKind::kFreeList || !walk.has_key || key > walk.last_key;
    if (!above) return damaged(level.page_no, "keys do not ascend");
    if (walk.kind != TreeKind::kFreeList) walk.least_key = key;
  }
  return enter(node.child(), walk);  // `level` may move
}

Result<void> StructureCheck::check_key(const Level& level, const NodeView& node, Walk& walk) {
  std::string key(as_chars(node.key()));
  if (key.empty()) return damaged(level.page_no, "an empty key");
  if (walk.kind == TreeKind::kFreeList) {
    // Transaction numbers, compared as integers.
    if (key.size() != sizeof(std::uint64_t)) return damaged(level.page_no, "key of a wrong size");
    std::reverse(key.begin(), key.end());
  }
  if ((walk.has_key && key <= walk.last_key) || key < walk.least_key) {
    return damaged(level.page_no, "keys do not ascend");
  }
  walk.last_key = std::move(key);
  walk.has_key = true;
  return {};
}

Result<void> StructureCheck::visit_leaf(const Level& level, const NodeView& node, Walk& walk) {
  DIRSNAP_CHECK(check_key(level, node, walk));
  ++walk.counted.entries;
  const std::uint16_t flags = node.flags();
  if (walk.kind == TreeKind::kMain) return check_named(level, node);
  if (flags != 0 && flags != page::kBigData) return damaged(level.page_no, "flags of an entry");
  if (flags == page::kBigData) DIRSNAP_CHECK(check_overflow(level, node, walk));
  return walk.kind == TreeKind::kFreeList ? check_free_pages(level, node) : Result<void>{};
}

Result<void> StructureCheck::check_overflow(const Level& level, const NodeView& node, Walk& walk) {
  const auto first = load_le<std::uint64_t>(level.bytes, node.value_at());
  if (first >= file_pages_) return damaged(level.page_no, "a value lies past the end of the file");
  std::array<std::byte, page::kHeaderSize> header{};
  DIRSNAP_CHECK(read_exactly(file_, offset_of(first), header));
  const std::uint64_t pages = page::overflow_count(header);
  const std::uint64_t needed = page::overflow_pages(node.value_size());
  if (page::page_no(header) != first || page::page_flags(header) != page::kOverflow ||
      pages < needed) {
    return damaged(first, "not the pages of the value that refers to it");
  }
  if (needed > file_pages_ - first) return damaged(first, "a value goes past the file's end");
  walk.counted.overflow_pages += pages;
  return reach(first, pages);
}

// A list of free pages: count, then page numbers descending. A writer would overwrite them.
Result<void> StructureCheck::check_free_pages(const Level& level, const NodeView& node) {
  std::vector<std::byte> value(node.value_size());
  if (node.flags() == page::kBigData) {
    const auto first = load_le<std::uint64_t>(level.bytes, node.value_at());
    DIRSNAP_CHECK(read_exactly(file_, offset_of(first) + page::kHeaderSize, value));
  } else {
    std::memcpy(value.data(), level.bytes.data() + node.value_at(), value.size());
  }
  DIRSNAP_TRY(const std::uint64_t count, u64(value, 0));
  if (count > value.size() / sizeof(std::uint64_t) - 1) {
    return damaged(level.page_no, "a list of free pages is cut");
  }
  std::uint64_t before = page::kNoPage;
  for (std::uint64_t i = 1; i <= count; ++i) {
    const auto page_no = load_le<std::uint64_t>(value, i * sizeof(std::uint64_t));
    if (page_no >= before) return damaged(level.page_no, "free pages do not descend");
    DIRSNAP_CHECK(reach(page_no, 1));
    before = page_no;
  }
  return {};
}

// Entries of the main tree are exactly the named databases of a case.
Result<void> StructureCheck::check_named(const Level& level, const NodeView& node) {
  const std::string_view name = as_chars(node.key());
  const bool known = std::find(kDbNames.begin(), kDbNames.end(), name) != kDbNames.end();
  if (!known || node.flags() != page::kSubData || node.value_size() != page::kTreeSize) {
    return damaged(level.page_no, "not a database of a dirsnap case");
  }
  const Tree tree = page::load_tree(level.bytes, node.value_at());
  if (tree.flags != 0 || tree.pad != 0) return damaged(level.page_no, "flags of a database");
  named_[named_count_++] = tree;  // keys ascend, so no name comes twice
  return {};
}

struct Metas {
  Meta newest;
  std::uint64_t file_pages = 0;
};

Result<Metas> read_metas(const FileHandle& file) {
  DIRSNAP_TRY(const std::uint64_t size, file_size(file));
  if (size < std::uint64_t{2} * page::kPageSize) {
    return fail(Code::kCorrupt, size, "not a dirsnap case, or cut: shorter than its head");
  }
  std::array<Meta, 2> metas;
  for (std::uint64_t i = 0; i < metas.size(); ++i) {
    PageBuffer bytes{};
    DIRSNAP_CHECK(read_exactly(file, offset_of(i), bytes));
    metas[i] = page::load_meta(bytes);
    if (metas[i].magic != page::kMagic || page::page_no(bytes) != i ||
        page::page_flags(bytes) != page::kMeta) {
      return damaged(i, "not a dirsnap case, or its head is damaged");
    }
    if (metas[i].version != page::kVersion) {
      return fail(Code::kUnsupported, offset_of(i), "the case has another LMDB version");
    }
    if (metas[i].free_list.pad != page::kPageSize) {
      return fail(Code::kUnsupported, offset_of(i),
                  "the case has pages of " + std::to_string(metas[i].free_list.pad) +
                      " bytes; this program reads pages of 4096");
    }
  }
  const std::size_t newest = metas[0].transaction < metas[1].transaction ? 1 : 0;
  // LMDB takes the head by the parity of its transaction; it must be the one checked here.
  if ((metas[newest].transaction & 1) != newest) return damaged(newest, "head at a wrong place");
  return Metas{.newest = metas[newest], .file_pages = size / page::kPageSize};
}

Result<void> check_meta_fields(const Metas& metas) {
  const Meta& meta = metas.newest;
  const std::uint16_t flags = meta.free_list.flags;
  if ((flags & ~page::kNoSubdir) != page::kIntegerKey || meta.main.flags != 0) {
    return damaged(meta.transaction & 1, "flags of the head");
  }
  if (meta.last_page < 1 || meta.last_page >= metas.file_pages + kMaxUnwrittenPages) {
    return damaged(meta.transaction & 1, "the file is cut, or its head is damaged");
  }
  return {};
}

}  // namespace

Result<void> check_structure(const FileHandle& file) {
  for (int attempt = 1;; ++attempt) {
    DIRSNAP_TRY(const Metas metas, read_metas(file));
    DIRSNAP_CHECK(check_meta_fields(metas));
    Result<void> checked = StructureCheck(file, metas.newest, metas.file_pages).run();
    if (checked) return checked;
    DIRSNAP_TRY(const Metas now, read_metas(file));
    if (now.newest == metas.newest) return checked;
    if (attempt == kMaxAttempts) {
      return fail(Code::kBusy, "the case is being written too fast to be checked; try again");
    }
  }
}

}  // namespace dirsnap
