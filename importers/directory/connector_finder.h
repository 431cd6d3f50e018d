// SPDX-License-Identifier: MIT
//
// Finds the connectors among a directory's objects while their rows are written, with what the
// directory tells of each. An object is a connector if its class or one it is derived from is a
// connector class, or if it stands directly in a container named Connections and is no plain
// container. Versions of Exchange servers are noted on the way: they decide which service a
// connector of Exchange 2000 and later runs in.
// Order: begin(), take() for the object's values, consider(); bind() for an attribute before its
// first value. Lifetime: borrows tree, schema and context. Threads: one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/directory/name_tree.h"
#include "importers/directory/schema.h"
#include "importers/importer.h"

namespace dirsnap::directory {

class ConnectorFinder {
 public:
  ConnectorFinder(const NameTree& tree,
                  Schema& schema,
                  std::int64_t source_id,
                  ImportContext& context)
      : tree_(&tree), schema_(&schema), source_id_(source_id), context_(&context) {}

  // Tells of an attribute that values may come for.
  void bind(const Attribute& attribute);

  void begin();
  // A value of the present object, in readable form.
  void take(const Attribute& attribute, std::string_view text);
  // The present object is complete. `classes` as stored, `own` the most derived of them, `dn` in
  // X.500 form.
  void consider(const NameTree::Node& node,
                const std::vector<std::uint32_t>& classes,
                std::uint32_t own,
                std::string_view dn);

 private:
  // What values tell of the present object.
  struct Facts {
    std::optional<std::string> diagnostic_reg_key, home_server, computer_name, version;
    std::optional<std::string> home_mta_dn, bridgehead_dn;
    std::vector<std::string> routing_list;
  };
  [[nodiscard]] bool is_connector_class(std::uint32_t id);
  [[nodiscard]] std::vector<std::string> class_names(const std::vector<std::uint32_t>& classes,
                                                     std::uint32_t own);
  [[nodiscard]] bool stands_in_connections(const NameTree::Node& node);
  void note_version(const NameTree::Node& node);
  void add(const NameTree::Node& node, std::vector<std::string> names, std::string_view dn);

  const NameTree* tree_;
  Schema* schema_;
  std::int64_t source_id_;
  ImportContext* context_;
  // Attributes whose numbers differ from forest to forest, or that have none in public sources.
  const Attribute* home_server_ = nullptr;
  const Attribute* bridgehead_ = nullptr;
  Facts facts_;
  bool has_facts_ = false;
  const NameTree::Node* parent_ = nullptr;  // the one asked about last
  bool parent_is_connections_ = false;
  std::vector<std::uint32_t> classes_;  // of the object asked about last
  bool by_class_ = false;
};

}  // namespace dirsnap::directory
