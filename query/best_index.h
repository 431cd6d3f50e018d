// SPDX-License-Identifier: MIT
//
// xBestIndex of relation-backed tables: chooses the access path and says which terms, order and
// limits the table takes over. Pure: everything it decides goes into the plan's text.
// Facts: SQLite 3.40, sqlite3_index_info; observed: LIKE arrives with its two range terms.
// INV-2: a term is consumed (omit) only if row_filter.h's test equals SQLite's for every value it
//        may get.
// INV-3: LIMIT, OFFSET and DISTINCT are taken over only if every other term is consumed.
#pragma once

#include <sqlite3.h>

#include "query/relation_table.h"

namespace dirsnap {

Result<void> best_index(RelationTable& table, sqlite3* db, sqlite3_index_info& info);

}  // namespace dirsnap
