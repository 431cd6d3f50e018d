// SPDX-License-Identifier: MIT
#include "query/module.h"

#include <algorithm>

namespace dirsnap {

int declare_table(sqlite3* db, bool& declaring, const std::string& sql, char** error) {
  const DeclareScope scope(declaring);
  // A table of 2,000 columns needs more text than untrusted statements may have.
  const int limit = sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, -1);
  sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, std::max(limit, static_cast<int>(sql.size()) + 1));
  const int code = sqlite3_declare_vtab(db, sql.c_str());
  sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, limit);
  if (code != SQLITE_OK) *error = sqlite3_mprintf("%s", sqlite3_errmsg(db));
  return code;
}

}  // namespace dirsnap
