// SPDX-License-Identifier: MIT
//
// subtree(), ancestors() and the tables of counts give what queries over whole tables give.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "storage/base/dn.h"
#include "storage/tables/attributes.h"
#include "storage/tables/objects.h"
#include "tests/unit/query/query_case.h"

namespace dirsnap::test {
namespace {

namespace ob = tables::objects;
namespace at = tables::attributes;

constexpr std::size_t kObjects = 300;

// A random tree whose names need escapes and differ in case; object 1 is the root.
SnapshotRows random_tree(const char* name, unsigned seed) {
  std::mt19937 random(seed);
  SnapshotRows snapshot{.name = name};
  RelationRows objects{.def = relation_of(ob::kSpec)};
  RelationRows attributes{.def = relation_of(at::kSpec)};
  std::vector<std::string> dns;
  std::vector<std::int64_t> depths;
  for (std::size_t i = 0; i < kObjects; ++i) {
    const std::size_t parent = i == 0 ? 0 : random() % i;
    static constexpr const char* kTypes[] = {"ou", "cn"};
    std::string rdn = "N" + std::to_string(i);
    if (i % 7 == 0) rdn += "/a\\b, c";
    if (i % 5 == 0) rdn = "É" + rdn;
    dns.push_back(i == 0 ? "/o=Org" : dn_append_x500(dns[parent], kTypes[i % 2], rdn));
    depths.push_back(i == 0 ? 1 : depths[parent] + 1);
    Row row(objects.def.columns.size());
    row[ob::kObjectId] = static_cast<std::int64_t>(i) + 1;
    if (i != 0) row[ob::kParentId] = static_cast<std::int64_t>(parent) + 1;
    row[ob::kRdn] = rdn;
    row[ob::kDn] = dns.back();
    row[ob::kDepth] = depths.back();
    if (i % 11 != 0) row[ob::kClass] = i % 3 == 0 ? "user" : i % 3 == 1 ? "User" : "group";
    objects.rows.push_back(std::move(row));
    for (std::size_t value = 0; value < i % 4; ++value) {
      Row cells(attributes.def.columns.size());
      cells[at::kObjectId] = static_cast<std::int64_t>(i) + 1;
      cells[at::kAttribute] = "attribute" + std::to_string(value);
      cells[at::kText] = "x";
      attributes.rows.push_back(std::move(cells));
    }
  }
  snapshot.relations = {std::move(objects), std::move(attributes)};
  return snapshot;
}

const TestCase& trees() {
  static const TestCase kCase({random_tree("one", 1), random_tree("two", 2)});
  return kCase;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::vector<std::string> sorted(const std::vector<Row>& rows) {
  std::vector<std::string> lines;
  for (const Row& row : rows) lines.push_back(show(row));
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> all_dns(Engine& engine) {
  std::vector<std::string> dns;
  for (const Row& row : rows_of(engine, "SELECT DISTINCT dn FROM objects")) {
    dns.push_back(std::get<std::string>(row[0]));
  }
  return dns;
}

}  // namespace

TEST_CASE("subtree gives what walking down parent_id gives") {
  const auto engine = trees().open();
  for (const std::string& dn : all_dns(*engine)) {
    const std::string walk =
        "WITH RECURSIVE t(s, id, d) AS (SELECT snapshot_id, object_id, 0 FROM objects WHERE dn = " +
        quoted(dn) +
        " UNION ALL SELECT o.snapshot_id, o.object_id, d + 1 FROM t JOIN objects o ON "
        "o.snapshot_id = s AND o.parent_id = id) SELECT s, id, d FROM t";
    INFO(dn);
    const auto expected = sorted(rows_of(*engine, walk));
    const auto ask = [&](const std::string& name) {
      return sorted(rows_of(
          *engine, "SELECT snapshot_id, object_id, distance FROM subtree(" + quoted(name) + ")"));
    };
    REQUIRE(ask(dn) == expected);
    REQUIRE(ask(dn_ldap_from_x500(dn).value()) == expected);
  }
}

TEST_CASE("ancestors gives what walking up parent_id gives, nearest first") {
  const auto engine = trees().open();
  for (const std::string& dn : all_dns(*engine)) {
    const std::string walk =
        "WITH RECURSIVE t(s, id, d) AS (SELECT snapshot_id, parent_id, 1 FROM objects WHERE dn = " +
        quoted(dn) +
        " UNION ALL SELECT s, o.parent_id, d + 1 FROM t JOIN objects o ON o.snapshot_id = s AND "
        "o.object_id = id) SELECT s, d, id FROM t WHERE id IS NOT NULL ORDER BY s, d";
    INFO(dn);
    const auto lines = [&engine](const std::string& sql) {
      std::vector<std::string> out;
      for (const Row& row : rows_of(*engine, sql)) out.push_back(show(row));
      return out;
    };
    REQUIRE(lines("SELECT snapshot_id, distance, object_id FROM ancestors(" + quoted(dn) + ")") ==
            lines(walk));
  }
}

TEST_CASE("subtree and ancestors prune snapshots and shrug at what is no name") {
  const auto engine = trees().open();
  const auto count = [&engine](const std::string& from) {
    return show(rows_of(*engine, "SELECT count(*) FROM " + from)[0]);
  };
  CHECK(count("subtree('/O=oRG')") == "i:600");
  CHECK(count("subtree('/o=Org') WHERE snapshot_id = 2") == "i:300");
  CHECK(engine->counters().rows_visited == 300);
  CHECK(count("subtree('/o=Org') WHERE snapshot_id = 2.5") == "i:0");
  CHECK(count("subtree('/o=Or')") == "i:0");
  CHECK(count("subtree('')") == "i:0");
  CHECK(count("subtree(NULL)") == "i:0");
  CHECK(count("subtree(x'2f')") == "i:0");
  CHECK(count("subtree('no name at all')") == "i:0");
  CHECK(count("ancestors('/o=Org')") == "i:0");
  CHECK(count("objects o JOIN ancestors(o.dn) a USING (snapshot_id) WHERE o.object_id = 1") ==
        "i:0");
  const auto prepared = engine->prepare("SELECT * FROM subtree");
  CHECK_FALSE(prepared);
}

TEST_CASE("parents in a circle end") {
  SnapshotRows snapshot{.name = "loop"};
  RelationRows objects{.def = relation_of(ob::kSpec)};
  for (std::int64_t i = 1; i <= 2; ++i) {
    Row row(objects.def.columns.size());
    row[ob::kObjectId] = i;
    row[ob::kParentId] = 3 - i;
    row[ob::kDn] = "/o=Loop/cn=" + std::to_string(i);
    objects.rows.push_back(std::move(row));
  }
  snapshot.relations = {std::move(objects)};
  const TestCase loop({snapshot});
  const auto engine = loop.open();
  CHECK(show(rows_of(*engine, "SELECT count(*) FROM ancestors('/o=Loop/cn=1')")[0]) == "i:1000");
}

TEST_CASE("the tables of counts give what counting gives") {
  const auto engine = trees().open();
  const auto same = [&engine](const std::string& ours, const std::string& counted) {
    CHECK(sorted(rows_of(*engine, ours)) == sorted(rows_of(*engine, counted)));
  };
  same("SELECT snapshot_id, lower(class), object_count FROM class_stats",
       "SELECT snapshot_id, lower(class), count(*) FROM objects GROUP BY snapshot_id, class");
  same("SELECT snapshot_id, attribute, value_count FROM attribute_stats",
       "SELECT snapshot_id, attribute, count(*) FROM attributes GROUP BY snapshot_id, attribute");
  same("SELECT class, object_count FROM class_stats WHERE snapshot_id = 2 AND class = 'GROUP'",
       "SELECT class, count(*) FROM objects WHERE snapshot_id = 2 AND class = 'group'");
  CHECK(rows_of(*engine, "SELECT * FROM class_stats WHERE snapshot_id = 9").empty());
}

}  // namespace dirsnap::test
