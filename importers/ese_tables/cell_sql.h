// SPDX-License-Identifier: MIT
//
// ESE cells as SQL values: what the raw tables show.
// Integers, Bit and Currency as INTEGER, Single and Double as REAL, text as TEXT (what its code
// page cannot decode stays a BLOB), GUIDs and dates as TEXT, the rest as BLOB. Several values of
// one column become a JSON array in which a BLOB is {"hex":"..."}.
// Lifetime: results borrow the cell's bytes or the arena. Threads: one thread per arena.
#pragma once

#include <span>
#include <string>

#include "importers/ese/table_cursor.h"
#include "importers/ese_tables/row_arena.h"
#include "storage/table_spec.h"
#include "storage/value.h"

namespace dirsnap {

// The SQL type that a column of a raw table is declared with.
ColumnType sql_type(ese::ColumnType type);

// One cell. A lost cell is NULL unless a part of it could be had.
ValueView sql_value(const ese::CellView& cell, RowArena& arena);

// The 8 bytes of a DateTime: as FILETIME where that gives a year from 1601 to 9999 and the bits
// are no plausible OLE date, as OLE date otherwise; nullopt for neither.
std::optional<std::string> datetime_text(std::uint64_t bits);

// All values of one column, at least one: a scalar, or a JSON array.
ValueView sql_values(std::span<const ValueView> values, RowArena& arena);

// What stands for a credential: "(secret, 16 bytes)".
std::string secret_text(std::size_t size_bytes);

// What stands for the content of a message: "(body, 1200 bytes)".
std::string body_text(std::size_t size_bytes);

}  // namespace dirsnap
