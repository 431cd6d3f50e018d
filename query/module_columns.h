// SPDX-License-Identifier: MIT
//
// Columns of the tables that no relation stands behind, and what is made of them: the declaration
// for SQLite, the description for people, the plan's text.
// A plan of such a table lists the columns whose equality it takes: "snapshot_id(=) dn(=)"; they
// are also xFilter's arguments in that order.
// Lifetime: constexpr arrays of string literals. Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "query/engine.h"

namespace dirsnap {

struct ModuleColumn {
  const char* name;
  const char* type;  // SQL type, "" = any; texts compare by FOLD
  const char* doc;
  bool key = false;     // equality narrows the walk
  bool hidden = false;  // the argument of a table-valued function
};

std::string declaration(std::span<const ModuleColumn> columns);

// Appends the columns to `info`.
void describe_columns(std::span<const ModuleColumn> columns, TableInfo& info);

// Takes the usable equalities on key columns and writes the plan. SQLite tests all but those on
// hidden columns again. Returns the number of keys taken; `has_argument` tells whether every
// hidden column is among them.
int take_keys(std::span<const ModuleColumn> columns, sqlite3_index_info& info, bool& has_argument);

// True if the plan takes the column.
bool has_key(std::string_view plan, const ModuleColumn& column);

}  // namespace dirsnap
