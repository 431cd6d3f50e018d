// SPDX-License-Identifier: MIT
//
// The rows of a directory that every kind of source ends in: objects, attributes, containers, and
// the candidates for connectors. A database and a text dump differ in how names and values are
// read; what becomes of them is decided here.
// Order: begin(node), its values, finish_object(); nodes in the order of their object ids.
// Lifetime: borrows tree, schema and context. Threads: one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/directory/attribute_value.h"
#include "importers/directory/class_usage.h"
#include "importers/directory/name_tree.h"
#include "importers/directory/schema.h"
#include "importers/importer.h"

namespace dirsnap::directory {

// What becomes columns of `objects` while an object's attributes pass by.
struct ObjectFacts {
  std::vector<std::uint32_t> classes;  // as stored
  std::optional<std::int64_t> usn_created, usn_changed, object_flag;
  std::string created_at, changed_at, guid;  // empty: none
  // For connectors.
  std::optional<std::string> diagnostic_reg_key, home_server, computer_name;
  std::optional<std::string> home_mta_dn;
  std::vector<std::string> routing_list;

  void clear();
};

// Where an object lies in its source, and for a recovered one in what.
struct FoundAt {
  std::optional<std::uint64_t> offset_bytes;
  std::string_view place = {};
  std::int64_t confidence_percent = 0;
};

class RowWriter {
 public:
  struct Options {
    std::int64_t source_id = 0;
    bool has_row_numbers = true;  // false: nodes are numbered by the reader, not by a database
    // Rows of recovered_objects and recovered_attributes. Their tree begins with live nodes: those
    // below `first_row`, which alone can be parents with an object id.
    bool recovered = false;
    std::size_t first_row = 0;
  };
  static Result<RowWriter> create(NameTree& tree,
                                  Schema& schema,
                                  const Options& options,
                                  ImportContext& context);

  // Tells of an attribute that values may come for; finds the one that names the home server.
  void bind(const Attribute& attribute);

  // The values that follow are this object's.
  void begin(const NameTree::Node& node, const FoundAt& found);
  // What the object's values told so far. The numbers of its classes are added by the caller.
  [[nodiscard]] ObjectFacts& facts() { return facts_; }
  Result<void> add_value(Attribute& attribute, std::uint32_t seq, const AttributeValue& value);
  Result<void> finish_object();

  // Once, after the last object.
  Result<void> write_containers();
  // Once, after the last object: rows of class_attributes.
  Result<void> write_class_attributes();

 private:
  RowWriter(NameTree& tree, Schema& schema, const Options& options, ImportContext& context)
      : tree_(&tree), schema_(&schema), options_(options), context_(&context) {}
  [[nodiscard]] std::vector<Cell> cells_of(const Attribute& attribute) const;
  Result<void> add_recovered_value(const Attribute& attribute,
                                   std::uint32_t seq,
                                   const AttributeValue& value);
  [[nodiscard]] bool has_object_id(const NameTree::Node& parent) const;
  void take_fact(const Attribute& attribute, const AttributeValue& value);
  [[nodiscard]] std::uint32_t most_derived();
  [[nodiscard]] bool derives_from(std::uint32_t derived, std::uint32_t base);
  [[nodiscard]] bool is_connector_class(std::uint32_t id);
  void consider_connector(const std::string& dn);
  [[nodiscard]] const NameTree::Node& top_of_type(std::string_view type,
                                                  const NameTree::Node& from) const;

  NameTree* tree_;
  Schema* schema_;
  Options options_;
  ImportContext* context_;
  RelationWriter* objects_ = nullptr;
  RelationWriter* attributes_ = nullptr;
  const Attribute* home_server_ = nullptr;  // has no number of its own in the public sources
  const NameTree::Node* node_ = nullptr;    // the present object
  FoundAt found_;
  ObjectFacts facts_;
  ClassUsage usage_;
};

// Where a Connections container stands, by its parent.
const char* container_level(const NameTree& tree, const NameTree::Node& node);

// The organization that a tree belongs to: its first living name of type o at the top.
void note_organization(const NameTree& tree, ImportContext& context);

}  // namespace dirsnap::directory
