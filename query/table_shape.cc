// SPDX-License-Identifier: MIT
#include "query/table_shape.h"

#include <algorithm>
#include <utility>

#include "query/sql_value.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

std::string theme_of(std::string_view table) {
  if (table == "sources" || table == "import_issues") return "snapshots";
  if (table.starts_with("registry_") || table == "services") return "registry";
  if (table.starts_with("recovered_registry_")) return "registry";
  if (table.starts_with("ese_")) return "ESE databases";
  if (table == "mailboxes" || table == "folders" || table == "messages") return "stores";
  return "directory";
}

}  // namespace

std::optional<int> TableShape::find_column(std::string_view wanted) const {
  // Mostly the name is spelt as the table spells it.
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == wanted) return static_cast<int>(i);
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (equal_ascii_nocase(columns[i].name, wanted)) return static_cast<int>(i);
  }
  return std::nullopt;
}

void TableShape::add_part(const SnapshotRecord& snapshot, TablePart part) {
  part.snapshot_id = snapshot.snapshot_id;
  part.imported_at = snapshot.imported_at;
  part.piece = 0;
  const auto& split = snapshot.two_pieces;
  parts.push_back(part);
  if (!std::binary_search(split.begin(), split.end(), part.relation)) return;
  part.piece = 1;
  parts.push_back(std::move(part));
}

TableShape fixed_shape(const TableSpec& spec, const std::vector<SnapshotRecord>& scope) {
  TableShape shape{.name = spec.name, .doc = spec.doc, .theme = theme_of(spec.name)};
  shape.columns.push_back({.name = "snapshot_id",
                           .type = ColumnType::kInteger,
                           .origin = ColumnOrigin::kSnapshot,
                           .doc = "Snapshot the row belongs to (snapshots.snapshot_id)."});
  for (const ColumnSpec& column : spec.columns) {
    const bool clock = std::string_view(column.name) == "imported_at";
    shape.columns.push_back({.name = column.name,
                             .type = column.type,
                             .access = column.access,
                             .collation = column.collation,
                             .origin = clock ? ColumnOrigin::kImportedAt : ColumnOrigin::kStored,
                             .doc = column.doc});
  }
  for (const SnapshotRecord& snapshot : scope) {
    shape.add_part(snapshot, {.relation = spec.name});
  }
  shape.examples.assign(spec.examples.begin(), spec.examples.end());
  return shape;
}

const char* sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      return "INTEGER";
    case ColumnType::kReal:
      return "REAL";
    case ColumnType::kText:
      return "TEXT";
    case ColumnType::kBlob:
      return "BLOB";
    case ColumnType::kAny:
      break;
  }
  return "";
}

std::string declaration(const TableShape& shape) {
  std::string sql = "CREATE TABLE x(";
  for (const TableColumn& column : shape.columns) {
    if (sql.back() != '(') sql += ", ";
    sql += force_quote_identifier(column.name);
    if (*sql_type(column.type) != '\0') sql.append(" ").append(sql_type(column.type));
    if (column.hidden) sql += " HIDDEN";
    if (column.collation == Collation::kFold) sql += " COLLATE FOLD";
  }
  return sql + ")";
}

TableInfo table_info(const TableShape& shape) {
  TableInfo info{.name = shape.name, .doc = shape.doc, .theme = shape.theme};
  for (const TableColumn& column : shape.columns) {
    const bool pruned = is_of_part(column.origin);
    info.columns.push_back({.name = column.name,
                            .type = sql_type(column.type),
                            .doc = column.doc,
                            .indexed = pruned || column.access != Access::kScan,
                            .hidden = column.hidden});
  }
  info.examples = shape.examples;
  return info;
}

}  // namespace dirsnap
