// SPDX-License-Identifier: MIT
//
// The SQL functions of dirsnap: each family in a file of its own, all listed in functions.cc.
// They are deterministic, without effects, and give NULL for NULL and for what they cannot read;
// aggregates leave such values out.
// Threads: one thread per connection.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include "query/engine.h"

namespace dirsnap {

using SqlCallback = void (*)(sqlite3_context*, int, sqlite3_value**);
using SqlFinish = void (*)(sqlite3_context*);

struct SqlFunction {
  const char* name;
  int arguments;          // -1: any number
  const char* signature;  // as the reference shows it; nullptr: bounded twin of SQLite's own
  const char* doc;        // one sentence
  SqlCallback call;
  SqlFinish finish = nullptr;  // of an aggregate, whose step is `call`
};

// The families.
std::span<const SqlFunction> address_functions();
std::span<const SqlFunction> dn_functions();
std::span<const SqlFunction> identifier_functions();
std::span<const SqlFunction> security_functions();
std::span<const SqlFunction> shared_value_functions();
std::span<const SqlFunction> text_functions();
std::span<const SqlFunction> bounded_functions();  // printf, format, replace, instr, trims

// kOwn leaves SQLite's printf, replace and so on in place.
enum class FunctionSet : std::uint8_t { kOwn, kOwnAndBounded };

// Registers the families and the collation FOLD.
int register_functions(sqlite3* db, FunctionSet set = FunctionSet::kOwnAndBounded);

// True for the names above, in lower case.
bool is_own_function(std::string_view lower_name);

}  // namespace dirsnap
