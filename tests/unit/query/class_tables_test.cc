// SPDX-License-Identifier: MIT
//
// Tables of classes against the same pivot in an ordinary SQLite database.
#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "query/sql_value.h"
#include "storage/base/class_name.h"
#include "storage/base/text.h"
#include "storage/tables.h"
#include "tests/unit/query/query_case.h"

namespace dirsnap::test {
namespace {

using namespace std::string_literals;
namespace objects = tables::objects;
namespace attributes = tables::attributes;
namespace usage = tables::class_attributes;
namespace schema = tables::schema_attributes;

struct Kind {
  std::string name, x500, syntax;
  int single = -1;  // as schemas tell it
};

// A snapshot's directory: rows of the four tables that tables of classes are made of.
class Directory {
 public:
  void add_kind(Kind kind) {
    const std::string name = kind.name;
    kinds_.emplace(name, std::move(kind));
  }

  std::int64_t add_object(const std::string& of, const std::string& rdn, bool is_deleted = false) {
    Row row(objects::kOffsetBytes + 1);
    row[objects::kObjectId] = ++objects_;
    row[objects::kClass] = of.empty() ? Cell() : Cell(of);
    row[objects::kRdn] = rdn;
    row[objects::kDn] = "/o=Org/cn=" + rdn;
    row[objects::kIsDeleted] = std::int64_t{is_deleted ? 1 : 0};
    row[objects::kSourceId] = std::int64_t{7};
    object_rows_.push_back(std::move(row));
    class_ = of;
    seen_.clear();
    return objects_;
  }

  // A value of the last object.
  void add_value(const std::string& name, Cell value, Cell text) {
    const Kind& kind = kinds_.at(name);
    const std::int64_t seq = seen_[name]++;
    Row row(attributes::kSourceId + 1);
    row[attributes::kObjectId] = objects_;
    row[attributes::kAttribute] = name;
    if (!kind.x500.empty()) row[attributes::kAttributeX500] = kind.x500;
    row[attributes::kSeq] = seq;
    if (!kind.syntax.empty()) row[attributes::kSyntax] = kind.syntax;
    row[attributes::kValue] = std::move(value);
    row[attributes::kText] = std::move(text);
    attribute_rows_.push_back(std::move(row));
    most_[name] = std::max(most_[name], seq + 1);
    auto& used = used_[class_];
    if (std::find(used.begin(), used.end(), name) == used.end()) used.push_back(name);
  }
  void add_text(const std::string& name, const std::string& text) { add_value(name, text, text); }

  [[nodiscard]] SnapshotRows snapshot(const std::string& name) const {
    SnapshotRows out{.name = name};
    out.relations = {{.def = relation_of(objects::kSpec), .rows = object_rows_},
                     {.def = relation_of(attributes::kSpec), .rows = attribute_rows_},
                     {.def = relation_of(usage::kSpec)},
                     {.def = relation_of(schema::kSpec)}};
    for (const auto& [of, names] : used_) {
      if (of.empty()) continue;
      for (const std::string& attribute : names) {
        Row& row = out.relations[2].rows.emplace_back(usage::kSourceId + 1);
        row[usage::kClass] = of;
        row[usage::kAttribute] = attribute;
        const std::string& x500 = kinds_.at(attribute).x500;
        if (!x500.empty()) row[usage::kAttributeX500] = x500;
      }
    }
    for (const auto& [attribute, kind] : kinds_) {
      Row& row = out.relations[3].rows.emplace_back(schema::kMaxValues + 1);
      row[schema::kLdapName] = attribute;
      if (!kind.syntax.empty()) row[schema::kSyntax] = kind.syntax;
      if (kind.single >= 0) row[schema::kSingleValued] = std::int64_t{kind.single};
      const auto most = most_.find(attribute);
      row[schema::kMaxValues] = most == most_.end() ? std::int64_t{0} : most->second;
    }
    return out;
  }

  [[nodiscard]] std::vector<Row> object_rows(std::int64_t snapshot) const {
    std::vector<Row> rows;
    for (const Row& row : object_rows_) {
      rows.push_back({snapshot, row[objects::kObjectId], row[objects::kClass], row[objects::kDn],
                      row[objects::kRdn], row[objects::kIsDeleted], row[objects::kSourceId]});
    }
    return rows;
  }
  [[nodiscard]] std::vector<Row> attribute_rows(std::int64_t snapshot) const {
    std::vector<Row> rows;
    for (const Row& row : attribute_rows_) {
      rows.push_back({snapshot, row[attributes::kObjectId], row[attributes::kAttribute],
                      row[attributes::kSeq], row[attributes::kSyntax], row[attributes::kValue],
                      row[attributes::kText]});
    }
    return rows;
  }

 private:
  std::map<std::string, Kind> kinds_;
  std::map<std::string, std::int64_t> seen_;  // values of the last object
  std::map<std::string, std::int64_t> most_;
  std::map<std::string, std::vector<std::string>> used_;  // attributes by class
  std::string class_;
  std::int64_t objects_ = 0;
  std::vector<Row> object_rows_;
  std::vector<Row> attribute_rows_;
};

void add_kinds(Directory& directory) {
  directory.add_kind({"cn", "Common-Name", "2.5.5.4", 1});
  directory.add_kind({"rdn", "RDN-Value", "2.5.5.4", 1});
  directory.add_kind({"homeServer", "Home-Server", "2.5.5.1", 1});
  directory.add_kind({"routingList", "Routing-List", "2.5.5.5", 0});
  directory.add_kind({"level", "Level", "2.5.5.9", 1});
  directory.add_kind({"isOpen", "Is-Open", "2.5.5.8", 1});
  directory.add_kind({"when", "When", "2.5.5.11", 1});
  directory.add_kind({"raw", "Raw", "2.5.5.10", 1});
  directory.add_kind({"sid", "", "2.5.5.17", 1});
  directory.add_kind({"phone", "Phone", "", -1});  // no schema tells how many
  directory.add_kind({"members", "Members", "2.5.5.1", 0});
  directory.add_kind({"we\"ird 'n", "We-Ird", "2.5.5.4", -1});
  directory.add_kind({"password", "Pass-Word", "2.5.5.10", 1});
  directory.add_kind({"Extra", "cn", "2.5.5.4", -1});  // its X.500 name is an LDAP name
}

void add_random_values(Directory& directory, std::mt19937& random, bool many_phones) {
  const auto number = [&random](std::int64_t below) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(below));
  };
  const auto likely = [&] { return number(3) != 0; };
  if (likely()) directory.add_text("cn", number(2) != 0 ? "Name " + std::to_string(number(5)) : "");
  if (likely()) directory.add_text("rdn", "r" + std::to_string(number(9)));
  if (likely())
    directory.add_value("homeServer", number(99), "/o=Org/cn=S" + std::to_string(number(3)));
  for (std::int64_t i = number(4); i > 0; --i) {
    directory.add_text("routingList", "SMTP:*;\"" + std::to_string(number(9)));
  }
  if (likely()) {
    const std::int64_t level = number(2000) - 1000;
    directory.add_value("level", level, std::to_string(level));
  }
  if (likely()) {
    const std::int64_t open = number(2);
    directory.add_value("isOpen", open, open != 0 ? "TRUE"s : "FALSE"s);
  }
  if (likely()) directory.add_value("when", number(1'000'000), "1999-04-21T07:05:00Z"s);
  if (likely()) directory.add_value("raw", Blob{std::string("\0\xFF\x01", 3)}, Cell());
  if (likely()) directory.add_value("sid", Blob{"\x01\x02"}, "S-1-5-" + std::to_string(number(9)));
  for (std::int64_t i = many_phones ? number(3) : number(2); i > 0; --i) {
    directory.add_text("phone", "+49 " + std::to_string(number(999)));
  }
  for (std::int64_t i = number(5) == 0 ? number(40) : 0; i > 0; --i) {
    if (number(4) == 0) {
      directory.add_value("members", Blob{"\xAB\xCD"}, Cell());
    } else {
      directory.add_value("members", number(50), "/o=Org/cn=M\xC3\xBC" + std::to_string(number(9)));
    }
  }
  if (likely()) directory.add_text("we\"ird 'n", "x");
  if (likely()) directory.add_value("password", Cell(), "(secret, 16 bytes)"s);
}

Directory random_directory(unsigned seed, bool many_phones, bool with_extra) {
  std::mt19937 random(seed);
  Directory directory;
  add_kinds(directory);
  const std::array<std::string, 5> classes = {"mail-gateway"s, "Mail-Gateway"s, "server"s,
                                              "1.2.840.3"s, ""s};
  for (int i = 0; i < 300; ++i) {
    directory.add_object(classes[random() % classes.size()], "n" + std::to_string(random() % 40),
                         random() % 7 == 0);
    add_random_values(directory, random, many_phones);
    if (with_extra && random() % 2 == 0) directory.add_text("Extra", "e");
  }
  return directory;
}

// The pivot as SQL over ordinary tables of the same rows.
class Pivot {
 public:
  Pivot() {
    native_.add(
        "CREATE TABLE o(snapshot_id, object_id, class COLLATE FOLD, dn COLLATE FOLD, rdn "
        "COLLATE FOLD, is_deleted, source_id)",
        "o", {});
    native_.add(
        "CREATE TABLE a(snapshot_id, object_id, attribute COLLATE FOLD, seq, syntax, value, "
        "text)",
        "a", {});
    native_.add("CREATE INDEX ai ON a(snapshot_id, object_id)", "", {});
  }
  void add(std::int64_t snapshot, const Directory& directory) {
    native_.add("SELECT 1", "o", directory.object_rows(snapshot));
    native_.add("SELECT 1", "a", directory.attribute_rows(snapshot));
  }
  struct Column {
    std::string name, attribute;
    bool is_array = false;
    bool is_folded = false;
  };
  void add_view(const std::string& view,
                const std::string& of,
                const std::vector<Column>& columns) {
    std::string sql =
        "CREATE VIEW \"" + view + "\" AS SELECT snapshot_id, object_id, dn, rdn, is_deleted";
    for (const Column& column : columns) {
      const std::string shown =
          "CASE WHEN text IS NULL THEN value WHEN typeof(value) = 'integer' AND (syntax IS "
          "'2.5.5.8' OR text = CAST(value AS TEXT)) THEN value ELSE text END";
      const std::string json = "CASE WHEN typeof(" + shown +
                               ") = 'blob' THEN json_object('hex', "
                               "lower(hex(" +
                               shown + "))) ELSE json_quote(" + shown + ") END";
      const std::string where =
          " FROM (SELECT * FROM a WHERE a.snapshot_id = o.snapshot_id AND "
          "a.object_id = o.object_id AND a.attribute = '" +
          column.attribute + "' ORDER BY seq)";
      const std::string cell =
          column.is_array ? "(SELECT '[' || group_concat(" + json + ", ',') || ']'" + where + ")"
                          : "(SELECT " + shown + where + ")";
      sql += ", " + cell + (column.is_folded ? " COLLATE FOLD" : "") + " AS " +
             force_quote_identifier(column.name);
    }
    native_.add(sql + " FROM o WHERE class = '" + of + "'", "", {});
  }
  [[nodiscard]] std::vector<Row> rows_of(const std::string& sql) const {
    return native_.rows_of(sql);
  }

 private:
  NativeTables native_;
};

std::vector<std::string> sorted(const std::vector<Row>& rows) {
  std::vector<std::string> lines;
  for (const Row& row : rows) lines.push_back(show(row));
  std::sort(lines.begin(), lines.end());
  return lines;
}

const std::vector<Pivot::Column>& pivot_columns() {
  static const std::vector<Pivot::Column> kColumns = {
      {"cn", "cn", false, true},
      {"rdn:2", "rdn", false, true},
      {"homeServer", "homeServer", false, true},
      {"routingList", "routingList", true},
      {"level", "level"},
      {"isOpen", "isOpen"},
      {"when", "when"},
      {"raw", "raw"},
      {"sid", "sid"},
      {"phone", "phone", true},
      {"members", "members", true},
      {"we\"ird 'n", "we\"ird ''n", false, true},
      {"password", "password"},
      {"Extra", "Extra", false, true},
      {"Routing-List", "routingList", true},
      {"Common-Name", "cn", false, true},
      {"Phone", "phone", true},
  };
  return kColumns;
}

std::vector<std::string> queries(const std::string& table) {
  const std::string all =
      "snapshot_id, object_id, dn, rdn, is_deleted, cn, \"rdn:2\", homeServer, routingList, level, "
      "isOpen, \"when\", raw, sid, phone, members, \"we\"\"ird 'n\", password, Extra, "
      "\"Routing-List\", \"Common-Name\"";
  const std::string from = " FROM " + table;
  std::vector<std::string> list = {
      "SELECT " + all + from,
      "SELECT " + all + from + " WHERE snapshot_id = 2",
      "SELECT " + all + from + " WHERE snapshot_id IN (1, 9) AND object_id = 17",
      "SELECT " + all + from + " WHERE object_id IN (3, 4, 5, 17, 100, 300, 301)",
      "SELECT " + all + from + " WHERE object_id BETWEEN 100 AND 150 AND is_deleted = 0",
      "SELECT object_id, members" + from + " WHERE dn = '/O=org/CN=N12'",
      "SELECT object_id, \"Routing-List\"" + from + " WHERE dn LIKE '/o=Org/cn=n1%'",
      "SELECT object_id, level" + from + " WHERE level > 500 OR level IS NULL",
      "SELECT object_id, cn" + from + " WHERE cn = 'nAME 3' AND rdn > 'n2'",
      "SELECT object_id, phone" + from + " WHERE homeServer = '/o=org/cn=s1' AND snapshot_id = 1",
      "SELECT count(*)" + from,
      "SELECT count(*), max(level), min(cn)" + from + " WHERE is_deleted = 1",
      "SELECT DISTINCT snapshot_id" + from,
      "SELECT DISTINCT homeServer" + from,
      "SELECT rdn, count(*), sum(isOpen)" + from + " GROUP BY rdn",
      "SELECT snapshot_id, object_id, cn" + from +
          " ORDER BY snapshot_id, object_id LIMIT 7 OFFSET 3",
      "SELECT object_id, level" + from + " WHERE snapshot_id = 1 ORDER BY object_id LIMIT 5",
      "SELECT x.object_id, y.cn FROM " + table + " x JOIN " + table +
          " y USING (snapshot_id, object_id) WHERE x.level < 0",
      "SELECT x.dn, y.object_id FROM " + table + " x LEFT JOIN " + table +
          " y ON y.dn = x.dn AND y.snapshot_id <> x.snapshot_id WHERE x.snapshot_id = 1",
      "SELECT j.value, count(*) FROM " + table + " x, json_each(x.members) j GROUP BY 1",
  };
  return list;
}

TEST_CASE("tables of classes equal the pivot over objects and attributes") {
  const Directory first = random_directory(1, false, false);
  const Directory second = random_directory(2, true, true);
  const TestCase data({first.snapshot("before"), second.snapshot("after")});
  Pivot pivot;
  pivot.add(1, first);
  pivot.add(2, second);
  const std::map<std::string, std::string> tables = {{"class_mail_gateway", "mail-gateway"},
                                                     {"class_server", "server"},
                                                     {"class_1_2_840_3", "1.2.840.3"}};
  for (const auto& [table, of] : tables) pivot.add_view(table, of, pivot_columns());
  for (const bool push_down : {true, false}) {
    EngineOptions options;
    options.push_down = push_down;
    const auto engine = data.open(options);
    for (const auto& [table, of] : tables) {
      for (const std::string& sql : queries(table)) {
        CAPTURE(push_down, sql);
        CHECK(sorted(rows_of(*engine, sql)) == sorted(pivot.rows_of(sql)));
      }
    }
  }
}

TEST_CASE("what the index can find of a class is found there") {
  const TestCase data({random_directory(3, true, true).snapshot("one")});
  const auto engine = data.open();
  const auto plan = [&](const std::string& rest) {
    const std::string text = plan_of(*engine, "SELECT cn FROM class_mail_gateway " + rest);
    return text.substr(text.find(':') + 1);
  };
  CHECK(plan("") == "CLASS");
  CHECK(plan("WHERE snapshot_id = 1") == "snapshot_id(=) CLASS");
  CHECK(plan("WHERE object_id = 5") == "DENSE object_id(=)");
  CHECK(plan("WHERE dn = 'x'") == "INDEX dn(=)");
  CHECK(plan("WHERE cn = 'x'") == "CLASS");
  CHECK(plan("WHERE cn = 'x' AND is_deleted = 0") == "CLASS FILTER is_deleted(=)");
  CHECK(plan("ORDER BY object_id") == "CLASS ORDER PARTS BY object_id()");
  rows_of(*engine, "SELECT cn FROM class_mail_gateway WHERE dn = '/o=Org/cn=n1'");
  CHECK(engine->counters().rows_visited < 20);
}

TEST_CASE("classes and attributes keep their names, whatever these are") {
  CHECK(class_table_name("Mail-Gateway") == "class_mail_gateway");
  CHECK(class_table_name("1.2.840.113556.1.3.22") == "class_1_2_840_113556_1_3_22");
  CHECK(class_table_name("1-2") == "class_1$2d2");
  CHECK(class_table_name("a_b") == "class_a$5fb");
  CHECK(class_table_name("a b\"c") == "class_a$20b$22c");
  CHECK(class_table_name("a$b") == "class_a$24b");
  CHECK(class_table_name("B\xC3\x9C") == "class_b\xC3\xBC");
  CHECK(class_table_name("b\xFF"s) == "class_b$ff");
  CHECK(class_table_name("x\0y"s) == "class_x$00y");
  CHECK(class_table_name("stats") == "class_stats$");
  for (const TableInfo& table : fixed_tables()) {
    if (!table.name.starts_with(kClassTablePrefix)) continue;
    CHECK(class_table_name(table.name.substr(kClassTablePrefix.size())) == table.name + "$");
  }
  CHECK_FALSE(class_table_name(""));
  CHECK_FALSE(class_table_name(std::string(300, 'a')));

  Directory directory;
  directory.add_kind({"cn", "Common-Name", "", -1});
  directory.add_kind({"nul\0x"s, "", "", -1});
  directory.add_kind({"snapshot_id", "", "", -1});
  for (const std::string& name : {"a b\"c"s, "a_b"s, "a-b"s, "b\xC3\x9C"s}) {
    directory.add_object(name, "r");
    directory.add_text("cn", name);
    directory.add_text("nul\0x"s, "n");
    directory.add_text("snapshot_id", "s");
  }
  const TestCase data({directory.snapshot("one")});
  const auto engine = data.open();
  const auto cn = [&](const std::string& table) {
    return sorted(rows_of(*engine, "SELECT cn FROM \"" + table + "\""));
  };
  CHECK(cn("class_a$20b$22c") == std::vector{"t:a b\"c"s});
  CHECK(cn("class_a$5fb") == std::vector{"t:a_b"s});
  CHECK(cn("CLASS_A_B") == std::vector{"t:a-b"s});
  CHECK(cn("class_b\xC3\xBC") == std::vector{"t:b\xC3\x9C"s});
  CHECK(sorted(rows_of(*engine,
                       "SELECT snapshot_id, \"snapshot_id:2\", \"nul\xEF\xBF\xBDx\" FROM "
                       "class_a_b")) == std::vector{"i:1 | t:s | t:n"s});
}

TEST_CASE("an attribute is an array in the tables of all classes and snapshots, or in none") {
  Directory one;
  Directory two;
  for (Directory* directory : {&one, &two}) {
    directory->add_kind({"phone", "", "", -1});
    directory->add_kind({"mail", "", "", -1});
    directory->add_kind({"listed", "", "", directory == &one ? 0 : -1});
    directory->add_object("user", "u");
    directory->add_text("phone", "1");
    directory->add_text("mail", "m");
    directory->add_text("listed", "l");
  }
  two.add_object("group", "g");
  two.add_text("phone", "2");
  two.add_text("phone", "3");
  const TestCase data({one.snapshot("one"), two.snapshot("two")});
  const std::string sql = "SELECT phone, mail, listed FROM class_user";
  const std::string row = "t:[\"1\"] | t:m | t:[\"l\"]";
  CHECK(sorted(rows_of(*data.open(), sql)) == std::vector{row, row});
  // The form does not depend on the snapshots in scope, nor do the tables.
  EngineOptions scope;
  scope.snapshots = {"one"};
  const auto engine = data.open(scope);
  CHECK(sorted(rows_of(*engine, sql)) == std::vector{row});
  CHECK(rows_of(*engine, "SELECT * FROM class_group").empty());
}

TEST_CASE("a class of more attributes than SQL has columns shows the first") {
  Directory directory;
  for (int i = 0; i < 2100; ++i) {
    directory.add_kind({"a" + std::to_string(i), "X-" + std::to_string(i), "", 1});
  }
  directory.add_object("wide", "w");
  for (int i = 0; i < 2100; ++i) directory.add_text("a" + std::to_string(i), std::to_string(i));
  const TestCase data({directory.snapshot("one")});
  const auto engine = data.open();
  CHECK(sorted(rows_of(*engine, "SELECT a0, a62, a70, a1992, class FROM class_wide")) ==
        std::vector{"t:0 | t:62 | t:70 | t:1992 | t:wide"s});
  CHECK_FALSE(engine->prepare("SELECT a1993 FROM class_wide"));
  const auto info = engine->describe("class_wide");
  REQUIRE(info);
  REQUIRE(*info);
  CHECK((*info)->columns.size() == 2000);
  CHECK((*info)->doc.find("107 attributes and 1993 X.500 names more") != std::string::npos);
}

TEST_CASE("tables of classes are listed by name and made when they are named") {
  const TestCase data({random_directory(4, true, true).snapshot("one")});
  const auto engine = data.open();
  const auto listed = [&](const std::string& name) -> std::size_t {
    for (const TableInfo& table : engine->tables()) {
      if (table.name == name) return table.columns.size() + 1;
    }
    return 0;
  };
  CHECK(listed("class_server") == 1);
  CHECK(listed("class_nothing") == 0);
  rows_of(*engine,
          "WITH s AS (SELECT * FROM main.class_server) SELECT 1 FROM s, class_mail_gateway");
  CHECK(listed("class_server") > 15);
  CHECK(listed("class_mail_gateway") > 15);

  CHECK_FALSE(engine->prepare("SELECT 1 FROM class_servr"));
  CHECK(engine->last_error().hint == "did you mean \"class_server\"?");
  CHECK_FALSE(engine->prepare("SELECT routingLst FROM class_server"));
  CHECK(engine->last_error().hint == "did you mean \"routingList\"?");
  CHECK_FALSE(engine->prepare("SELECT 1 FROM class_"));
  CHECK_FALSE(engine->prepare("INSERT INTO class_server(dn) VALUES ('x')"));
}

TEST_CASE("a snapshot without the classes' attributes has no tables of classes") {
  Directory directory = random_directory(5, true, true);
  SnapshotRows rows = directory.snapshot("old");
  rows.relations.resize(2);
  const TestCase data({rows});
  const auto engine = data.open();
  CHECK_FALSE(engine->prepare("SELECT 1 FROM class_server"));
  CHECK(rows_of(*engine, "SELECT 1 FROM objects WHERE class = 'server' LIMIT 1").size() == 1);
}

}  // namespace
}  // namespace dirsnap::test
