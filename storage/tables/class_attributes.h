// SPDX-License-Identifier: MIT
//
// The table class_attributes: what the tables of the classes take their columns from, so that
// opening one does not read its objects.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::class_attributes {

enum Col : unsigned {
  kClass,
  kAttribute,
  kAttributeX500,
  kObjects,
  kValueCount,
  kMaxValues,
  kSourceId,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"class", ColumnType::kText, "LDAP name of the class (objects.class).", Access::kIndex,
     Collation::kFold},
    {"attribute", ColumnType::kText, "LDAP name of the attribute.", Access::kIndex,
     Collation::kFold},
    {"attribute_x500", ColumnType::kText, "X.500 name of the attribute.", Access::kScan,
     Collation::kFold},
    {"objects", ColumnType::kInteger, "Objects of exactly this class that hold the attribute."},
    {"value_count", ColumnType::kInteger, "Values they hold together."},
    {"max_values", ColumnType::kInteger, "Most values that one of them holds."},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
};
static_assert(covers(kColumnSpecs, kSourceId));

inline constexpr const char* kExamples[] = {
    "SELECT attribute, objects, max_values FROM class_attributes WHERE class = 'server'",
};

inline constexpr TableSpec kSpec{
    .name = "class_attributes",
    .doc = "One row per class and attribute that its objects hold, deleted objects counted.",
    .columns = kColumnSpecs,
    .examples = kExamples};

}  // namespace dirsnap::tables::class_attributes
