// SPDX-License-Identifier: MIT
//
// The table recovered_registry_keys. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::recovered_registry_keys {

enum Col : unsigned {
  kKeyId,
  kSourceId,
  kPath,
  kName,
  kParentId,
  kClassName,
  kChangedAt,
  kSubkeys,
  kValueCount,
  kOffsetBytes,
  kPathIsPartial,
  kPlace,
  kSecuritySddl,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"key_id", ColumnType::kInteger, "Number of the deleted key inside its snapshot.",
     Access::kDense},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"path", ColumnType::kText, "Path as far as its parents could be followed.", Access::kIndex,
     Collation::kFold},
    {"name", ColumnType::kText, "Last part of the path.", Access::kIndex, Collation::kFold},
    {"parent_id", ColumnType::kInteger,
     "key_id of the parent in this table, NULL where that is not deleted or not known."},
    {"class_name", ColumnType::kText, "Class name; NULL, its bytes are not looked for."},
    {"changed_at", ColumnType::kText, "Last-written time."},
    {"subkeys", ColumnType::kInteger, "Number of direct subkeys the record states."},
    {"value_count", ColumnType::kInteger, "Number of values the record states."},
    {"offset_bytes", ColumnType::kInteger, "Place of the key record in the source."},
    {"path_is_partial", ColumnType::kInteger, "1 if the path does not begin at the hive's root."},
    {"place", ColumnType::kText,
     "Where it lay: free cell, unreferenced cell, slack, behind the bins, damaged bin."},
    {"security_sddl", ColumnType::kText,
     "Security descriptor as SDDL, if there still is one where the record says."},
};
static_assert(covers(kColumnSpecs, kSecuritySddl));

inline constexpr const char* kExamples[] = {
    "SELECT path, changed_at, place FROM recovered_registry_keys WHERE path_is_partial = 0",
};

inline constexpr TableSpec kSpec{.name = "recovered_registry_keys",
                                 .doc = "One row per deleted registry key found in a hive.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples,
                                 .in_common = true};

}  // namespace dirsnap::tables::recovered_registry_keys
