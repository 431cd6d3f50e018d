// SPDX-License-Identifier: MIT
//
// The table ese_tables. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::ese_tables {

enum Col : unsigned {
  kSourceId,
  kTableName,
  kSqlName,
  kRecoveredSqlName,
  kColumns,
  kRecords,
  kRecoveredRecords,
  kRootPage,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"table_name", ColumnType::kText, "Name in the catalog of the database."},
    {"sql_name", ColumnType::kText, "Name of the SQL table that shows its live rows.",
     Access::kIndex, Collation::kFold},
    {"recovered_sql_name", ColumnType::kText,
     "Name of the SQL table of its recovered deleted rows, NULL where there is none."},
    {"columns", ColumnType::kInteger, "Number of columns, deleted ones not counted."},
    {"records", ColumnType::kInteger, "Live records."},
    {"recovered_records", ColumnType::kInteger, "Deleted records recovered."},
    {"root_page", ColumnType::kInteger, "Page number of the root of the table's tree."},
};
static_assert(covers(kColumnSpecs, kRootPage));

inline constexpr const char* kExamples[] = {
    "SELECT table_name, sql_name, columns, records FROM ese_tables ORDER BY records DESC",
};

inline constexpr TableSpec kSpec{.name = "ese_tables",
                                 .doc = "One row per table of every ESE database.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples};

}  // namespace dirsnap::tables::ese_tables
