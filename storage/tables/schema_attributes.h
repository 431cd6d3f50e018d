// SPDX-License-Identifier: MIT
//
// The table schema_attributes. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::schema_attributes {

enum Col : unsigned {
  kId,
  kOid,
  kLdapName,
  kX500Name,
  kSyntax,
  kSingleValued,
  kLinkId,
  kMapiId,
  kOrigin,
  kColumnName,
  kValueCount,
  kSourceId,
  kMaxValues,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"id", ColumnType::kInteger, "The directory's internal attribute number.", Access::kIndex},
    {"oid", ColumnType::kText, "Object identifier, dotted."},
    {"ldap_name", ColumnType::kText, "LDAP name.", Access::kIndex, Collation::kFold},
    {"x500_name", ColumnType::kText, "X.500 name.", Access::kIndex, Collation::kFold},
    {"syntax", ColumnType::kText, "Attribute syntax, 2.5.5.n."},
    {"single_valued", ColumnType::kInteger, "1 if the attribute holds at most one value."},
    {"link_id", ColumnType::kInteger,
     "Link number: even forward, odd back link; NULL for plain attributes."},
    {"mapi_id", ColumnType::kInteger, "MAPI property number."},
    {"origin", ColumnType::kText, "schema, builtin or override."},
    {"column_name", ColumnType::kText,
     "Column of the database that holds it, NULL for links and dumps."},
    {"value_count", ColumnType::kInteger, "Values of the attribute in the snapshot."},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"max_values", ColumnType::kInteger, "Most values that one object holds, 0 for none."},
};
static_assert(covers(kColumnSpecs, kMaxValues));

inline constexpr const char* kExamples[] = {
    "SELECT ldap_name, x500_name, syntax, value_count FROM schema_attributes WHERE value_count > 0 "
    "ORDER BY value_count DESC",
};

inline constexpr TableSpec kSpec{.name = "schema_attributes",
                                 .doc =
                                     "One row per attribute that the directory defines or the "
                                     "built-in tables know and objects use.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples};

}  // namespace dirsnap::tables::schema_attributes
