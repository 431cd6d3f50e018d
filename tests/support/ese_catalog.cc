// SPDX-License-Identifier: MIT
#include "tests/support/ese_catalog.h"

#include <utility>

namespace dirsnap::support {
namespace {

constexpr std::uint32_t kSystemTable = 0xC0000000;  // system, fixed definition
constexpr std::uint32_t kDensity = 80;
constexpr std::uint32_t kLongValueDensity = 100;
constexpr std::uint32_t kSegmentsAreWide = 0x00010000;  // index flag: 4 bytes a segment
constexpr std::uint32_t kEnglish = 0x0409;
constexpr std::uint32_t kSortFlags = 0x00030401;  // case, width and kana do not matter
constexpr std::uint32_t kShortNameSize = 255;

// Columns of the catalog by id.
constexpr ColumnId kRootFlag = 8;
constexpr ColumnId kRecordOffset = 9;
constexpr ColumnId kLcMapFlags = 10;
constexpr ColumnId kName = 128;
constexpr ColumnId kDefaultValue = 131;
constexpr ColumnId kKeyFieldIds = 132;
constexpr ColumnId kLocaleName = 261;

void add_columns(const Layout& layout, TableSpec& table) {
  for (const char* name :
       {"ObjidTable", "Type", "Id", "ColtypOrPgnoFDP", "SpaceUsage", "Flags", "PagesOrLocale"}) {
    const bool is_type = std::string_view(name) == "Type";
    table.fixed(name, is_type ? ColumnType::kShort : ColumnType::kLong, kColumnNotNull);
  }
  table.fixed("RootFlag", ColumnType::kBit);
  table.fixed("RecordOffset", ColumnType::kShort);
  if (layout.modern) {
    table.fixed("LCMapFlags", ColumnType::kLong);
    table.fixed("KeyMost", ColumnType::kUnsignedShort);
    table.fixed("LVChunkMax", ColumnType::kLong);
  }
  table.column(table.variable("Name", ColumnType::kText, kLatin)).flags = kColumnNotNull;
  table.variable("Stats", ColumnType::kBinary);
  table.variable("TemplateTable", ColumnType::kText, kLatin);
  for (const char* name : {"DefaultValue", "KeyFldIDs", "VarSegMac", "ConditionalColumns"}) {
    table.variable(name, ColumnType::kBinary);
  }
  if (!layout.modern) return;
  for (const char* name : {"TupleLimits", "Version", "SortID"}) {
    table.variable(name, ColumnType::kBinary);
  }
  for (const char* name : {"CallbackData", "CallbackDependencies", "SeparateLV", "SpaceHints",
                           "SpaceDeferredLVHints", "LocaleName"}) {
    table.tagged(name, ColumnType::kLongBinary);
  }
}

// The largest size of a value, 0 for long types.
std::uint32_t column_size(const ColumnSpec& column) {
  if (const std::uint32_t size = type_size(column.type); size != 0) return size;
  return is_long_type(column.type) ? 0 : kShortNameSize;
}

}  // namespace

TableSpec catalog_table(const Layout& layout, bool shadow) {
  TableSpec table;
  table.name = shadow ? "MSysObjectsShadow" : "MSysObjects";
  table.flags = kSystemTable;
  add_columns(layout, table);
  table.index("Id", {{1}, {2}, {3}}, kIndexPrimary | kIndexUnique | kIndexNoNulls);
  if (!shadow) {
    table.index("Name", {{1}, {2}, {kName}}, kIndexUnique | kIndexNoNulls);
    table.index("RootObjects", {{kRootFlag}, {kName}}, 0x0009);
  }
  return table;
}

std::vector<CatalogRow> table_rows(const Layout& layout,
                                   const TableSpec& spec,
                                   std::uint32_t table,
                                   std::uint32_t root) {
  std::vector<CatalogRow> rows;
  CatalogRow row;
  row.table = table;
  row.id = table;
  row.type_or_root = root;
  row.space = kDensity;
  row.flags = spec.flags;
  row.pages_or_locale = 3;
  row.name = spec.name;
  rows.push_back(row);
  // The engine leaves the offsets of the catalog's own columns at the start of the record.
  const bool is_catalog = table == kCatalogObject || table == kShadowObject;
  std::uint32_t offset = 4;
  for (const ColumnSpec& column : spec.columns) {
    CatalogRow about;
    about.table = table;
    about.type = CatalogType::kColumn;
    about.id = column.id;
    about.type_or_root = static_cast<std::uint32_t>(column.type);
    about.space = column_size(column);
    about.flags = column.flags;
    about.pages_or_locale = is_catalog && layout.modern ? kLatin : column.codepage;
    about.name = column.name;
    about.default_value = column.default_value;
    if (column.id < kFirstVariable) {
      about.record_offset = static_cast<std::uint16_t>(is_catalog ? 4 : offset);
      offset += type_size(column.type);
    }
    rows.push_back(std::move(about));
  }
  return rows;
}

CatalogRow index_row(const Layout& layout,
                     const IndexSpec& spec,
                     std::uint32_t table,
                     std::uint32_t object,
                     std::uint32_t root) {
  CatalogRow row;
  row.table = table;
  row.type = CatalogType::kIndex;
  row.id = object;
  row.type_or_root = root;
  row.space = kDensity;
  row.flags = spec.flags | (layout.modern ? kSegmentsAreWide : 0);
  row.pages_or_locale = layout.modern ? 0 : kEnglish;
  row.name = spec.name;
  for (const IndexSegment& segment : spec.segments) {
    if (layout.modern) {
      row.key_columns.push_back(segment.descending ? '\x40' : '\0');
      row.key_columns.push_back('\0');
      append_le(row.key_columns, segment.column);
    } else {
      const int id = segment.column;
      append_le(row.key_columns, static_cast<std::int16_t>(segment.descending ? -id : id));
    }
  }
  return row;
}

CatalogRow long_value_row(std::uint32_t table, std::uint32_t object, std::uint32_t root) {
  CatalogRow row;
  row.table = table;
  row.type = CatalogType::kLongValues;
  row.id = object;
  row.type_or_root = root;
  row.space = kLongValueDensity;
  row.pages_or_locale = 1;
  row.name = "LV";
  return row;
}

void fill_row(const Layout& layout, const CatalogRow& row, Row& out) {
  out.clear();
  out.add_number<std::uint32_t>(1, row.table);
  out.add_number<std::int16_t>(2, static_cast<std::int16_t>(row.type));
  out.add_number<std::uint32_t>(3, row.id);
  out.add_number<std::uint32_t>(4, row.type_or_root);
  out.add_number<std::uint32_t>(5, row.space);
  out.add_number<std::uint32_t>(6, row.flags);
  out.add_number<std::uint32_t>(7, row.pages_or_locale);
  if (row.type == CatalogType::kTable) out.add(kRootFlag, "\xFF");
  if (row.record_offset) out.add_number<std::uint16_t>(kRecordOffset, *row.record_offset);
  out.add(kName, row.name);
  if (row.default_value) out.add(kDefaultValue, *row.default_value);
  if (!row.key_columns.empty()) out.add(kKeyFieldIds, row.key_columns);
  if (row.type == CatalogType::kIndex && layout.modern) {
    out.add_number<std::uint32_t>(kLcMapFlags, kSortFlags);
    out.add(kLocaleName, std::string_view("e\0n\0-\0U\0S\0", 10));
  }
}

}  // namespace dirsnap::support
