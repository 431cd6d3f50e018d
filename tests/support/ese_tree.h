// SPDX-License-Identifier: MIT
//
// Bulk building of the B+-trees of an ESE file and of the bookkeeping of their pages.
// A tree takes its nodes in key order and keeps one unfinished page a level; a full page is
// written at once, so memory does not grow with the number of rows.
// Units: page numbers; byte keys compared as unsigned bytes.
// Lifetime: a tree borrows its file and its space, which must outlive it.
// Threads: one thread per file. Errors: Result; after a failure the file is useless.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"
#include "tests/support/ese_format.h"
#include "tests/support/ese_page.h"

namespace dirsnap::support {

// A run of pages.
struct PageRun {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// The file under construction: page writes and the hand-out of page numbers.
class PageFile {
 public:
  static Result<PageFile> create(const std::string& path, const Layout& layout);

  // Reserves the next `count` pages.
  PageRun take(std::uint32_t count);
  std::uint32_t page_count() const { return next_page_ - 1; }
  std::uint64_t next_database_time() { return ++database_time_; }
  std::uint64_t database_time() const { return database_time_; }
  const Layout& layout() const { return layout_; }

  // Writes a page at its place; pages mostly arrive in rising order.
  Result<void> write(std::uint32_t page_no, std::string_view page);
  // Writes the header page and its copy, extends the file to its last page and closes it.
  Result<void> close(std::string_view header);

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  explicit PageFile(const Layout& layout) : layout_(layout) {}

  Layout layout_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::uint32_t next_page_ = 1;
  std::uint64_t database_time_ = 0x40;  // the first time a new database uses
  std::uint64_t position_ = 0;          // where the stream stands
};

// The pages of one tree: its root, what it owns, and what of that is unused.
// The root's extent begins with the root and the two roots of its space trees.
class TreeSpace {
 public:
  TreeSpace(PageFile& file, std::uint32_t object_id, PageRun primary, TreeSpace* owner);
  // A tree whose primary extent is taken from the file.
  static TreeSpace make(PageFile& file, std::uint32_t object_id, TreeSpace* owner);

  std::uint32_t root() const { return root_; }
  std::uint32_t object_id() const { return object_id_; }
  std::uint32_t parent_root() const { return owner_ == nullptr ? 1 : owner_->root_; }
  std::uint32_t take_page();
  // Gives a page run that the tree owns to somebody else (a tree inside the primary extent).
  void remove_free(PageRun run);

  // Content of tag 0 of the root. `non_unique`: the tree's keys are completed by the data.
  std::string root_header(bool non_unique) const;
  // The trees of owned and of available runs; nothing if the tree is a single extent.
  Result<void> write_space_trees(std::uint32_t page_flags);

 private:
  bool is_single_extent() const { return owned_.size() == 1 && used_ == 0; }
  Result<void> write_space_root(std::uint32_t page_no,
                                std::uint32_t flags,
                                const std::vector<PageRun>& runs);

  PageFile* file_;
  std::uint32_t root_;
  std::uint32_t object_id_;
  TreeSpace* owner_;
  std::uint32_t used_ = 0;  // pages handed out, the root not counted
  std::vector<PageRun> owned_;
  std::vector<PageRun> free_;  // ascending
};

// One B+-tree being filled.
class TreeBuilder {
 public:
  // `page_flags`: kind of the tree (kPageIndex, kPageLongValue, kPageNonUnique).
  TreeBuilder(PageFile& file, TreeSpace& space, std::uint32_t page_flags);

  // REQUIRES nothing; a key that does not rise, or a node too large for a page, is an error.
  Result<void> add(std::string_view key, std::string_view data, std::uint8_t node_flags = 0);
  // Writes what is pending, the upper levels, the root and the space trees.
  Result<void> finish();
  std::uint64_t node_count() const { return node_count_; }

 private:
  struct Node {
    std::uint32_t offset;  // of the key in the arena; the data follows it
    std::uint32_t key_size;
    std::uint32_t data_size;
    std::uint8_t flags;
  };
  struct Level {
    std::string arena;
    std::vector<Node> nodes;
    std::size_t used = 0;        // packed size of all nodes under the first key as prefix
    std::uint32_t page_no = 0;   // 0: still may become the root
    std::uint32_t previous = 0;  // left sibling
  };

  struct Siblings {
    std::uint32_t left;
    std::uint32_t right;
  };

  PageHead head_of(std::size_t depth, std::uint32_t page_no, Siblings siblings);
  std::string_view key_of(const Level& level, std::size_t i) const;
  std::string_view data_of(const Level& level, std::size_t i) const;
  std::string ordering_key(std::string_view key, std::string_view data) const;
  std::vector<PageNode> nodes_of(const Level& level, std::size_t first, std::size_t end) const;
  Result<void> append(std::size_t depth, const PageNode& node);
  Result<void> split(std::size_t depth, const PageNode& next);
  Result<void> write_level(std::size_t depth, std::uint32_t next_page, std::string_view separator);
  Result<void> write_nodes(const PageHead& head, const std::vector<PageNode>& nodes);
  Result<void> halve(std::size_t depth);
  Result<void> write_root(std::size_t depth);
  bool fits_root(const Level& level) const;
  std::string separator(std::string_view left, std::string_view right) const;
  std::uint32_t level_flags(std::size_t depth) const;

  PageFile* file_;
  TreeSpace* space_;
  std::uint32_t page_flags_;
  std::vector<Level> levels_;  // leaves first
  std::string last_key_;       // of the leaf level, for the order check
  std::uint64_t node_count_ = 0;
};

}  // namespace dirsnap::support
