// SPDX-License-Identifier: MIT
#include "importers/ese/space.h"

#include <algorithm>
#include <array>

#include "importers/ese/leaf_plan.h"

namespace dirsnap::ese {

namespace {

constexpr std::uint32_t kMultipleExtents = 1;
constexpr std::size_t kHeaderSize = 16;
constexpr std::byte kHeaderField{1};  // bit of the field mask: space header follows
constexpr std::size_t kPooledKey = 5;
constexpr std::byte kShelved{0x82};

// Calls `visit` with each extent of a space tree.
template <class Visit>
void for_each_extent(PageStore& store,
                     std::uint32_t objid,
                     std::uint32_t root,
                     const CancelToken* cancel,
                     Visit visit) {
  SilentSink silent;
  const TreeSpec tree{{}, objid, root, kPageSpaceTree, Severity::kNote, false};
  const auto plan = plan_leaves(store, tree, silent, cancel);
  if (!plan) return;
  for (const LeafRef& leaf : plan->leaves) {
    const auto page = store.get(leaf.page_no, {{}, Severity::kDoubt, true});
    if (!page) continue;
    for (std::uint32_t i = (*page)->first_node(); i < (*page)->tag_count(); ++i) {
      const auto node = (*page)->node(i);
      if (!node || node->is_deleted()) continue;
      if (const auto extent = extent_of(*node)) visit(*extent);
    }
  }
}

}  // namespace

std::optional<SpaceHeader> space_header(const PageView& root) {
  if (!root.is_root() || root.has(kPageSpaceTree)) return std::nullopt;
  Bytes header = root.external_header();
  if (header.size() != kHeaderSize) {  // field mask first
    if (header.size() < kHeaderSize + 1 || (header[0] & kHeaderField) == std::byte{0})
      return std::nullopt;
    header = header.subspan(1, kHeaderSize);
  }
  SpaceHeader out;
  out.primary_pages = load_le<std::uint32_t>(header, 0);
  out.parent_root = load_le<std::uint32_t>(header, 4);
  if ((load_le<std::uint32_t>(header, 8) & kMultipleExtents) != 0)
    out.owned_root = load_le<std::uint32_t>(header, 12);
  return out;
}

std::optional<Extent> extent_of(const NodeView& node) {
  std::array<std::byte, kPooledKey> key{};
  if (node.key_size() > kPooledKey || node.key_size() < 4 || node.data.size() < 4)
    return std::nullopt;
  auto at = std::copy(node.prefix.begin(), node.prefix.end(), key.begin());
  std::copy(node.suffix.begin(), node.suffix.end(), at);
  const bool pooled = node.key_size() == kPooledKey;
  if (pooled && key[0] == kShelved) return std::nullopt;
  return Extent{load_be<std::uint32_t>(key, pooled ? 1 : 0), load_le<std::uint32_t>(node.data, 0)};
}

DatabaseExtent database_extent(PageStore& store, const CancelToken* cancel) {
  DatabaseExtent result;
  const auto root = store.get(kDatabaseRoot, {{}, Severity::kDoubt, true});
  if (!root) return result;
  const auto header = space_header(**root);
  if (!header) return result;
  if (header->owned_root == 0) {
    result.last_page = header->primary_pages;
    return result;
  }
  const std::uint32_t objid = (*root)->objid();
  for_each_extent(store, objid, header->owned_root, cancel, [&](const Extent& owned) {
    result.last_page = std::max(result.last_page, owned.last);
  });
  for_each_extent(store, objid, header->available_root(), cancel, [&](const Extent& free) {
    if (free.last > store.pages())
      result.free_past_file += std::min(free.count, free.last - store.pages());
  });
  return result;
}

}  // namespace dirsnap::ese
