// SPDX-License-Identifier: MIT
//
// The raw SQL tables against the canonical rows of the ESE fixtures: counts, text, integers,
// binaries, NULLs.
#include <fstream>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "storage/base/text.h"
#include "tests/support/case_run.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unxz.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Canonical lines stored for a table; large tables keep only the first ones.
std::vector<Json> canonical_rows(const fs::path& folder, const std::string& table) {
  std::string text;
  const fs::path plain = folder / (table + ".jsonl");
  if (fs::exists(plain)) {
    std::ifstream file(plain, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    text = all.str();
  } else if (fs::exists(plain.string() + ".xz")) {
    const auto bytes = unxz_file(plain.string() + ".xz");
    text = as_chars(bytes);
  }
  std::vector<Json> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) rows.push_back(Json::parse(line));
  return rows;
}

// Percent-decoding of the fixture's file names is not needed: names come from counts.tsv.
std::string file_name_of(const std::string& table) {
  std::string out;
  for (const char c : table) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                       std::string_view("{}-_.").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      char buffer[4];
      std::snprintf(buffer, sizeof buffer, "%%%02X",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += buffer;
    }
  }
  return out;
}

// The SQL value that a canonical scalar must show as; nullopt: only that it is not NULL (dates,
// doubles, other code pages have a form of their own).
std::optional<std::string> sql_text(const Json& value, const std::string& type) {
  if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
  if (value.is_number()) return std::to_string(value.get<std::int64_t>());
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (type == "Binary" || type == "LongBinary") return "x'" + text + "'";
  if (type == "Text" || type == "LongText" || type == "GUID") return text;
  return std::nullopt;
}

void check_cell(const std::string& got, const Json& expected, const std::string& type) {
  if (expected.is_null()) {
    CHECK(got == "NULL");
  } else if (expected.is_array()) {
    const Json values = Json::parse(got);
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (const auto text = sql_text(expected[i], type)) {
        const std::string shown = values[i].is_string() ? values[i].get<std::string>()
                                  : values[i].is_object()
                                      ? "x'" + values[i]["hex"].get<std::string>() + "'"
                                      : values[i].dump();
        CHECK(shown == *text);
      }
    }
  } else if (const auto text = sql_text(expected, type)) {
    CHECK(got == *text);
  } else {
    CHECK(got != "NULL");
  }
}

void check_table(OpenCase& open, const std::string& table, const std::vector<Json>& expected) {
  std::vector<std::pair<std::string, std::string>> columns;  // name, type
  for (const auto& row :
       open.rows("SELECT column_name, type FROM ese_columns WHERE shown = 1 AND table_name = '" +
                 table + "' ORDER BY column_id")) {
    columns.emplace_back(row[0], row[1]);
  }
  const auto rows = open.rows("SELECT * FROM \"ese_" + table + "\" ORDER BY _record LIMIT " +
                              std::to_string(expected.size()));
  REQUIRE(rows.size() == expected.size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    REQUIRE(rows[r].size() >= columns.size());
    for (std::size_t c = 0; c < columns.size(); ++c) {
      CAPTURE(table, r, columns[c].first);
      const auto at = expected[r].find(columns[c].first);
      check_cell(rows[r][c], at == expected[r].end() ? Json() : *at, columns[c].second);
    }
  }
}

void check_fixture(const fs::path& packed) {
  const std::string name = packed.stem().string();
  TempFolder folder;
  const fs::path file = folder.write(name, unxz_file(packed));
  const ImportSummary summary = import_into(folder / "case", file);
  CAPTURE(name);
  CHECK(summary.losses == 0);
  OpenCase open(folder / "case");
  const fs::path expected = fixtures() / "ese/expected" / name;
  std::ifstream counts(expected / "counts.tsv");
  std::string line;
  std::getline(counts, line);  // head
  std::size_t tables = 0;
  while (std::getline(counts, line)) {
    std::istringstream fields(line);
    std::string table;
    std::string columns;
    std::string records;
    std::getline(fields, table, '\t');
    std::getline(fields, columns, '\t');
    std::getline(fields, records, '\t');
    CAPTURE(table);
    CHECK(open.value("SELECT count(*) FROM \"ese_" + table + "\"") == records);
    CHECK(open.value("SELECT columns || ',' || records FROM ese_tables WHERE table_name = '" +
                     table + "'") == columns + "," + records);
    check_table(open, table, canonical_rows(expected, file_name_of(table)));
    ++tables;
  }
  CHECK(tables > 3);
}

TEST_CASE("raw tables show what the canonical rows of every ESE fixture say") {
  if (fixtures().empty()) {
    WARN("skipped: the shared fixtures are not here");
    return;
  }
  for (const auto& entry : fs::directory_iterator(fixtures() / "ese/data")) {
    DYNAMIC_SECTION(entry.path().filename().string()) { check_fixture(entry.path()); }
  }
}

TEST_CASE("columns past SQLite's limit are reached through ese_cells") {
  if (fixtures().empty()) {
    WARN("skipped: the shared fixtures are not here");
    return;
  }
  TempFolder folder;
  const fs::path file = folder.write("large.edb", unxz_file(fixtures() / "ese/data/large.edb.xz"));
  import_into(folder / "case", file);
  OpenCase open(folder / "case");
  const auto expected = canonical_rows(fixtures() / "ese/expected/large.edb", "large");
  REQUIRE_FALSE(expected.empty());
  const auto& first = expected.front();
  const std::string far_column = std::prev(first.end()).key();
  for (const std::string& name : {far_column, first.begin().key()}) {
    CAPTURE(name);
    const auto rows =
        open.rows("SELECT value FROM ese_cells('ese_large') WHERE record = 1 AND column_name = '" +
                  name + "' ORDER BY seq");
    const Json& value = first[name];
    REQUIRE(rows.size() == (value.is_array() ? value.size() : 1));
  }
  CHECK(open.value("SELECT count(*) FROM ese_cells('ese_large') WHERE record = 1") > "1000");
  CHECK(std::stoi(open.value(
            "SELECT count(DISTINCT column_name) FROM ese_cells('ese_large') WHERE record = 1")) ==
        static_cast<int>(first.size()));
}

}  // namespace
}  // namespace dirsnap::test
