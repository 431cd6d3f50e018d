// SPDX-License-Identifier: MIT
//
// The table schema_classes. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::schema_classes {

enum Col : unsigned {
  kId,
  kOid,
  kLdapName,
  kX500Name,
  kParent,
  kOrigin,
  kObjects,
  kSourceId,
  kSqlName,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"id", ColumnType::kInteger, "The directory's internal class number.", Access::kIndex},
    {"oid", ColumnType::kText, "Object identifier, dotted."},
    {"ldap_name", ColumnType::kText, "LDAP name.", Access::kIndex, Collation::kFold},
    {"x500_name", ColumnType::kText, "X.500 name.", Access::kIndex, Collation::kFold},
    {"parent", ColumnType::kText, "LDAP name of the class it derives from.", Access::kScan,
     Collation::kFold},
    {"origin", ColumnType::kText, "schema, builtin or override."},
    {"objects", ColumnType::kInteger, "Objects of exactly this class in the snapshot."},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"sql_name", ColumnType::kText,
     "Name of the SQL table of its objects, NULL for a class without objects.", Access::kScan,
     Collation::kFold},
};
static_assert(covers(kColumnSpecs, kSqlName));

inline constexpr const char* kExamples[] = {
    "SELECT ldap_name, x500_name, objects, sql_name FROM schema_classes WHERE objects > 0",
};

inline constexpr TableSpec kSpec{.name = "schema_classes",
                                 .doc =
                                     "One row per object class that the directory defines or the "
                                     "built-in tables know and objects use.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples};

}  // namespace dirsnap::tables::schema_classes
