// SPDX-License-Identifier: MIT
//
// Which tables and columns of an ESE database hold a directory. Told by the columns: an object
// table has a row number, a parent's row number and attribute columns ATT<letter><number>; a link
// table has both ends and a link base. Names of tables, order of columns, their ids and the
// syntax letter do not matter; the override file can name each part.
// Facts: the descendants of the Exchange directory use these column names (libyal's notes on
// Active Directory 2000 to 2008); for Dir.edb itself they are inferred.
// Lifetime: pointers point into the source's tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "importers/directory/override_map.h"
#include "importers/ese_tables/table_source.h"
#include "storage/base/issue.h"

namespace dirsnap::directory {

struct Layout {
  const ese::TableDef* objects = nullptr;  // "datatable"
  const ese::ColumnDef* dnt = nullptr;
  const ese::ColumnDef* parent = nullptr;
  const ese::ColumnDef* rdn = nullptr;          // may be null: the name is an attribute
  const ese::ColumnDef* rdn_type = nullptr;     // may be null
  const ese::ColumnDef* object_flag = nullptr;  // 1 object, 0 phantom; may be null

  const ese::TableDef* links = nullptr;  // "link_table", may be null
  const ese::ColumnDef* link_from = nullptr;
  const ese::ColumnDef* link_to = nullptr;
  const ese::ColumnDef* link_base = nullptr;
  // These may be null.
  const ese::ColumnDef* link_deleted_at = nullptr;      // when the value was removed
  const ese::ColumnDef* link_deactivated_at = nullptr;  // when one of its ends was deleted
  const ese::ColumnDef* link_data = nullptr;            // what it holds beside the name
  const ese::ColumnDef* link_usn = nullptr;             // of its last change

  const ese::TableDef* hidden = nullptr;  // "hiddentable": state of this server; may be null
  const ese::ColumnDef* hidden_dsa = nullptr;

  const ese::TableDef* descriptors = nullptr;  // "sd_table": shared descriptors; may be null
  const ese::ColumnDef* descriptor_id = nullptr;
  const ese::ColumnDef* descriptor_value = nullptr;

  // Attribute number of each column of `objects`, by position; nullopt for system columns.
  std::vector<std::optional<std::uint32_t>> attribute_ids;

  [[nodiscard]] const ese::ColumnDef* attribute_column(std::uint32_t attribute_id) const;
};

// The number in an attribute column's name: "ATTm589825" -> 589825, "ATTb-2147483633" -> the
// 32-bit number of that sign; `letter` becomes the syntax letter. nullopt for other names.
std::optional<std::uint32_t> attribute_number(std::string_view column_name, char* letter = nullptr);

// The layout, or nullopt if the database holds no directory. A table that looks like one but lacks
// the row number is an issue ("directory-layout").
std::optional<Layout> find_layout(const TableSource& database,
                                  const OverrideMap& overrides,
                                  IssueSink& issues);

}  // namespace dirsnap::directory
