// SPDX-License-Identifier: MIT
//
// One row of an ESE table as a line of canonical JSON: NULL columns left out, a column with one
// value a scalar, with several an array; text escaped to ASCII; numbers as numbers; singles and
// doubles as hex of their bytes, dates and binary as hex, GUIDs as text.
// Threads: pure function.
#pragma once

#include <span>
#include <string>

#include "importers/ese/table_cursor.h"

namespace dirsnap::test {

void append_canonical_row(std::span<const ese::CellView> cells, std::string& out);

}  // namespace dirsnap::test
