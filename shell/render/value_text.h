// SPDX-License-Identifier: MIT
//
// A value as text, as a JSON value and as an SQL literal. Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/value.h"

namespace dirsnap {

// Shortest text that reads back as the same double; always looks like a real (1.0, not 1).
std::string real_text(double value);

// Numbers in decimal, text as it is, BLOBs as hex digits. NULL is empty.
std::string value_text(const ValueView& value);

// Text for people: as above, unsafe characters escaped unless `raw`.
std::string readable_text(const ValueView& value, bool raw = false);

// A JSON string literal with its quotes; valid for any bytes: text that is not UTF-8 becomes the
// object {"hex":"..."}. Characters that could fool a terminal are written as \uXXXX.
void append_json_text(std::string& out, std::string_view text);
void append_json_value(std::string& out, const ValueView& value);
// {"name":value,...}. REQUIRES: as many names as cells.
void append_json_object(std::string& out,
                        const std::vector<std::string>& names,
                        std::span<const ValueView> cells);

// An SQL literal that gives the same value back: 'it''s', X'00ff', NULL, 'a'||char(27)||'b'.
std::string sql_literal(const ValueView& value);
// "name" with quotes doubled.
std::string sql_identifier(std::string_view name);

// Names made unique by _1, _2, ...
std::vector<std::string> unique_names(const std::vector<std::string>& names);

}  // namespace dirsnap
