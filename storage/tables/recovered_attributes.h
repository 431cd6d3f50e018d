// SPDX-License-Identifier: MIT
//
// The table recovered_attributes. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::recovered_attributes {

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
  kPlace,
  kConfidence,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"object_id", ColumnType::kInteger,
     "Recovered object that carries the value (recovered_objects.object_id).", Access::kSorted},
    {"attribute", ColumnType::kText, "LDAP name of the attribute.", Access::kIndex,
     Collation::kFold},
    {"attribute_x500", ColumnType::kText, "X.500 name of the attribute.", Access::kIndex,
     Collation::kFold},
    {"attribute_id", ColumnType::kInteger, "The directory's internal attribute number.",
     Access::kIndex},
    {"oid", ColumnType::kText, "Object identifier of the attribute, dotted."},
    {"seq", ColumnType::kInteger,
     "Position of the value among the values of the attribute, from 0."},
    {"syntax", ColumnType::kText, "Attribute syntax, 2.5.5.n."},
    {"value", ColumnType::kAny,
     "The value in its native type; octets as BLOB, DN values as the target row number."},
    {"text", ColumnType::kText,
     "Readable form: DN, OID, SID, GUID, time or text; NULL for plain octets."},
    {"name_origin", ColumnType::kText,
     "Where the name comes from: schema, builtin, override or none."},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"place", ColumnType::kText, "Where it lay: deleted node, slack, unreferenced page, bad page."},
    {"confidence", ColumnType::kInteger,
     "How far the record can be trusted, in percent: 95 for one that is whole and only flagged as "
     "deleted."},
};
static_assert(covers(kColumnSpecs, kConfidence));

inline constexpr const char* kExamples[] = {
    "SELECT o.dn, a.attribute, a.text FROM recovered_attributes a JOIN recovered_objects o USING "
    "(snapshot_id, object_id) WHERE o.place = 'deleted node'",
};

inline constexpr TableSpec kSpec{
    .name = "recovered_attributes",
    .doc = "One row per attribute value of a recovered directory object.",
    .columns = kColumnSpecs,
    .examples = kExamples,
    .in_common = true};

}  // namespace dirsnap::tables::recovered_attributes
