// SPDX-License-Identifier: MIT
#include "importers/ese/long_value.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "importers/ese/compression.h"

namespace dirsnap::ese {

namespace {

// Rows may share a value, so more bytes can be produced than the file has; hostile files share
// without end.
constexpr std::uint64_t kSharingMax = 64;
constexpr std::uint64_t kBudgetLeast = std::uint64_t{64} << 20;
constexpr std::size_t kRootNode = 8;     // reference count and size
constexpr std::size_t kEncryptedAt = 8;  // optional flags byte

}  // namespace

LongValueReader::LongValueReader(PageStore& store,
                                 const TableDef& table,
                                 IssueSink& issues,
                                 const CancelToken* cancel)
    : store_(store),
      table_(table),
      issues_(issues),
      cancel_(cancel),
      tree_{table.name, table.long_value_objid, table.long_value_root, kPageLongValue},
      budget_bytes_(kSharingMax * store.pages() * store.page_size() + kBudgetLeast) {}

Result<LongValueReader::Key> LongValueReader::key_of_id(Bytes id) {
  if (id.size() != 4 && id.size() != 8)
    return fail(Code::kCorrupt, fmt::format("long-value id of {} bytes", id.size()));
  Key key;
  key.size = id.size();
  std::reverse_copy(id.begin(), id.end(), key.bytes.begin());
  return key;
}

LongValueReader::Key LongValueReader::key_of_node(const NodeView& node) {
  Key key;
  if (node.key_size() > kKeyMax) return key;
  std::copy(node.prefix.begin(), node.prefix.end(), key.bytes.begin());
  std::copy(node.suffix.begin(), node.suffix.end(),
            key.bytes.begin() + static_cast<std::ptrdiff_t>(node.prefix.size()));
  key.size = node.key_size();
  return key;
}

// True if the leaf has a live node of that key; `position` is set then.
bool LongValueReader::seek_in(PageRef page, const Key& key, NodePosition& position) {
  const auto match = lower_bound_node(*page, key.view());
  if (!match || !match->found) return false;
  position = {std::move(page), match->index};
  return true;
}

// Leaves by first key, found by plan and scan; for trees that have failed.
Result<void> LongValueReader::build_index() {
  index_built_ = true;
  DIRSNAP_TRY(const LeafPlan plan, plan_leaves(store_, tree_, issues_, cancel_));
  for (const LeafRef& leaf : plan.leaves) {
    const auto page = store_.get(leaf.page_no, use());
    if (!page || (*page)->tag_count() <= (*page)->first_node()) continue;
    const auto node = (*page)->node((*page)->first_node());
    if (node) index_.push_back({key_of_node(*node), leaf.page_no});
  }
  const auto less = [](const LeafKey& a, const LeafKey& b) {
    return std::lexicographical_compare(a.first.view().begin(), a.first.view().end(),
                                        b.first.view().begin(), b.first.view().end());
  };
  std::stable_sort(index_.begin(), index_.end(), less);
  return {};
}

Result<PageRef> LongValueReader::look_up(const Key& key) {
  const auto above = std::partition_point(index_.begin(), index_.end(), [&](const LeafKey& leaf) {
    return !std::lexicographical_compare(key.view().begin(), key.view().end(),
                                         leaf.first.view().begin(), leaf.first.view().end());
  });
  if (above == index_.begin()) return fail(Code::kNotFound, "no page holds its root");
  return store_.get(std::prev(above)->page_no, use());
}

// The root node of a value.
Result<NodePosition> LongValueReader::find(const Key& key) {
  NodePosition position;
  if (last_leaf_ && seek_in(last_leaf_, key, position)) return position;
  if (!index_built_) {
    auto leaf = seek_leaf(store_, tree_, key.view(), false);
    if (leaf && seek_in(*std::move(leaf), key, position)) return position;
    DIRSNAP_CHECK(build_index());
  }
  DIRSNAP_TRY(PageRef leaf, look_up(key));
  if (!seek_in(std::move(leaf), key, position))
    return fail(Code::kNotFound, "it has no root in the long-value tree");
  return position;
}

// Steps to the next live node, over page borders; false at the end of the tree.
Result<bool> LongValueReader::advance(NodePosition& position) {
  // Empty leaves may follow each other; the number of pages bounds them.
  for (std::uint32_t pages = 0; pages <= store_.pages(); ++pages) {
    while (++position.index < position.page->tag_count()) {
      DIRSNAP_TRY(const NodeView node, position.page->node(position.index));
      if (!node.is_deleted()) return true;
    }
    const std::uint32_t next = position.page->next();
    if (next == 0) return false;
    DIRSNAP_TRY(PageRef page, store_.get(next, use()));
    if (!page->is_leaf() || !foreign_page_fault(*page, tree_).empty())
      return fail(Code::kCorrupt, fmt::format("page {} is not of its tree", next));
    position.index = page->first_node() - 1;
    position.page = std::move(page);
  }
  return fail(Code::kCorrupt, "pages of the long-value tree point in a circle");
}

// Appends the chunk that begins at `produced`; returns where it ends. `position` moves on.
Result<std::size_t> LongValueReader::append_chunk(Value& value,
                                                  std::size_t produced,
                                                  NodePosition& position,
                                                  std::vector<std::byte>& out) {
  const auto offset_of_chunk = [&](const NodeView& node) -> std::optional<std::size_t> {
    const Key key = key_of_node(node);
    if (key.size != value.id.size + 4) return std::nullopt;
    if (std::memcmp(key.bytes.data(), value.id.bytes.data(), value.id.size) != 0)
      return std::nullopt;
    return load_be<std::uint32_t>(key.view(), value.id.size);
  };
  const PageRef page = position.page;  // keeps the data while the position moves
  DIRSNAP_TRY(const NodeView node, page->node(position.index));
  if (offset_of_chunk(node) != produced) {
    return fail(Code::kCorrupt,
                fmt::format("its chunk at {} of {} bytes is missing", produced, value.size));
  }
  std::size_t end = value.size;
  if (node.data.size() != value.size - produced) {  // not a raw last chunk
    DIRSNAP_TRY(const bool more, advance(position));
    if (more) {
      DIRSNAP_TRY(const NodeView following, position.page->node(position.index));
      const auto next = offset_of_chunk(following);
      if (next && *next > produced) end = std::min(*next, value.size);
    }
  }
  const std::size_t expected = end - produced;
  if (node.data.size() == expected || value.facts.encrypted) {
    out.insert(out.end(), node.data.begin(), node.data.end());
    return end;
  }
  if (node.data.size() > expected)
    return fail(Code::kCorrupt, fmt::format("its chunk at {} has {} bytes instead of {}", produced,
                                            node.data.size(), expected));
  const std::size_t before = out.size();
  DIRSNAP_CHECK(decompress(node.data, expected, out));
  value.facts.decompressed = true;
  if (out.size() - before != expected)
    return fail(Code::kCorrupt, fmt::format("its chunk at {} unpacks to {} bytes instead of {}",
                                            produced, out.size() - before, expected));
  return end;
}

Result<void> LongValueReader::chunks(Value& value,
                                     NodePosition position,
                                     std::vector<std::byte>& out) {
  std::size_t produced = 0;
  DIRSNAP_TRY(bool more, advance(position));
  while (produced < value.size) {
    if (!more)
      return fail(Code::kCorrupt,
                  fmt::format("it ends after {} of {} bytes", produced, value.size));
    DIRSNAP_TRY(produced, append_chunk(value, produced, position, out));
  }
  last_leaf_ = position.page;
  return {};
}

Result<LongValueFacts> LongValueReader::fetch(Bytes id,
                                              std::size_t size_max,
                                              std::vector<std::byte>& out) {
  DIRSNAP_CHECK(check_cancel(cancel_));
  DIRSNAP_TRY(const Key key, key_of_id(id));
  if (tree_.root == 0) return fail(Code::kNotFound, "the table has no long-value tree");
  DIRSNAP_TRY(NodePosition position, find(key));
  last_leaf_ = position.page;
  DIRSNAP_TRY(const NodeView root, position.page->node(position.index));
  if (root.data.size() < kRootNode) return fail(Code::kCorrupt, "its root node is cut off");
  Value value{key, load_le<std::uint32_t>(root.data, 4), {}};
  value.facts.encrypted = root.data.size() > kEncryptedAt &&
                          (std::to_integer<unsigned>(root.data[kEncryptedAt]) & 1U) != 0;
  if (value.size > size_max)
    return fail(Code::kLimit,
                fmt::format("it has {} bytes, more than the {} allowed", value.size, size_max));
  if (value.size > budget_bytes_)
    return fail(Code::kLimit, "the long values of the table are many times larger than the file");
  budget_bytes_ -= value.size;
  DIRSNAP_CHECK(chunks(value, std::move(position), out));
  return value.facts;
}

}  // namespace dirsnap::ese
