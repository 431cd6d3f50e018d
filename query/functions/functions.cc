// SPDX-License-Identifier: MIT
#include "query/functions/functions.h"

#include <algorithm>
#include <array>

#include "storage/base/text.h"

namespace dirsnap {
namespace {

std::array<std::span<const SqlFunction>, 7> families() {
  return {address_functions(),      dn_functions(),   identifier_functions(), security_functions(),
          shared_value_functions(), text_functions(), bounded_functions()};
}

// The collation of names, DNs and paths.
int compare_fold(void*, int size_a, const void* a, int size_b, const void* b) {
  if (a == b && size_a == size_b) return 0;  // the value of the row before, as GROUP BY keeps it
  return compare_folded({static_cast<const char*>(a), static_cast<std::size_t>(size_a)},
                        {static_cast<const char*>(b), static_cast<std::size_t>(size_b)});
}

}  // namespace

int register_functions(sqlite3* db, FunctionSet set) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  for (const auto family : families()) {
    for (const SqlFunction& f : family) {
      if (set == FunctionSet::kOwn && f.signature == nullptr) continue;
      const bool is_aggregate = f.finish != nullptr;
      const int code = sqlite3_create_function_v2(
          db, f.name, f.arguments, kFlags, nullptr, is_aggregate ? nullptr : f.call,
          is_aggregate ? f.call : nullptr, f.finish, nullptr);
      if (code != SQLITE_OK) return code;
    }
  }
  return sqlite3_create_collation_v2(db, "FOLD", SQLITE_UTF8, nullptr, compare_fold, nullptr);
}

bool is_own_function(std::string_view lower_name) {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (const auto family : families()) {
      for (const SqlFunction& f : family) names.emplace_back(f.name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }();
  return std::binary_search(kNames.begin(), kNames.end(), lower_name);
}

std::vector<FunctionInfo> sql_functions() {
  std::vector<FunctionInfo> list;
  for (const auto family : families()) {
    for (const SqlFunction& f : family) {
      if (f.signature != nullptr) list.push_back({.signature = f.signature, .doc = f.doc});
    }
  }
  return list;
}

}  // namespace dirsnap
