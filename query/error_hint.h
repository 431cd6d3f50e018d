// SPDX-License-Identifier: MIT
//
// "Did you mean": the nearest name to one that SQLite does not know. Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/engine.h"

namespace dirsnap {

// The candidate with the fewest edits from `word`, or empty text where none is near: at most a
// third of the letters differ; two that are swapped count as one. ASCII case does not count.
std::string nearest_name(std::string_view word, std::span<const std::string> candidates);

// A hint for SQLite's messages "no such table/column/function: X"; empty for others. Columns are
// looked for in the tables that the statement names, then in all.
std::string error_hint(std::string_view message,
                       std::string_view statement,
                       const std::vector<TableInfo>& tables);

}  // namespace dirsnap
