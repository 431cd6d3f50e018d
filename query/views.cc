// SPDX-License-Identifier: MIT
#include "query/views.h"

namespace dirsnap {

std::vector<const ViewSpec*> shipped_views() {
  std::vector<const ViewSpec*> list;
  for (const ViewSpec& view : mailbox_views()) list.push_back(&view);
  for (const ViewSpec& view : server_views()) list.push_back(&view);
  for (const ViewSpec& view : store_check_views()) list.push_back(&view);
  return list;
}

TableInfo table_info(const ViewSpec& view) {
  TableInfo info{.name = view.name, .doc = view.doc, .theme = view.theme};
  for (const ViewColumn& column : view.columns) {
    info.columns.push_back({.name = column.name, .type = column.type, .doc = column.doc});
  }
  info.examples.assign(view.examples.begin(), view.examples.end());
  info.is_view = true;
  return info;
}

Result<void> create_views(sqlite3* db) {
  // The connection takes no writes; its own schema is written here, once.
  std::string sql = "PRAGMA query_only = 0;";
  for (const ViewSpec* view : shipped_views()) {
    sql += "CREATE VIEW " + std::string(view->name) + " AS " + view->sql + ";";
  }
  sql += "PRAGMA query_only = 1;";
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fail(Code::kIo, "SQLite: " + std::string(sqlite3_errmsg(db)));
  }
  return {};
}

}  // namespace dirsnap
