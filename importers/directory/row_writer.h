// SPDX-License-Identifier: MIT
//
// The rows of a directory that every kind of source ends in: objects, attributes, links,
// replication metadata, containers, and the candidates for connectors. A database and a text dump
// differ in how names and values are read; what becomes of them is decided here. Order:
// begin(node), its values, finish_object(); nodes in the order of their object ids. Lifetime:
// borrows tree, schema and context. Threads: one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/directory/attribute_value.h"
#include "importers/directory/class_usage.h"
#include "importers/directory/connector_finder.h"
#include "importers/directory/link_rows.h"
#include "importers/directory/name_tree.h"
#include "importers/directory/replication.h"
#include "importers/directory/schema.h"
#include "importers/importer.h"

namespace dirsnap::directory {

// What becomes columns of `objects` while an object's attributes pass by.
struct ObjectFacts {
  std::vector<std::uint32_t> classes;  // as stored
  std::optional<std::int64_t> usn_created, usn_changed, object_flag;
  std::string created_at, changed_at, guid;  // empty: none
  ObjectVersion version;

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
    // Of the live rows of a source; for recovered ones not asked for.
    const InvocationIndex* invocations = nullptr;
    IssueSink* issues = nullptr;
  };
  static Result<RowWriter> create(NameTree& tree,
                                  Schema& schema,
                                  const Options& options,
                                  ImportContext& context);

  // Tells of an attribute that values may come for.
  void bind(const Attribute& attribute);

  // The values that follow are this object's.
  void begin(const NameTree::Node& node, const FoundAt& found);
  // What the object's values told so far. The numbers of its classes are added by the caller.
  [[nodiscard]] ObjectFacts& facts() { return facts_; }
  Result<void> add_value(Attribute& attribute, std::uint32_t seq, const AttributeValue& value);
  // A value of a linked attribute of the object; from_id and from_dn are filled in here.
  Result<void> add_link(LinkRow link);
  // A value whose forward end is no object of the source. REQUIRES: not for recovered rows.
  Result<void> add_stray_link(const LinkRow& link) { return links_->append(link); }
  // The present object's names; valid until the next begin().
  const NameTree::Names& own_names();
  Result<void> finish_object();

  // Once, after the last object.
  Result<void> write_containers();
  // Once, after the last object: rows of class_attributes.
  Result<void> write_class_attributes();

 private:
  RowWriter(NameTree& tree, Schema& schema, const Options& options, ImportContext& context)
      : tree_(&tree),
        schema_(&schema),
        options_(options),
        context_(&context),
        connectors_(tree, schema, options.source_id, context) {}
  [[nodiscard]] std::vector<Cell> cells_of(const Attribute& attribute) const;
  Result<void> add_recovered_value(const Attribute& attribute,
                                   std::uint32_t seq,
                                   const AttributeValue& value);
  [[nodiscard]] bool has_object_id(const NameTree::Node& parent) const;
  void take_fact(const Attribute& attribute, const AttributeValue& value);
  [[nodiscard]] std::uint32_t most_derived();
  [[nodiscard]] bool derives_from(std::uint32_t derived, std::uint32_t base);

  NameTree* tree_;
  Schema* schema_;
  Options options_;
  ImportContext* context_;
  RelationWriter* objects_ = nullptr;
  RelationWriter* attributes_ = nullptr;
  std::optional<LinkWriter> links_;  // none for recovered rows
  std::optional<ReplicationWriter> replication_;
  NameTree::Names own_names_;
  bool has_own_names_ = false;
  ConnectorFinder connectors_;
  const NameTree::Node* node_ = nullptr;  // the present object
  std::vector<std::uint32_t> classes_;    // of the object asked about last
  std::uint32_t own_class_ = 0;           // ... the most derived one
  FoundAt found_;
  ObjectFacts facts_;
  ClassUsage usage_;
};

}  // namespace dirsnap::directory
