// SPDX-License-Identifier: MIT
//
// Snapshots that follow each other and share most of their rows: whatever is asked of one of them,
// the answer is that of a case that holds it alone.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "query/report.h"
#include "query/report_value.h"
#include "storage/value_order.h"
#include "tests/support/case_run.h"
#include "tests/support/exchange_directory.h"
#include "tests/support/exchange_registry.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;

constexpr int kDays = 4;

std::string day_name(int day) { return "day" + std::to_string(day); }

// Each day there are more mailboxes, lists with more members, a service fewer, a value that
// differs.
void write_day(int day, const fs::path& folder) {
  fs::create_directories(folder);
  support::SiteSpec spec = support::large_spec(1500 + 20 * static_cast<std::uint32_t>(day));
  spec.has_deleted_mailbox = day > 1;
  spec.purged_mailboxes = 3;
  const support::ExchangeSite site(spec);
  REQUIRE(support::write_directory(site, (folder / "Dir.edb").string()));
  for (std::size_t i = 0; i < site.spec().servers.size(); ++i) {
    support::RegistrySpec registry{.server = i, .missing_services = {}, .stub_services = {}};
    if (day == 3 && i == 1) registry.missing_services = {"MSExchangeIMC"};
    auto keys = support::server_registry(site, registry);
    keys.push_back({.path = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Days",
                    .values = {{.name = "Day", .text = day_name(day), .list = {}}}});
    std::ofstream(folder / (site.spec().servers[i].name + ".reg"), std::ios::binary)
        << support::registry_text_v5(keys);
  }
}

// The case of all days, and for each day one of its own.
struct Days {
  Days() {
    for (int day = 0; day < kDays; ++day) {
      const fs::path backup = folder / "backup";
      fs::remove_all(backup);
      write_day(day, backup);
      for (const fs::path& path : {shared(), own(day)}) {
        ImportRequest request;
        request.case_path = path;
        request.sources = {backup};
        request.snapshot = day_name(day);
        CancelToken cancel;
        REQUIRE(run_import(request, cancel, nullptr).has_value());
      }
    }
  }
  [[nodiscard]] fs::path shared() const { return folder / "shared.dirsnap"; }
  [[nodiscard]] fs::path own(int day) const { return folder / (day_name(day) + ".dirsnap"); }
  TempFolder folder;
};

const Days& days() {
  static const Days kAll;
  return kAll;
}

// Columns that tell one import from another.
bool is_of_import(const std::string& column) {
  return column == "snapshot_id" || column == "_snapshot_id" || column == "imported_at" ||
         column == "path" || column == "seal";
}

std::vector<std::vector<std::string>> sorted_rows(OpenCase& open, const std::string& sql) {
  auto rows = open.rows(sql);
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::string all_of(const TableInfo& table) {
  std::string columns;
  for (const ColumnInfo& column : table.columns) {
    if (is_of_import(column.name)) continue;
    columns += (columns.empty() ? "\"" : ", \"") + column.name + "\"";
  }
  return "SELECT " + (columns.empty() ? "count(*)" : columns) + " FROM \"" + table.name + "\"";
}

bool is_function(const TableInfo& table) {
  return table.name == "subtree" || table.name == "ancestors" || table.name == "ese_cells";
}

TEST_CASE("every table shows of a snapshot among others what a case of its own shows") {
  for (int day = 0; day < kDays; ++day) {
    OpenCase shared(days().shared(), {.snapshots = {day_name(day)}});
    OpenCase own(days().own(day));
    std::size_t compared = 0;
    for (TableInfo table : own.engine().tables()) {
      if (table.columns.empty()) {  // of a class: put together when it is asked for
        const auto whole = own.engine().describe(table.name);
        REQUIRE(whole);
        REQUIRE(*whole);
        table = **whole;
      }
      if (is_function(table)) continue;
      CAPTURE(day, table.name);
      const std::string sql = all_of(table);
      CHECK(sorted_rows(shared, sql) == sorted_rows(own, sql));
      ++compared;
    }
    CHECK(compared > 60);
  }
}

TEST_CASE("orders, counts and trees of a snapshot among others are those of a case of its own") {
  const std::vector<std::string> statements = {
      "SELECT dn FROM objects ORDER BY dn",
      "SELECT object_id, rdn FROM objects ORDER BY object_id DESC LIMIT 50",
      "SELECT object_id, rdn FROM objects ORDER BY object_id LIMIT 20 OFFSET 1400",
      R"(SELECT rdn FROM objects
         WHERE parent_id = (SELECT parent_id FROM objects GROUP BY parent_id
                            ORDER BY count(*) DESC, parent_id LIMIT 1)
         ORDER BY rdn)",
      "SELECT class, count(*) FROM objects GROUP BY class ORDER BY class",
      "SELECT DISTINCT class_x500 FROM objects ORDER BY class_x500",
      "SELECT count(*) FROM attributes",
      "SELECT attribute, value_count FROM attribute_stats ORDER BY attribute",
      "SELECT class, object_count FROM class_stats ORDER BY class",
      R"(SELECT dn, distance
         FROM subtree((SELECT dn FROM objects WHERE depth = 2 ORDER BY dn LIMIT 1)) ORDER BY dn)",
      R"(SELECT a.dn, a.distance FROM objects o, ancestors(o.dn) a
         WHERE o.object_id % 97 = 0 AND a.snapshot_id = o.snapshot_id ORDER BY o.dn, a.distance)",
      R"(SELECT record, column_name, seq, value FROM ese_cells('ese_datatable')
         WHERE record % 50 = 0 ORDER BY record, column_name, seq)",
      R"(SELECT o.rdn, count(*) FROM objects o JOIN attributes a USING (snapshot_id, object_id)
         GROUP BY o.object_id ORDER BY o.object_id)",
      R"(SELECT path, v.name, value
         FROM registry_keys k JOIN registry_values v USING (snapshot_id, key_id)
         ORDER BY path, v.name, k.key_id)",
  };
  for (int day = 0; day < kDays; ++day) {
    // The scope of the whole case: the statement names the snapshot nowhere.
    OpenCase shared(days().shared(), {.snapshots = {day_name(day)}});
    OpenCase own(days().own(day));
    for (const std::string& sql : statements) {
      CAPTURE(day, sql);
      const auto rows = own.rows(sql);
      CHECK_FALSE(rows.empty());
      CHECK(shared.rows(sql) == rows);
    }
  }
}

TEST_CASE("the children of a container come in every order as those of a case of its own") {
  const std::string children =
      "FROM objects WHERE parent_id = (SELECT parent_id FROM objects GROUP BY parent_id ORDER BY "
      "count(*) DESC, parent_id LIMIT 1)";
  const std::vector<std::string> ends = {
      " ORDER BY rdn",
      " ORDER BY rdn DESC",
      " ORDER BY rdn LIMIT 7 OFFSET 30",
      " ORDER BY rdn DESC LIMIT 1000 OFFSET 3",
      " AND object_id % 7 = 3 ORDER BY rdn",
      " AND rdn > 'm' ORDER BY rdn",
      " ORDER BY changed_at LIMIT 0",
      " AND rdn = 'nobody' ORDER BY changed_at",
  };
  for (int day = 0; day < kDays; ++day) {
    OpenCase shared(days().shared(), {.snapshots = {day_name(day)}});
    OpenCase own(days().own(day));
    for (const std::string& end : ends) {
      CAPTURE(day, end);
      CHECK(shared.rows("SELECT rdn, dn, object_id " + children + end) ==
            own.rows("SELECT rdn, dn, object_id " + children + end));
    }
    // Of equal keys any may come first: the keys alone, and the rows in another order.
    CAPTURE(day);
    const std::string sorted = " " + children + " ORDER BY changed_at";
    const auto keys = own.rows("SELECT changed_at" + sorted);
    CHECK(keys.size() > 500);
    CHECK(shared.rows("SELECT changed_at" + sorted) == keys);
    CHECK(sorted_rows(shared, "SELECT dn" + sorted) == sorted_rows(own, "SELECT dn" + sorted));
  }
}

TEST_CASE("DISTINCT over one column asks every row where the statement asks for its rowid") {
  const auto classes = [](OpenCase& open, const std::string& column, const std::string& condition) {
    return sorted_rows(open, "SELECT DISTINCT " + column + " FROM objects WHERE " + condition);
  };
  for (const bool is_whole : {false, true}) {
    EngineOptions options;
    if (!is_whole) options.snapshots = {day_name(kDays - 1)};
    OpenCase shared(days().shared(), options);
    for (const char* condition :
         {"rowid % 7 = 3", "rowid = (SELECT max(rowid) FROM objects WHERE depth > 2)",
          "class > 'm' AND rowid % 2 = 1"}) {
      CAPTURE(is_whole, condition);
      const auto expected = classes(shared, "+class", condition);
      CHECK_FALSE(expected.empty());
      CHECK(classes(shared, "class", condition) == expected);
    }
  }
}

TEST_CASE("every report finds in a snapshot among others what it finds in a case of its own") {
  for (int day = 0; day < kDays; ++day) {
    OpenCase shared(days().shared(), {.snapshots = {day_name(day)}});
    OpenCase own(days().own(day));
    for (const Report& report : shipped_reports()) {
      CAPTURE(day, report.id);
      const auto in_shared = run_report(shared.engine(), report, {});
      const auto in_own = run_report(own.engine(), report, {});
      REQUIRE(in_shared);
      REQUIRE(in_own);
      CHECK(in_shared->status == in_own->status);
      CHECK(in_shared->coverage.size() == in_own->coverage.size());
      REQUIRE(in_shared->findings.size() == in_own->findings.size());
      for (std::size_t i = 0; i < in_own->findings.size(); ++i) {
        const auto& ours = in_shared->findings[i].cells;
        const auto& theirs = in_own->findings[i].cells;
        REQUIRE(ours.size() == theirs.size());
        for (std::size_t column = 0; column < ours.size(); ++column) {
          if (in_own->columns[column] == "snapshot_id") continue;
          CAPTURE(in_own->columns[column]);
          CHECK(compare_values(view(ours[column]), view(theirs[column]), Collation::kBinary) == 0);
        }
      }
    }
  }
}

TEST_CASE("snapshots that follow each other share their rows") {
  const auto size = [](const fs::path& path) { return fs::file_size(path); };
  // Four days, of which each adds 1 to 2 %.
  CHECK(size(days().shared()) < 2 * size(days().own(0)));
  OpenCase shared(days().shared());
  CHECK(shared.value("SELECT count(DISTINCT seal) FROM snapshots") == std::to_string(kDays));
  // An order over all of them.
  const std::string sql = "SELECT snapshot_id, dn FROM objects ORDER BY dn";
  const auto rows = shared.rows(sql);
  CHECK(rows.size() > 6000);
  const auto plain = shared.rows("SELECT snapshot_id, dn FROM objects ORDER BY +dn COLLATE FOLD");
  REQUIRE(plain.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) REQUIRE(rows[i][1] == plain[i][1]);
}

}  // namespace
}  // namespace dirsnap::test
