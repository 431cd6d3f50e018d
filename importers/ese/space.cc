// SPDX-License-Identifier: MIT
#include "importers/ese/space.h"

#include <algorithm>
#include <array>

#include "importers/ese/leaf_plan.h"

namespace dirsnap::ese {

namespace {

constexpr std::uint32_t kDatabaseRoot = 1;
constexpr std::uint32_t kMultipleExtents = 1;
constexpr std::size_t kHeaderSize = 16;
constexpr std::byte kHeaderField{1};  // bit of the field mask: space header follows
constexpr std::size_t kPooledKey = 5;
constexpr std::byte kShelved{0x82};

struct SilentSink final : IssueSink {
  void report(Issue) override {}
};

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

std::uint32_t last_owned_page(PageStore& store, const CancelToken* cancel) {
  const PageUse quiet{{}, Severity::kDoubt, true};
  const auto root = store.get(kDatabaseRoot, quiet);
  if (!root) return 0;
  const auto header = space_header(**root);
  if (!header) return 0;
  if (header->owned_root == 0) return header->primary_pages;
  SilentSink silent;
  const TreeSpec tree{{},   (*root)->objid(), header->owned_root, kPageSpaceTree, Severity::kNote,
                      false};
  const auto plan = plan_leaves(store, tree, silent, cancel);
  if (!plan) return 0;
  std::uint32_t last = 0;
  for (const LeafRef& leaf : plan->leaves) {
    const auto page = store.get(leaf.page_no, quiet);
    if (!page) continue;
    for (std::uint32_t i = (*page)->first_node(); i < (*page)->tag_count(); ++i) {
      const auto node = (*page)->node(i);
      if (!node || node->is_deleted()) continue;
      if (const auto extent = extent_of(*node)) last = std::max(last, extent->last);
    }
  }
  return last;
}

}  // namespace dirsnap::ese
