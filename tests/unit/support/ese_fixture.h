// SPDX-License-Identifier: MIT
//
// A table with every kind of column and rows that are a function of their number, for tests that
// write and read back.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/base/text.h"
#include "tests/support/bytes.h"
#include "tests/support/ese_writer.h"

namespace dirsnap::test {

// Values of a row by column.
using RowValues = std::map<support::ColumnId, std::vector<std::string>>;

struct PeopleTable {
  support::TableSpec spec;
  support::ColumnId id, flag, byte, age, rank, guid, weight;
  support::ColumnId name, title, digest;
  support::ColumnId numbers, shorts, note, blob, packed, nullable;

  PeopleTable() {
    using support::ColumnType;
    spec.name = "people";
    id = spec.fixed("id", ColumnType::kLong, support::kColumnNotNull);
    flag = spec.fixed("flag", ColumnType::kBit);
    byte = spec.fixed("byte", ColumnType::kUnsignedByte);
    age = spec.fixed("age", ColumnType::kShort);
    rank = spec.fixed("rank", ColumnType::kLongLong);
    guid = spec.fixed("guid", ColumnType::kGuid);
    weight = spec.fixed("weight", ColumnType::kDouble);
    name = spec.variable("name", ColumnType::kText, support::kLatin);
    title = spec.variable("title", ColumnType::kText, support::kUtf16);
    digest = spec.variable("digest", ColumnType::kBinary);
    numbers = spec.tagged("numbers", ColumnType::kLong);
    shorts = spec.tagged("shorts", ColumnType::kShort);
    note = spec.tagged("note", ColumnType::kLongText, support::kUtf16);
    blob = spec.tagged("blob", ColumnType::kLongBinary);
    packed = spec.tagged("packed", ColumnType::kLongText, support::kLatin);
    nullable = spec.tagged("nullable", ColumnType::kLong);
    spec.column(numbers).flags = support::kColumnMultiValued;
    spec.column(blob).flags = support::kColumnMultiValued;
    spec.column(note).flags = support::kColumnCompressed;
    spec.column(packed).flags = support::kColumnCompressed;
    spec.set_default(age, support::le_bytes(std::int16_t{42}));
    spec.set_default(title, encode_utf16le("none"));
    spec.set_default(nullable, support::le_bytes(std::int32_t{-1}));
    spec.index("by_id", {{id}}, support::kIndexPrimary | support::kIndexUnique);
    spec.index("by_name", {{name}}, support::kIndexAllowNulls);
    spec.index("by_rank", {{rank, true}, {id}}, support::kIndexUnique);
  }

  // Ids rise with `i` through zero.
  [[nodiscard]] RowValues values(int i) const {
    using support::le_bytes;
    RowValues row;
    row[id] = {le_bytes(i - 100)};
    if (i % 2 != 0) row[flag] = {"\xFF"};
    if (i % 3 == 0) row[byte] = {std::string(1, static_cast<char>(i))};
    if (i % 4 == 0) row[age] = {le_bytes(static_cast<std::int16_t>(i - 1000))};
    if (i % 5 != 4) row[rank] = {le_bytes(std::int64_t{i} * (i % 2 == 0 ? 1 : -1) * 1'000'000)};
    if (i % 6 == 0) row[guid] = {std::string(16, static_cast<char>(i % 251))};
    if (i % 7 != 0) row[weight] = {le_bytes(i / 8.0)};
    row[name] = {"Name " + std::to_string(i % 97)};
    if (i % 3 == 1) row[title] = {encode_utf16le("Dr\u00E5 " + std::to_string(i))};
    if (i % 9 == 0) row[digest] = {i % 18 == 0 ? std::string() : std::string(20, '\x01')};
    for (int n = 0; n < i % 4; ++n) row[numbers].push_back(le_bytes(i * 10 + n));
    if (i % 5 == 0) row[shorts] = {le_bytes(static_cast<std::int16_t>(i))};
    row[note] = {encode_utf16le("note " + std::to_string(i) + " says again and again and again")};
    if (i % 11 == 0) row[blob].emplace_back(static_cast<std::size_t>(i) % 1500, 'b');
    if (i % 50 == 0) row[blob].emplace_back(20'000, static_cast<char>('a' + i % 26));
    if (i % 13 == 0) row[packed] = {std::string(static_cast<std::size_t>(i) * 9 % 9000, 'p')};
    if (i % 3 == 0) row[nullable] = {le_bytes(i)};
    return row;
  }

  // What a reader must show: the values, and defaults for columns that are not stored.
  [[nodiscard]] RowValues expected(int i) const {
    RowValues row = values(i);
    row.try_emplace(age, std::vector{support::le_bytes(std::int16_t{42})});
    row.try_emplace(title, std::vector{encode_utf16le("none")});
    // Column `nullable` is set to NULL by every fifth row, which overrides its default.
    if (i % 3 != 0 && i % 5 != 0) row[nullable] = {support::le_bytes(std::int32_t{-1})};
    return row;
  }

  void fill(int i, support::Row& row) const {
    row.clear();
    for (const auto& [column, values_of] : values(i)) {
      for (const std::string& value : values_of) row.add(column, value);
    }
    if (i % 3 != 0 && i % 5 == 0) row.set_null(nullable);
  }

  // Every 17th row is deleted.
  static bool is_deleted(int i) { return i % 17 == 3; }
};

// Writes `count` rows of PeopleTable and a table without a primary index.
inline Result<void> write_people(const std::string& path,
                                 const support::EseOptions& options,
                                 int count) {
  DIRSNAP_TRY(support::EseWriter writer, support::EseWriter::create(path, options));
  const PeopleTable people;
  const support::TableId table = writer.add_table(people.spec);
  support::TableSpec log;
  log.name = "log";
  const support::ColumnId line = log.variable("line", support::ColumnType::kText, support::kLatin);
  const support::TableId log_table = writer.add_table(log);
  support::Row row;
  for (int i = 0; i < count; ++i) {
    people.fill(i, row);
    DIRSNAP_CHECK(PeopleTable::is_deleted(i) ? writer.append_deleted(table, row)
                                             : writer.append(table, row));
    row.clear();
    row.add(line, "line " + std::to_string(i));
    DIRSNAP_CHECK(writer.append(log_table, row));
  }
  return writer.finish();
}

}  // namespace dirsnap::test
