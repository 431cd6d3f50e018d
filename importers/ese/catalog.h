// SPDX-License-Identifier: MIT
//
// The catalog (MSysObjects, and its shadow where it is damaged) turned into table definitions.
// Lifetime: values. Threads: one thread at a time for a Database.
// Errors: kCorrupt if neither copy of the catalog names a table; damage is reported ("catalog",
// and what cursors report).
// Facts: FORMAT.md section 6.
#pragma once

#include <vector>

#include "importers/ese/database.h"
#include "importers/ese/table_def.h"

namespace dirsnap::ese {

// The hard-wired definition of the catalog table itself; `shadow`: of its mirror.
TableDef catalog_table(bool shadow);

// Tables in catalog order, columns of derived tables united with those of their templates.
Result<std::vector<TableDef>> read_catalog(Database& database);

}  // namespace dirsnap::ese
