// SPDX-License-Identifier: MIT
//
// The catalog (MSysObjects, and its shadow where it is damaged) turned into table definitions.
// Lifetime: values. Threads: one thread at a time for a Database.
// Errors: kCorrupt if neither copy of the catalog names a table; damage is reported ("catalog",
// and what cursors report).
// Facts: FORMAT.md section 6.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "importers/ese/database.h"
#include "importers/ese/table_def.h"

namespace dirsnap::ese {

// One row of the catalog, decoded.
struct CatalogRow {
  // Values of `type`; others are callbacks and the trees of streaming files.
  enum Type : std::int64_t { kTable = 1, kColumn = 2, kIndex = 3, kLongValueTree = 4 };

  std::int64_t objid = 0;         // of the table it belongs to
  std::int64_t type = 0;          // Type
  std::int64_t id = 0;            // object id, or column id
  std::int64_t type_or_root = 0;  // column type, or root page
  std::int64_t space_usage = 0;   // size of a column, or density
  std::int64_t flags = 0;
  std::int64_t pages_or_locale = 0;
  std::int64_t record_offset = 0;
  std::string name, template_name;
  bool has_default = false;
  std::vector<std::byte> default_bytes;
};

// Tables in the order of their first rows, columns of derived tables united with those of their
// templates; the two catalog tables are added where no row names them.
Result<std::vector<TableDef>> tables_from_rows(std::vector<CatalogRow> rows, IssueSink& issues);

// The hard-wired definition of the catalog table itself; `shadow`: of its mirror.
TableDef catalog_table(bool shadow);

// The tables of a database.
Result<std::vector<TableDef>> read_catalog(Database& database);

}  // namespace dirsnap::ese
