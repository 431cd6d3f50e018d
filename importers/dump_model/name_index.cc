// SPDX-License-Identifier: MIT
#include "importers/dump_model/name_index.h"

#include <algorithm>
#include <array>

#include "importers/dump_model/name_hash.h"
#include "storage/base/text.h"

namespace dirsnap::dump_model {
namespace {

constexpr std::uint32_t kRoot = 0;     // above all names
constexpr std::uint32_t kRootDse = 1;  // the object whose name is empty
constexpr std::size_t kParentCacheSize = 4096;
// Bounds on what a hostile dump may cost; no directory comes near them.
constexpr std::size_t kMaxNameBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxTypes = 1000;
constexpr std::size_t kMaxArenaBytes = UINT32_MAX - kMaxNameBytes;
constexpr std::size_t kMaxNodes = INT32_MAX - directory::NameTree::kMaxDepth - 2;

// Types whose case carries nothing.
constexpr std::array<std::string_view, 7> kCommonTypes = {"cn", "ou", "o", "dc", "c", "l", "uid"};

void unify_type(std::string& type) {
  for (const std::string_view known : kCommonTypes) {
    if (equal_ascii_nocase(type, known)) type = known;
  }
}

// Joins the parts of "a=x+b=y" by escaping the '+', so that the name parses as one of type a.
std::string without_plus(std::string_view dn) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < dn.size(); ++i) {
    if (dn[i] == '"') quoted = !quoted;
    if (dn[i] == '+' && !quoted) out.push_back('\\');
    out.push_back(dn[i]);
    if (dn[i] == '\\' && dn.size() - i > 1) out.push_back(dn[++i]);
  }
  return out;
}

}  // namespace

std::optional<std::vector<Rdn>> parse_name(std::string_view dn) {
  if (dn.size() > kMaxNameBytes) return std::nullopt;
  auto names = dn.starts_with('/') ? parse_dn_x500(dn) : parse_dn_ldap(dn);
  if (!names && dn.find('+') != std::string_view::npos) names = parse_dn_ldap(without_plus(dn));
  if (!names) return std::nullopt;
  for (Rdn& name : *names) unify_type(name.type);
  return names;
}

std::string x500_form(std::string_view dn) {
  const auto names = parse_name(dn);
  return names && !names->empty() ? format_dn_x500(*names) : std::string(dn);
}

NameIndex::NameIndex() : nodes_(2), types_{""} {}

std::optional<std::uint16_t> NameIndex::type_number(std::string_view type) {
  const auto found = std::find_if(types_.begin(), types_.end(), [&](const std::string& known) {
    return equal_ascii_nocase(known, type);
  });
  const auto number = static_cast<std::uint16_t>(found - types_.begin());
  if (found != types_.end()) return number;
  if (types_.size() >= kMaxTypes) return std::nullopt;
  types_.emplace_back(type);
  return number;
}

std::uint64_t NameIndex::key(std::uint32_t parent,
                             std::uint16_t type,
                             std::string_view name) const {
  constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15U;
  return name_hash(name) ^ ((static_cast<std::uint64_t>(parent) << 16 | type) * kMix);
}

std::optional<std::uint32_t> NameIndex::find_child(std::uint32_t parent,
                                                   std::uint16_t type,
                                                   std::string_view name) const {
  const auto [begin, end] = children_.equal_range(key(parent, type, name));
  for (auto at = begin; at != end; ++at) {
    const Node& node = nodes_[at->second];
    if (node.parent == parent && node.type == type && equal_folded(this->name(node), name)) {
      return at->second;
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> NameIndex::child(std::uint32_t parent, const Rdn& name) {
  const auto type = type_number(name.type);
  if (!type) return std::nullopt;
  if (const auto found = find_child(parent, *type, name.value)) return *found;
  if (nodes_.size() > kMaxNodes || arena_.size() > kMaxArenaBytes) return std::nullopt;
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({.parent = parent});
  set_name(number, *type, name.value);
  return number;
}

void NameIndex::set_name(std::uint32_t number, std::uint16_t type, std::string_view name) {
  Node& node = nodes_[number];
  node.name_begin = static_cast<std::uint32_t>(arena_.size());
  node.name_size = static_cast<std::uint32_t>(name.size());
  node.type = type;
  arena_ += name;
  children_.emplace(key(node.parent, type, name), number);
}

std::optional<std::uint32_t> NameIndex::node_of(std::string_view dn) {
  if (dn.empty()) return kRootDse;
  // Most names share their parent with the one before.
  std::string_view parent_text;
  if (!dn.starts_with('/')) parent_text = dn_parent(dn).value_or(std::string_view());
  if (!parent_text.empty()) {
    scratch_ = parent_text;
    const auto cached = parents_.find(scratch_);
    if (cached != parents_.end()) {
      const auto size = static_cast<std::size_t>(parent_text.data() - dn.data());
      const auto own = parse_name(dn.substr(0, size - 1));
      if (own && own->size() == 1) return child(cached->second, own->front());
    }
  }
  const auto names = parse_name(dn);
  if (!names || names->size() > directory::NameTree::kMaxDepth) return std::nullopt;
  std::uint32_t parent = kRoot;
  std::uint32_t node = kRoot;
  for (const Rdn& name : *names) {
    parent = node;
    const auto next = child(parent, name);
    if (!next) return std::nullopt;
    node = *next;
  }
  if (!parent_text.empty()) {
    if (parents_.size() >= kParentCacheSize) parents_.clear();
    parents_.emplace(parent_text, parent);
  }
  return node;
}

bool NameIndex::rename(std::uint32_t number, const Rdn& name, std::optional<std::uint32_t> parent) {
  const std::uint32_t new_parent = parent.value_or(nodes_[number].parent);
  if (number <= kRootDse || arena_.size() > kMaxArenaBytes) return false;
  std::uint32_t depth = 1;
  for (std::uint32_t at = new_parent; at != kRoot; at = nodes_[at].parent) {
    if (at == number || ++depth > directory::NameTree::kMaxDepth) return false;
  }
  const auto type = type_number(name.type);
  if (!type) return false;
  const auto present = find_child(new_parent, *type, name.value);
  if (present && *present != number) return false;
  const Node& node = nodes_[number];
  const auto [begin, end] = children_.equal_range(key(node.parent, node.type, this->name(node)));
  const auto own =
      std::find_if(begin, end, [&](const auto& entry) { return entry.second == number; });
  if (own != end) children_.erase(own);
  nodes_[number].parent = new_parent;
  set_name(number, *type, name.value);
  parents_.clear();
  return true;
}

void NameIndex::move_into(directory::NameTree& tree) {
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    const Node& from = nodes_[i];
    const bool is_root = i == kRoot || i == kRootDse;
    directory::NameTree::Node& to = tree.add(
        static_cast<std::int32_t>(i + 1), is_root ? 0 : static_cast<std::int32_t>(from.parent + 1),
        name(from), types_[from.type]);
    to.object_id = from.object_id;
    to.is_root = is_root;
    to.is_deleted = from.is_deleted;
    if (from.object_id != 0 && !from.has_class && i != kRootDse) {
      to.defect = directory::Defect::kNoClass;
    }
  }
  *this = NameIndex();
  tree.link_up();
}

}  // namespace dirsnap::dump_model
