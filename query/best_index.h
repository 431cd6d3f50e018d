// SPDX-License-Identifier: MIT
//
// xBestIndex of relation-backed tables: chooses the access path and says which terms, order and
// limits the table takes over. Pure: everything it decides goes into the plan's text.
// Facts: SQLite 3.40, sqlite3_index_info; observed: LIKE arrives with its two range terms.
// INV-2: a term is consumed (omit) only if row_filter.h's test equals SQLite's for every value it
//        may get.
// INV-3: LIMIT and OFFSET are taken over only if every other term is consumed. SQLite offers them
//        only if it offers every term, but to each arm of a UNION ALL, where an OFFSET counts over
//        all arms: there neither is taken (ReadSession::takes_offset). A LIMIT alone may be,
//        because SQLite counts the rows of all arms too.
// INV-4: of rows that DISTINCT makes equal some are left out only if the statement uses no other
//        column: then a term that was not offered gives the same for all of them.
#pragma once

#include <sqlite3.h>

#include "query/relation_table.h"

namespace dirsnap {

Result<void> best_index(RelationTable& table, sqlite3* db, sqlite3_index_info& info);

}  // namespace dirsnap
