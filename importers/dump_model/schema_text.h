// SPDX-License-Identifier: MIT
//
// Schema objects as a dump writes them: names and dotted OIDs instead of numbers. Collected while
// the dump is surveyed, put into a schema when all of them are known.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "importers/directory/schema.h"
#include "importers/dump/entry.h"

namespace dirsnap::dump_model {

// The attributes that the survey reads, by any of their names.
enum class Known : std::uint8_t {
  kNone,
  kObjectClass,
  kIsDeleted,
  kCommonName,
  kDisplayName,  // the LDAP name cn of Exchange 5.5, Common-Name elsewhere
  kAttributeId,
  kGovernsId,
  kAttributeSyntax,
  kIsSingleValued,
  kLinkId,
  kMapiId,
  kMsDsIntId,
  kLdapDisplayName,
  kAdminDisplayName,
  kSubClassOf,
  kPrefixMap,
  kInvocationId,
};
Known known_attribute(std::string_view name);

class SchemaText {
 public:
  // Takes one value of a record; the record's classes decide at its end what it was.
  void take(Known attribute, const dump::EntryValue& value);
  void finish_record(const std::vector<std::string>& classes);

  // All of it into the schema: prefixes, attributes, classes, superiors.
  void apply_to(directory::Schema& schema) const;

 private:
  struct Row {
    std::string id, syntax, common_name, display_name, ldap_display_name, admin_display_name;
    std::string sub_class_of, single_valued, link_id, mapi_id, int_id;
  };
  void add_prefixes(directory::Schema& schema) const;
  void add_superiors(directory::Schema& schema) const;

  Row row_;
  std::string prefix_map_;
  bool prefix_map_is_text_ = false;
  std::vector<Row> attributes_;
  std::vector<Row> classes_;
  std::set<std::vector<std::string>> class_lists_;  // distinct values of objectClass
};

}  // namespace dirsnap::dump_model
