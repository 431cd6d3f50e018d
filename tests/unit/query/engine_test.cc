// SPDX-License-Identifier: MIT
#include "query/engine.h"

#include <array>
#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "query/read_session.h"
#include "query/relation_table.h"
#include "storage/tables.h"
#include "tests/unit/query/query_case.h"

namespace dirsnap::test {
namespace {

using namespace std::string_literals;
namespace objects = tables::objects;

// `count` objects: classes User, user, Group by turns, named n0001 ...; ten rows a parent.
RelationRows some_objects(std::int64_t count) {
  RelationRows out{.def = relation_of(objects::kSpec)};
  for (std::int64_t i = 0; i < count; ++i) {
    Row row(objects::kOffsetBytes + 1);
    const std::string digits = std::to_string(10000 + i).substr(1);
    row[objects::kObjectId] = i + 1;
    if (i > 0) row[objects::kParentId] = i / 10 + 1;
    row[objects::kClass] = std::array{"User"s, "user"s, "Group"s}[static_cast<std::size_t>(i % 3)];
    row[objects::kRdn] = "n" + digits;
    row[objects::kDn] = "/o=Org/cn=n" + digits;
    row[objects::kDepth] = i % 7;
    row[objects::kIsDeleted] = i % 10 == 9 ? std::int64_t{1} : std::int64_t{0};
    out.rows.push_back(std::move(row));
  }
  return out;
}

// Two attribute values an object.
RelationRows some_attributes(std::int64_t objects) {
  namespace t = tables::attributes;
  RelationRows out{.def = relation_of(t::kSpec)};
  for (std::int64_t i = 0; i < 2 * objects; ++i) {
    Row row(t::kSourceId + 1);
    row[t::kObjectId] = i / 2 + 1;
    row[t::kAttribute] = i % 2 == 0 ? "mail"s : "phone"s;
    row[t::kSeq] = std::int64_t{0};
    row[t::kValue] = "v" + std::to_string(i);
    out.rows.push_back(std::move(row));
  }
  return out;
}

Row ese_table_row(std::int64_t source, const std::string& table) {
  namespace t = tables::ese_tables;
  Row row(t::kRootPage + 1);
  row[t::kSourceId] = source;
  row[t::kTableName] = table;
  row[t::kSqlName] = "ese_" + table;
  return row;
}

Row ese_column_row(const std::string& table, const std::string& column, bool multi) {
  namespace t = tables::ese_columns;
  Row row(t::kShown + 1);
  row[t::kSourceId] = std::int64_t{1};
  row[t::kTableName] = table;
  row[t::kColumnName] = column;
  row[t::kIsMultiValued] = std::int64_t{multi ? 1 : 0};
  return row;
}

// A raw table "wide" of 2,300 columns and "odd", whose names need care.
std::vector<RelationRows> raw_relations() {
  RelationDef wide{.name = "ese/1/wide",
                   .columns = {{"_record", ColumnType::kInteger}, {"_page", ColumnType::kInteger}}};
  for (int i = 0; i < 2300; ++i) {
    wide.columns.push_back({"c" + std::to_string(i), ColumnType::kText});
  }
  Row full{std::int64_t{0}, std::int64_t{7}};
  for (int i = 0; i < 2300; ++i) full.emplace_back("v" + std::to_string(i));
  RelationDef odd{.name = "ese/1/odd",
                  .columns = {{"_record", ColumnType::kInteger},
                              {"_page", ColumnType::kInteger},
                              {"Name", ColumnType::kText},
                              {"name", ColumnType::kText},
                              {"say \"hi\"", ColumnType::kText},
                              {"_source_id", ColumnType::kText},
                              {"many", ColumnType::kAny}}};
  const Row first{std::int64_t{0},
                  std::int64_t{8},
                  "upper"s,
                  "lower"s,
                  "quoted"s,
                  "taken"s,
                  "[\"a\", 5, {\"hex\": \"00ff\"}]"s};
  const Row second{std::int64_t{1}, std::int64_t{8}, "[1, 2]"s};
  return {{.def = wide, .rows = {full}},
          {.def = odd, .rows = {first, second}},
          {.def = relation_of(tables::ese_tables::kSpec),
           .rows = {ese_table_row(1, "wide"), ese_table_row(1, "odd")}},
          {.def = relation_of(tables::ese_columns::kSpec),
           .rows = {ese_column_row("odd", "many", true), ese_column_row("odd", "Name", false)}}};
}

// Two snapshots: "big" with 9,000 objects and the raw tables, "small" with 10 objects.
const TestCase& shared_case() {
  static const TestCase kCase = [] {
    SnapshotRows big{.name = "big", .relations = raw_relations()};
    big.relations.push_back(some_objects(9000));
    big.relations.push_back(some_attributes(9000));
    SnapshotRows small{.name = "small"};
    small.relations.push_back(some_objects(10));
    return TestCase({big, small});
  }();
  return kCase;
}

std::string one(Engine& engine, const std::string& sql) {
  const auto rows = rows_of(engine, sql);
  REQUIRE(rows.size() == 1);
  return show(rows[0]);
}

Error error_of(Engine& engine, const std::string& sql) {
  INFO(sql);
  auto statement = engine.prepare(sql);
  if (!statement) return statement.error();
  for (;;) {
    const auto row = statement->step();
    if (!row) return row.error();
    if (!*row) FAIL("no error");
  }
}

TEST_CASE("a statement that a query tool has no use for is refused") {
  const auto engine = shared_case().open();
  for (const char* sql : {"CREATE TABLE t(x)",
                          "CREATE TEMP TABLE t(x)",
                          "CREATE VIEW v AS SELECT 1",
                          "CREATE VIRTUAL TABLE t USING objects",
                          "CREATE VIRTUAL TABLE t USING fts5(x)",
                          "INSERT INTO objects(rdn) VALUES (1)",
                          "DELETE FROM objects",
                          "UPDATE objects SET rdn = 1",
                          "DROP TABLE objects",
                          "ATTACH '/etc/passwd' AS x",
                          "DETACH main",
                          "VACUUM",
                          "VACUUM INTO '/tmp/dirsnap-must-not-exist'",
                          "REINDEX",
                          "ANALYZE",
                          "BEGIN",
                          "COMMIT",
                          "SAVEPOINT s",
                          "PRAGMA journal_mode",
                          "PRAGMA database_list",
                          "PRAGMA query_only = 0",
                          "PRAGMA writable_schema = 1",
                          "SELECT * FROM pragma_database_list",
                          "SELECT load_extension('x')",
                          "SELECT readfile('/etc/passwd')",
                          "SELECT writefile('x', 'y')",
                          "SELECT fts3_tokenizer('simple')",
                          "SELECT sqlite_compileoption_get(1)",
                          "SELECT last_insert_rowid()",
                          "SELECT randomblob(10)",
                          "SELECT * FROM dbstat",
                          "SELECT * FROM sqlite_stmt",
                          "SELECT * FROM fsdir('/')",
                          "EXPLAIN DELETE FROM objects",
                          "SELECT edit('x')",
                          "SELECT 1; SELECT 2",
                          "SELECT \"no such string\""}) {
    CHECK(error_of(*engine, sql).code == Code::kUsage);
  }
}

TEST_CASE("what a query tool needs is allowed") {
  const auto engine = shared_case().open();
  CHECK(one(*engine, "SELECT json_extract('{\"a\":[1,2]}', '$.a[1]') || sqrt(4) || upper('x')") ==
        "t:22.0X");
  CHECK(one(*engine, "SELECT count(*) FROM pragma_table_info('snapshots')") == "i:9");
  CHECK(one(*engine, "SELECT date('1999-04-21', '+1 day'), strftime('%Y', '1999-04-21')") ==
        "t:1999-04-22 | t:1999");
  CHECK(one(*engine, "SELECT '{\"a\":5}' ->> 'a', total(value) FROM json_each('[1,2]')") ==
        "i:5 | r:3.000000");
  CHECK(one(*engine,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5) "
            "SELECT sum(i), max(row_number) FROM (SELECT i, row_number() OVER (ORDER BY i "
            "DESC) AS row_number FROM n)") == "i:15 | i:5");
  CHECK(!rows_of(*engine, "EXPLAIN SELECT * FROM objects").empty());
}

TEST_CASE("every table has examples that run") {
  const auto engine = shared_case().open();
  for (const TableInfo& table : fixed_tables()) {
    INFO(table.name);
    CHECK(!table.examples.empty());
    for (const std::string& example : table.examples) rows_of(*engine, example);
    for (const ColumnInfo& column : table.columns) CHECK(column.doc.ends_with("."));
  }
}

TEST_CASE("views have the columns that their specs name, in that order, and cannot be made") {
  const auto engine = shared_case().open();
  std::size_t views = 0;
  for (const TableInfo& table : fixed_tables()) {
    if (!table.is_view) continue;
    ++views;
    INFO(table.name);
    std::string wanted = "t:";
    for (const ColumnInfo& column : table.columns) {
      wanted += (wanted == "t:" ? "" : ",") + column.name;
    }
    CHECK(one(*engine, "SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info('" +
                           table.name + "') ORDER BY cid)") == wanted);
  }
  CHECK(views == 10);
  CHECK(error_of(*engine, "CREATE VIEW v AS SELECT 1").code == Code::kUsage);
  CHECK(error_of(*engine, "DROP VIEW mailbox_pairs").code == Code::kUsage);
}

TEST_CASE("a hostile statement ends by its limit") {
  const auto engine = shared_case().open({.snapshots = {}, .untrusted = true});
  engine->set_deadline(std::chrono::steady_clock::now() + std::chrono::seconds(30));
  for (const char* sql :
       {"SELECT printf('%.*c', 2000000000, 'x')", "SELECT format('%2000000000d', 1)",
        "SELECT printf('%99999999999999999999d', 1)", "SELECT printf('%*d', 10001, 1)"}) {
    CHECK(error_of(*engine, sql).code == Code::kUsage);
  }
  CHECK(error_of(*engine, "SELECT zeroblob(2000000)").code == Code::kLimit);
  CHECK(error_of(*engine, "SELECT replace(hex(zeroblob(400000)), '0', 'xxxxxxxx')").code ==
        Code::kLimit);
  CHECK(error_of(*engine, "SELECT " + std::string(200, '(') + "1" + std::string(200, ')')).code ==
        Code::kUsage);
  CHECK(error_of(*engine, "SELECT '" + std::string(200'000, 'x') + "'").code == Code::kLimit);
  CHECK(error_of(*engine, "SELECT 'a' LIKE '" + std::string(2000, '%') + "'").code == Code::kUsage);
  std::string many = "SELECT 1";
  for (int i = 0; i < 60; ++i) many += " UNION ALL SELECT 1";
  CHECK(error_of(*engine, many).code == Code::kUsage);
  // Minutes of work in SQLite's own instr().
  CHECK(one(*engine, "SELECT instr(hex(zeroblob(490000)), hex(zeroblob(240000)) || '1')") == "i:0");
}

TEST_CASE("a deadline stops a statement with kLimit") {
  const auto engine = shared_case().open();
  engine->set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(50));
  CHECK(error_of(*engine,
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                 "SELECT count(*) FROM n")
            .code == Code::kLimit);
  engine->set_deadline(std::nullopt);
  CHECK(one(*engine, "SELECT count(*) FROM objects") == "i:9010");
}

TEST_CASE("an interrupt stops scans and long computations with kInterrupted") {
  const auto engine = shared_case().open();
  engine->interrupt();
  // The scan looks at the flag itself: no row reaches SQLite's own check.
  CHECK(error_of(*engine, "SELECT count(*) FROM objects WHERE rdn = 'x' || random()").code ==
        Code::kInterrupted);
  engine->clear_interrupt();
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    engine->interrupt();
  });
  CHECK(error_of(*engine, "SELECT count(*) FROM objects a, objects b, objects c").code ==
        Code::kInterrupted);
  stopper.join();
  engine->clear_interrupt();
  CHECK(one(*engine, "SELECT count(*) FROM objects") == "i:9010");
}

TEST_CASE("errors tell the place and the nearest name") {
  const auto engine = shared_case().open();
  CHECK(error_of(*engine, "SELECT rdn FROM objcts").what == "no such table: objcts");
  CHECK(engine->last_error().hint == "did you mean \"objects\"?");
  static_cast<void>(error_of(*engine, "SELECT rdn, clss FROM objects"));
  CHECK(engine->last_error().hint == "did you mean \"class\"?");
  CHECK(engine->last_error().byte_offset == 12);
  static_cast<void>(error_of(*engine, "SELECT o.displayname FROM services o"));
  CHECK(engine->last_error().hint == "did you mean \"display_name\"?");
  static_cast<void>(error_of(*engine, "SELECT dn_parnt(dn) FROM objects"));
  CHECK(engine->last_error().hint == "did you mean \"dn_parent\"?");
  static_cast<void>(error_of(*engine, "SELECT entirely_different FROM objects"));
  CHECK(engine->last_error().hint.empty());
  static_cast<void>(error_of(*engine, "SELECT 1; SELECT 2"));
  CHECK(engine->last_error().byte_offset == 10);
}

TEST_CASE("prepare takes one statement and hands the rest back") {
  const auto engine = shared_case().open();
  std::string_view tail;
  const std::string script = "SELECT 1; -- more\n SELECT 2";
  REQUIRE(engine->prepare(script, &tail));
  CHECK(tail == " -- more\n SELECT 2");
  CHECK(engine->prepare("  -- nothing\n /* at all */ ;").error().code == Code::kNotFound);
  CHECK(engine->prepare("SELECT 1; /* a comment */ ; -- is no statement"));
}

TEST_CASE("parameters are bound by name and an unknown one is refused") {
  const auto engine = shared_case().open();
  auto statement = *engine->prepare("SELECT :a || ':' || $b");
  CHECK(statement.parameters() == std::vector<std::string>{":a", "$b"});
  REQUIRE(statement.bind(":a", ValueView::text("x\0y"s)));
  REQUIRE(statement.bind("$b", ValueView::of(5)));
  CHECK(statement.bind(":c", ValueView::of(5)).error().code == Code::kUsage);
  REQUIRE(*statement.step());
  CHECK(statement.column(0).bytes == "x\0y:5"s);
  CHECK(!*statement.step());
  CHECK(!*statement.step());  // it does not start again
}

TEST_CASE("the snapshots of the options are all a query sees") {
  const auto engine = shared_case().open({.snapshots = {"small"}});
  CHECK(one(*engine, "SELECT count(*) FROM objects") == "i:10");
  CHECK(one(*engine, "SELECT name FROM snapshots") == "t:small");
  CHECK(error_of(*engine, "SELECT * FROM ese_wide").code == Code::kUsage);
  CHECK(Engine::open(shared_case().file(), {.snapshots = {"other"}}).error().code ==
        Code::kNotFound);
}

TEST_CASE("a cursor reset half-way and two cursors on one table do not disturb each other") {
  const auto engine = shared_case().open();
  auto first = *engine->prepare("SELECT rdn FROM objects ORDER BY snapshot_id, object_id");
  REQUIRE(*first.step());
  {
    auto second = *engine->prepare("SELECT rdn FROM objects WHERE object_id = 5000");
    REQUIRE(*second.step());
    CHECK(second.column(0).bytes == "n4999");
  }
  CHECK(first.column(0).bytes == "n0000");
  REQUIRE(*first.step());
  CHECK(first.column(0).bytes == "n0001");
  CHECK(one(*engine,
            "SELECT count(*) FROM objects a JOIN objects b ON b.snapshot_id = "
            "a.snapshot_id AND b.object_id = a.object_id + 1 WHERE a.snapshot_id = 1") == "i:8999");
}

TEST_CASE("text in an aggregate outlives the cursor it came from") {
  const auto engine = shared_case().open();
  // Each round opens the inner cursor anew; no outer cursor keeps the transaction.
  CHECK(one(*engine,
            "SELECT max((SELECT rdn FROM objects WHERE snapshot_id = 1 AND object_id = "
            "c.column1)) FROM (VALUES (3), (9), (4)) c") == "t:n0008");
}

TEST_CASE("names of raw tables and columns need no luck") {
  const auto engine = shared_case().open();
  CHECK(one(*engine,
            "SELECT \"Name\", \"name:2\", \"say \"\"hi\"\"\", \"_source_id:2\", _source_id, "
            "_record, _page, _snapshot_id FROM ese_odd WHERE \"say \"\"hi\"\"\" = 'quoted'") ==
        "t:upper | t:lower | t:quoted | t:taken | i:1 | i:0 | i:8 | i:1");
  CHECK(one(*engine, "SELECT count(*) FROM ESE_ODD WHERE _source_id = 1 AND _record > 0") == "i:1");
}

TEST_CASE("a table of more columns than SQL allows is whole in ese_cells") {
  const auto engine = shared_case().open();
  CHECK(one(*engine, "SELECT count(*) FROM pragma_table_xinfo('ese_wide')") == "i:1999");
  CHECK(one(*engine, "SELECT c1994, _page FROM ese_wide") == "t:v1994 | i:7");
  CHECK(error_of(*engine, "SELECT c1995 FROM ese_wide").code == Code::kUsage);
  CHECK(one(*engine, "SELECT count(*), min(seq), max(seq) FROM ese_cells('ese_wide')") ==
        "i:2300 | i:0 | i:0");
  CHECK(one(*engine,
            "SELECT value, record, page, snapshot_id, source_id FROM ese_cells('ESE_wide') "
            "WHERE column_name = 'c2299'") == "t:v2299 | i:0 | i:7 | i:1 | i:1");
  CHECK(rows_of(*engine, "SELECT * FROM ese_cells('no such table')").empty());
  CHECK(error_of(*engine, "SELECT * FROM ese_cells").code == Code::kUsage);
}

TEST_CASE("ese_cells narrows its rows by a name only as the term's collation does") {
  const auto engine = shared_case().open();
  const auto count = [&](const std::string& term) {
    return one(*engine, "SELECT count(*) FROM ese_cells('ese_odd') WHERE " + term);
  };
  const std::string all = count("+column_name = 'many'");
  CHECK(all != "i:0");
  CHECK(count("column_name = 'many'") == all);
  CHECK(count("column_name = 'MANY'") == all);
  CHECK(count("column_name = 'MANY' COLLATE BINARY") == "i:0");
  CHECK(count("column_name = 'many  ' COLLATE RTRIM") == all);
}

TEST_CASE("ese_cells splits the values of multi-valued columns alone") {
  const auto engine = shared_case().open();
  const auto rows =
      rows_of(*engine, "SELECT seq, value FROM ese_cells('ese_odd') WHERE column_name = 'many'");
  REQUIRE(rows.size() == 3);
  CHECK(show(rows[0]) == "i:0 | t:a");
  CHECK(show(rows[1]) == "i:1 | i:5");
  CHECK(show(rows[2]) == "i:2 | b:00ff");
  CHECK(one(*engine, "SELECT value FROM ese_cells('ese_odd') WHERE record = 1") == "t:[1, 2]");
}

struct PlanCase {
  const char* sql;
  const char* plan;           // part of EXPLAIN QUERY PLAN
  std::uint64_t visits;       // rows that may reach SQLite
  std::uint64_t filters = 1;  // xFilter calls
};

TEST_CASE("plans take the index, and only wanted rows reach SQLite") {
  const auto engine = shared_case().open();
  const PlanCase cases[] = {
      {"SELECT rdn FROM objects WHERE object_id = 7", "DENSE object_id(=)", 2},
      {"SELECT server FROM home_stores WHERE snapshot_id = 1",
       "attributes VIRTUAL TABLE INDEX 0:snapshot_id(=) INDEX attribute_id(=)", 0},
      {"SELECT count(*) FROM mailbox_pairs WHERE snapshot_id = 1 AND side = 'directory'",
       "attributes VIRTUAL TABLE INDEX 0:snapshot_id(=) INDEX attribute_id(=)", 0},
      {"SELECT rdn FROM objects WHERE snapshot_id = 1 AND object_id = 7",
       "snapshot_id(=) DENSE object_id(=)", 1},
      {"SELECT rdn FROM objects WHERE object_id IN (5, 3, 5, NULL, 90000)", "DENSE object_id(IN)",
       4},
      {"SELECT rdn FROM objects WHERE object_id BETWEEN 100 AND 109", "DENSE object_id(>=,<=)", 10},
      {"SELECT rdn FROM objects WHERE dn = '/O=org/CN=N0042'", "INDEX dn(=)", 1},
      {"SELECT rdn FROM objects WHERE snapshot_id = 1 AND parent_id = 1 ORDER BY rdn DESC LIMIT 3",
       "INDEX parent_id(=) ORDER ROWS DESC rdn() LIMIT", 3},
      {"SELECT rdn FROM objects WHERE snapshot_id = 1 AND parent_id = 1 ORDER BY rowid",
       "INDEX parent_id(=)", 9},
      {"SELECT rdn FROM objects WHERE ldap_dn = 'CN=n0042,o=ORG'", "HASH ldap_dn(=)", 0},
      {"SELECT rdn FROM objects WHERE ldap_dn IN ('cn=n0042,o=org', 'CN=N0042,o=org', 'x')",
       "HASH ldap_dn(IN)", 0},
      {"SELECT rdn FROM objects WHERE rdn LIKE 'N004%'", "INDEX rdn(LIKE)", 10},
      {"SELECT rdn FROM objects WHERE rdn GLOB 'n004*'", "INDEX rdn(GLOB)", 10},
      {"SELECT rdn FROM objects WHERE rdn >= 'n8990'", "INDEX rdn(>=)", 10},
      {"SELECT rdn FROM objects WHERE depth = 3 AND is_deleted = 1",
       "SCAN FILTER depth(=) is_deleted(=)", 128},
      {"SELECT rdn FROM objects WHERE ldap_dn IS NOT NULL", "FILTER ldap_dn(IS NOT NULL)", 0},
      {"SELECT rdn FROM objects LIMIT 10 OFFSET 5000", "SCAN LIMIT OFFSET", 10},
      {"SELECT rdn FROM objects WHERE snapshot_id = 1 ORDER BY rdn DESC LIMIT 3",
       "INDEX rdn() ORDER KEY DESC LIMIT", 3},
      {"SELECT rdn FROM objects ORDER BY rdn LIMIT 3", "INDEX rdn() ORDER KEY LIMIT", 3},
      {"SELECT rdn FROM objects WHERE parent_id = 1 ORDER BY rdn LIMIT 3",
       "INDEX parent_id(=) ORDER ROWS rdn() LIMIT", 3},
      {"SELECT rdn FROM objects WHERE snapshot_id = 2 ORDER BY object_id LIMIT 3",
       "snapshot_id(=) SCAN ORDER PARTS BY object_id() LIMIT", 3},
      {"SELECT DISTINCT class FROM objects WHERE snapshot_id = 1",
       "INDEX class() ORDER KEY DISTINCT", 6001},
      {"SELECT DISTINCT snapshot_id FROM objects", "SCAN ORDER PARTS DISTINCT", 2},
      {"SELECT class, count(*) FROM objects WHERE snapshot_id = 1 GROUP BY class",
       "INDEX class() ORDER KEY", 9000},
      {"SELECT max(rdn) FROM objects WHERE snapshot_id = 1", "ORDER KEY DESC", 1},
      {"SELECT value FROM attributes WHERE snapshot_id = 1 AND object_id = 77",
       "snapshot_id(=) SORTED object_id(=)", 2},
      {"SELECT o.rdn, a.value FROM attributes a JOIN objects o USING (snapshot_id, object_id) "
       "WHERE o.rdn = 'n0123'",
       "SORTED object_id(=)", 3, 2},
      {"SELECT c.rdn FROM objects p JOIN objects c ON c.snapshot_id = p.snapshot_id AND "
       "c.parent_id "
       "= p.object_id WHERE p.snapshot_id = 2 AND p.object_id = 1",
       "INDEX parent_id(=)", 10, 2},
      {"SELECT rdn FROM objects WHERE rdn = 5", "INDEX rdn(=)", 9010},
      {"SELECT rdn FROM objects WHERE rdn = 'N0005' COLLATE BINARY", "INDEX rdn(= BINARY)", 0},
      {"SELECT rdn FROM objects WHERE object_id = '7'", "DENSE object_id(=)", 2},
      {"SELECT rdn FROM objects WHERE object_id = 7.5", "DENSE object_id(=)", 0},
      {"SELECT name FROM snapshots WHERE snapshot_id = 2", "snapshot_id(=)", 1},
  };
  for (const PlanCase& c : cases) {
    INFO(c.sql);
    const std::string plan = plan_of(*engine, c.sql);
    INFO(plan);
    CHECK(plan.find(c.plan) != plan.npos);
    rows_of(*engine, c.sql);
    CHECK(engine->counters().rows_visited == c.visits);
    CHECK(engine->counters().filter_calls == c.filters);
  }
}

TEST_CASE("the values of an object are found wherever chunks end") {
  namespace at = tables::attributes;
  // Objects 1, 2, 3... with so many values; some end with a chunk, some fill several.
  constexpr std::array<std::uint32_t, 9> kCounts = {
      kChunkRows - 1, 1, 1, kChunkRows - 1, 2 * kChunkRows + 7, 5, kChunkRows - 12, kChunkRows, 3};
  SnapshotRows snapshot{.name = "one"};
  RelationRows attributes{.def = relation_of(at::kSpec)};
  for (std::size_t i = 0; i < kCounts.size(); ++i) {
    for (std::uint32_t value = 0; value < kCounts[i]; ++value) {
      Row row(attributes.def.columns.size());
      row[at::kObjectId] = static_cast<std::int64_t>(2 * i + 1);
      row[at::kSeq] = static_cast<std::int64_t>(value);
      attributes.rows.push_back(std::move(row));
    }
  }
  snapshot.relations = {std::move(attributes)};
  const TestCase test({snapshot});
  const auto engine = test.open();
  for (std::size_t i = 0; i < kCounts.size(); ++i) {
    const std::string sql =
        "SELECT count(*), coalesce(max(seq), -1) FROM attributes WHERE object_id = ";
    INFO("object " << 2 * i + 1);
    const std::int64_t count = kCounts[i];
    CHECK(rows_of(*engine, sql + std::to_string(2 * i + 1)) ==
          std::vector<Row>{{count, count - 1}});
    CHECK(engine->counters().rows_visited == kCounts[i]);
    const std::int64_t none = 0;
    CHECK(rows_of(*engine, sql + std::to_string(2 * i + 2)) == std::vector<Row>{{none, none - 1}});
  }
}

TEST_CASE("the planner knows how large a table of many snapshots is") {
  constexpr std::int64_t kObjects = 600;  // enough to be stored once for all snapshots
  const std::int64_t count = GENERATE(1, 11, 12, 40);
  std::vector<SnapshotRows> snapshots;
  for (std::int64_t i = 0; i < count; ++i) {
    RelationRows rows = some_objects(kObjects);
    rows.rows[static_cast<std::size_t>(i)][objects::kDepth] = 100 + i;
    snapshots.push_back({.name = "day-" + std::to_string(i), .relations = {std::move(rows)}});
  }
  const TestCase test(snapshots);
  const auto opened = ReadSession::open(test.file(), {});
  REQUIRE(opened);
  ReadSession& session = **opened;
  RelationTable table(session, fixed_shape(objects::kSpec, session.scope()));
  session.begin_use();
  const auto rows = table.total_rows();
  REQUIRE(rows);
  CHECK(*rows == static_cast<std::uint64_t>(count * kObjects));
  CHECK(table.whole_parts() == static_cast<std::size_t>(count));
  if (count > 1) CHECK(table.shape().parts.size() > table.whole_parts());  // second pieces
  session.end_use();
}

TEST_CASE("a key is looked for in the rows that some snapshots share and in those of others") {
  constexpr std::int64_t kObjects = 600;  // enough to be stored once for the snapshots alike
  std::vector<SnapshotRows> snapshots;
  for (std::int64_t i = 0; i < 6; ++i) {
    RelationRows rows = some_objects(kObjects);
    for (Row& row : rows.rows) {
      if (i < 3) break;
      row[objects::kRdn] = "other " + show(row[objects::kRdn]);
      row[objects::kDn] = "/o=Other/cn=" + show(row[objects::kDn]);
    }
    // One object is renamed on the second of three days.
    if (i % 3 == 1) rows.rows[300][objects::kRdn] = "renamed"s;
    snapshots.push_back({.name = "day-" + std::to_string(i), .relations = {std::move(rows)}});
  }
  const TestCase test(snapshots);
  for (const bool push_down : {true, false}) {
    const auto engine = test.open({.snapshots = {}, .push_down = push_down});
    const auto days = [&](const std::string& rdn) {
      return one(*engine,
                 "SELECT group_concat(snapshot_id, ' ') FROM objects WHERE rdn = '" + rdn + "'");
    };
    CHECK(days("n0001") == "t:1 2 3");
    CHECK(days("n0300") == "t:1 3");
    CHECK(days("other t:n0001") == "t:4 5 6");
    CHECK(days("other t:n0300") == "t:4 6");
    CHECK(days("renamed") == "t:2 5");
    CHECK(days("nobody") == "NULL");
  }
}

TEST_CASE("without push-down every row reaches SQLite") {
  const auto engine = shared_case().open({.snapshots = {}, .push_down = false});
  rows_of(*engine, "SELECT rdn FROM objects WHERE object_id = 7");
  CHECK(engine->counters().rows_visited == 9010);
}

}  // namespace
}  // namespace dirsnap::test
