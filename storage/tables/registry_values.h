// SPDX-License-Identifier: MIT
//
// The table registry_values. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::registry_values {

enum Col : unsigned {
  kKeyId,
  kSourceId,
  kKeyPath,
  kName,
  kType,
  kTypeId,
  kValue,
  kData,
  kOffsetBytes,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"key_id", ColumnType::kInteger, "Key that holds the value (registry_keys.key_id).",
     Access::kSorted},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id).",
     Access::kScan, Collation::kBinary, Sharing::kByKind},
    {"key_path", ColumnType::kText, "Path of the key.", Access::kIndex, Collation::kFold,
     Sharing::kByKind},
    {"name", ColumnType::kText, "Name of the value, NULL for the default value.", Access::kIndex,
     Collation::kFold},
    {"type", ColumnType::kText, "REG_SZ, REG_DWORD and so on; an unknown type as REG_0x........"},
    {"type_id", ColumnType::kInteger, "Type number."},
    {"value", ColumnType::kAny,
     "Decoded value: text, integer, JSON array for REG_MULTI_SZ, BLOB otherwise."},
    {"data", ColumnType::kBlob, "Raw bytes as stored."},
    {"offset_bytes", ColumnType::kInteger,
     "Place of the value record or of its line in the source."},
};
static_assert(covers(kColumnSpecs, kOffsetBytes));

inline constexpr const char* kExamples[] = {
    "SELECT key_path, value FROM registry_values WHERE name = 'ComputerName'",
};

inline constexpr TableSpec kSpec{.name = "registry_values",
                                 .doc = "One row per registry value.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples,
                                 .in_common = true};

}  // namespace dirsnap::tables::registry_values
