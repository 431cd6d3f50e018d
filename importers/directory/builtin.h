// SPDX-License-Identifier: MIT
//
// The built-in names of attributes and classes of Exchange 4.0-5.5, used where a database's own
// schema rows are silent. Facts and their sources: the data files' heads. Lifetime: static.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dirsnap::directory {

struct BuiltinAttribute {
  std::uint32_t id;       // internal attribute number (ATTRTYP)
  const char* x500_name;  // never null
  const char* ldap_name;  // null where unknown
  const char* oid;        // null where unknown
  std::uint8_t syntax;    // n of 2.5.5.n; 0 unknown
  std::int8_t single;     // 1 single-valued, 0 not, -1 unknown
  std::int32_t link_id;   // even forward, odd back link; -1 none or unknown
  std::int32_t mapi_id;   // -1 unknown
};

struct BuiltinClass {
  std::uint32_t id;
  const char* x500_name;
  const char* ldap_name;  // null where unknown
  const char* oid;
  const char* parent_x500;  // null where unknown
};

extern const BuiltinAttribute kBuiltinAttributes[];
extern const std::size_t kBuiltinAttributeCount;
extern const BuiltinClass kBuiltinClasses[];
extern const std::size_t kBuiltinClassCount;

// The same for Active Directory, which come first for a dump that is told to be one's.
extern const BuiltinAttribute kActiveDirectoryAttributes[];
extern const std::size_t kActiveDirectoryAttributeCount;
extern const BuiltinClass kActiveDirectoryClasses[];
extern const std::size_t kActiveDirectoryClassCount;

}  // namespace dirsnap::directory
