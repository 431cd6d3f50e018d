// SPDX-License-Identifier: MIT
//
// The table links. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::links {

enum Col : unsigned {
  kFromId,
  kFromDn,
  kAttribute,
  kToId,
  kToDn,
  kLinkBase,
  kIsDeleted,
  kDeletedAt,
  kDeactivatedAt,
  kAttributeX500,
  kData,
  kUsnChanged,
  kSourceId,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"from_id", ColumnType::kInteger,
     "Object that carries the forward attribute, such as the group (objects.object_id); NULL where "
     "the source has no such object, as in a dump that shows the back link only.",
     Access::kIndex},
    {"from_dn", ColumnType::kText, "Its distinguished name in X.500 form.", Access::kHash,
     Collation::kFold},
    {"attribute", ColumnType::kText,
     "LDAP name of the forward attribute, such as member; NULL where no schema names the link "
     "base. Names in attributes without a link number, such as objectCategory, are no links: they "
     "stand in the table attributes.",
     Access::kIndex, Collation::kFold, Sharing::kByKind},
    {"to_id", ColumnType::kInteger,
     "Object that the link leads to, such as the member (objects.object_id); the back links of an "
     "object are the rows with its number here. NULL where the source has no such object.",
     Access::kIndex},
    {"to_dn", ColumnType::kText,
     "Its distinguished name in X.500 form; NULL where a database has no row of the target.",
     Access::kHash, Collation::kFold},
    {"link_base", ColumnType::kInteger,
     "Number of the pair of attributes: half the link number of the forward one."},
    {"is_deleted", ColumnType::kInteger,
     "1 for a value that was removed or is inactive; such values are not in the table attributes.",
     Access::kScan, Collation::kBinary, Sharing::kByKind},
    {"deleted_at", ColumnType::kText,
     "When the value was removed or became inactive, ISO 8601 UTC; NULL for live values."},
    {"deactivated_at", ColumnType::kText,
     "When the value became inactive because one of its ends was deleted (recycle bin), ISO 8601 "
     "UTC."},
    {"attribute_x500", ColumnType::kText, "X.500 name of the forward attribute.", Access::kIndex,
     Collation::kFold, Sharing::kByKind},
    {"data", ColumnType::kAny,
     "What the value holds beside the name: octets of a name with binary, text of a name with "
     "string."},
    {"usn_changed", ColumnType::kInteger,
     "Local update sequence number of the value's last change; NULL for values that are replicated "
     "with their whole attribute, and for dumps."},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id).",
     Access::kScan, Collation::kBinary, Sharing::kByKind},
};
static_assert(covers(kColumnSpecs, kSourceId));

inline constexpr const char* kExamples[] = {
    "SELECT from_dn FROM links WHERE attribute_x500 = 'Member' AND to_dn = "
    "'/o=Quillmark Papers/ou=Harbour/cn=Recipients/cn=user00000' AND is_deleted = 0",
    "SELECT from_dn, attribute, to_dn, deleted_at FROM links WHERE is_deleted = 1 ORDER BY "
    "deleted_at DESC",
};

inline constexpr TableSpec kSpec{
    .name = "links",
    .doc =
        "One row per value of a linked attribute: group members, homes, managers; removed ones are "
        "flagged.",
    .columns = kColumnSpecs,
    .examples = kExamples,
    .in_common = true};

}  // namespace dirsnap::tables::links
