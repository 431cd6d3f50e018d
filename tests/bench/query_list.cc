// SPDX-License-Identifier: MIT
#include "tests/bench/query_list.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include <fmt/format.h>

#include "query/report.h"
#include "tests/bench/measure.h"
#include "tests/bench/process.h"

namespace dirsnap::bench {
namespace {

// Restricts statements to one snapshot, or to none.
class Scope {
 public:
  explicit Scope(std::optional<std::uint64_t> snapshot) : snapshot_(snapshot) {}

  // Behind other conditions; `alias` is that of the table with its point.
  [[nodiscard]] std::string also(const char* alias = "") const { return term(" AND ", alias); }
  // In place of a condition.
  [[nodiscard]] std::string where() const { return term(" WHERE ", ""); }

 private:
  [[nodiscard]] std::string term(const char* word, const char* alias) const {
    return snapshot_ ? fmt::format("{}{}snapshot_id = {}", word, alias, *snapshot_) : "";
  }
  std::optional<std::uint64_t> snapshot_;
};

// `count` numbers in (SELECT i FROM k), scattered below `limit`.
std::string scattered(std::uint32_t count, std::uint32_t limit) {
  return fmt::format(
      "WITH RECURSIVE k(n, i) AS (SELECT 0, 0 UNION ALL SELECT n + 1, (n + 1) * 7919 % {} FROM k "
      "WHERE n < {}) ",
      limit, count - 1);
}

std::vector<std::string> each(std::uint32_t count,
                              const std::function<std::string(std::uint32_t)>& sql) {
  std::vector<std::string> out;
  for (std::uint32_t i = 0; i < count; ++i) out.push_back(sql(i));
  return out;
}

std::string report_sql(std::string_view id) {
  for (const Report& report : shipped_reports()) {
    if (report.id == id) return report.sql;
  }
  give_up("no report " + std::string(id));
}

// The rows of a common table expression `k(d)`.
std::string listed(std::uint32_t count, const std::function<std::string(std::uint32_t)>& text) {
  std::string out = "WITH k(d) AS (VALUES ";
  for (std::uint32_t i = 0; i < count; ++i) out += (i == 0 ? "('" : ", ('") + text(i) + "')";
  return out + ") ";
}

std::vector<Query> filters(const Scope& scope) {
  const auto count = [&scope](const char* table, const char* condition) {
    return fmt::format("SELECT count(*) FROM {} WHERE {}", table, condition) + scope.also();
  };
  return {
      {"hot column =", 15, {count("objects", "changed_at = '1995-06-11T05:06:00Z'")}},
      {"hot column contains", 15, {count("objects", "created_at LIKE '%06-11T05%'")}},
      {"hot column range", 15, {count("objects", "usn_changed BETWEEN 5000 AND 6000")}},
      {"any attribute, full scan", 1.5, {count("attributes", "text LIKE '%desk 77%'")}},
      {"one attribute LIKE",
       1,
       {count("attributes", "attribute = 'displayName' AND text LIKE '%Number 77%'")}},
  };
}

std::vector<Query> look_ups(const RowCounts& counts, const Scope& scope) {
  const std::uint32_t first = first_person(counts);
  const std::uint32_t persons = counts.objects - first;
  const auto some_dn = [persons](std::uint32_t i) { return person_dn(i * 7919 % persons); };
  const auto by_value = [&scope](const char* attribute, const char* prefix, std::uint32_t number) {
    return fmt::format(
               "SELECT count(*), sum(object_id) FROM attributes WHERE attribute = '{}' AND "
               "text = '{} {}'",
               attribute, prefix, number) +
           scope.also();
  };
  const std::uint32_t departments = std::max(1U, counts.objects / kDepartment);
  const std::uint32_t cities = std::max(1U, counts.objects / kCity);
  std::string in_list = "SELECT count(*), sum(object_id) FROM objects WHERE dn IN (";
  for (std::uint32_t i = 0; i < 1000; ++i) in_list += (i == 0 ? "'" : ", '") + some_dn(i) + "'";
  in_list += ")" + scope.also();
  return {
      {"look-up by id",
       1,
       {scattered(20'000, counts.objects) +
        "SELECT count(o.rdn), sum(length(o.rdn)) FROM k CROSS JOIN objects o "
        "ON o.object_id = k.i + 1" +
        scope.also("o.")}},
      {"look-up by DN",
       1.4,
       {scattered(20'000, counts.objects) +
        "SELECT count(*), sum(o.object_id) FROM k CROSS JOIN objects a ON "
        "a.object_id = k.i + 1 CROSS JOIN objects o ON o.dn = a.dn" +
        scope.also("a.") + scope.also("o.")}},
      {"attribute = value, one hit",
       1,
       {listed(2'000, [&](std::uint32_t i) { return person(i * 7919 % persons); }) +
        "SELECT count(*), sum(a.object_id) FROM k CROSS JOIN attributes a ON a.attribute = 'cn' "
        "AND a.text = k.d" +
        scope.also("a.")}},
      {"attribute = value, 100 hits", 1,
       each(100,
            [&](std::uint32_t i) {
              return by_value("department", "Department", i * 97 % departments);
            })},
      {"attribute = value, 10,000 hits", 1,
       each(10, [&](std::uint32_t i) { return by_value("l", "City", i * 7 % cities); })},
      {"IN list of 1,000", 1, {in_list}},
  };
}

std::vector<Query> trees(const RowCounts& counts, const Scope& scope) {
  const std::uint32_t first_container = 1 + kSites;
  const std::string site = "/o=Northwind Traders/ou=Site 7";
  const std::string descend =
      "WITH RECURSIVE t(id) AS (SELECT object_id FROM objects WHERE dn = '" + site +
      "' UNION ALL SELECT o.object_id FROM t JOIN objects o ON o.parent_id = t.id) "
      "SELECT count(*), sum(id) FROM t";
  return {
      {"children in name order", 1,
       each(100,
            [&](std::uint32_t i) {
              return fmt::format(
                  "SELECT object_id, rdn FROM objects WHERE parent_id = {}{} ORDER BY rdn",
                  first_container + 1 + i * 31 % containers(counts), scope.also());
            })},
      {"subtree",
       1,
       {"SELECT count(*), sum(object_id) FROM subtree('" + site + "')" + scope.where()},
       {descend}},
      {"class list",
       1,
       {"SELECT object_id, rdn FROM objects WHERE class = 'remoteAddress'" + scope.also()}},
  };
}

std::vector<Query> orders(const RowCounts& counts, const Scope& scope) {
  const std::string objects = "FROM objects" + scope.where();
  return {
      {"GROUP BY class", 1, {"SELECT class, count(*) " + objects + " GROUP BY class"}},
      {"DISTINCT class", 1, {"SELECT DISTINCT class " + objects}},
      {"ORDER BY rdn LIMIT 10", 1, {"SELECT object_id, rdn " + objects + " ORDER BY rdn LIMIT 10"}},
      {"OFFSET half",
       100,
       {fmt::format("SELECT object_id, rdn {} ORDER BY object_id LIMIT 10 OFFSET {}", objects,
                    counts.objects / 2)}},
      {"count per attribute",
       100,
       {"SELECT attribute, value_count FROM attribute_stats" + scope.where() +
        " ORDER BY attribute"},
       {"SELECT attribute, count(*) FROM attributes GROUP BY attribute ORDER BY attribute"}},
      {"all columns of all objects", 0.9, {"SELECT * " + objects}},
      {"all DNs", 0.7, {"SELECT dn " + objects}},
  };
}

std::vector<Query> joins(const Scope& scope) {
  return {
      {"founding report", 3, {report_sql("connectors-without-services")}, {}, false},
      {"reference to tombstone",
       1.5,
       {"SELECT count(*), sum(a.object_id) FROM objects o JOIN attributes a ON a.text = o.dn "
        "WHERE o.is_deleted = 1" +
        scope.also("o.") + scope.also("a.")}},
      {"mailbox/store anti-join",
       1.5,
       {"SELECT count(*), sum(m.mailbox_id) FROM mailboxes m WHERE NOT EXISTS (SELECT 1 FROM "
        "objects o WHERE o.snapshot_id = m.snapshot_id AND o.dn = m.owner_dn AND o.is_deleted = "
        "0)" +
            scope.also("m."),
        "SELECT count(*), sum(o.object_id) FROM objects o WHERE o.class = 'user' AND "
        "o.is_deleted = 0 AND NOT EXISTS (SELECT 1 FROM mailboxes m WHERE m.snapshot_id = "
        "o.snapshot_id AND m.owner_dn = o.dn)" +
            scope.also("o.")}},
  };
}

}  // namespace

std::vector<Query> query_list(const RowCounts& counts, std::optional<std::uint64_t> snapshot) {
  const Scope scope(snapshot);
  std::vector<Query> all;
  for (auto& some : {filters(scope), look_ups(counts, scope), trees(counts, scope),
                     orders(counts, scope), joins(scope)}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

PrivateMemory most_private_memory(const std::filesystem::path& case_path,
                                  const std::vector<Query>& queries) {
  PrivateMemory most;
  for (const Query& query : queries) {
    const std::string program = DIRSNAP_BIN_DIR "/dirsnap";
    const Cost cost =
        run_program({program, "query", case_path.string(), query.ours.front(), "--format", "csv"});
    if (cost.private_mib > most.mib) most = {cost.private_mib, query.name};
  }
  return most;
}

}  // namespace dirsnap::bench
