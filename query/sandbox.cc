// SPDX-License-Identifier: MIT
#include "query/sandbox.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "query/functions/functions.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

constexpr int kOpcodesPerCheck = 1000;
constexpr sqlite3_int64 kHeapBytes = sqlite3_int64{1024} * 1024 * 1024;
constexpr sqlite3_int64 kUntrustedHeapBytes = sqlite3_int64{256} * 1024 * 1024;

// SQLite's own functions without effects, by name. Sorted.
constexpr std::string_view kAllowedFunctions[] = {
    "->",
    "->>",
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "avg",
    "ceil",
    "ceiling",
    "char",
    "coalesce",
    "cos",
    "cosh",
    "count",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "degrees",
    "dense_rank",
    "exp",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_each",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_object",
    "json_patch",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_tree",
    "json_type",
    "json_valid",
    "julianday",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "likelihood",
    "likely",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "ltrim",
    "max",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "pi",
    "pow",
    "power",
    "printf",
    "quote",
    "radians",
    "random",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sin",
    "sinh",
    "soundex",
    "sqlite_version",
    "sqrt",
    "strftime",
    "substr",
    "substring",
    "sum",
    "tan",
    "tanh",
    "time",
    "total",
    "trim",
    "trunc",
    "typeof",
    "unicode",
    "unixepoch",
    "unlikely",
    "upper",
    "zeroblob",
};
static_assert(std::is_sorted(std::begin(kAllowedFunctions), std::end(kAllowedFunctions)));

constexpr std::string_view kAllowedPragmas[] = {"table_list", "table_info", "table_xinfo"};

bool is_allowed_pragma(const char* name) {
  return name != nullptr && std::any_of(std::begin(kAllowedPragmas), std::end(kAllowedPragmas),
                                        [name](std::string_view allowed) {
                                          return equal_ascii_nocase(allowed, name);
                                        });
}

// NOLINTNEXTLINE(readability-function-size): the parameters are SQLite's.
int authorize_action(
    void* data, int action, const char* first, const char* second, const char*, const char*) {
  const auto& state = *static_cast<const SandboxState*>(data);
  if (state.declaring) return SQLITE_OK;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return second != nullptr && is_allowed_function(second) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA:
      return is_allowed_pragma(first) ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

int check_progress(void* data) {
  const auto& state = *static_cast<const SandboxState*>(data);
  return state.cancel->check() ? 0 : 1;
}

int set_options(sqlite3* db) {
  struct Option {
    int code;
    int value;
  };
  constexpr std::array kOptions = {
      Option{SQLITE_DBCONFIG_DEFENSIVE, 1},
      Option{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      Option{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
      Option{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
      Option{SQLITE_DBCONFIG_DQS_DML, 0},
      Option{SQLITE_DBCONFIG_DQS_DDL, 0},
  };
  for (const Option& option : kOptions) {
    const int code = sqlite3_db_config(db, option.code, option.value, nullptr);
    if (code != SQLITE_OK) return code;
  }
  return sqlite3_exec(db, "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY", nullptr, nullptr,
                      nullptr);
}

}  // namespace

bool is_allowed_function(const char* name) {
  const std::string lower = to_lower_ascii(name);
  return std::binary_search(std::begin(kAllowedFunctions), std::end(kAllowedFunctions),
                            std::string_view(lower)) ||
         is_own_function(lower);
}

int limit_connection(sqlite3* db, bool untrusted) {
  constexpr std::array<const char*, 3> kKeptModules = {"json_each", "json_tree", nullptr};
  std::array<const char*, 3> kept = kKeptModules;
  sqlite3_drop_modules(db, kept.data());
  const int code = set_options(db);
  if (code != SQLITE_OK) return code;
  struct Limit {
    int id;
    int value;
  };
  const Limit limits[] = {
      {SQLITE_LIMIT_LENGTH, untrusted ? kMaxUntrustedValueBytes : kMaxValueBytes},
      {SQLITE_LIMIT_SQL_LENGTH, untrusted ? 100'000 : 1'000'000},
      {SQLITE_LIMIT_COLUMN, 2000},
      {SQLITE_LIMIT_EXPR_DEPTH, 100},
      {SQLITE_LIMIT_COMPOUND_SELECT, 50},
      {SQLITE_LIMIT_VDBE_OP, 250'000},
      {SQLITE_LIMIT_FUNCTION_ARG, 32},
      {SQLITE_LIMIT_ATTACHED, 0},
      {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
      {SQLITE_LIMIT_WORKER_THREADS, 0},
  };
  for (const Limit& limit : limits) sqlite3_limit(db, limit.id, limit.value);
  sqlite3_hard_heap_limit64(untrusted ? kUntrustedHeapBytes : kHeapBytes);
  return SQLITE_OK;
}

void authorize(sqlite3* db, SandboxState& state) {
  sqlite3_progress_handler(db, kOpcodesPerCheck, check_progress, &state);
  sqlite3_set_authorizer(db, authorize_action, &state);
}

}  // namespace dirsnap
