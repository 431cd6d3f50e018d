// SPDX-License-Identifier: MIT
//
// Tables of classes over imported directories: every column of every class against the rows of
// `attributes`.
#include <map>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "storage/base/text.h"
#include "tests/support/case_run.h"
#include "tests/support/sample_backup.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// Readable values of each attribute of each object: a text, or a JSON array of all.
class Values {
 public:
  explicit Values(OpenCase& open) {
    const Rows rows = open.rows(
        "WITH v AS (SELECT snapshot_id, object_id, lower(attribute) AS name, CASE WHEN text IS "
        "NULL "
        "THEN value WHEN typeof(value) = 'integer' AND (syntax IS '2.5.5.8' OR text = CAST(value "
        "AS "
        "TEXT)) THEN value ELSE text END AS shown FROM attributes ORDER BY 1, 2, 3, seq) "
        "SELECT snapshot_id, object_id, name, min(shown), json_group_array(CASE WHEN "
        "typeof(shown) = 'blob' THEN json_object('hex', lower(hex(shown))) ELSE shown END) "
        "FROM v GROUP BY 1, 2, 3");
    for (const auto& row : rows) {
      values_.emplace(row[0] + " " + row[1] + " " + row[2], std::pair(row[3], row[4]));
    }
  }
  // NULL where the object has no value.
  [[nodiscard]] std::string of(const std::string& object,
                               const std::string& attribute,
                               bool is_array) const {
    const auto found = values_.find(object + " " + to_lower_ascii(attribute));
    if (found == values_.end()) return "NULL";
    return is_array ? found->second.second : found->second.first;
  }

 private:
  std::map<std::string, std::pair<std::string, std::string>> values_;
};

bool ends_in_array(const ColumnInfo& column) { return column.doc.ends_with("JSON array."); }

// The columns that show attributes, by place; names of which another column took the name first
// have a number behind them.
std::string attribute_of(const ColumnInfo& column) {
  const std::size_t colon = column.name.rfind(':');
  return colon == std::string::npos ? column.name : column.name.substr(0, colon);
}

void check_class(OpenCase& open, const std::string& table, const Values& values) {
  const auto info = open.engine().describe(table);
  REQUIRE(info);
  REQUIRE(*info);
  std::vector<ColumnInfo> shown;
  for (const ColumnInfo& column : (*info)->columns) {
    if (!column.hidden) shown.push_back(column);
  }
  constexpr std::size_t kLeading = 5;  // snapshot_id, object_id, dn, rdn, is_deleted
  for (const auto& row : open.rows("SELECT * FROM \"" + table + "\"")) {
    REQUIRE(row.size() == shown.size());
    for (std::size_t i = kLeading; i < row.size(); ++i) {
      CAPTURE(table, row[0], row[1], shown[i].name);
      const std::string expected =
          values.of(row[0] + " " + row[1], attribute_of(shown[i]), ends_in_array(shown[i]));
      if (ends_in_array(shown[i]) && row[i] != "NULL") {
        CHECK(nlohmann::json::parse(row[i]) == nlohmann::json::parse(expected));
      } else {
        CHECK(row[i] == expected);
      }
    }
  }
}

bool skip_without_fixtures() {
  if (!fixtures().empty()) return false;
  WARN("no fixtures here: skipped");
  return true;
}

// Returns the number of classes checked.
std::size_t check_case(OpenCase& open) {
  const Values values(open);
  std::size_t classes = 0;
  for (const auto& row : open.rows("SELECT DISTINCT sql_name, sum(objects), ldap_name FROM "
                                   "schema_classes WHERE objects > 0 GROUP BY snapshot_id, 1")) {
    CAPTURE(row[2]);
    REQUIRE(row[0] != "NULL");
    check_class(open, row[0], values);
    CHECK(open.value("SELECT count(*) FROM \"" + row[0] + "\"") ==
          open.value("SELECT count(*) FROM objects WHERE class = '" + row[2] + "'"));
    ++classes;
  }
  CHECK(
      open.rows("SELECT 1 FROM schema_classes WHERE objects = 0 AND sql_name IS NOT NULL").empty());
  return classes;
}

void check_fixture(const std::filesystem::path& source) {
  TempFolder folder;
  unpack_folder(source, folder / "backup");
  import_into(folder / "case", folder / "backup");
  OpenCase open(folder / "case");
  CHECK(check_case(open) > 10);
}

TEST_CASE("tables of classes show the attributes of an imported directory") {
  TempFolder folder;
  REQUIRE(support::write_sample(folder / "backup"));
  import_into(folder / "case", folder / "backup");
  OpenCase open(folder / "case");
  CHECK(check_case(open) > 10);
}

TEST_CASE("fixtures: tables of classes show the attributes of an LDIF export") {
  if (skip_without_fixtures()) return;
  check_fixture(fixtures() / "ldif");
}

TEST_CASE("fixtures: tables of classes show the attributes of a 5.5 directory and an ntds.dit") {
  if (skip_without_fixtures()) return;
  for (const char* name : {"q188632", "fabrikam-ntds"}) {
    CAPTURE(name);
    check_fixture(fixtures() / "exchange" / name);
  }
}

}  // namespace
}  // namespace dirsnap::test
