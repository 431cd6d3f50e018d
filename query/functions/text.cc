// SPDX-License-Identifier: MIT
//
// regexp (RE2: linear time whatever the pattern) and fold.
#include "storage/base/text.h"

#include <memory>

#include <re2/re2.h>

#include "query/functions/functions.h"
#include "query/sql_value.h"
#include "query/vtab_guard.h"

namespace dirsnap {
namespace {

constexpr std::int64_t kMaxPatternMemory = 8 << 20;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

// The compiled pattern of this call site: SQLite keeps it while the argument is constant.
const RE2* compiled(sqlite3_context* context, std::string_view pattern) {
  if (const void* known = sqlite3_get_auxdata(context, 0)) return static_cast<const RE2*>(known);
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxPatternMemory);
  auto made = std::make_unique<RE2>(piece(pattern), options);
  if (!made->ok()) {
    set_result_error(context, "regexp: " + made->error());
    return nullptr;
  }
  sqlite3_set_auxdata(context, 0, made.release(),
                      [](void* pointer) { delete static_cast<RE2*>(pointer); });
  // SQLite may drop it at once when memory is short.
  return static_cast<const RE2*>(sqlite3_get_auxdata(context, 0));
}

void regexp(sqlite3_context* context, int, sqlite3_value** arguments) {
  guard_function(context, [&] {
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL ||
        sqlite3_value_type(arguments[1]) == SQLITE_NULL) {
      return;
    }
    const auto* pattern_text = reinterpret_cast<const char*>(sqlite3_value_text(arguments[0]));
    const auto pattern_size = static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]));
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(arguments[1]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(arguments[1]));
    if (pattern_text == nullptr || text == nullptr) return sqlite3_result_error_nomem(context);
    const RE2* pattern = compiled(context, {pattern_text, pattern_size});
    if (pattern == nullptr) return;
    sqlite3_result_int(context, RE2::PartialMatch({text, size}, *pattern) ? 1 : 0);
  });
}

void fold(sqlite3_context* context, int, sqlite3_value** arguments) {
  guard_function(context, [&] {
    const ValueView value = view_of(arguments[0]);
    if (value.type == ValueType::kText) set_result_text(context, fold_case(value.bytes));
  });
}

constexpr SqlFunction kTextFunctions[] = {
    {"regexp", 2, "regexp(pattern, text)",
     "1 if the RE2 pattern occurs in the text; also written text REGEXP pattern.", regexp},
    {"fold", 1, "fold(text)", "The text as the FOLD collation compares it: case folded.", fold},
};

}  // namespace

std::span<const SqlFunction> text_functions() { return kTextFunctions; }

}  // namespace dirsnap
