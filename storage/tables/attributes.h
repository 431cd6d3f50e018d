// SPDX-License-Identifier: MIT
//
// The table attributes. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::attributes {

enum Col : unsigned {
  kObjectId,
  kAttribute,
  kAttributeX500,
  kAttributeId,
  kOid,
  kSeq,
  kSyntax,
  kValue,
  kText,
  kNameOrigin,
  kSourceId,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"object_id", ColumnType::kInteger, "Object that carries the value (objects.object_id).",
     Access::kSorted},
    {"attribute", ColumnType::kText, "LDAP name of the attribute.", Access::kIndex,
     Collation::kFold, Sharing::kByKind},
    {"attribute_x500", ColumnType::kText, "X.500 name of the attribute.", Access::kIndex,
     Collation::kFold, Sharing::kByKind},
    {"attribute_id", ColumnType::kInteger, "The directory's internal attribute number.",
     Access::kIndex, Collation::kBinary, Sharing::kByKind},
    {"oid", ColumnType::kText, "Object identifier of the attribute, dotted.", Access::kScan,
     Collation::kBinary, Sharing::kByKind},
    {"seq", ColumnType::kInteger,
     "Position of the value among the values of the attribute, from 0."},
    {"syntax", ColumnType::kText, "Attribute syntax, 2.5.5.n.", Access::kScan, Collation::kBinary,
     Sharing::kByKind},
    {"value", ColumnType::kAny,
     "The value in its native type; octets as BLOB, DN values as the target row number.",
     Access::kScan, Collation::kBinary, Sharing::kTwin},
    {"text", ColumnType::kText,
     "Readable form: DN, OID, SID, GUID, time or text; NULL for plain octets.", Access::kHash},
    {"name_origin", ColumnType::kText,
     "Where the name comes from: schema, builtin, override or none.", Access::kScan,
     Collation::kBinary, Sharing::kByKind},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id).",
     Access::kScan, Collation::kBinary, Sharing::kByKind},
};
static_assert(covers(kColumnSpecs, kSourceId));

inline constexpr const char* kExamples[] = {
    "SELECT o.dn, a.text FROM attributes a JOIN objects o USING (snapshot_id, object_id) WHERE "
    "a.attribute_x500 = 'Routing-List'",
};

inline constexpr TableSpec kSpec{.name = "attributes",
                                 .doc = "One row per attribute value of a directory object.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples,
                                 .in_common = true};

}  // namespace dirsnap::tables::attributes
