// SPDX-License-Identifier: MIT
//
// The names of the output formats. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace dirsnap {

enum class Format : std::uint8_t {
  kBox,       // table of line-drawing characters, fits the terminal
  kTable,     // the same in ASCII
  kCsv,       // RFC 4180
  kTsv,       // tab separated, backslash escapes
  kJson,      // one array of objects
  kJsonl,     // one object a line
  kMarkdown,  // pipe table
  kHtml,      // <table> fragment
  kLine,      // name = value
  kInsert,    // SQL INSERT statements
  kList,      // values with a separator
  kQuote,     // SQL literals
};

// All names, in the order of the enumeration.
const std::vector<std::string>& format_names();
std::string_view format_name(Format format);
// Fails with kUsage and names the nearest and all known ones; an unambiguous prefix will do.
Result<Format> parse_format(std::string_view name);

}  // namespace dirsnap
