// SPDX-License-Identifier: MIT
//
// A relation is the rows of one table in one snapshot: typed columns, cut into chunks of
// kChunkRows rows a column, plus indexes. All tables of a snapshot are relations, the fixed ones
// (storage/tables.h) and one for each raw ESE table of each source.
// Units: row numbers count from 0 in storage order; chunk n holds rows [n*kChunkRows, ...).
// Source of the layout: FORMAT.md beside this file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/table_spec.h"
#include "storage/value.h"

namespace dirsnap {

inline constexpr std::uint32_t kChunkRows = 4096;

// The run-time twin of ColumnSpec, stored in the case.
struct ColumnDef {
  std::string name;
  ColumnType type = ColumnType::kAny;
  Access access = Access::kScan;
  Collation collation = Collation::kBinary;
  Sharing sharing = Sharing::kNone;
  bool operator==(const ColumnDef&) const = default;
};

struct RelationDef {
  std::string name;  // unique in the snapshot; raw tables are "ese/<source_id>/<table name>"
  std::vector<ColumnDef> columns;
  bool in_common = false;  // rows that successive snapshots have in common are stored once
  bool operator==(const RelationDef&) const = default;
};

// The definition a TableSpec stands for.
RelationDef relation_of(const TableSpec& spec);

// The column of a relation's chunks that holds each row's kind, where columns are kByKind.
inline std::uint32_t kind_column(const RelationDef& def) {
  return static_cast<std::uint32_t>(def.columns.size());
}

// The column whose index has the relation's rows by kind with it: the first one that goes by kind
// and has an index. REQUIRES: there is one.
inline std::uint32_t kinds_index_column(const RelationDef& def) {
  std::uint32_t column = 0;
  while (column + 1 < def.columns.size() && !(def.columns[column].access == Access::kIndex &&
                                              def.columns[column].sharing == Sharing::kByKind)) {
    ++column;
  }
  return column;
}

// One cell of a row to append; columns not named are NULL.
struct Cell {
  std::uint32_t column = 0;
  ValueView value;
};

}  // namespace dirsnap
