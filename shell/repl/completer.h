// SPDX-License-Identifier: MIT
//
// What could follow at the cursor: tables, columns, functions, keywords, dot-commands and their
// words. Works on names in memory and never reads the case.
// Threads: pure function over plain values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/engine.h"
#include "query/report.h"

namespace dirsnap {

struct Catalogue {
  std::vector<TableInfo> tables;
  std::vector<std::string> functions;     // "dn_parent("
  std::vector<std::string> keywords;      // "SELECT"
  std::vector<std::string> dot_commands;  // ".tables"
  std::vector<std::string> modes;
  std::vector<std::pair<std::string, std::vector<std::string>>> reports;  // id, parameter names
};

Catalogue make_catalogue(std::vector<TableInfo> tables, const std::vector<Report>& reports);

struct Completions {
  std::size_t word_size = 0;            // bytes before the cursor that a candidate replaces
  std::vector<std::string> candidates;  // sorted, distinct, whole words
};

// `before`: the open statement's earlier lines and the line up to the cursor. `after`: the rest of
// the line, looked at for a FROM that follows.
Completions complete(const Catalogue& catalogue, std::string_view before, std::string_view after);

// The longest beginning all candidates share, ASCII case aside.
std::string common_prefix(const std::vector<std::string>& candidates);

}  // namespace dirsnap
