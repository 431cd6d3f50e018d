// SPDX-License-Identifier: MIT
#include "importers/dump_model/name_finder.h"

#include <bit>

#include "importers/dump_model/name_hash.h"
#include "importers/dump_model/name_index.h"
#include "storage/base/text.h"

namespace dirsnap::dump_model {
namespace {

constexpr std::size_t kSpellingCacheSize = 4096;

}  // namespace

NameFinder::NameFinder(const directory::NameTree& tree) : tree_(tree) {
  const auto& nodes = tree.nodes();
  slots_.assign(std::bit_ceil(2 * nodes.size() + 1), kNowhere);
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].is_root) continue;
    const auto parent = static_cast<std::uint32_t>(nodes[i].parent_dnt - 1);
    std::size_t slot = slot_of(parent, tree.type(nodes[i]), tree.rdn(nodes[i]));
    while (slots_[slot] != kNowhere) slot = (slot + 1) % slots_.size();
    slots_[slot] = i;
  }
}

std::size_t NameFinder::slot_of(std::uint32_t parent,
                                std::string_view type,
                                std::string_view name) const {
  constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15U;
  const std::uint64_t hash = name_hash(name) ^ name_hash(type) * kMix;
  return static_cast<std::size_t>(((hash ^ parent) * kMix) >> 32) & (slots_.size() - 1);
}

std::uint32_t NameFinder::child(std::uint32_t parent, const Rdn& name) const {
  std::size_t slot = slot_of(parent, name.type, name.value);
  for (; slots_[slot] != kNowhere; slot = (slot + 1) % slots_.size()) {
    const auto& node = tree_.nodes()[slots_[slot]];
    if (static_cast<std::uint32_t>(node.parent_dnt - 1) == parent &&
        equal_ascii_nocase(tree_.type(node), name.type) &&
        equal_folded(tree_.rdn(node), name.value)) {
      return slots_[slot];
    }
  }
  return kNowhere;
}

const directory::NameTree::Node* NameFinder::find(std::string_view dn) {
  // Most names share their parent with one before.
  const std::string_view parent_text = dn_parent(dn).value_or(std::string_view());
  const auto cached =
      parent_text.empty() ? parents_.end() : parents_.find(std::string(parent_text));
  if (cached != parents_.end()) {
    const auto at = static_cast<std::size_t>(parent_text.data() - dn.data());
    const auto own = parse_name(at == 0 ? dn.substr(parent_text.size()) : dn.substr(0, at - 1));
    // Blanks around the comma leave two names; then all of it is read.
    if (own && own->size() == 1) return node(child(cached->second, own->front()));
  }
  const auto names = parse_name(dn);
  if (!names || names->empty()) return nullptr;
  std::uint32_t parent = 0;
  std::uint32_t at = 0;
  for (const Rdn& name : *names) {
    parent = at;
    at = child(parent, name);
    if (at == kNowhere) return nullptr;
  }
  if (!parent_text.empty()) {
    if (parents_.size() >= kSpellingCacheSize) parents_.clear();
    parents_.emplace(parent_text, parent);
  }
  return node(at);
}

}  // namespace dirsnap::dump_model
