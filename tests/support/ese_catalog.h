// SPDX-License-Identifier: MIT
//
// The catalog of an ESE file: the definition of MSysObjects, and the rows that describe tables.
// Lifetime, threads: plain values. Facts: the engine's published source.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/ese_format.h"
#include "tests/support/ese_record.h"

namespace dirsnap::support {

// Fixed places of a new database.
inline constexpr std::uint32_t kCatalogRoot = 4;
inline constexpr std::uint32_t kCatalogNameRoot = 7;
inline constexpr std::uint32_t kCatalogRootsRoot = 10;
inline constexpr std::uint32_t kCatalogShadowRoot = 24;
inline constexpr std::uint32_t kFirstUserPage = 32;
inline constexpr std::uint32_t kCatalogObject = 2;
inline constexpr std::uint32_t kShadowObject = 3;
inline constexpr std::uint32_t kCatalogNameObject = 4;
inline constexpr std::uint32_t kCatalogRootsObject = 5;
inline constexpr std::uint32_t kFirstUserObject = 6;

// What a catalog row describes.
enum class CatalogType : std::int16_t { kTable = 1, kColumn = 2, kIndex = 3, kLongValues = 4 };

// One row of the catalog.
struct CatalogRow {
  std::uint32_t table = 0;  // object id
  CatalogType type = CatalogType::kTable;
  std::uint32_t id = 0;            // object id or column id
  std::uint32_t type_or_root = 0;  // column type or root page
  std::uint32_t space = 0;         // column size or density
  std::uint32_t flags = 0;
  std::uint32_t pages_or_locale = 0;
  std::optional<std::uint16_t> record_offset;
  std::string name;
  std::optional<std::string> default_value;
  std::string key_columns;  // index segments
};

// The definition of MSysObjects (or its shadow) with its indexes; the generations differ in the
// number of columns.
TableSpec catalog_table(const Layout& layout, bool shadow);

// Rows of one table. `table`, `root`: object id and page of its tree.
std::vector<CatalogRow> table_rows(const Layout& layout,
                                   const TableSpec& spec,
                                   std::uint32_t table,
                                   std::uint32_t root);
// The row of one index with its tree.
CatalogRow index_row(const Layout& layout,
                     const IndexSpec& spec,
                     std::uint32_t table,
                     std::uint32_t object,
                     std::uint32_t root);
CatalogRow long_value_row(std::uint32_t table, std::uint32_t object, std::uint32_t root);

// `row` as a row of catalog_table().
void fill_row(const Layout& layout, const CatalogRow& row, Row& out);

}  // namespace dirsnap::support
