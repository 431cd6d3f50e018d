// SPDX-License-Identifier: MIT
//
// Between SQLite's values and ours.
// Lifetime: views borrow the sqlite3_value (until it changes or the callback returns).
// Threads: one thread per connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "storage/value.h"

namespace dirsnap {

// The value as it is, without any affinity.
ValueView view_of(sqlite3_value* value);

// The value after NUMERIC affinity: text that looks like a number becomes one.
ValueView numeric_view_of(sqlite3_value* value);

// True if SQLite might take the text for a number, or print a number like it.
// The integer that a number equals; nullopt for other values.
std::optional<std::int64_t> as_integer(const ValueView& value);

bool looks_numeric(std::string_view text);

// Returns a value whose bytes live until the statement ends (a read transaction's map).
void set_result(sqlite3_context* context, const ValueView& value);

// Returns text or a blob by copy; too large a text becomes SQLite's "string or blob too big".
void set_result_text(sqlite3_context* context, std::string_view text);
void set_result_blob(sqlite3_context* context, std::string_view bytes);
void set_result_error(sqlite3_context* context, const std::string& message);

// `name` as an SQL identifier: bare where that is legal, in double quotes otherwise.
std::string quote_identifier(std::string_view name);
void append_identifier(std::string& out, std::string_view name);
// Always in double quotes.
std::string force_quote_identifier(std::string_view name);

}  // namespace dirsnap
