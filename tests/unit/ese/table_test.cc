// SPDX-License-Identifier: MIT
//
// Tables written by the test writer and read back: every kind of column and value, in both
// generations and all page sizes.
#include <string>

#include <catch2/catch.hpp>

#include "importers/ese/cell_value.h"
#include "importers/ese/record.h"
#include "storage/base/text.h"
#include "tests/unit/ese/ese_test_util.h"

namespace dirsnap::test {
namespace {

using support::ColumnId;
using support::EseOptions;
using support::Generation;
using support::Row;

std::vector<EseOptions> every_form() {
  EseOptions old_form;
  EseOptions modern;
  modern.generation = Generation::kModern;
  std::vector<EseOptions> forms = {old_form};
  for (const std::uint32_t size : {2048U, 4096U, 8192U, 16384U, 32768U}) {
    modern.page_size = size;
    forms.push_back(modern);
  }
  modern.format_update = 0x12C;
  modern.wide_long_value_ids = true;
  forms.push_back(modern);
  return forms;
}

// A table with a column of each storage class.
struct Sample {
  support::TableSpec spec;
  ColumnId id, flag, name, size, note, tags, blob;
  Sample() {
    spec.name = "sample";
    id = spec.fixed("Id", support::ColumnType::kLong);
    flag = spec.fixed("Flag", support::ColumnType::kBit);
    size = spec.fixed("Size", support::ColumnType::kCurrency);
    name = spec.variable("Name", support::ColumnType::kText, support::kLatin);
    note = spec.tagged("Note", support::ColumnType::kLongText, support::kUtf16);
    tags = spec.tagged("Tags", support::ColumnType::kLong);
    spec.column(tags).flags |= support::kColumnMultiValued;
    blob = spec.tagged("Blob", support::ColumnType::kLongBinary);
    spec.column(blob).flags |= support::kColumnMultiValued;
    spec.index("primary", {{id}}, support::kIndexPrimary | support::kIndexUnique);
  }
};

std::string one_line(const EseOptions& options,
                     Sample& sample,
                     const std::function<void(Row&)>& fill) {
  Opened opened(make_database(options, [&](support::EseWriter& writer) {
    const auto table = writer.add_table(sample.spec);
    Row row;
    row.add_number<std::int32_t>(sample.id, 1);
    fill(row);
    REQUIRE(writer.append(table, row));
  }));
  const auto rows = rows_of(opened, "sample");
  INFO(opened.sink.text());
  CHECK(opened.sink.issues.empty());
  REQUIRE(rows.size() == 1);
  return rows[0].line;
}

TEST_CASE("columns of each storage class come back in ascending id") {
  for (const EseOptions& options : every_form()) {
    Sample s;
    const std::string line = one_line(options, s, [&](Row& row) {
      row.add(s.flag, std::string_view("\xFF", 1));
      row.add_number<std::int64_t>(s.size, -7);
      row.add(s.name, "Smith");
      row.add(s.note, encode_utf16le("h\xC3\xA9"));
      row.add_number<std::int32_t>(s.tags, -1);
      row.add(s.blob, "\x01\x02");
    });
    CHECK(line == R"({"Id":1,"Flag":true,"Size":-7,"Name":"Smith",)"
                  R"("Note":"h\u00e9","Tags":-1,"Blob":"0102"})");
  }
}

TEST_CASE("a NULL column has no cell, an empty value has one") {
  for (const EseOptions& options : every_form()) {
    Sample s;
    CHECK(one_line(options, s, [&](Row& row) { row.add(s.name, ""); }) == R"({"Id":1,"Name":""})");
    CHECK(one_line(options, s, [&](Row& row) { row.set_null(s.size); }) == R"({"Id":1})");
    CHECK(one_line(options, s, [&](Row& row) { row.add(s.note, ""); }) == R"({"Id":1,"Note":""})");
  }
}

TEST_CASE("defaults fill absent columns, an explicit NULL stays NULL") {
  for (const EseOptions& options : every_form()) {
    Sample s;
    s.spec.set_default(s.flag, "\xFF");
    s.spec.set_default(s.size, support::le_bytes<std::int64_t>(5));
    s.spec.set_default(s.name, "none");
    s.spec.set_default(s.tags, support::le_bytes<std::int32_t>(9));
    CHECK(one_line(options, s, [](Row&) {}) ==
          R"({"Id":1,"Flag":true,"Size":5,"Name":"none","Tags":9})");
    CHECK(one_line(options, s, [&](Row& row) {
            row.set_null(s.flag);
            row.add_number<std::int64_t>(s.size, 6);
            row.set_null(s.tags);
          }) == R"({"Id":1,"Size":6,"Name":"none"})");
    CHECK(one_line(options, s, [&](Row& row) { row.add_number<std::int32_t>(s.tags, 1); }) ==
          R"({"Id":1,"Flag":true,"Size":5,"Name":"none","Tags":1})");
  }
}

TEST_CASE("two, three and long values of one column keep their order") {
  for (const EseOptions& options : every_form()) {
    Sample s;
    CHECK(one_line(options, s, [&](Row& row) {
            for (const int tag : {3, 1}) row.add_number<std::int32_t>(s.tags, tag);
          }) == R"({"Id":1,"Tags":[3,1]})");
    CHECK(one_line(options, s, [&](Row& row) {
            for (const int tag : {3, 1, 2}) row.add_number<std::int32_t>(s.tags, tag);
          }) == R"({"Id":1,"Tags":[3,1,2]})");
    const std::string large(50000, '\x5A');
    const std::string line = one_line(options, s, [&](Row& row) {
      row.add(s.blob, "ab");
      row.add(s.blob, large);
      row.add(s.blob, "cd");
    });
    CHECK(line == R"({"Id":1,"Blob":["6162",")" + to_hex(as_bytes(large)) + R"(","6364"]})");
  }
}

TEST_CASE("long values of every size around the chunk borders are whole") {
  for (const EseOptions& options : every_form()) {
    Sample s;
    for (const std::size_t size : {1024U, 4014U, 4015U, 8100U, 20000U, 70001U}) {
      std::string value;
      for (std::size_t i = 0; i < size; ++i) value.push_back(static_cast<char>(i * i / 7));
      CHECK(one_line(options, s, [&](Row& row) { row.add(s.blob, value); }) ==
            R"({"Id":1,"Blob":")" + to_hex(as_bytes(value)) + R"("})");
    }
  }
}

TEST_CASE("compressible values are unpacked, in the record and outside of it") {
  for (const EseOptions& options : every_form()) {
    Sample s;
    s.spec.column(s.note).flags |= support::kColumnCompressed;
    s.spec.column(s.blob).flags |= support::kColumnCompressed;
    std::string text;
    for (int i = 0; i < 30; ++i) text += "line and line ";
    const std::string large(30000, 'q');
    CHECK(one_line(options, s, [&](Row& row) {
            row.add(s.note, encode_utf16le(text));
            row.add(s.blob, large);
          }) == R"({"Id":1,"Note":")" + text + R"(","Blob":")" + to_hex(as_bytes(large)) + R"("})");
  }
}

TEST_CASE("a cell knows whether it was a default, separated, unpacked") {
  EseOptions options;
  options.generation = Generation::kModern;
  options.page_size = 8192;
  Sample s;
  s.spec.column(s.note).flags |= support::kColumnCompressed;
  s.spec.set_default(s.size, support::le_bytes<std::int64_t>(5));
  Opened opened(make_database(options, [&](support::EseWriter& writer) {
    const auto table = writer.add_table(s.spec);
    Row row;
    row.add_number<std::int32_t>(s.id, 1);
    row.add(s.note, encode_utf16le("packed packed packed packed packed packed packed"));
    std::string noise;
    for (unsigned i = 0; i < 20000; ++i) noise.push_back(static_cast<char>(i * i * i >> 3));
    row.add(s.blob, noise);
    REQUIRE(writer.append(table, row));
  }));
  ese::TableCursor cursor(*opened.database, *opened.database->find_table("SAMPLE"));
  REQUIRE(cursor.next().value());
  const auto cells = cursor.row().cells;
  REQUIRE(cells.size() == 4);
  CHECK_FALSE(cells[0].is_default);
  CHECK(cells[1].is_default);
  CHECK(cells[2].decompressed);
  CHECK_FALSE(cells[2].is_separated);
  CHECK(cells[3].is_separated);
  CHECK(cells[3].bytes.size() == 20000);
  CHECK_FALSE(cursor.row().incomplete);
  CHECK(ese::text_value(*cells[2].column, cells[2].bytes)->text.size() == 48);
  CHECK_FALSE(cursor.next().value());
}

TEST_CASE("a caller gets only the columns it asks for") {
  Sample s;
  Opened opened(make_database({}, [&](support::EseWriter& writer) {
    const auto table = writer.add_table(s.spec);
    Row row;
    row.add_number<std::int32_t>(s.id, 1);
    row.add(s.name, "Smith");
    row.add(s.blob, std::string(9000, 'x'));
    REQUIRE(writer.append(table, row));
  }));
  const std::uint32_t wanted[] = {s.name};
  ese::TableCursor cursor(*opened.database, *opened.database->find_table("sample"), {wanted});
  REQUIRE(cursor.next().value());
  REQUIRE(cursor.row().cells.size() == 1);
  CHECK(as_chars(cursor.row().cells[0].bytes) == "Smith");
}

TEST_CASE("flag-deleted records are counted and are no rows") {
  for (const EseOptions& options : every_form()) {
    Sample s;
    Opened opened(make_database(options, [&](support::EseWriter& writer) {
      const auto table = writer.add_table(s.spec);
      for (int i = 0; i < 10; ++i) {
        Row row;
        row.add_number<std::int32_t>(s.id, i);
        const auto added =
            i % 3 == 1 ? writer.append_deleted(table, row) : writer.append(table, row);
        REQUIRE(added);
      }
    }));
    ese::TableCursor cursor(*opened.database, *opened.database->find_table("sample"));
    int rows = 0;
    while (cursor.next().value()) ++rows;
    CHECK(rows == 7);
    CHECK(cursor.deleted_records() == 3);
    CHECK(opened.sink.issues.empty());
  }
}

TEST_CASE("a table of many pages comes in key order with nothing lost") {
  for (const EseOptions& options : every_form()) {
    Sample s;
    const int count = 3000;
    Opened opened(make_database(options, [&](support::EseWriter& writer) {
      const auto table = writer.add_table(s.spec);
      for (int i = 0; i < count; ++i) {
        Row row;
        row.add_number<std::int32_t>(s.id, i);
        row.add(s.name, std::string(40, 'n'));
        REQUIRE(writer.append(table, row));
      }
    }));
    const auto* table = opened.database->find_table("sample");
    const std::uint32_t wanted[] = {s.id};
    ese::TableCursor cursor(*opened.database, *table, {wanted});
    int expected = 0;
    while (cursor.next().value()) {
      REQUIRE(ese::integer_value(*cursor.row().cells[0].column, cursor.row().cells[0].bytes) ==
              expected);
      ++expected;
    }
    CHECK(expected == count);
    REQUIRE(opened.database->verify_pages());
    INFO(opened.sink.text());
    CHECK(opened.sink.issues.empty());
  }
}

TEST_CASE("a row is found again at its place, and the rows after it follow") {
  for (const EseOptions& options : every_form()) {
    Sample s;
    const int count = 2000;
    Opened opened(make_database(options, [&](support::EseWriter& writer) {
      const auto table = writer.add_table(s.spec);
      for (int i = 0; i < count; ++i) {
        Row row;
        row.add_number<std::int32_t>(s.id, i);
        row.add(s.name, std::string(40, 'n'));
        REQUIRE((i == 7 ? writer.append_deleted(table, row) : writer.append(table, row)));
      }
    }));
    ese::TableCursor cursor(*opened.database, *opened.database->find_table("sample"));
    const auto id = [&cursor] {
      const ese::CellView& cell = cursor.row().cells[0];
      return ese::integer_value(*cell.column, cell.bytes);
    };
    std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
    while (cursor.next().value()) places.emplace_back(cursor.row().page_no, cursor.row().tag);
    REQUIRE(places.size() == count - 1);
    for (const std::size_t at : {1999U - 1, 10U, 1000U, 6U, 5U}) {
      const int first_after_gap = at >= 7 ? 1 : 0;
      REQUIRE(cursor.go_to(places[at].first, places[at].second).value());
      CHECK(id() == static_cast<int>(at) + first_after_gap);
    }
    REQUIRE(cursor.next().value());
    CHECK(id() == 6);
    REQUIRE(cursor.go_to(places[6].first, places[6].second).value());
    CHECK_FALSE(cursor.go_to(places[6].first, places[6].second + 1).value());  // deleted
    CHECK_FALSE(cursor.go_to(places[6].first, 0xFFFF).value());
    CHECK_FALSE(cursor.go_to(0xFFFFFF, 1).value());
  }
}

TEST_CASE("a row larger than the budget loses the value that does not fit, and says so") {
  Sample s;
  ese::OpenOptions limits;
  limits.row_bytes_max = 10000;
  Opened opened(make_database({},
                              [&](support::EseWriter& writer) {
                                const auto table = writer.add_table(s.spec);
                                Row row;
                                row.add_number<std::int32_t>(s.id, 1);
                                row.add(s.blob, std::string(9000, 'x'));
                                row.add(s.blob, std::string(9000, 'y'));
                                REQUIRE(writer.append(table, row));
                              }),
                limits);
  ese::TableCursor cursor(*opened.database, *opened.database->find_table("sample"));
  REQUIRE(cursor.next().value());
  REQUIRE(cursor.row().cells.size() == 3);
  CHECK(cursor.row().cells[1].bytes.size() == 9000);
  CHECK_FALSE(cursor.row().cells[1].lost);
  CHECK(cursor.row().cells[2].lost);
  CHECK(cursor.row().incomplete);
  CHECK(opened.sink.count("long-value") == 1);
}

TEST_CASE("template columns carry over by the derived bit as by id alone") {
  ese::TableDef table;
  table.name = "derived";
  table.columns.resize(2);
  table.columns[0].id = 256;
  table.columns[0].type = ese::ColumnType::kLong;
  table.columns[0].is_template = true;
  table.columns[1].id = 257;
  table.columns[1].type = ese::ColumnType::kLong;
  const ese::RecordLayout layout(table, {});
  // No fixed, no variable columns; two tagged ones, the first with the derived bit.
  std::string record("\x00\x7F\x04\x00", 4);
  record += std::string("\x00\x01\x08\x80\x01\x01\x0C\x00", 8);
  record += support::le_bytes<std::int32_t>(11) + support::le_bytes<std::int32_t>(22);
  ese::RecordCells cells;
  REQUIRE(layout.parse(as_bytes(record), {false, true}, cells));
  REQUIRE(cells.cells.size() == 2);
  CHECK(load_le<std::int32_t>(cells.cells[0].bytes, 0) == 11);
  CHECK(load_le<std::int32_t>(cells.cells[1].bytes, 0) == 22);
}

TEST_CASE("every cut and every changed byte of a record is read without a crash") {
  Sample s;
  ese::TableDef table;
  for (const auto& column : s.spec.columns) {
    ese::ColumnDef def;
    def.id = column.id;
    def.type = static_cast<ese::ColumnType>(column.type);
    def.size = ese::type_size(def.type);
    def.record_offset = column.id < 128 ? support::record_offset(s.spec, column.id) : 0;
    table.columns.push_back(def);
  }
  const ese::RecordLayout layout(table, {});
  for (const EseOptions& options : every_form()) {
    const support::Layout form(options);
    support::RecordEncoder encoder(form, s.spec);
    Row row;
    row.add_number<std::int32_t>(s.id, 77);
    row.add(s.name, "Smith");
    row.add(s.note, encode_utf16le("note"));
    for (const int tag : {1, 2, 3}) row.add_number<std::int32_t>(s.tags, tag);
    const auto record = encoder.encode(row, [](std::string_view, const support::ColumnSpec&) {
      return Result<std::string>(std::string(4, '\1'));
    });
    REQUIRE(record);
    const ese::RecordForm shape{form.large, form.modern};
    ese::RecordCells cells;
    REQUIRE(layout.parse(as_bytes(*record), shape, cells));
    const std::size_t whole = cells.cells.size();
    CHECK(whole == 6);
    std::size_t refused = 0;
    for (std::size_t size = 0; size < record->size(); ++size) {
      cells.clear();
      if (!layout.parse(as_bytes(*record).first(size), shape, cells)) ++refused;
      CHECK(cells.cells.size() <= whole);
    }
    CHECK(refused > record->size() / 2);
    for (std::size_t at = 0; at < record->size(); ++at) {
      for (const int change : {0x01, 0x80, 0xFF}) {
        std::string damaged = *record;
        damaged[at] = static_cast<char>(damaged[at] ^ change);
        cells.clear();
        (void)layout.parse(as_bytes(damaged), shape, cells);
        for (const auto& cell : cells.cells)
          CHECK((cell.bytes.empty() || (as_chars(cell.bytes).data() >= damaged.data() &&
                                        as_chars(cell.bytes).data() + cell.bytes.size() <=
                                            damaged.data() + damaged.size())));
      }
    }
  }
}

TEST_CASE("integers, reals and text follow the type and code page of the column") {
  ese::ColumnDef column;
  const auto integer = [&](ese::ColumnType type, std::string_view bytes) {
    column.type = type;
    return ese::integer_value(column, as_bytes(bytes));
  };
  CHECK(integer(ese::ColumnType::kShort, "\xFF\xFF") == -1);
  CHECK(integer(ese::ColumnType::kUnsignedShort, "\xFF\xFF") == 65535);
  CHECK(integer(ese::ColumnType::kUnsignedByte, "\xFF") == 255);
  CHECK(integer(ese::ColumnType::kLong, "\xFE\xFF\xFF\xFF") == -2);
  CHECK(integer(ese::ColumnType::kUnsignedLong, "\xFE\xFF\xFF\xFF") == 4294967294);
  CHECK(integer(ese::ColumnType::kBit, "\x05") == 1);
  CHECK_FALSE(integer(ese::ColumnType::kLong, "\x01\x02"));
  CHECK_FALSE(integer(ese::ColumnType::kBinary, "\x01"));
  column.type = ese::ColumnType::kDouble;
  CHECK(ese::real_value(column, as_bytes(support::le_bytes(1.5))) == 1.5);
  column.type = ese::ColumnType::kSingle;
  CHECK(ese::real_value(column, as_bytes(support::le_bytes(0.25F))) == 0.25);
  column.type = ese::ColumnType::kText;
  column.codepage = 1252;
  CHECK(ese::text_value(column, as_bytes("\x80"))->text == "\xE2\x82\xAC");
  column.codepage = 1200;
  CHECK(ese::text_value(column, as_bytes("A"))->lossless == false);
  column.type = ese::ColumnType::kLong;
  CHECK_FALSE(ese::text_value(column, as_bytes("A")));
}

}  // namespace
}  // namespace dirsnap::test
