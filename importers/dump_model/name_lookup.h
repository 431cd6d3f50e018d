// SPDX-License-Identifier: MIT
//
// Attributes and classes of a dump by the names it uses: LDAP names, X.500 names and dotted OIDs
// are aliases of one number. Where names contradict each other, the dump's own schema objects (and
// the override file) come before the built-in tables, LDAP names before X.500 names. A name that
// nobody knows gets a made-up number and keeps its spelling.
// Lifetime: borrows the schema; references stay valid for its life. Threads: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "importers/directory/schema.h"

namespace dirsnap::dump_model {

class NameLookup {
 public:
  // Takes the names that the schema has now.
  explicit NameLookup(directory::Schema& schema);

  // The attribute of a name or OID.
  directory::Attribute& attribute(std::string_view name);
  // An attribute with options ("cn;lang-de") is an entry of its own that shares all but the name.
  directory::Attribute& attribute(std::string_view name, std::string_view options);

  // Number of the class of a name or OID.
  std::uint32_t object_class(std::string_view name);

 private:
  directory::Attribute& make_attribute(const std::string& key, std::string_view name);

  directory::Schema& schema_;
  std::unordered_map<std::string, std::uint32_t> attributes_;  // by lower-case name, and by OID
  std::unordered_map<std::string, std::uint32_t> classes_;
  std::uint32_t next_id_ = directory::kFirstMadeUpId;
};

}  // namespace dirsnap::dump_model
