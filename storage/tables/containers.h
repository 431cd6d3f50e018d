// SPDX-License-Identifier: MIT
//
// The table containers. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::containers {

enum Col : unsigned {
  kObjectId,
  kDn,
  kRdn,
  kLevel,
  kScope,
  kChildren,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"object_id", ColumnType::kInteger, "The container (objects.object_id).", Access::kIndex},
    {"dn", ColumnType::kText, "Distinguished name in X.500 form.", Access::kIndex,
     Collation::kFold},
    {"rdn", ColumnType::kText, "Value of the container's relative name.", Access::kIndex,
     Collation::kFold},
    {"level", ColumnType::kText,
     "organization, site, configuration or other: where a Connections container stands. In "
     "Exchange "
     "2000 and later those of administrative and routing groups are site."},
    {"scope", ColumnType::kText,
     "Distinguished name of the site, or of the organization for its own containers.",
     Access::kScan, Collation::kFold},
    {"children", ColumnType::kInteger, "Number of direct children, tombstones included."},
};
static_assert(covers(kColumnSpecs, kChildren));

inline constexpr const char* kExamples[] = {
    "SELECT level, dn, children FROM containers WHERE rdn = 'Connections'",
};

inline constexpr TableSpec kSpec{
    .name = "containers",
    .doc = "One row per object that has children, and per Connections container even if empty.",
    .columns = kColumnSpecs,
    .examples = kExamples,
    .in_common = true};

}  // namespace dirsnap::tables::containers
