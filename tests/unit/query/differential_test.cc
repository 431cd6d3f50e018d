// SPDX-License-Identifier: MIT
//
// The same rows in our tables and in ordinary SQLite tables give the same answers, whatever the
// query; with push-down and without.
#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "query/table_shape.h"
#include "storage/snapshot_reader.h"
#include "storage/tables.h"
#include "tests/unit/query/query_case.h"

namespace dirsnap::test {
namespace {

constexpr unsigned kSeed = 19990421;
constexpr int kQueries = 12'000;
constexpr int kQueriesWithoutPushDown = 1500;
constexpr int kQueriesOfManyChunks = 400;
constexpr std::size_t kMostJoined = 100'000;  // rows
constexpr int kQueriesOfDays = 120;

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) { return random() % limit; }
bool chance(Random& random, unsigned percent) { return random() % 100 < percent; }

template <class List>
const auto& pick(Random& random, const List& list) {
  return list[below(random, std::size(list))];
}

// Few values, so that conditions meet; the awkward ones among them.
const std::vector<std::string>& texts() {
  static const std::vector<std::string> kTexts = {"a",
                                                  "A",
                                                  "b",
                                                  "ab",
                                                  "AB",
                                                  "aBc",
                                                  "abc",
                                                  "abd",
                                                  "",
                                                  "5",
                                                  "05",
                                                  "5.0",
                                                  " 5",
                                                  "10",
                                                  "-1",
                                                  "x%y",
                                                  "x_y",
                                                  "Straße",
                                                  "STRASSE",
                                                  "É",
                                                  "é",
                                                  "éa",
                                                  "Éb",
                                                  "日本",
                                                  "\U0001F600z",
                                                  "ab cd",
                                                  "ab  ",
                                                  std::string("ab\0c", 4),
                                                  std::string("ab\0d", 4),
                                                  "1e3",
                                                  "user",
                                                  "User",
                                                  "USER"};
  return kTexts;
}

Cell random_integer(Random& random) {
  static constexpr std::array<std::int64_t, 6> kRare = {INT64_MIN, INT64_MAX,  -1,
                                                        1LL << 53, 4294967296, -129};
  if (chance(random, 5)) return pick(random, kRare);
  return static_cast<std::int64_t>(below(random, 12));
}

Cell random_real(Random& random) {
  static constexpr std::array<double, 7> kReals = {
      0.0, -0.0, 1.5, 5.0, 1e300, -2.25, 9007199254740993.0};
  return pick(random, kReals);
}

Cell random_blob(Random& random) {
  static const std::vector<std::string> kBlobs = {"", "a", "abc", std::string("\0\1", 2), "\xFF"};
  return Blob{pick(random, kBlobs)};
}

Cell random_value(Random& random, ColumnType type) {
  if (chance(random, 15)) return {};
  switch (type) {
    case ColumnType::kInteger:
      return random_integer(random);
    case ColumnType::kReal:
      return random_real(random);
    case ColumnType::kText:
      return pick(random, texts());
    case ColumnType::kBlob:
      return random_blob(random);
    case ColumnType::kAny:
      break;
  }
  switch (below(random, 4)) {
    case 0:
      return random_integer(random);
    case 1:
      return random_real(random);
    case 2:
      return random_blob(random);
    default:
      return pick(random, texts());
  }
}

RelationRows random_rows(Random& random, RelationDef def, std::size_t count) {
  RelationRows out{.def = std::move(def)};
  std::int64_t sorted = 1;
  for (std::size_t i = 0; i < count; ++i) {
    Row& row = out.rows.emplace_back();
    for (const ColumnDef& column : out.def.columns) {
      if (column.access == Access::kDense) {
        row.emplace_back(static_cast<std::int64_t>(i) + 1);
      } else if (column.access == Access::kSorted) {
        sorted += static_cast<std::int64_t>(below(random, 3) == 0);
        row.emplace_back(sorted);
      } else {
        row.push_back(random_value(random, column.type));
      }
    }
  }
  return out;
}

// The rows of the next day: some changed, some gone, some new. Dense numbers and ascending ones
// stay what they are.
RelationRows next_day(Random& random, const RelationRows& before) {
  RelationRows out{.def = before.def};
  bool has_dense = false;
  const auto is_fixed = [](const ColumnDef& column) {
    return column.access == Access::kDense || column.access == Access::kSorted;
  };
  for (const ColumnDef& column : out.def.columns) {
    has_dense = has_dense || column.access == Access::kDense;
  }
  for (const Row& row : before.rows) {
    if (!has_dense && chance(random, 2)) continue;  // gone
    out.rows.push_back(row);
    if (!has_dense && chance(random, 2)) out.rows.push_back(row);  // twice
    if (!chance(random, 5)) continue;
    const std::size_t column = below(random, row.size());
    const ColumnDef& def = out.def.columns[column];
    if (!is_fixed(def)) out.rows.back()[column] = random_value(random, def.type);
  }
  const RelationRows added = random_rows(random, out.def, 5);
  for (Row row : added.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Access access = out.def.columns[i].access;
      if (access == Access::kDense) row[i] = static_cast<std::int64_t>(out.rows.size()) + 1;
      if (access == Access::kSorted && !out.rows.empty()) row[i] = out.rows.back()[i];
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

// A raw table with every type and access.
RelationDef raw_def(int source, bool extra) {
  RelationDef def{.name = "ese/" + std::to_string(source) + "/things",
                  .columns = {{"_record", ColumnType::kInteger, Access::kDense},
                              {"_page", ColumnType::kInteger},
                              {"Number", ColumnType::kInteger, Access::kIndex},
                              {"real", ColumnType::kReal, Access::kIndex},
                              {"plain", ColumnType::kText, Access::kIndex},
                              {"folded", ColumnType::kText, Access::kIndex, Collation::kFold},
                              {"any", ColumnType::kAny, Access::kIndex},
                              {"odd name(", ColumnType::kText},
                              {"bytes", ColumnType::kBlob},
                              {"hashed", ColumnType::kText, Access::kHash}}};
  if (extra) def.columns.push_back({"late", ColumnType::kText});
  def.in_common = true;
  return def;
}

struct QueryColumn {
  std::string name;  // as SQL
  ColumnType type = ColumnType::kAny;
  Collation collation = Collation::kBinary;
  Access access = Access::kScan;
};
struct QueryTable {
  std::string name;
  std::vector<QueryColumn> columns = {};
};

// Case, native twin and what a generator needs to know.
class Fixture {
 public:
  // `scale` multiplies the rows of the first snapshots. `days`: snapshots that follow the first one
  // day by day, instead of others.
  explicit Fixture(std::size_t scale, int days = 0) : random_(kSeed), scale_(scale) {
    std::vector<SnapshotRows> snapshots;
    snapshots.push_back(make_snapshot(0));
    for (int i = 1; i < 3 && days == 0; ++i) snapshots.push_back(make_snapshot(i));
    for (int i = 1; i <= days; ++i) {
      SnapshotRows next{.name = "day" + std::to_string(i)};
      for (const RelationRows& relation : snapshots.back().relations) {
        const bool is_daily = relation.def.in_common;
        next.relations.push_back(is_daily ? next_day(random_, relation) : relation);
      }
      snapshots.push_back(std::move(next));
    }
    case_ = std::make_unique<TestCase>(snapshots);
    for (const TableSpec* spec : kFixedTables) add_fixed(*spec, snapshots);
    add_raw(snapshots);
  }

  Random& random() { return random_; }
  [[nodiscard]] const TestCase& test_case() const { return *case_; }
  [[nodiscard]] const NativeTables& native() const { return native_; }
  [[nodiscard]] const std::vector<QueryTable>& tables() const { return tables_; }

 private:
  SnapshotRows make_snapshot(int number) {
    SnapshotRows snapshot{.name = "snapshot" + std::to_string(number)};
    // The second snapshot has no services, the third few rows.
    const std::size_t rows =
        number == 2 ? 7 : scale_ * (60 + 30 * static_cast<std::size_t>(number));
    for (const TableSpec* spec : kFixedTables) {
      const std::string_view name = spec->name;
      const bool used = name == "objects" || name == "attributes" || name == "registry_values" ||
                        name == "links" || name == "replication_metadata" ||
                        (name == "services" && number != 1);
      const std::size_t more = name == "attributes" && number == 0 ? 15 : 1;
      if (used) snapshot.relations.push_back(random_rows(random_, relation_of(*spec), more * rows));
    }
    RelationRows list{.def = relation_of(tables::ese_tables::kSpec)};
    const int sources = number == 0 ? 2 : 1;
    for (int source = 1; source <= sources; ++source) {
      snapshot.relations.push_back(random_rows(random_, raw_def(source, source == 2), rows));
      Row row(tables::ese_tables::kRootPage + 1);
      row[tables::ese_tables::kSourceId] = std::int64_t{source};
      row[tables::ese_tables::kTableName] = "things";
      row[tables::ese_tables::kSqlName] = "ese_things";
      list.rows.push_back(std::move(row));
    }
    snapshot.relations.push_back(std::move(list));
    return snapshot;
  }

  void add_fixed(const TableSpec& spec, const std::vector<SnapshotRows>& snapshots) {
    TableShape shape = fixed_shape(spec, {});
    std::vector<Row> rows;
    for (std::size_t i = 0; i < snapshots.size(); ++i) {
      for (const RelationRows& relation : snapshots[i].relations) {
        if (relation.def.name != spec.name) continue;
        for (const Row& row : relation.rows) {
          Row& wide = rows.emplace_back(Row{static_cast<std::int64_t>(i + 1)});
          wide.insert(wide.end(), row.begin(), row.end());
        }
      }
    }
    add_table(shape, rows);
  }

  void add_raw(const std::vector<SnapshotRows>& snapshots) {
    std::vector<Row> rows;
    TableShape shape{.name = "ese_things"};
    const RelationDef widest = raw_def(0, true);
    for (std::size_t i = 2; i < widest.columns.size(); ++i) {
      const ColumnDef& column = widest.columns[i];
      shape.columns.push_back({.name = column.name,
                               .type = column.type,
                               .access = column.access,
                               .collation = column.collation});
    }
    for (const char* name : {"_snapshot_id", "_source_id", "_record", "_page"}) {
      shape.columns.push_back({.name = name, .type = ColumnType::kInteger});
    }
    for (std::size_t i = 0; i < snapshots.size(); ++i) {
      std::int64_t source = 0;
      for (const RelationRows& relation : snapshots[i].relations) {
        if (!relation.def.name.starts_with("ese/")) continue;
        ++source;
        for (const Row& row : relation.rows) {
          Row wide(row.begin() + 2, row.end());
          wide.resize(widest.columns.size() - 2);
          wide.insert(wide.end(), {static_cast<std::int64_t>(i + 1), source, row[0], row[1]});
          rows.push_back(std::move(wide));
        }
      }
    }
    add_table(shape, rows);
  }

  void add_table(const TableShape& shape, const std::vector<Row>& rows) {
    std::string create = declaration(shape);
    create.replace(0, std::string("CREATE TABLE x").size(), "CREATE TABLE " + shape.name);
    native_.add(create, shape.name, rows);
    if (rows.empty()) return;
    QueryTable table{.name = shape.name};
    for (const TableColumn& column : shape.columns) {
      table.columns.push_back({.name = "\"" + column.name + "\"",
                               .type = column.type,
                               .collation = column.collation,
                               .access = column.access});
    }
    tables_.push_back(std::move(table));
  }

  Random random_;
  std::size_t scale_;
  std::unique_ptr<TestCase> case_;
  NativeTables native_;
  std::vector<QueryTable> tables_;
};

std::string sql_literal(const Cell& cell) {
  const ValueView value = view(cell);
  switch (value.type) {
    case ValueType::kInteger:
      // The smallest integer has no literal.
      return value.integer == INT64_MIN ? "(-9223372036854775807 - 1)"
                                        : std::to_string(value.integer);
    case ValueType::kReal:
      return value.real == 1e300 ? "1e300" : std::to_string(value.real);
    case ValueType::kBlob:
    case ValueType::kText: {
      std::string hex;
      for (const char c : value.bytes) {
        constexpr char kDigits[] = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        hex += {kDigits[byte >> 4], kDigits[byte & 15]};
      }
      if (value.type == ValueType::kBlob) return "x'" + hex + "'";
      if (value.bytes.find('\0') != value.bytes.npos) return "CAST(x'" + hex + "' AS TEXT)";
      std::string out = "'";
      for (const char c : value.bytes) out += c == '\'' ? std::string("''") : std::string(1, c);
      return out + "'";
    }
    case ValueType::kNull:
      break;
  }
  return "NULL";
}

// Makes queries of one fixture.
class Generator {
 public:
  explicit Generator(Fixture& fixture) : random_(fixture.random()), tables_(fixture.tables()) {}

  struct Query {
    std::string sql;
    bool ordered = false;  // the whole row sequence is determined
    std::string all;       // of a query with LIMIT but no order: the same without LIMIT
  };

  // One line about all rows of a table that meet some terms.
  Query summary() {
    const std::string from = table().name;
    const std::string number = table_->columns[id(*table_)].name;
    const std::string inner =
        "SELECT " + number + " AS n, " + column().name + " AS x FROM " + from + where();
    const bool limited = chance(random_, 20);
    return {.sql = "SELECT count(*), " +
                   std::string(limited ? "1" : "total(n), total(length(x)), count(x)") + " FROM (" +
                   inner + (limited ? " LIMIT 5000 OFFSET 3000" : "") + ")",
            .all = {}};
  }

  Query next() { return of_kind(below(random_, kKinds)); }

  // For tables of so many rows that a join of any two columns would take its time.
  Query of_one_table() {
    for (;;) {
      const std::size_t kind = below(random_, kKinds);
      if (kind != kJoin && kind != kLeftJoin && kind != kSubquery) return of_kind(kind);
    }
  }

 private:
  static constexpr std::size_t kKinds = 13;
  enum Kind : std::size_t { kJoin = 0, kLeftJoin = 1, kSubquery = 4 };

  Query of_kind(std::size_t kind) {
    switch (kind) {
      case kJoin:
        return {.sql = join_query(), .all = {}};
      case kLeftJoin:
        return {.sql = left_join_query(), .all = {}};
      case 2:
        return {.sql = group_query(), .all = {}};
      case 3:
        return {.sql = distinct_query(), .all = {}};
      case kSubquery:
        return {.sql = subquery(), .all = {}};
      case 5:
      case 6:
      case 7:
        return ordered_query();
      case 8:
        return limited_query();
      case 9:
        return compound_query();
      default:
        return {.sql = plain_query(), .all = {}};
    }
  }

  const QueryTable& table() {
    table_ = &pick(random_, tables_);
    return *table_;
  }
  // Hidden columns too, which * leaves out.
  std::string all_columns(const std::string& alias = {}) {
    std::string out;
    for (const QueryColumn& c : table_->columns) out += (out.empty() ? "" : ", ") + alias + c.name;
    return out;
  }
  // Columns by which rows are stored are few, but matter most.
  const QueryColumn& column() {
    for (int i = chance(random_, 30) ? 8 : 0; i > 0; --i) {
      const QueryColumn& c = pick(random_, table_->columns);
      if (c.access == Access::kDense || c.access == Access::kSorted) return c;
    }
    return pick(random_, table_->columns);
  }

  std::string value_for(const QueryColumn& column) {
    // Mostly the column's own type, sometimes any.
    const ColumnType type = chance(random_, 75) ? column.type : ColumnType::kAny;
    std::string text = sql_literal(random_value(random_, type));
    switch (below(random_, 20)) {
      case 0:
        return "+" + text;  // hides the literal from the planner
      case 1:
        return "CAST(" + text + " AS TEXT)";
      case 2:
        return "CAST(" + text + " AS INTEGER)";
      default:
        return text;
    }
  }

  std::string collate() {
    static constexpr std::array kCollations = {" COLLATE NOCASE", " COLLATE BINARY",
                                               " COLLATE RTRIM", " COLLATE FOLD"};
    return chance(random_, 15) ? pick(random_, kCollations) : "";
  }

  std::string pattern() {
    static constexpr std::array kPatterns = {"'a%'",     "'%b'", "'%b%'",
                                             "'ab%'",    "'A_'", "'_b%'",
                                             "'é%'",     "'É%'", "'x\\%%' ESCAPE '\\'",
                                             "'5%'",     "'%'",  "'User'",
                                             "5",        "NULL", "''",
                                             "'STRAß%'", "x'61'"};
    return pick(random_, kPatterns);
  }
  std::string glob() {
    static constexpr std::array kGlobs = {"'a*'", "'*b'", "'ab*'", "'[aA]b*'", "'?b*'",
                                          "'é*'", "5",    "NULL",  "'*'",      "'User'"};
    return pick(random_, kGlobs);
  }

  std::string list(const QueryColumn& column) {
    std::string out = "(";
    const std::size_t count = 1 + below(random_, 5);
    for (std::size_t i = 0; i < count; ++i) {
      out += (i == 0 ? "" : ", ") + value_for(column);
      if (chance(random_, 20)) out += ", " + value_for(column) + ", NULL";
    }
    return out + ")";
  }

  std::string term(const std::string& alias = {}) {
    const QueryColumn& c = column();
    const std::string name = alias + c.name;
    switch (below(random_, 14)) {
      case 0:
        return name + " IS NULL";
      case 1:
        return name + " IS NOT NULL";
      case 2:
        return name + collate() + " IN " + list(c);
      case 3:
        return name + " LIKE " + pattern();
      case 4:
        return name + " GLOB " + glob();
      case 5:
        return name + collate() + " BETWEEN " + value_for(c) + " AND " + value_for(c);
      case 6:
        return name + (chance(random_, 50) ? " IS " : " IS NOT ") + value_for(c);
      case 7:
        return "(" + name + ", " + alias + column().name + ") = (" + value_for(c) + ", 1)";
      default: {
        static constexpr std::array kOps = {" = ", " = ",  " = ", " <> ",
                                            " < ", " <= ", " > ", " >= "};
        return name + collate() + pick(random_, kOps) + value_for(c);
      }
    }
  }

  std::string where(const std::string& alias = {}) {
    const std::size_t terms = below(random_, 4);
    std::string out;
    // Within one part the table can keep an order of its own.
    if (chance(random_, 35)) {
      out = " WHERE " + alias + table_->columns[id(*table_)].name + " = " +
            std::to_string(1 + below(random_, 3));
      if (table_->name == "ese_things") out += " AND " + alias + "_source_id = 1";
    }
    for (std::size_t i = 0; i < terms; ++i) {
      std::string one = term(alias);
      if (chance(random_, 10)) one = "NOT (" + one + ")";
      out += out.empty() ? " WHERE " : chance(random_, 80) ? " AND " : " OR ";
      out += one;
    }
    return out;
  }

  std::string join_condition(const QueryTable& a, const QueryTable& b) {
    std::string out;
    const std::size_t terms = 1 + below(random_, 2);
    if (chance(random_, 50)) out = "a." + a.columns[id(a)].name + " = b." + b.columns[id(b)].name;
    for (std::size_t i = 0; i < terms; ++i) {
      out += (out.empty() ? "" : " AND ") + ("a." + pick(random_, a.columns).name) + " = b." +
             pick(random_, b.columns).name;
    }
    return out;
  }
  // Place of the snapshot's number.
  static std::size_t id(const QueryTable& t) {
    for (std::size_t i = 0; i < t.columns.size(); ++i) {
      if (t.columns[i].name.find("snapshot_id") != std::string::npos) return i;
    }
    return 0;
  }

  std::string join_query() {
    const QueryTable& a = table();
    const QueryTable& b = pick(random_, tables_);
    return "SELECT " + all_columns("a.") + ", b." + pick(random_, b.columns).name + " FROM " +
           a.name + " a JOIN " + b.name + " b ON " + join_condition(a, b) + where("a.") +
           " ORDER BY 1 LIMIT " + std::to_string(kMostJoined);
  }
  std::string left_join_query() {
    const QueryTable& a = table();
    const QueryTable& b = pick(random_, tables_);
    const std::string how = pick(random_, std::array{" LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN "});
    return "SELECT a." + column().name + ", a." + column().name + ", b." +
           pick(random_, b.columns).name + " FROM " + a.name + " a" + how + b.name + " b ON " +
           join_condition(a, b) + " WHERE b." + pick(random_, b.columns).name +
           (chance(random_, 50) ? " IS NULL" : " IS NOT NULL OR a." + a.columns[0].name + " = 1");
  }
  // Groups show folded values: which spelling stands for a group is not determined.
  std::string group_query() {
    const std::string from = table().name;
    const QueryColumn& c = column();
    const std::string key = c.collation == Collation::kFold ? "fold(" + c.name + ")" : c.name;
    return "SELECT " + key + ", count(*), count(" + column().name + "), min(" +
           table_->columns[id(*table_)].name + ") FROM " + from + where() + " GROUP BY " + c.name;
  }
  std::string distinct_query() {
    const std::string from = table().name;
    const QueryColumn& c = column();
    if (c.collation == Collation::kFold) {
      return "SELECT fold(x) FROM (SELECT DISTINCT " + c.name + " AS x FROM " + from + where() +
             ")";
    }
    if (c.type == ColumnType::kAny || c.type == ColumnType::kReal) {
      // 5 and 5.0 are one value; which of them is shown is not determined.
      return "SELECT x + 0.0, typeof(x) = 'text' FROM (SELECT DISTINCT " + c.name + " AS x FROM " +
             from + where() + ")";
    }
    return "SELECT DISTINCT " + c.name + " FROM " + from + where();
  }
  std::string subquery() {
    const std::string from = table().name;
    const QueryTable& b = pick(random_, tables_);
    const std::string outer = "a." + column().name;
    const std::string inner = "b." + pick(random_, b.columns).name;
    if (chance(random_, 50)) {
      return "SELECT " + outer + ", (SELECT count(*) FROM " + b.name + " b WHERE " + inner + " = " +
             outer + ") FROM " + from + " a" + where("a.");
    }
    return "SELECT " + outer + " FROM " + from + " a WHERE " + outer +
           (chance(random_, 50) ? "" : " NOT") + " IN (SELECT " + inner + " FROM " + b.name + " b)";
  }
  // ORDER BY to the last tie.
  Query ordered_query() {
    const QueryTable& t = table();
    std::string order = column().name + (chance(random_, 40) ? " DESC" : "");
    std::string all = order;
    // The planner sees the short order; ties are settled outside.
    const bool deep = chance(random_, 50);
    if (deep) {
      for (const QueryColumn& c : t.columns)
        all += ", " + c.name + ", hex(" + c.name + "), typeof(" + c.name + ")";
      return {.sql = "SELECT " + all_columns() + " FROM " + t.name + where() + " ORDER BY " + all +
                     limit(),
              .ordered = true,
              .all = {}};
    }
    const std::string key = order.substr(0, order.find(" DESC"));
    const bool folds = std::any_of(t.columns.begin(), t.columns.end(), [&](const QueryColumn& c) {
      return c.name == key && c.collation == Collation::kFold;
    });
    const std::string shown = folds ? "fold(" + key + ")"
                                    : key + " + 0.0, typeof(" + key +
                                          ") IN ('real','integer'), hex(CASE WHEN typeof(" + key +
                                          ") IN ('text','blob') THEN " + key + " END)";
    return {.sql = "SELECT " + shown + " FROM " + t.name + where() + " ORDER BY " + order + limit(),
            .ordered = true,
            .all = {}};
  }
  std::string limit() {
    switch (below(random_, 6)) {
      case 0:
        return " LIMIT " + std::to_string(below(random_, 30));
      case 1:
        return " LIMIT " + std::to_string(below(random_, 30)) + " OFFSET " +
               std::to_string(below(random_, 100));
      case 2:
        return " LIMIT -1 OFFSET " + std::to_string(below(random_, 100));
      case 3:
        return " LIMIT 5 OFFSET -3";
      default:
        return "";
    }
  }
  std::string plain_query() {
    const std::string from = table().name;  // before where(), which speaks of its columns
    return "SELECT " + all_columns() + " FROM " + from + where();
  }
  Query limited_query() {
    const std::string sql = plain_query();
    return {.sql = sql + limit(), .all = sql};
  }

  // A limit counts over all arms.
  Query compound_query() {
    std::string arms;
    for (std::size_t i = 2 + below(random_, 2); i > 0; --i) {
      const std::string from = table().name;
      arms += "SELECT " + column().name + " FROM " + from + where() + (i > 1 ? " UNION ALL " : "");
    }
    if (chance(random_, 30)) arms = "SELECT * FROM (" + arms + ")";
    return {.sql = arms + limit(), .all = arms};
  }

  Random& random_;
  const std::vector<QueryTable>& tables_;
  const QueryTable* table_ = nullptr;
};

std::vector<std::string> lines(const std::vector<Row>& rows, bool keep_order) {
  std::vector<std::string> out;
  for (const Row& row : rows) out.push_back(show(row));
  if (!keep_order) std::sort(out.begin(), out.end());
  return out;
}

// Empty where both are the same.
std::string difference(const std::vector<std::string>& ours,
                       const std::vector<std::string>& native) {
  if (ours == native) return {};
  std::string out = std::to_string(ours.size()) + " rows for " + std::to_string(native.size());
  const auto [a, b] = std::mismatch(ours.begin(), ours.end(), native.begin(), native.end());
  out += "\nours:   " + (a == ours.end() ? "end" : *a);
  return out + "\nnative: " + (b == native.end() ? "end" : *b);
}

// Returns the plan.
std::string compare(const Generator::Query& query, Fixture& fixture, Engine& engine) {
  const std::string plan = plan_of(engine, query.sql);
  INFO(query.sql);
  INFO(plan);
  const auto ours = lines(rows_of(engine, query.sql), query.ordered);
  const auto native = lines(fixture.native().rows_of(query.sql), query.ordered);
  if (query.all.empty()) {
    // A join that is cut there may be cut anywhere.
    const bool is_cut = native.size() == kMostJoined;
    REQUIRE(difference(is_cut ? native : ours, native) == "");
    REQUIRE(ours.size() == native.size());
    return plan;
  }
  // Any rows may fill the limit, but as many, and out of the whole.
  REQUIRE(ours.size() == native.size());
  const auto all = lines(fixture.native().rows_of(query.all), false);
  const bool inside = std::includes(all.begin(), all.end(), ours.begin(), ours.end());
  REQUIRE(inside);
  return plan;
}

constexpr std::array kPlanWords = {
    "SCAN FILTER", "INDEX ",         "HASH ",      "DENSE ",      "SORTED ",  "FILTER", "(=)",
    "(IN)",        "(>=,<",          "LIKE",       "GLOB",        "IS NULL",  "NOCASE", "BINARY",
    "ORDER KEY",   "ORDER KEY DESC", "ORDER ROWS", "ORDER PARTS", "DISTINCT", " LIMIT", " OFFSET"};

Fixture& fixture() {
  static Fixture shared(1);
  return shared;
}

TEST_CASE("generated queries give what ordinary SQLite tables give") {
  const auto engine = fixture().test_case().open();
  Generator generator(fixture());
  INFO("seed " << kSeed);
  std::map<std::string, int> seen;
  for (int i = 0; i < kQueries; ++i) {
    INFO("query " << i);
    const std::string plan = compare(generator.next(), fixture(), *engine);
    for (const char* word : kPlanWords) seen[word] += plan.find(word) != plan.npos ? 1 : 0;
  }
  // The queries reach every way of answering them.
  for (const char* word : kPlanWords) {
    INFO(word << " " << seen[word]);
    CHECK(seen[word] >= 10);
  }
}

TEST_CASE("generated queries over tables of many chunks give what ordinary tables give") {
  Fixture large(100);
  const auto engine = large.test_case().open();
  Generator generator(large);
  INFO("seed " << kSeed);
  for (int i = 0; i < kQueriesOfManyChunks; ++i) {
    INFO("query " << i);
    compare(generator.summary(), large, *engine);
  }
}

TEST_CASE("generated queries over snapshots that share rows give what ordinary tables give") {
  for (const bool push_down : {true, false}) {
    Fixture daily(10, 4);
    const auto engine = daily.test_case().open({.snapshots = {}, .push_down = push_down});
    // The case says that they do.
    const auto txn = ReadTxn::begin(daily.test_case().file());
    REQUIRE(txn);
    const auto& split = (*txn)->snapshots().back().two_pieces;
    for (const char* name : {"attributes", "objects", "links", "registry_values", "ese/1/things"}) {
      CHECK(std::binary_search(split.begin(), split.end(), name));
    }
    Generator generator(daily);
    INFO("seed " << kSeed << " push-down " << push_down);
    for (int i = 0; i < kQueriesOfDays; ++i) {
      INFO("query " << i);
      compare(generator.of_one_table(), daily, *engine);
    }
  }
}

TEST_CASE("generated queries over many chunks of shared rows give what ordinary tables give") {
  Fixture daily(100, 3);
  const auto engine = daily.test_case().open();
  Generator generator(daily);
  INFO("seed " << kSeed);
  for (int i = 0; i < kQueriesOfDays; ++i) {
    INFO("query " << i);
    compare(generator.summary(), daily, *engine);
  }
}

TEST_CASE("generated queries give the same without push-down") {
  const auto engine = fixture().test_case().open({.snapshots = {}, .push_down = false});
  Generator generator(fixture());
  INFO("seed " << kSeed);
  for (int i = 0; i < kQueriesWithoutPushDown; ++i) {
    INFO("query " << i);
    compare(generator.next(), fixture(), *engine);
  }
}

// SQLite opens the cursor of a correlated subquery for each row, and a table gives the one that was
// closed before: nothing of the run before may show.
void compare_subqueries(Fixture& fixture, const std::vector<bool>& push_downs) {
  const std::array subqueries = {
      "(SELECT count(*) FROM attributes a WHERE a.snapshot_id = o.snapshot_id AND a.object_id = "
      "o.object_id)",
      "(SELECT count(*) FROM attributes a WHERE a.text = o.rdn)",
      "(SELECT group_concat(x, ',') FROM (SELECT a.text AS x FROM attributes a WHERE a.object_id = "
      "o.object_id ORDER BY a.text, a.snapshot_id LIMIT 3))",
      "(SELECT min(p.dn) FROM objects p WHERE p.snapshot_id = o.snapshot_id AND p.object_id = "
      "o.parent_id)",
      "(SELECT count(*) FROM objects c WHERE c.parent_id = o.object_id AND c.class = o.class)",
      "(SELECT count(*) FROM objects c WHERE c.class IN (o.class, 'server') AND c.rdn >= o.rdn)",
      "(SELECT count(*) FROM objects c WHERE c.rdn LIKE substr(o.rdn, 1, 2) || '%')",
      "(SELECT count(*) FROM objects c WHERE c.dn = o.dn AND EXISTS (SELECT 1 FROM attributes a "
      "WHERE a.object_id = c.object_id AND a.snapshot_id = c.snapshot_id AND a.text IS NOT NULL))",
      "EXISTS (SELECT 1 FROM objects c WHERE c.parent_id = o.object_id)",
      "(SELECT max(c.rdn) FROM objects c WHERE c.parent_id IS o.parent_id)",
  };
  for (const bool push_down : push_downs) {
    const auto engine = fixture.test_case().open({.snapshots = {}, .push_down = push_down});
    std::string all;
    for (const char* subquery : subqueries) {
      const std::string sql = "SELECT o.snapshot_id, o.object_id, " + std::string(subquery) +
                              " AS x FROM objects o WHERE o.object_id < 60";
      compare({.sql = sql, .all = {}}, fixture, *engine);
      all += ", " + std::string(subquery);
    }
    // All at once: cursors of one table are open beside each other.
    all = "SELECT o.snapshot_id, o.object_id" + all +
          " FROM objects o WHERE o.object_id BETWEEN 20 AND 40";
    compare({.sql = all, .all = {}}, fixture, *engine);
  }
}

TEST_CASE("correlated subqueries give what ordinary SQLite tables give") {
  compare_subqueries(fixture(), {true, false});
}

TEST_CASE("correlated subqueries over snapshots that share rows give what ordinary tables give") {
  Fixture daily(10, 1);
  compare_subqueries(daily, {true});
}

}  // namespace
}  // namespace dirsnap::test
