// SPDX-License-Identifier: MIT
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "importers/ese/compression.h"
#include "importers/ese/database.h"
#include "importers/ese/table_cursor.h"
#include "tests/support/ese_compress.h"
#include "tests/support/ese_key.h"
#include "tests/support/ese_page.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/support/ese_fixture.h"
#include "tests/unit/support/file_bytes.h"

namespace dirsnap::test {
namespace {

using support::EseOptions;
using support::EseWriter;
using support::Generation;

constexpr int kRows = 1200;

MemorySource source_of(const std::filesystem::path& path) {
  return memory_source(file_bytes(path));
}

std::string name_of(const EseOptions& options) {
  return (options.generation == Generation::kModern ? "modern " : "ESE97 ") +
         std::to_string(options.page_size) + " update " + std::to_string(options.format_update);
}

std::vector<EseOptions> every_format() {
  std::vector<EseOptions> all(1);
  for (const std::uint32_t size : {4096U, 8192U, 16384U, 32768U}) {
    EseOptions options;
    options.generation = Generation::kModern;
    options.page_size = size;
    options.wide_long_value_ids = size == 8192;
    options.format_update = size == 16384 ? 0x12C : 0;
    all.push_back(options);
  }
  return all;
}

RowValues values_of(const ese::RowView& row) {
  RowValues values;
  for (const ese::CellView& cell : row.cells) {
    values[static_cast<support::ColumnId>(cell.column->id)].emplace_back(as_chars(cell.bytes));
  }
  return values;
}

// Reads all rows of people and compares each with what was written.
void check_people(ese::Database& database) {
  const ese::TableDef* const table = database.find_table("people");
  REQUIRE(table != nullptr);
  const PeopleTable people;
  ese::TableCursor cursor(database, *table);
  int deleted = 0;
  for (int i = 0; i < kRows; ++i) {
    if (PeopleTable::is_deleted(i)) {
      ++deleted;
      continue;
    }
    const auto more = cursor.next();
    REQUIRE((more && *more));
    INFO("row " << i);
    REQUIRE(values_of(cursor.row()) == people.expected(i));
  }
  const auto end = cursor.next();
  REQUIRE((end && !*end));
  CHECK(cursor.deleted_records() == static_cast<std::uint64_t>(deleted));
}

TEST_CASE("rows read back as they were written in every format") {
  const TempFolder folder;
  for (const EseOptions& options : every_format()) {
    INFO(name_of(options));
    const auto path = folder / "people.edb";
    const auto written = write_people(path.string(), options, kRows);
    REQUIRE(written);
    MemorySource source = source_of(path);
    Issues issues;
    const auto database = ese::Database::open(source, {}, issues);
    REQUIRE(database);
    check_people(**database);
    const auto pages = (*database)->verify_pages();
    REQUIRE(pages);
    CHECK(pages->bad == 0);
    CHECK(pages->corrected == 0);
    CHECK(pages->good > 40);
    CHECK(issues.all == std::vector<std::string>());
  }
}

TEST_CASE("a table without a primary index keeps the order of its rows") {
  const TempFolder folder;
  const auto path = folder / "people.edb";
  REQUIRE(write_people(path.string(), EseOptions{}, 300));
  MemorySource source = source_of(path);
  Issues issues;
  const auto database = ese::Database::open(source, {}, issues);
  REQUIRE(database);
  ese::TableCursor cursor(**database, *(*database)->find_table("log"));
  for (int i = 0; i < 300; ++i) {
    REQUIRE(*cursor.next());
    REQUIRE(as_chars(cursor.row().cells[0].bytes) == "line " + std::to_string(i));
  }
  CHECK_FALSE(*cursor.next());
}

TEST_CASE("the modern generation compresses in the record and in long values") {
  const TempFolder folder;
  EseOptions options;
  options.generation = Generation::kModern;
  const auto path = folder / "people.edb";
  REQUIRE(write_people(path.string(), options, kRows));
  MemorySource source = source_of(path);
  Issues issues;
  const auto database = ese::Database::open(source, {}, issues);
  REQUIRE(database);
  ese::TableCursor cursor(**database, *(*database)->find_table("people"));
  std::set<std::pair<bool, bool>> seen;  // separated, compressed
  while (*cursor.next()) {
    for (const ese::CellView& cell : cursor.row().cells) {
      seen.emplace(cell.is_separated, cell.decompressed);
    }
  }
  CHECK(seen.size() == 4);
}

TEST_CASE("the same rows give the same bytes") {
  const TempFolder folder;
  for (const EseOptions& options : every_format()) {
    REQUIRE(write_people((folder / "a.edb").string(), options, 200));
    REQUIRE(write_people((folder / "b.edb").string(), options, 200));
    CHECK(file_bytes(folder / "a.edb") == file_bytes(folder / "b.edb"));
  }
}

TEST_CASE("a dirty file says so in its header and stays readable") {
  const TempFolder folder;
  EseOptions options;
  options.dirty = true;
  const auto path = folder / "people.edb";
  REQUIRE(write_people(path.string(), options, kRows));
  MemorySource source = source_of(path);
  Issues issues;
  const auto database = ese::Database::open(source, {}, issues);
  REQUIRE(database);
  check_people(**database);
  REQUIRE(issues.all.size() == 1);
  CHECK(issues.all[0].rfind("dirty-state", 0) == 0);
}

TEST_CASE("rows that no database could hold are refused") {
  const TempFolder folder;
  auto writer = EseWriter::create((folder / "x.edb").string(), {});
  REQUIRE(writer);
  support::TableSpec spec;
  spec.name = "t";
  const auto id = spec.fixed("id", support::ColumnType::kLong);
  const auto text = spec.variable("text", support::ColumnType::kText, support::kLatin);
  const auto number = spec.tagged("number", support::ColumnType::kLong);
  spec.index("pk", {{id}}, support::kIndexPrimary | support::kIndexUnique);
  const auto table = writer->add_table(spec);
  support::Row row;
  row.add_number(id, 5);
  REQUIRE(writer->append(table, row));
  SECTION("a key that does not rise") {
    CHECK(writer->append(table, row).error().code == Code::kUsage);
  }
  SECTION("a fixed value of another size") {
    row.clear();
    row.add_number(id, std::int64_t{6});
    CHECK(writer->append(table, row).error().code == Code::kUsage);
  }
  SECTION("a variable value above 255 bytes") {
    row.clear();
    row.add_number(id, 6);
    row.add(text, std::string(256, 'x'));
    CHECK(writer->append(table, row).error().code == Code::kUsage);
  }
  SECTION("more values than a page has room for") {
    row.clear();
    row.add_number(id, 6);
    for (int i = 0; i < 600; ++i) row.add_number(number, i);
    CHECK(writer->append(table, row).error().code == Code::kLimit);
  }
  SECTION("a column that was not declared") {
    row.clear();
    row.add_number(id, 6);
    row.add_number(999, 6);
    CHECK(writer->append(table, row).error().code == Code::kUsage);
  }
}

TEST_CASE("page sizes that a generation does not have are refused") {
  const TempFolder folder;
  EseOptions options;
  options.page_size = 8192;
  CHECK_FALSE(EseWriter::create((folder / "x.edb").string(), options));
  options.generation = Generation::kModern;
  options.page_size = 5000;
  CHECK_FALSE(EseWriter::create((folder / "x.edb").string(), options));
}

// One segment of a column that is not in any table.
std::string key_of(support::ColumnType type, std::string_view value, bool descending = false) {
  support::ColumnSpec column;
  column.type = type;
  column.codepage = support::kLatin;
  std::string key;
  REQUIRE(support::append_key_segment(key, column, value, descending));
  return key;
}

TEST_CASE("keys order as their values do") {
  using support::ColumnType;
  using support::le_bytes;
  std::vector<std::vector<std::string>> rising;
  rising.emplace_back();
  for (const int n : {-2'000'000'000, -1, 0, 1, 255, 256, 2'000'000'000}) {
    rising.back().push_back(key_of(ColumnType::kLong, le_bytes(n)));
  }
  rising.emplace_back();
  for (const double n : {-1e9, -1.5, -1e-9, 0.0, 1e-9, 1.5, 1e9}) {
    rising.back().push_back(key_of(ColumnType::kDouble, le_bytes(n)));
  }
  rising.emplace_back();
  for (const char* text : {"", "Alpha", "ALPHAB", "beta", "Gamma"}) {
    rising.back().push_back(key_of(ColumnType::kText, text));
  }
  rising.emplace_back();
  for (const char* bytes : {"", "12345678", "123456780", "12345679", "2"}) {
    rising.back().push_back(key_of(ColumnType::kBinary, bytes));
  }
  rising.emplace_back();
  for (const int n : {65535, 256, 255, 0}) {
    rising.back().push_back(
        key_of(ColumnType::kUnsignedShort, le_bytes(static_cast<std::uint16_t>(n)), true));
  }
  for (const auto& keys : rising) {
    for (std::size_t i = 1; i < keys.size(); ++i) CHECK(keys[i - 1] < keys[i]);
  }
  // The key of the catalog row (2, 1, 2), as files of Windows have it.
  const std::string catalog = key_of(ColumnType::kLong, le_bytes(2)) +
                              key_of(ColumnType::kShort, le_bytes(std::int16_t{1})) +
                              key_of(ColumnType::kLong, le_bytes(2));
  CHECK(to_hex(as_bytes(catalog)) == "7f800000027f80017f80000002");
}

TEST_CASE("text compares without case in a key, and ends at a zero byte") {
  CHECK(key_of(support::ColumnType::kText, "Oslo") == key_of(support::ColumnType::kText, "OSLO"));
  CHECK(key_of(support::ColumnType::kText, std::string_view("Oslo\0x", 6)) ==
        key_of(support::ColumnType::kText, "Oslo"));
}

TEST_CASE("Unicode text makes no key") {
  support::ColumnSpec column;
  column.type = support::ColumnType::kText;
  column.codepage = support::kUtf16;
  std::string key;
  const auto made = support::append_key_segment(key, column, "x\0");
  REQUIRE_FALSE(made);
  CHECK(made.error().code == Code::kUnsupported);
}

std::string unpacked(const std::string& packed) {
  std::vector<std::byte> out;
  REQUIRE(ese::decompress(as_bytes(packed), 1U << 20, out));
  return std::string(as_chars(out));
}

TEST_CASE("compressed values unpack to themselves") {
  std::vector<std::string> values = {"a", "abc", "abcdefg", "abcdefgh", "abcdefghi"};
  // Lengths around each step of the encoding of a match.
  for (const std::size_t n : {9U, 10U, 24U, 25U, 26U, 279U, 280U, 281U, 5000U, 65000U}) {
    values.emplace_back(n, 'x');
    std::string mixed;
    for (std::size_t i = 0; mixed.size() < n; ++i) mixed += "v" + std::to_string(i * i % 977) + ",";
    values.push_back(mixed.substr(0, n));
  }
  for (const std::string& value : values) {
    INFO("size " << value.size());
    CHECK(unpacked(support::pack_seven_bit(value, false)) == value);
    CHECK(unpacked(support::compress_xpress(value)) == value);
    const std::string wide = encode_utf16le(value);
    CHECK(unpacked(support::pack_seven_bit(wide, true)) == wide);
  }
}

TEST_CASE("what does not get shorter is not compressed") {
  CHECK(support::compress_value("\x80\x81\x82", false).empty());
  CHECK(support::pack_seven_bit("\x80", false).empty());
  CHECK(support::pack_seven_bit(encode_utf16le("\u00E5"), true).empty());
  CHECK(support::compress_xpress(std::string(70'000, 'x')).empty());
}

}  // namespace
}  // namespace dirsnap::test
