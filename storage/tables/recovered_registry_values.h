// SPDX-License-Identifier: MIT
//
// The table recovered_registry_values. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::recovered_registry_values {

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
  kPathIsPartial,
  kPlace,
  kDataState,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"key_id", ColumnType::kInteger,
     "Deleted key that lists the value (recovered_registry_keys.key_id), NULL where none does.",
     Access::kIndex},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"key_path", ColumnType::kText, "Path of that key.", Access::kIndex, Collation::kFold},
    {"name", ColumnType::kText, "Name of the value, NULL for the default value.", Access::kIndex,
     Collation::kFold},
    {"type", ColumnType::kText, "REG_SZ, REG_DWORD and so on; an unknown type as REG_0x........"},
    {"type_id", ColumnType::kInteger, "Type number."},
    {"value", ColumnType::kAny,
     "Decoded value: text, integer, JSON array for REG_MULTI_SZ, BLOB otherwise."},
    {"data", ColumnType::kBlob, "Raw bytes, NULL where their place is gone."},
    {"offset_bytes", ColumnType::kInteger, "Place of the value record in the source."},
    {"path_is_partial", ColumnType::kInteger,
     "1 if the path of the key is not known from the hive's root on."},
    {"place", ColumnType::kText,
     "Where it lay: free cell, unreferenced cell, slack, behind the bins, damaged bin."},
    {"data_state", ColumnType::kText,
     "intact, reused (living records use some of the bytes) or missing."},
};
static_assert(covers(kColumnSpecs, kDataState));

inline constexpr const char* kExamples[] = {
    "SELECT key_path, name, value FROM recovered_registry_values WHERE data_state = 'intact'",
};

inline constexpr TableSpec kSpec{.name = "recovered_registry_values",
                                 .doc = "One row per deleted registry value found in a hive.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples,
                                 .in_common = true};

}  // namespace dirsnap::tables::recovered_registry_values
