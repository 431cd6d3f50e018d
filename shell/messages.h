// SPDX-License-Identifier: MIT
//
// What the program says on standard error. Everything is escaped: file names and values in a
// message are as untrusted as cells. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "query/engine.h"
#include "storage/base/result.h"

namespace dirsnap {

// One line, "Error: ...".
void print_error(std::string_view text);
// One line, "Note: ...".
void print_note(std::string_view text);
// One line as it is.
void print_line(std::string_view text);
// Lines that are already escaped.
void print_raw(std::string_view text);

// "Error: ..." after `place` ("audit.sql:14: "), the line of the statement with a marker under the
// offending token, the hint. Escaped; ends with a line feed.
std::string describe_sql_error(std::string_view place, std::string_view sql, const SqlError& error);

}  // namespace dirsnap
