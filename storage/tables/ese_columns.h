// SPDX-License-Identifier: MIT
//
// The table ese_columns. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::ese_columns {

enum Col : unsigned {
  kSourceId,
  kTableName,
  kColumnName,
  kColumnId,
  kType,
  kCodepage,
  kIsMultiValued,
  kDefaultValue,
  kShown,
  kProperty,
  kPropertyId,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"table_name", ColumnType::kText, "Table of the column.", Access::kIndex, Collation::kFold},
    {"column_name", ColumnType::kText, "Name in the catalog.", Access::kIndex, Collation::kFold},
    {"column_id", ColumnType::kInteger,
     "Column number: 1-127 fixed, 128-255 variable, from 256 tagged."},
    {"type", ColumnType::kText, "Column type: Bit, Long, LongText and so on."},
    {"codepage", ColumnType::kInteger, "Code page of text columns."},
    {"is_multi_valued", ColumnType::kInteger, "1 if the column may hold several values."},
    {"default_value", ColumnType::kAny, "Default of the column, NULL where it has none."},
    {"shown", ColumnType::kInteger,
     "1 if the column is in the SQL table; columns past the limit of 2,000 are reached by "
     "ese_cells()."},
    {"property", ColumnType::kText,
     "In an information store: published name of the MAPI property that the column's name stands "
     "for, its number (0x674F) where there is none.",
     Access::kIndex, Collation::kFold},
    {"property_id", ColumnType::kInteger,
     "Number of that property: the four hex digits of the column's name."},
};
static_assert(covers(kColumnSpecs, kPropertyId));

inline constexpr const char* kExamples[] = {
    "SELECT table_name, type, count(*) AS n FROM ese_columns GROUP BY table_name, type",
    "SELECT table_name, column_name FROM ese_columns WHERE property = 'PR_DISPLAY_NAME'",
};

inline constexpr TableSpec kSpec{.name = "ese_columns",
                                 .doc = "One row per column of every table of every ESE database.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples};

}  // namespace dirsnap::tables::ese_columns
