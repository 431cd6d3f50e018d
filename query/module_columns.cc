// SPDX-License-Identifier: MIT
#include "query/module_columns.h"

namespace dirsnap {

std::string declaration(std::span<const ModuleColumn> columns) {
  std::string sql = "CREATE TABLE x(";
  for (const ModuleColumn& column : columns) {
    if (sql.back() != '(') sql += ", ";
    sql.append(column.name).append(" ").append(column.type);
    if (column.hidden) sql += " HIDDEN";
    if (std::string_view(column.type) == "TEXT") sql += " COLLATE FOLD";
  }
  return sql + ")";
}

void describe_columns(std::span<const ModuleColumn> columns, TableInfo& info) {
  for (const ModuleColumn& column : columns) {
    info.columns.push_back({.name = column.name,
                            .type = column.type,
                            .doc = column.doc,
                            .indexed = column.key,
                            .hidden = column.hidden});
  }
}

int take_keys(std::span<const ModuleColumn> columns, sqlite3_index_info& info, bool& has_argument) {
  std::string plan;
  int arguments = 0;
  has_argument = true;
  for (std::size_t column = 0; column < columns.size(); ++column) {
    if (!columns[column].key) continue;
    bool taken = false;
    for (int i = 0; i < info.nConstraint && !taken; ++i) {
      const auto& constraint = info.aConstraint[i];
      taken = constraint.usable != 0 && constraint.iColumn == static_cast<int>(column) &&
              constraint.op == SQLITE_INDEX_CONSTRAINT_EQ;
      if (!taken) continue;
      info.aConstraintUsage[i].argvIndex = ++arguments;
      info.aConstraintUsage[i].omit = columns[column].hidden ? 1 : 0;
      plan += (plan.empty() ? "" : " ") + std::string(columns[column].name) + "(=)";
    }
    has_argument = has_argument && (taken || !columns[column].hidden);
  }
  info.idxStr = sqlite3_mprintf("%s", plan.empty() ? "SCAN" : plan.c_str());
  info.needToFreeIdxStr = 1;
  return arguments;
}

bool has_key(std::string_view plan, const ModuleColumn& column) {
  const std::string term = std::string(column.name) + "(=)";
  const std::size_t at = plan.find(term);
  return at != std::string_view::npos && (at == 0 || plan[at - 1] == ' ');
}

}  // namespace dirsnap
