// SPDX-License-Identifier: MIT
//
// The table registry_keys. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::registry_keys {

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
  kSecuritySddl,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"key_id", ColumnType::kInteger, "Number of the key inside its snapshot.", Access::kDense},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"path", ColumnType::kText,
     "Full path from the root, e.g. HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001.", Access::kIndex,
     Collation::kFold},
    {"name", ColumnType::kText, "Last part of the path.", Access::kIndex, Collation::kFold},
    {"parent_id", ColumnType::kInteger, "key_id of the parent, NULL at a root.", Access::kIndex},
    {"class_name", ColumnType::kText, "Class name, NULL where absent."},
    {"changed_at", ColumnType::kText, "Last-written time, NULL for text exports."},
    {"subkeys", ColumnType::kInteger, "Number of direct subkeys."},
    {"value_count", ColumnType::kInteger, "Number of values."},
    {"offset_bytes", ColumnType::kInteger, "Place of the key record or of its line in the source."},
    {"security_sddl", ColumnType::kText,
     "Security descriptor as SDDL: owner, group, access lists; NULL for text exports."},
};
static_assert(covers(kColumnSpecs, kSecuritySddl));

inline constexpr const char* kExamples[] = {
    "SELECT name, subkeys FROM registry_keys WHERE path LIKE "
    "'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchange%'",
};

inline constexpr TableSpec kSpec{.name = "registry_keys",
                                 .doc = "One row per registry key.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples,
                                 .in_common = true};

}  // namespace dirsnap::tables::registry_keys
