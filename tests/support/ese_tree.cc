// SPDX-License-Identifier: MIT
#include "tests/support/ese_tree.h"

#include <algorithm>
#include <utility>

#include "tests/support/bytes.h"

namespace dirsnap::support {
namespace {

constexpr std::size_t kRootHeaderSize = 16;

}  // namespace

TreeBuilder::TreeBuilder(PageFile& file, TreeSpace& space, std::uint32_t page_flags)
    : file_(&file), space_(&space), page_flags_(page_flags), levels_(1) {}

std::string_view TreeBuilder::key_of(const Level& level, std::size_t i) const {
  const Node& node = level.nodes[i];
  return std::string_view(level.arena).substr(node.offset, node.key_size);
}

std::string_view TreeBuilder::data_of(const Level& level, std::size_t i) const {
  const Node& node = level.nodes[i];
  return std::string_view(level.arena).substr(node.offset + node.key_size, node.data_size);
}

// What the nodes of a leaf are ordered by: in a non-unique index the data completes the key.
std::string TreeBuilder::ordering_key(std::string_view key, std::string_view data) const {
  std::string whole(key);
  if ((page_flags_ & kPageNonUnique) != 0) whole.append(data);
  return whole;
}

Result<void> TreeBuilder::add(std::string_view key, std::string_view data, std::uint8_t flags) {
  std::string order = ordering_key(key, data);
  if (node_count_ != 0 && order <= last_key_) {
    return fail(Code::kUsage, node_count_, "keys of a tree must rise");
  }
  last_key_ = std::move(order);
  ++node_count_;
  return append(0, {key, data, flags});
}

Result<void> TreeBuilder::append(std::size_t depth, const PageNode& node) {
  if (depth == levels_.size()) levels_.emplace_back();
  const std::size_t room = page_room(file_->layout());
  if (!levels_[depth].nodes.empty()) {
    const Level& level = levels_[depth];
    const std::string_view prefix = key_of(level, 0);
    if (level.used + packed_size(prefix, node) > room) DIRSNAP_CHECK(split(depth, node));
  }
  Level& level = levels_[depth];
  if (level.nodes.empty()) {
    // The first key becomes the prefix (tag 0); the root's header may take its place.
    if (packed_size("", node) + kRootHeaderSize > room) {
      return fail(Code::kLimit, node_count_, "a node does not fit on a page");
    }
    level.used = node.key.size();
    level.used += packed_size(node.key, node);
  } else {
    level.used += packed_size(key_of(level, 0), node);
  }
  level.nodes.push_back({static_cast<std::uint32_t>(level.arena.size()),
                         static_cast<std::uint32_t>(node.key.size()),
                         static_cast<std::uint32_t>(node.data.size()), node.flags});
  level.arena.append(node.key).append(node.data);
  return {};
}

// Closes the page of a level because `next` does not fit on it any more.
Result<void> TreeBuilder::split(std::size_t depth, const PageNode& next) {
  if (levels_[depth].page_no == 0) levels_[depth].page_no = space_->take_page();
  const std::uint32_t next_page = space_->take_page();
  const Level& level = levels_[depth];
  const std::size_t last = level.nodes.size() - 1;
  const bool leaf = depth == 0;
  const std::string key = leaf ? separator(ordering_key(key_of(level, last), data_of(level, last)),
                                           ordering_key(next.key, next.data))
                               : std::string(key_of(level, last));  // a separator already
  return write_level(depth, next_page, key);
}

// The shortest key that is above `left` and not above `right`.
std::string TreeBuilder::separator(std::string_view left, std::string_view right) const {
  return std::string(right.substr(0, common_prefix(left, right) + 1));
}

std::uint32_t TreeBuilder::level_flags(std::size_t depth) const {
  return page_flags_ | (depth == 0 ? kPageLeaf : 0) | (depth == 1 ? kPageParentOfLeaf : 0);
}

// Only leaves know their siblings; libesedb refuses inner pages that do.
PageHead TreeBuilder::head_of(std::size_t depth, std::uint32_t page_no, Siblings siblings) {
  const bool leaf = depth == 0;
  return {page_no,
          leaf ? siblings.left : 0,
          leaf ? siblings.right : 0,
          space_->object_id(),
          level_flags(depth),
          file_->next_database_time()};
}

std::vector<PageNode> TreeBuilder::nodes_of(const Level& level,
                                            std::size_t first,
                                            std::size_t end) const {
  std::vector<PageNode> nodes;
  nodes.reserve(end - first);
  for (std::size_t i = first; i < end; ++i) {
    nodes.push_back({key_of(level, i), data_of(level, i), level.nodes[i].flags});
  }
  return nodes;
}

// Writes a page that is not a root: its prefix is what the first key shares with any other.
Result<void> TreeBuilder::write_nodes(const PageHead& head, const std::vector<PageNode>& nodes) {
  std::size_t shared = 0;
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    shared = std::max(shared, common_prefix(nodes.front().key, nodes[i].key));
  }
  const std::string_view prefix =
      nodes.empty() ? std::string_view() : nodes.front().key.substr(0, shared);
  return file_->write(head.page_no, build_page(file_->layout(), head, prefix, prefix, nodes));
}

// Writes the pending page of a level and tells the level above; the level starts on `next_page`.
Result<void> TreeBuilder::write_level(std::size_t depth,
                                      std::uint32_t next_page,
                                      std::string_view separator_key) {
  Level& level = levels_[depth];
  const PageHead head = head_of(depth, level.page_no, {level.previous, next_page});
  DIRSNAP_CHECK(write_nodes(head, nodes_of(level, 0, level.nodes.size())));
  const std::string child = le_bytes(level.page_no);
  level.previous = level.page_no;
  level.page_no = next_page;
  level.nodes.clear();
  level.arena.clear();
  level.used = 0;
  return append(depth + 1, {separator_key, child, 0});
}

bool TreeBuilder::fits_root(const Level& level) const {
  std::size_t used = kRootHeaderSize;
  for (std::size_t i = 0; i < level.nodes.size(); ++i) {
    used += packed_size("", {key_of(level, i), data_of(level, i), 0});
  }
  return used <= page_room(file_->layout());
}

// A page that became full thanks to its prefix is too much for a root, which has none.
Result<void> TreeBuilder::halve(std::size_t depth) {
  const std::size_t count = levels_[depth].nodes.size();
  const std::size_t middle = count / 2;
  const std::uint32_t left = space_->take_page();
  const std::uint32_t right = space_->take_page();
  const Level level = std::exchange(levels_[depth], Level{});
  const std::vector<PageNode> nodes = nodes_of(level, 0, count);
  const auto split_at = nodes.begin() + static_cast<std::ptrdiff_t>(middle);
  DIRSNAP_CHECK(write_nodes(head_of(depth, left, {0, right}), {nodes.begin(), split_at}));
  DIRSNAP_CHECK(write_nodes(head_of(depth, right, {left, 0}), {split_at, nodes.end()}));
  const PageNode& last = nodes[middle - 1];
  const PageNode& next = nodes[middle];
  const std::string key =
      depth == 0 ? separator(ordering_key(last.key, last.data), ordering_key(next.key, next.data))
                 : std::string(last.key);
  DIRSNAP_CHECK(append(depth + 1, {key, le_bytes(left), 0}));
  return append(depth + 1, {"", le_bytes(right), 0});
}

Result<void> TreeBuilder::write_root(std::size_t depth) {
  const Level& level = levels_[depth];
  const PageHead head{space_->root(),
                      0,
                      0,
                      space_->object_id(),
                      level_flags(depth) | kPageRoot,
                      file_->next_database_time()};
  const bool non_unique = (page_flags_ & kPageNonUnique) != 0;
  const std::string header = space_->root_header(non_unique);
  const std::vector<PageNode> nodes = nodes_of(level, 0, level.nodes.size());
  DIRSNAP_CHECK(file_->write(space_->root(), build_page(file_->layout(), head, header, "", nodes)));
  return space_->write_space_trees(page_flags_ & (kPageIndex | kPageLongValue));
}

Result<void> TreeBuilder::finish() {
  for (std::size_t depth = 0; depth < levels_.size(); ++depth) {
    if (levels_[depth].page_no != 0) {
      DIRSNAP_CHECK(write_level(depth, 0, ""));
    } else if (fits_root(levels_[depth])) {
      return write_root(depth);
    } else {
      DIRSNAP_CHECK(halve(depth));
    }
  }
  return fail(Code::kLimit, "a tree has no root");
}

}  // namespace dirsnap::support
