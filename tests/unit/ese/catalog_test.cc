// SPDX-License-Identifier: MIT
//
// Catalog rows turned into tables: templates, deleted columns, rows that are missing.
#include "importers/ese/catalog.h"

#include <string>

#include <catch2/catch.hpp>

#include "importers/ese/record.h"
#include "tests/support/bytes.h"
#include "tests/unit/ese/ese_test_util.h"

namespace dirsnap::test {
namespace {

using ese::CatalogRow;

CatalogRow table_row(std::int64_t objid, const char* name, const char* template_name = "") {
  CatalogRow row;
  row.objid = row.id = objid;
  row.type = CatalogRow::kTable;
  row.type_or_root = objid * 10;
  row.name = name;
  row.template_name = template_name;
  return row;
}

CatalogRow column_row(std::int64_t objid, std::int64_t id, const char* name) {
  CatalogRow row;
  row.objid = objid;
  row.type = CatalogRow::kColumn;
  row.id = id;
  row.type_or_root = 4;  // Long
  row.record_offset = id < 128 ? 4 * id : 0;
  row.name = name;
  return row;
}

struct Built {
  explicit Built(std::vector<CatalogRow> rows) {
    auto result = ese::tables_from_rows(std::move(rows), sink);
    REQUIRE(result);
    tables = *std::move(result);
  }
  const ese::TableDef& table(std::string_view name) const {
    const auto found = std::find_if(tables.begin(), tables.end(),
                                    [&](const ese::TableDef& t) { return t.name == name; });
    REQUIRE(found != tables.end());
    return *found;
  }
  Recorder sink;
  std::vector<ese::TableDef> tables;
};

std::string column_names(const ese::TableDef& table) {
  std::string out;
  for (const auto& column : table.columns) out += fmt::format("{}:{} ", column.id, column.name);
  return out;
}

TEST_CASE("a derived table has the columns of its template, ascending with its own") {
  const Built built({table_row(10, "base"), column_row(10, 1, "A"), column_row(10, 256, "T"),
                     table_row(11, "derived", "BASE"), column_row(11, 2, "B"),
                     column_row(11, 257, "U")});
  const auto& derived = built.table("derived");
  CHECK(column_names(derived) == "1:A 2:B 256:T 257:U ");
  CHECK(derived.find_column("A")->is_template);
  CHECK_FALSE(derived.find_column("B")->is_template);
  CHECK(column_names(built.table("base")) == "1:A 256:T ");
  CHECK(built.sink.issues.empty());
}

TEST_CASE("a template of a template passes its columns on, whatever the order of the rows") {
  const Built built({table_row(10, "c", "b"), column_row(10, 3, "C"), table_row(11, "b", "a"),
                     column_row(11, 2, "B"), table_row(12, "a"), column_row(12, 1, "A")});
  CHECK(column_names(built.table("c")) == "1:A 2:B 3:C ");
}

TEST_CASE("templates in a circle end and cost nothing but what they cannot give") {
  const Built built({table_row(10, "a", "b"), column_row(10, 1, "A"), table_row(11, "b", "a"),
                     column_row(11, 2, "B")});
  CHECK(built.table("a").find_column("A") != nullptr);
  CHECK(built.table("b").find_column("B") != nullptr);
}

TEST_CASE("a template that does not exist is a loss, and the table keeps its own columns") {
  const Built built({table_row(10, "a", "gone"), column_row(10, 1, "A")});
  CHECK(column_names(built.table("a")) == "1:A ");
  REQUIRE(built.sink.issues.size() == 1);
  CHECK(built.sink.issues[0].severity == Severity::kLoss);
  CHECK(built.sink.issues[0].message.find("derived from table gone") != std::string::npos);
}

TEST_CASE("very many tables of one large template do not eat the memory") {
  std::vector<CatalogRow> rows = {table_row(10, "wide")};
  for (int id = 256; id < 5256; ++id) rows.push_back(column_row(10, id, "x"));
  for (int table = 0; table < 300; ++table) {
    rows.push_back(table_row(100 + table, fmt::format("t{}", table).c_str(), "wide"));
  }
  const Built built(std::move(rows));
  std::size_t columns = 0;
  for (const auto& table : built.tables) columns += table.columns.size();
  CHECK(columns <= 600'000);
  CHECK(built.table("t0").columns.size() == 5000);
  CHECK(built.sink.count("catalog") > 0);
}

TEST_CASE("deleted columns are no columns, but their values are no surprise") {
  auto deleted = column_row(10, 257, "JetStub_257");
  deleted.type_or_root = 0;
  const Built built({table_row(10, "a"), column_row(10, 256, "T"), deleted});
  const auto& table = built.table("a");
  CHECK(column_names(table) == "256:T ");
  const ese::RecordLayout layout(table, {});
  std::string record("\x00\x7F\x04\x00\x00\x01\x08\x00\x01\x01\x0C\x00", 12);
  record += support::le_bytes<std::int32_t>(1) + support::le_bytes<std::int32_t>(2);
  ese::RecordCells cells;
  REQUIRE(layout.parse(as_bytes(record), {false, true}, cells));
  CHECK(cells.cells.size() == 1);
  CHECK(cells.unknown_column == 0);
  // The same value of a column that the catalog has never heard of is.
  record[8] = 2;
  cells.clear();
  REQUIRE(layout.parse(as_bytes(record), {false, true}, cells));
  CHECK(cells.unknown_column == 258);
}

TEST_CASE("the first of two rows for the same thing counts") {
  const Built built({table_row(10, "a"), column_row(10, 1, "first"), column_row(10, 1, "second")});
  CHECK(column_names(built.table("a")) == "1:first ");
}

TEST_CASE("a default is kept only where the column says that it has one") {
  auto with = column_row(10, 1, "with");
  with.has_default = true;
  with.flags = ese::kColumnHasDefault;
  with.default_bytes.assign(4, std::byte{7});
  auto without = with;
  without.id = 2;
  without.flags = 0;
  const Built built({table_row(10, "a"), with, without});
  CHECK(built.table("a").columns[0].has_default);
  CHECK_FALSE(built.table("a").columns[1].has_default);
}

TEST_CASE("indexes and the long-value tree belong to their table; the catalog knows itself") {
  CatalogRow index;
  index.objid = 10;
  index.type = CatalogRow::kIndex;
  index.id = 12;
  index.type_or_root = 77;
  index.flags = 0x20;
  index.name = "primary";
  CatalogRow tree = index;
  tree.type = CatalogRow::kLongValueTree;
  tree.id = 13;
  tree.type_or_root = 78;
  const Built built({table_row(10, "a"), index, tree});
  const auto& table = built.table("a");
  REQUIRE(table.indexes.size() == 1);
  CHECK(table.indexes[0].is_primary());
  CHECK(table.indexes[0].root_page == 77);
  CHECK(table.long_value_root == 78);
  CHECK(table.long_value_objid == 13);
  CHECK(built.table("MSysObjects").root_page == 4);
  CHECK(built.table("MSysObjectsShadow").root_page == 24);
  CHECK(built.table("MSysObjects").is_system);
  CHECK_FALSE(table.is_system);
}

TEST_CASE("a catalog without any row is an error") {
  Recorder sink;
  CHECK_FALSE(ese::tables_from_rows({}, sink));
}

}  // namespace
}  // namespace dirsnap::test
