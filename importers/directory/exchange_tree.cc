// SPDX-License-Identifier: MIT
#include "importers/directory/exchange_tree.h"

#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

constexpr std::string_view kConnections = "Connections";
constexpr std::string_view kConfiguration = "Configuration";
constexpr std::string_view kServers = "Servers";
constexpr std::string_view kMicrosoftExchange = "Microsoft Exchange";
constexpr std::string_view kAdministrativeGroups = "Administrative Groups";
constexpr std::string_view kRoutingGroups = "Routing Groups";

bool is_named(const NameTree& tree, const NameTree::Node& node, std::string_view name) {
  return equal_ascii_nocase(tree.type(node), "cn") &&
         equal_folded(trim_blanks(tree.rdn(node)), name);
}

// The organization in Active Directory that a container of administrative groups stands in.
const NameTree::Node* organization_of(const NameTree& tree, const NameTree::Node& groups) {
  if (!is_named(tree, groups, kAdministrativeGroups)) return nullptr;
  const NameTree::Node* organization = tree.parent_of(groups);
  if (organization == nullptr || organization->is_root) return nullptr;
  const NameTree::Node* exchange = tree.parent_of(*organization);
  const bool fits = exchange != nullptr && is_named(tree, *exchange, kMicrosoftExchange);
  return fits ? organization : nullptr;
}

}  // namespace

ExchangePlace place_of(const NameTree& tree, const NameTree::Node& node) {
  ExchangePlace place;
  const NameTree::Node* below = nullptr;
  const NameTree::Node* in_routing_groups = nullptr;
  const NameTree::Node* at = &node;
  for (std::uint32_t level = 0; at != nullptr && !at->is_root && level <= NameTree::kMaxDepth;
       ++level) {
    const std::string_view type = tree.type(*at);
    if (equal_ascii_nocase(type, "o")) place.organization = at;
    if (equal_ascii_nocase(type, "ou")) place.site = at;
    if (is_named(tree, *at, kRoutingGroups)) in_routing_groups = below;
    if (const NameTree::Node* organization = organization_of(tree, *at)) {
      return {organization, below, in_routing_groups, true};
    }
    const NameTree::Node* parent = tree.parent_of(*at);
    const bool is_organization =
        parent != nullptr && !parent->is_root && is_named(tree, *parent, kMicrosoftExchange);
    if (is_organization) return {at, nullptr, nullptr, true};
    below = at;
    at = parent;
  }
  return place;
}

bool is_connections(const NameTree& tree, const NameTree::Node& node) {
  return !node.is_root && is_named(tree, node, kConnections);
}

const char* container_level(const NameTree& tree, const NameTree::Node& node) {
  if (!is_connections(tree, node)) return "other";
  const NameTree::Node* parent = tree.parent_of(node);
  if (parent == nullptr || parent->is_root) return "other";
  if (equal_ascii_nocase(tree.type(*parent), "o")) return "organization";
  if (equal_ascii_nocase(tree.type(*parent), "ou")) return "site";
  if (is_named(tree, *parent, kConfiguration)) return "configuration";
  const ExchangePlace place = place_of(tree, *parent);
  if (!place.is_in_active_directory) return "other";
  if (parent == place.organization) return "organization";
  const bool is_group = parent == place.site || parent == place.routing_group;
  return is_group && parent != nullptr ? "site" : "other";
}

bool is_server(const NameTree& tree, const NameTree::Node& node) {
  const NameTree::Node* parent = tree.parent_of(node);
  return parent != nullptr && !parent->is_root && is_named(tree, *parent, kServers);
}

void note_organization(const NameTree& tree, ImportContext& context) {
  for (const NameTree::Node& node : tree.nodes()) {
    if (context.organization) return;
    if (node.is_deleted) continue;
    if (node.depth == 1 && equal_ascii_nocase(tree.type(node), "o")) {
      context.organization = std::string(tree.rdn(node));
    } else if (const NameTree::Node* organization = organization_of(tree, node)) {
      context.organization = std::string(tree.rdn(*organization));
    }
  }
}

}  // namespace dirsnap::directory
