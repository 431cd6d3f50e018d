// SPDX-License-Identifier: MIT
//
// The SQL tables over raw ESE tables: one for each distinct sql_name of the snapshots in scope,
// uniting every source's table of that name; recovered rows stand in a twin of their own.
// Facts: importers name the relations "ese/<source_id>/<table>" and
// "ese_recovered/<source_id>/<table>"; their first two columns are _record and _page, of recovered
// rows the next three _place, _confidence and _offset; multi-values are JSON arrays.
// INV-5: a kText column of a relation holds no numbers, and a kInteger or kReal column no text that
//        looks like a number (only JSON arrays and remarks); row_filter.h relies on it.
// Lifetime: plain values. Threads: one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "query/read_session.h"
#include "query/table_shape.h"

namespace dirsnap {

// The shape of a raw table, and its columns that SQL has no room for.
struct RawTable {
  TableShape shape;
  struct Part {
    std::string table_name;  // in the catalog of the source
  };
  std::vector<Part> parts;  // parallel to shape.parts
};

// More tables than this are listed in ese_tables but get no SQL table.
inline constexpr std::size_t kMaxRawTables = 10'000;

// Where the database's own columns begin in a relation of raw rows.
std::size_t first_own_column(std::string_view relation_name);

Result<std::vector<RawTable>> raw_tables(ReadSession& session);

}  // namespace dirsnap
