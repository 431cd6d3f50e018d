// SPDX-License-Identifier: MIT
#include "query/best_index.h"
#include "query/modules.h"
#include "query/sql_value.h"

namespace dirsnap {

std::string RelationModule::declaration(RelationTable& table) {
  return dirsnap::declaration(table.shape());
}

Result<void> RelationModule::best_index(RelationTable& table,
                                        sqlite3* db,
                                        sqlite3_index_info& info,
                                        bool& /*unusable*/) {
  return dirsnap::best_index(table, db, info);
}

Result<void> RelationModule::Cursor::filter(sqlite3* db,
                                            std::string_view plan,
                                            std::span<sqlite3_value*> arguments) {
  const int limit = sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, -1);
  return cursor_.filter(plan, arguments, static_cast<std::size_t>(limit));
}

Result<void> RelationModule::Cursor::column(sqlite3_context* context, int index) {
  DIRSNAP_TRY(const ValueView value, cursor_.value(index));
  set_result(context, value);
  return {};
}

}  // namespace dirsnap
