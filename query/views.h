// SPDX-License-Identifier: MIT
//
// The shipped views: saved SELECTs over the tables, which every connection has. They are declared
// like tables, by a spec with a sentence for each column, and listed in one array (views.cc).
// Lifetime: everything is constexpr and points to string literals. Threads: one thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "query/engine.h"

namespace dirsnap {

struct ViewColumn {
  const char* name;  // as the SELECT names it
  const char* type;  // INTEGER, TEXT, ...
  const char* doc;   // one sentence, ends in a full stop
};

struct ViewSpec {
  const char* name;
  const char* doc;    // one sentence
  const char* theme;  // heading in .tables and SCHEMA.md
  std::span<const ViewColumn> columns;
  std::span<const char* const> examples;  // SQL statements that the tests run
  const char* sql;                        // the SELECT
};

// The families, a file each.
std::span<const ViewSpec> mailbox_views();
std::span<const ViewSpec> server_views();
std::span<const ViewSpec> store_check_views();

std::vector<const ViewSpec*> shipped_views();

TableInfo table_info(const ViewSpec& view);

// Creates the views. Call when all tables are registered and before the allow-list is in force.
Result<void> create_views(sqlite3* db);

}  // namespace dirsnap
