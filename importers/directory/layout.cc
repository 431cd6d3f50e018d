// SPDX-License-Identifier: MIT
#include "importers/directory/layout.h"

#include <algorithm>
#include <charconv>

#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

// A table with fewer attribute columns is no directory.
constexpr std::size_t kLeastAttributes = 3;

const ese::ColumnDef* column_named(const ese::TableDef& table, std::string_view name) {
  const auto found =
      std::find_if(table.columns.begin(), table.columns.end(),
                   [&](const ese::ColumnDef& c) { return equal_ascii_nocase(c.name, name); });
  return found == table.columns.end() ? nullptr : &*found;
}

std::size_t count_attributes(const ese::TableDef& table) {
  return static_cast<std::size_t>(
      std::count_if(table.columns.begin(), table.columns.end(),
                    [](const ese::ColumnDef& c) { return attribute_number(c.name).has_value(); }));
}

const ese::TableDef* find_objects(const TableSource& database, const OverrideMap& overrides) {
  if (const auto name = overrides.tables.find("objects"); name != overrides.tables.end()) {
    return database.find_table(name->second);
  }
  const ese::TableDef* best = nullptr;
  std::size_t most = kLeastAttributes - 1;
  for (const ese::TableDef& table : database.tables()) {
    const std::size_t count = count_attributes(table);
    if (count > most) {
      best = &table;
      most = count;
    }
  }
  return best;
}

// The column that plays a role: the override's word, else the field's usual name.
const ese::ColumnDef* role(const ese::TableDef& table,
                           const OverrideMap& overrides,
                           const char* key,
                           std::string_view usual) {
  const auto named = overrides.columns.find(key);
  return column_named(table,
                      named == overrides.columns.end() ? usual : std::string_view(named->second));
}

void find_links(const TableSource& database, const OverrideMap& overrides, Layout& layout) {
  const auto name = overrides.tables.find("links");
  for (const ese::TableDef& table : database.tables()) {
    if (name != overrides.tables.end() && !equal_ascii_nocase(table.name, name->second)) continue;
    const ese::ColumnDef* from = column_named(table, "link_DNT");
    const ese::ColumnDef* to = column_named(table, "backlink_DNT");
    const ese::ColumnDef* base = column_named(table, "link_base");
    if (from == nullptr || to == nullptr || base == nullptr) continue;
    layout.links = &table;
    layout.link_from = from;
    layout.link_to = to;
    layout.link_base = base;
    layout.link_deleted_at = column_named(table, "link_deltime");
    layout.link_deactivated_at = column_named(table, "link_deactivetime");
    layout.link_data = column_named(table, "link_data");
    layout.link_usn = column_named(table, "link_usnchanged");
    return;
  }
}

void find_hidden(const TableSource& database, Layout& layout) {
  for (const ese::TableDef& table : database.tables()) {
    const ese::ColumnDef* dsa = column_named(table, "dsa_col");
    if (dsa == nullptr) continue;
    layout.hidden = &table;
    layout.hidden_dsa = dsa;
    return;
  }
}

void find_descriptors(const TableSource& database, Layout& layout) {
  for (const ese::TableDef& table : database.tables()) {
    const ese::ColumnDef* id = column_named(table, "sd_id");
    const ese::ColumnDef* value = column_named(table, "sd_value");
    if (id == nullptr || value == nullptr) continue;
    layout.descriptors = &table;
    layout.descriptor_id = id;
    layout.descriptor_value = value;
    return;
  }
}

void number_columns(const OverrideMap& overrides, Layout& layout) {
  layout.attribute_ids.resize(layout.objects->columns.size());
  for (std::size_t i = 0; i < layout.attribute_ids.size(); ++i) {
    const std::string& name = layout.objects->columns[i].name;
    layout.attribute_ids[i] = attribute_number(name);
    for (const Attribute& entry : overrides.attributes) {
      if (!entry.column.empty() && equal_ascii_nocase(entry.column, name)) {
        layout.attribute_ids[i] = entry.id;
      }
    }
  }
}

}  // namespace

std::optional<std::uint32_t> attribute_number(std::string_view name, char* letter) {
  constexpr std::string_view kPrefix = "ATT";
  if (name.size() < kPrefix.size() + 2 ||
      !equal_ascii_nocase(name.substr(0, kPrefix.size()), kPrefix)) {
    return std::nullopt;
  }
  const char syntax = name[kPrefix.size()];
  const bool is_letter = (syntax >= 'a' && syntax <= 'z') || (syntax >= 'A' && syntax <= 'Z');
  if (!is_letter) return std::nullopt;
  const std::string_view digits = name.substr(kPrefix.size() + 1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (number < INT32_MIN || number > UINT32_MAX) return std::nullopt;
  if (letter != nullptr) *letter = static_cast<char>(syntax | 0x20);
  return static_cast<std::uint32_t>(number);
}

const ese::ColumnDef* Layout::attribute_column(std::uint32_t attribute_id) const {
  for (std::size_t i = 0; i < attribute_ids.size(); ++i) {
    if (attribute_ids[i] == attribute_id) return &objects->columns[i];
  }
  return nullptr;
}

std::optional<Layout> find_layout(const TableSource& database,
                                  const OverrideMap& overrides,
                                  IssueSink& issues) {
  Layout layout;
  layout.objects = find_objects(database, overrides);
  if (layout.objects == nullptr) return std::nullopt;
  layout.dnt = role(*layout.objects, overrides, "dnt", "DNT_col");
  layout.parent = role(*layout.objects, overrides, "parent", "PDNT_col");
  if (layout.dnt == nullptr || layout.parent == nullptr) {
    issues.report({.severity = Severity::kDoubt,
                   .code = "directory-layout",
                   .place = "table " + layout.objects->name,
                   .message = "has attribute columns, but the columns for row number (DNT_col) and "
                              "parent (PDNT_col) are not known; kept as a raw table only; name "
                              "them in a map file (--map)"});
    return std::nullopt;
  }
  layout.rdn = role(*layout.objects, overrides, "rdn", "RDN_col");
  layout.rdn_type = role(*layout.objects, overrides, "rdn_type", "RDNtyp_col");
  layout.object_flag = role(*layout.objects, overrides, "object_flag", "OBJ_col");
  find_links(database, overrides, layout);
  find_hidden(database, layout);
  find_descriptors(database, layout);
  number_columns(overrides, layout);
  return layout;
}

}  // namespace dirsnap::directory
