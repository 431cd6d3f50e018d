// SPDX-License-Identifier: MIT
//
// What one SQL table over relations looks like: its columns, and the relations (parts) whose rows
// it shows one after the other. Fixed tables have one part a snapshot, raw ESE tables one a source,
// or two where the rows stand in two pieces (Relation); tables of classes show rows of `objects`.
// Lifetime: plain values, fixed when the engine opens. Threads: immutable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/engine.h"
#include "storage/case_file.h"
#include "storage/relation.h"
#include "storage/table_spec.h"

namespace dirsnap {

// Where a column's value comes from.
enum class ColumnOrigin : std::uint8_t {
  kStored,      // the relation
  kSnapshot,    // the part's snapshot_id
  kSource,      // the part's source_id
  kImportedAt,  // the time of the part's import: no row holds a clock, so that equal sources
                // give equal seals (INV-2 of storage/snapshot_writer.h)
  kAttribute,   // the rows of `attributes` of the row's object (class_table.h)
};

// True where all rows of a part share the value.
constexpr bool is_of_part(ColumnOrigin origin) {
  return origin != ColumnOrigin::kStored && origin != ColumnOrigin::kAttribute;
}

struct TableColumn {
  std::string name;
  ColumnType type = ColumnType::kAny;
  Access access = Access::kScan;             // kScan unless all parts agree
  Collation collation = Collation::kBinary;  // declared in SQL
  ColumnOrigin origin = ColumnOrigin::kStored;
  bool hidden = false;
  std::string doc = {};
};

struct TablePart {
  std::uint64_t snapshot_id = 0;
  std::int64_t source_id = 0;    // raw tables only
  std::string imported_at = {};  // ISO 8601 UTC
  std::string relation = {};     // name in the snapshot
  std::uint32_t piece = 0;       // of the relation
  // Column of the relation for each column of the table, -1 where it has none; empty: by name.
  std::vector<std::int32_t> columns = {};
};

// What rows a table leaves out: it shows those alone that hold the text in an indexed column.
struct RowRestriction {
  int column = 0;
  std::string text = {};
};

struct TableShape {
  std::string name;
  std::string doc = {};
  std::string theme = {};
  std::vector<TableColumn> columns = {};
  std::vector<TablePart> parts = {};  // ascending by snapshot_id; pieces of one stand together
  std::vector<std::string> examples = {};
  std::optional<RowRestriction> only = std::nullopt;

  [[nodiscard]] std::optional<int> find_column(std::string_view name) const;
  // Adds the part, and the second piece of its relation where `snapshot` says that there is one.
  void add_part(const SnapshotRecord& snapshot, TablePart part);
};

// The largest number of columns SQLite's usual build allows, hidden ones included.
inline constexpr std::size_t kMaxSqlColumns = 2000;

// Shape of a fixed table over the snapshots in scope.
TableShape fixed_shape(const TableSpec& spec, const std::vector<SnapshotRecord>& scope);

// CREATE TABLE text for sqlite3_declare_vtab.
std::string declaration(const TableShape& shape);

// INTEGER, REAL, TEXT, BLOB or nothing.
const char* sql_type(ColumnType type);

TableInfo table_info(const TableShape& shape);

}  // namespace dirsnap
