// SPDX-License-Identifier: MIT
//
// Where a name stands in an Exchange organization, told by the names above it. Both trees are
// known: that of 4.0-5.5, where types say it (/o=Org/ou=Site/cn=Configuration/cn=Connections), and
// that of 2000 and later inside Active Directory, where fixed container names do
// (…/cn=Services/cn=Microsoft Exchange/cn=Org/cn=Administrative Groups/cn=Group/cn=Routing
// Groups/cn=Group/cn=Connections). An administrative group is what a site was.
// Facts: KB Q188632 and Q220818 for the first, the Exchange 2000/2003 configuration tree of the
// platform documentation for the second.
// Lifetime: nodes are the tree's. Threads: pure functions.
#pragma once

#include "importers/directory/name_tree.h"
#include "importers/importer.h"

namespace dirsnap::directory {

// The names that a node stands below, or is; null where there is none.
struct ExchangePlace {
  const NameTree::Node* organization = nullptr;
  const NameTree::Node* site = nullptr;           // 2000 and later: the administrative group
  const NameTree::Node* routing_group = nullptr;  // 2000 and later
  bool is_in_active_directory = false;            // below an organization of 2000 or later
};
ExchangePlace place_of(const NameTree& tree, const NameTree::Node& node);

// True for containers named Connections.
bool is_connections(const NameTree& tree, const NameTree::Node& node);

// Where a Connections container stands, by its parent; "other" for every other node.
const char* container_level(const NameTree& tree, const NameTree::Node& node);

// True for the objects below a container named Servers.
bool is_server(const NameTree& tree, const NameTree::Node& node);

// The organization that a tree belongs to: its first living name of type o at the top, or of an
// Exchange organization inside Active Directory.
void note_organization(const NameTree& tree, ImportContext& context);

}  // namespace dirsnap::directory
