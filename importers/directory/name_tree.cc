// SPDX-License-Identifier: MIT
#include "importers/directory/name_tree.h"

#include <algorithm>
#include <numeric>

#include "storage/base/dn.h"

namespace dirsnap::directory {
namespace {

constexpr std::size_t kParentCacheSize = 4096;

// States of resolve().
constexpr std::uint8_t kUnknown = 0;
constexpr std::uint8_t kOnWalk = 1;
constexpr std::uint8_t kResolved = 2;

}  // namespace

const char* to_string(Defect defect) {
  switch (defect) {
    case Defect::kNone:
      return nullptr;
    case Defect::kMissingParent:
      return "missing-parent";
    case Defect::kParentLoop:
      return "parent-loop";
    case Defect::kTooDeep:
      return "too-deep";
    case Defect::kNoName:
      return "no-name";
    case Defect::kNoClass:
      return "no-class";
  }
  return nullptr;
}

NameTree::Node& NameTree::add(std::int32_t dnt,
                              std::int32_t parent_dnt,
                              std::string_view rdn,
                              std::string_view type_name) {
  Node node{.dnt = dnt, .parent_dnt = parent_dnt};
  node.name_begin = static_cast<std::uint32_t>(arena_.size());
  node.name_size = static_cast<std::uint32_t>(rdn.size());
  arena_ += rdn;
  const auto found = std::find(types_.begin(), types_.end(), type_name);
  node.type = static_cast<std::uint16_t>(found - types_.begin());
  if (found == types_.end()) types_.emplace_back(type_name);
  return nodes_.emplace_back(node);
}

void NameTree::set_class(std::size_t index, std::uint32_t class_id) {
  nodes_[index].class_id = class_id;
  if (nodes_[index].defect == Defect::kNoClass) nodes_[index].defect = Defect::kNone;
}

std::uint32_t NameTree::index_of(std::int32_t dnt) const {
  if (!direct_.empty()) {
    const auto at = static_cast<std::uint32_t>(dnt);
    return at < direct_.size() ? direct_[at] : kNowhere;
  }
  const auto less = [this](std::uint32_t index, std::int32_t value) {
    return nodes_[index].dnt < value;
  };
  const auto at = std::lower_bound(by_dnt_.begin(), by_dnt_.end(), dnt, less);
  return at == by_dnt_.end() || nodes_[*at].dnt != dnt ? kNowhere : *at;
}

const NameTree::Node* NameTree::find(std::int32_t dnt) const {
  const std::uint32_t index = index_of(dnt);
  return index == kNowhere ? nullptr : &nodes_[index];
}

const NameTree::Node* NameTree::parent_of(const Node& node) const {
  return node.is_root ? nullptr : find(node.parent_dnt);
}

std::string_view NameTree::rdn(const Node& node) const {
  return std::string_view(arena_).substr(node.name_begin, node.name_size);
}

std::string_view NameTree::type(const Node& node) const { return types_[node.type]; }

// Walks from `start` to the first ancestor whose depth is known, then fills in the walk downwards.
void NameTree::resolve(std::uint32_t start,
                       std::vector<std::uint32_t>& walk,
                       std::vector<std::uint8_t>& state) {
  walk.clear();
  std::uint32_t at = start;
  Defect defect = Defect::kNone;
  std::uint32_t depth = 0;
  while (true) {
    if (at == kNowhere) {
      defect = Defect::kMissingParent;
      break;
    }
    if (state[at] == kOnWalk) {
      defect = Defect::kParentLoop;
      break;
    }
    if (state[at] == kResolved) {
      const Node& known = nodes_[at];
      depth = known.depth;
      const bool broken = known.defect != Defect::kNone && known.defect != Defect::kNoName &&
                          known.defect != Defect::kNoClass;
      if (broken) defect = known.defect;
      break;
    }
    state[at] = kOnWalk;
    walk.push_back(at);
    if (nodes_[at].is_root) break;
    at = index_of(nodes_[at].parent_dnt);
  }
  for (auto node = walk.rbegin(); node != walk.rend(); ++node) {
    Node& n = nodes_[*node];
    if (!n.is_root) ++depth;
    n.depth = depth;
    if (defect == Defect::kNone && depth > kMaxDepth) defect = Defect::kTooDeep;
    if (defect != Defect::kNone) n.defect = defect;
    state[*node] = kResolved;
  }
}

// Row numbers of a healthy database are dense: then an array finds them.
void NameTree::fill_direct() {
  constexpr std::size_t kMostSparse = 4;  // slots a row
  if (nodes_.empty() || nodes_[by_dnt_.front()].dnt < 0) return;
  const auto last = static_cast<std::size_t>(nodes_[by_dnt_.back()].dnt);
  if (last >= kMostSparse * nodes_.size()) return;
  direct_.assign(last + 1, kNowhere);
  // Of rows with the same number the first counts, as in the binary search.
  for (auto node = by_dnt_.rbegin(); node != by_dnt_.rend(); ++node) {
    direct_[static_cast<std::size_t>(nodes_[*node].dnt)] = *node;
  }
}

void NameTree::link_up() {
  by_dnt_.resize(nodes_.size());
  std::iota(by_dnt_.begin(), by_dnt_.end(), 0U);
  std::stable_sort(by_dnt_.begin(), by_dnt_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return nodes_[a].dnt < nodes_[b].dnt;
  });
  fill_direct();
  std::vector<std::uint32_t> walk;
  std::vector<std::uint8_t> state(nodes_.size(), kUnknown);
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (state[i] == kUnknown) resolve(i, walk, state);
    const std::uint32_t parent = index_of(nodes_[i].parent_dnt);
    if (parent != kNowhere && parent != i && !nodes_[i].is_root) ++nodes_[parent].children;
  }
}

const NameTree::Names& NameTree::names(const Node& node) {
  // The chain from the node up to the root, a cached ancestor, or where the chain breaks.
  std::vector<std::uint32_t> chain;
  std::uint32_t at = static_cast<std::uint32_t>(&node - nodes_.data());
  const auto self = at;
  scratch_ = {};
  while (at != kNowhere && !nodes_[at].is_root && chain.size() < kMaxDepth) {
    const auto cached = parents_.find(at);
    if (cached != parents_.end()) {
      scratch_ = cached->second;
      break;
    }
    if (std::find(chain.begin(), chain.end(), at) != chain.end()) break;
    chain.push_back(at);
    at = index_of(nodes_[at].parent_dnt);
  }
  for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
    const Node& n = nodes_[*link];
    scratch_.x500 = dn_append_x500(scratch_.x500, type(n), rdn(n));
    scratch_.ldap = dn_append_ldap(scratch_.ldap, type(n), rdn(n));
    // Only parents of sound rows are worth keeping; a loop's names depend on where one starts.
    if (*link != self && n.defect == Defect::kNone) {
      if (parents_.size() >= kParentCacheSize) parents_.clear();
      parents_.emplace(*link, scratch_);
    }
  }
  return scratch_;
}

}  // namespace dirsnap::directory
