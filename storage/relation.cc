// SPDX-License-Identifier: MIT
#include "storage/relation.h"

namespace dirsnap {

RelationDef relation_of(const TableSpec& spec) {
  RelationDef def{.name = spec.name, .columns = {}, .in_common = spec.in_common};
  def.columns.reserve(spec.columns.size());
  for (const ColumnSpec& column : spec.columns) {
    def.columns.push_back({.name = column.name,
                           .type = column.type,
                           .access = column.access,
                           .collation = column.collation,
                           .sharing = column.sharing});
  }
  return def;
}

}  // namespace dirsnap
