// SPDX-License-Identifier: MIT
//
// The table replication_metadata: which server changed what, when.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::replication_metadata {

enum Col : unsigned {
  kObjectId,
  kAttribute,
  kAttributeX500,
  kAttributeId,
  kVersion,
  kChangedAt,
  kOriginatingId,
  kOriginatingDn,
  kOriginatingUsn,
  kLocalUsn,
  kSourceId,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"object_id", ColumnType::kInteger, "Object that was changed (objects.object_id).",
     Access::kSorted},
    {"attribute", ColumnType::kText,
     "LDAP name of the attribute; NULL for the object as a whole (Exchange 4.0 to 5.5, which "
     "counts "
     "versions of objects only).",
     Access::kIndex, Collation::kFold, Sharing::kByKind},
    {"attribute_x500", ColumnType::kText, "X.500 name of the attribute.", Access::kScan,
     Collation::kFold, Sharing::kByKind},
    {"attribute_id", ColumnType::kInteger, "The directory's internal attribute number.",
     Access::kScan, Collation::kBinary, Sharing::kByKind},
    {"version", ColumnType::kInteger, "Number of changes so far; the higher one wins."},
    {"changed_at", ColumnType::kText, "Time of the originating change, ISO 8601 UTC."},
    {"originating_id", ColumnType::kText,
     "Invocation id of the server that made the change, GUID in lower case."},
    {"originating_dn", ColumnType::kText,
     "Distinguished name, in X.500 form, of the directory service with that invocation id; NULL "
     "where the source has none (a retired id, a server that is gone).",
     Access::kScan, Collation::kFold},
    {"originating_usn", ColumnType::kInteger,
     "Update sequence number of the change at the server that made it."},
    {"local_usn", ColumnType::kInteger,
     "Update sequence number of the change at the server that the source is of."},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id).",
     Access::kScan, Collation::kBinary, Sharing::kByKind},
};
static_assert(covers(kColumnSpecs, kSourceId));

inline constexpr const char* kExamples[] = {
    "SELECT o.dn, m.attribute, m.version, m.changed_at, m.originating_dn FROM replication_metadata "
    "m JOIN objects o USING (snapshot_id, object_id) ORDER BY m.changed_at DESC LIMIT 20",
};

inline constexpr TableSpec kSpec{.name = "replication_metadata",
                                 .doc =
                                     "One row per attribute of an object that has replication "
                                     "metadata: who changed it last, and "
                                     "when.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples,
                                 .in_common = true};

}  // namespace dirsnap::tables::replication_metadata
