// SPDX-License-Identifier: MIT
//
// Rows of the table links, for databases and text dumps alike.
// Lifetime: borrows the relation. Threads: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "importers/directory/schema.h"
#include "importers/importer.h"

namespace dirsnap::directory {

// One value of a linked attribute.
struct LinkRow {
  const Attribute* attribute = nullptr;  // the forward one; null: no schema names the base
  std::int64_t base = 0;                 // half its link number
  std::int64_t from_id = 0;              // 0: the source has no such object
  std::int64_t to_id = 0;
  std::string_view from_dn;  // X.500 form; empty: not known
  std::string_view to_dn;
  ValueView data;  // what the value holds beside the name
  bool is_deleted = false;
  std::string_view deleted_at, deactivated_at;  // ISO 8601 UTC; empty: NULL
  std::optional<std::int64_t> usn_changed;
};

class LinkWriter {
 public:
  static Result<LinkWriter> create(std::int64_t source_id, ImportContext& context);
  Result<void> append(const LinkRow& link);

 private:
  LinkWriter(std::int64_t source_id, RelationWriter& table)
      : source_id_(source_id), table_(&table) {}
  Result<std::uint32_t> kind_of(const LinkRow& link);

  std::int64_t source_id_;
  RelationWriter* table_;
  // By attribute and state; the attributes of a schema, however many links a source has.
  std::unordered_map<std::uint64_t, std::uint32_t> kinds_;
};

// What a database keeps beside the name: its size, itself included, then the data: octets, or
// UTF-16 for a name with string, which `text` keeps then. What has another form is given as it is.
ValueView link_data_of_bytes(const Attribute* attribute, Bytes bytes, std::string& text);

}  // namespace dirsnap::directory
