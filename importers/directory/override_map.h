// SPDX-License-Identifier: MIT
//
// The override file (--map): the user's word on names and columns, because every inference about
// an undocumented layout may be wrong. It wins over the database's schema and the built-in tables.
//
// A JSON object; every part is optional:
//   {"tables":  {"objects": "datatable", "links": "link_table"},
//    "columns": {"dnt": "DNT_col", "parent": "PDNT_col", "rdn": "RDN_col",
//                "rdn_type": "RDNtyp_col", "object_flag": "OBJ_col"},
//    "attributes": [{"id": 131243, "ldap_name": "homeMTA", "x500_name": "Home-MTA",
//                    "syntax": "2.5.5.1", "column": "ATTb131243", "link_id": 32}],
//    "classes": [{"id": 196669, "ldap_name": "mailConnector", "x500_name": "Mail-Connector",
//                 "parent": 196659}]}
// More keys of an attribute: oid, mapi_id, single_valued (true, false); of a class: oid. The key
// origin is read over: schema-map tells with it where a name was from; here all are overrides.
// Errors: kUsage with the JSON place or the unknown key's name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "importers/directory/schema.h"

namespace dirsnap::directory {

struct OverrideMap {
  std::map<std::string, std::string> tables;   // objects, links
  std::map<std::string, std::string> columns;  // dnt, parent, rdn, rdn_type, object_flag
  std::vector<Attribute> attributes;
  std::vector<Class> classes;

  void apply_to(Schema& schema) const;
};

Result<OverrideMap> parse_override_map(std::string_view json);
Result<OverrideMap> load_override_map(const std::string& path);

}  // namespace dirsnap::directory
