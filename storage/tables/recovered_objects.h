// SPDX-License-Identifier: MIT
//
// The table recovered_objects. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::recovered_objects {

enum Col : unsigned {
  kObjectId,
  kDnt,
  kParentId,
  kClass,
  kClassX500,
  kRdn,
  kRdnType,
  kDn,
  kLdapDn,
  kDepth,
  kIsDeleted,
  kIsPhantom,
  kCreatedAt,
  kChangedAt,
  kUsnCreated,
  kUsnChanged,
  kGuid,
  kSourceId,
  kDefect,
  kOffsetBytes,
  kPlace,
  kConfidence,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"object_id", ColumnType::kInteger,
     "Number of the recovered object inside its snapshot, not one of objects.", Access::kDense},
    {"dnt", ColumnType::kInteger,
     "The database's own row number; a live object of the same number is a later state of it.",
     Access::kIndex},
    {"parent_id", ColumnType::kInteger,
     "objects.object_id of the parent, NULL where that is no live object.", Access::kIndex},
    {"class", ColumnType::kText, "LDAP name of the most derived class.", Access::kIndex,
     Collation::kFold},
    {"class_x500", ColumnType::kText, "X.500 name of the most derived class.", Access::kIndex,
     Collation::kFold},
    {"rdn", ColumnType::kText, "Value of the object's relative name, as stored.", Access::kIndex,
     Collation::kFold},
    {"rdn_type", ColumnType::kText, "Attribute that names the object: cn, ou, o, dc and so on."},
    {"dn", ColumnType::kText,
     "Distinguished name in X.500 form, root first: /o=Org/ou=Site/cn=Name.", Access::kIndex,
     Collation::kFold},
    {"ldap_dn", ColumnType::kText,
     "Distinguished name in LDAP form, leaf first: cn=Name,ou=Site,o=Org.", Access::kIndex,
     Collation::kFold},
    {"depth", ColumnType::kInteger, "Number of relative names in the distinguished name."},
    {"is_deleted", ColumnType::kInteger, "1 for a tombstone or recycled object."},
    {"is_phantom", ColumnType::kInteger, "1 for a row that only holds a name other rows refer to."},
    {"created_at", ColumnType::kText, "When-Created, ISO 8601 UTC."},
    {"changed_at", ColumnType::kText,
     "When-Changed, ISO 8601 UTC; of a tombstone the time of deletion."},
    {"usn_created", ColumnType::kInteger, "Local update sequence number at creation."},
    {"usn_changed", ColumnType::kInteger, "Local update sequence number of the last change."},
    {"guid", ColumnType::kText, "Object GUID, lower case.", Access::kIndex, Collation::kFold},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"defect", ColumnType::kText,
     "NULL, or why the row is doubtful: missing-parent, parent-loop, no-name, no-class."},
    {"offset_bytes", ColumnType::kInteger, "Place of the record in the source, in bytes."},
    {"place", ColumnType::kText, "Where it lay: deleted node, slack, unreferenced page, bad page."},
    {"confidence", ColumnType::kInteger,
     "How far the record can be trusted, in percent: 95 for one that is whole and only flagged as "
     "deleted."},
};
static_assert(covers(kColumnSpecs, kConfidence));

inline constexpr const char* kExamples[] = {
    "SELECT dn, class, place, confidence FROM recovered_objects WHERE confidence >= 60",
};

inline constexpr TableSpec kSpec{
    .name = "recovered_objects",
    .doc = "One row per directory object found in deleted or lost records of the database.",
    .columns = kColumnSpecs,
    .examples = kExamples,
    .in_common = true};

}  // namespace dirsnap::tables::recovered_objects
