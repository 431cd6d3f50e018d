// SPDX-License-Identifier: MIT
#include "importers/ese/table_def.h"

#include <algorithm>
#include <array>

namespace dirsnap::ese {

namespace {

struct TypeFacts {
  const char* name;
  std::uint32_t size;
};
constexpr std::array<TypeFacts, 19> kTypes = {{{"Nil", 0},
                                               {"Bit", 1},
                                               {"UnsignedByte", 1},
                                               {"Short", 2},
                                               {"Long", 4},
                                               {"Currency", 8},
                                               {"IEEESingle", 4},
                                               {"IEEEDouble", 8},
                                               {"DateTime", 8},
                                               {"Binary", 0},
                                               {"Text", 0},
                                               {"LongBinary", 0},
                                               {"LongText", 0},
                                               {"Stream", 0},
                                               {"UnsignedLong", 4},
                                               {"LongLong", 8},
                                               {"GUID", 16},
                                               {"UnsignedShort", 2},
                                               {"UnsignedLongLong", 8}}};

}  // namespace

const char* type_name(ColumnType type) {
  const auto number = static_cast<std::size_t>(type);
  return number < kTypes.size() ? kTypes[number].name : "Unknown";
}

std::uint32_t type_size(ColumnType type) {
  const auto number = static_cast<std::size_t>(type);
  return number < kTypes.size() ? kTypes[number].size : 0;
}

const ColumnDef* TableDef::find_column(std::string_view column_name) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const ColumnDef& column) {
    return column.name == column_name;
  });
  return found == columns.end() ? nullptr : &*found;
}

const ColumnDef* TableDef::find_column(std::uint32_t column_id) const {
  const auto found =
      std::lower_bound(columns.begin(), columns.end(), column_id,
                       [](const ColumnDef& column, std::uint32_t id) { return column.id < id; });
  return found == columns.end() || found->id != column_id ? nullptr : &*found;
}

}  // namespace dirsnap::ese
