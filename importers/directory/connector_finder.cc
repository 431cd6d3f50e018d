// SPDX-License-Identifier: MIT
#include "importers/directory/connector_finder.h"

#include <algorithm>

#include "importers/directory/connectors.h"
#include "importers/directory/exchange_tree.h"
#include "importers/directory/well_known.h"
#include "storage/base/dn.h"
#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

constexpr int kMaxClassLevels = 32;

}  // namespace

void ConnectorFinder::bind(const Attribute& attribute) {
  if (equal_ascii_nocase(attribute.x500_name, "Home-Server")) home_server_ = &attribute;
  if (equal_ascii_nocase(attribute.ldap_name, "msExchSourceBridgeheadServersDN")) {
    bridgehead_ = &attribute;
  }
}

void ConnectorFinder::begin() {
  if (!has_facts_) return;
  facts_ = Facts();
  has_facts_ = false;
}

void ConnectorFinder::take(const Attribute& attribute, std::string_view text) {
  const auto keep = [&](auto& fact) {
    has_facts_ = true;
    if (!fact) fact = std::string(text);
  };
  switch (attribute.id) {
    case attr::kDiagnosticRegKey:
      return keep(facts_.diagnostic_reg_key);
    case attr::kHomeMta:
      return keep(facts_.home_mta_dn);
    case attr::kComputerName:
      return keep(facts_.computer_name);
    case attr::kSerialNumber:
      return keep(facts_.version);
    case attr::kRoutingList:
      has_facts_ = true;
      facts_.routing_list.emplace_back(text);
      return;
    default:
      break;
  }
  if (&attribute == home_server_) {
    has_facts_ = true;
    facts_.home_server = dn_server(text).value_or(std::string(text));
  }
  if (&attribute == bridgehead_) keep(facts_.bridgehead_dn);
}

// By its names or by those of a class it is derived from.
bool ConnectorFinder::is_connector_class(std::uint32_t id) {
  Class& first = schema_->object_class(id);
  if (first.is_connector < 0) {
    first.is_connector = 0;
    std::uint32_t at = id;
    for (int level = 0; level < kMaxClassLevels; ++level) {
      const Class& entry = schema_->object_class(at);
      if (names_a_connector(entry.x500_name) || names_a_connector(entry.ldap_name)) {
        first.is_connector = 1;
        break;
      }
      if (!entry.parent || *entry.parent == at) break;
      at = *entry.parent;
    }
  }
  return first.is_connector == 1;
}

// Most derived first: the object's own class, those that the schema derives it from, and whatever
// else the object says it is.
std::vector<std::string> ConnectorFinder::class_names(const std::vector<std::uint32_t>& classes,
                                                      std::uint32_t own) {
  std::vector<std::uint32_t> ids;
  const auto add_new = [&ids](std::uint32_t id) {
    const bool is_new = std::find(ids.begin(), ids.end(), id) == ids.end();
    if (is_new) ids.push_back(id);
    return is_new;
  };
  for (std::uint32_t at = own; add_new(at) && ids.size() < kMaxClassLevels;) {
    const auto parent = schema_->object_class(at).parent;
    if (parent) at = *parent;
  }
  for (const std::uint32_t id : classes) add_new(id);
  std::vector<std::string> names;
  for (const std::uint32_t id : ids) {
    const Class& entry = schema_->object_class(id);
    for (const std::string& name : {entry.x500_name, entry.ldap_name}) {
      if (!name.empty()) names.push_back(name);
    }
  }
  return names;
}

bool ConnectorFinder::stands_in_connections(const NameTree::Node& node) {
  const NameTree::Node* parent = tree_->parent_of(node);
  if (parent == nullptr) return false;
  if (parent != parent_) {
    parent_ = parent;
    parent_is_connections_ = is_connections(*tree_, *parent);
  }
  return parent_is_connections_;
}

void ConnectorFinder::note_version(const NameTree::Node& node) {
  if (!facts_.version || node.is_deleted || !is_server(*tree_, node)) return;
  const int version = exchange_version(*facts_.version);
  if (version == 0) return;
  context_->exchange_versions.emplace(to_lower_ascii(tree_->rdn(node)), version);
}

void ConnectorFinder::consider(const NameTree::Node& node,
                               const std::vector<std::uint32_t>& classes,
                               std::uint32_t own,
                               std::string_view dn) {
  note_version(node);
  if (classes != classes_) {
    classes_ = classes;
    by_class_ = std::any_of(classes.begin(), classes.end(),
                            [this](std::uint32_t id) { return is_connector_class(id); });
  }
  const bool by_class = by_class_;
  if (!by_class && !stands_in_connections(node)) return;
  if (classes.empty()) return;
  std::vector<std::string> names = class_names(classes, own);
  if (!by_class && (names.empty() || is_plain_container(names.front()))) return;
  add(node, std::move(names), dn);
}

void ConnectorFinder::add(const NameTree::Node& node,
                          std::vector<std::string> names,
                          std::string_view dn) {
  const NameTree& tree = *tree_;
  const auto name_of = [&](const NameTree::Node* of) { return std::string(tree.rdn(*of)); };
  const NameTree::Node* parent = tree.parent_of(node);
  ConnectorCandidate c;
  c.object_id = node.object_id;
  c.source_id = source_id_;
  c.dn = dn;
  c.name = name_of(&node);
  c.class_name = names.empty() ? std::string() : names.front();
  c.class_names = std::move(names);
  c.level = stands_in_connections(node) ? container_level(tree, *parent) : "other";
  if (parent != nullptr && !parent->is_root) {
    const ExchangePlace place = place_of(tree, *parent);
    if (place.organization != nullptr) c.organization = name_of(place.organization);
    if (place.site != nullptr) c.site = name_of(place.site);
    if (place.routing_group != nullptr) c.routing_group = name_of(place.routing_group);
  }
  if (facts_.home_mta_dn) {
    // A copy at organization level belongs to the site of its home server.
    const std::string home_site = site_of_dn(*facts_.home_mta_dn);
    if (!c.site && !home_site.empty()) c.site = home_site;
    c.home_mta_server = dn_server(*facts_.home_mta_dn);
  }
  if (facts_.bridgehead_dn) c.bridgehead_server = dn_server(*facts_.bridgehead_dn);
  c.own_server = dn_server(dn);
  c.diagnostic_reg_key = facts_.diagnostic_reg_key;
  c.home_server = facts_.home_server;
  c.computer_name = facts_.computer_name;
  c.is_deleted = node.is_deleted;
  c.address_spaces = facts_.routing_list;
  context_->connectors.push_back(std::move(c));
}

}  // namespace dirsnap::directory
