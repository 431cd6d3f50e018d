// SPDX-License-Identifier: MIT
//
// The table that the fuzz targets of pages and records read: that of ese_seeds.cc, and a column
// of every other type behind its own.
#pragma once

#include <string>
#include <utility>

#include "importers/ese/table_def.h"

namespace dirsnap::fuzz {

inline ese::TableDef fuzz_table() {
  using ese::ColumnType;
  ese::TableDef table;
  table.name = "seed";
  const auto add = [&table](std::uint32_t id, ColumnType type, std::uint32_t codepage,
                            std::uint32_t flags) {
    ese::ColumnDef column;
    column.id = id;
    column.name = "c" + std::to_string(id);
    column.type = type;
    column.size = ese::type_size(type);
    column.codepage = codepage;
    column.flags = flags;
    if (column.is_fixed()) column.record_offset = id == 1 ? 4 : 8;
    column.has_default = (flags & ese::kColumnHasDefault) != 0;
    if (column.has_default) column.default_bytes.assign(4, std::byte{'d'});
    table.columns.push_back(std::move(column));
  };
  add(1, ColumnType::kLong, 0, 0);
  add(2, ColumnType::kGuid, 0, 0);
  add(128, ColumnType::kText, 1252, ese::kColumnHasDefault);
  add(129, ColumnType::kBinary, 0, 0);
  add(256, ColumnType::kLongText, 1200, ese::kColumnCompressed);
  add(257, ColumnType::kLongBinary, 0, ese::kColumnMultiValued);
  add(258, ColumnType::kLong, 0, ese::kColumnMultiValued);
  add(259, ColumnType::kText, 1252, ese::kColumnHasDefault);
  table.deleted_columns = {260};
  return table;
}

}  // namespace dirsnap::fuzz
