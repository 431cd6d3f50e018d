// SPDX-License-Identifier: MIT
//
// What a single damaged page costs, measured for every page of a file: each page in turn is
// spoilt, zeroed and overwritten, and the records of all other pages are counted.
//   A damaged leaf costs no record of another page; a damaged branch at most 1 %.
#include <map>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "importers/ese/leaf_plan.h"
#include "tests/unit/ese/ese_test_util.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;
using support::EseOptions;
using support::Row;

constexpr double kBranchShare = 0.99;

// Rises with `i`; early bytes differ and the rest is needed to tell neighbours apart, so that
// separators on branch pages stay long.
std::string long_key(int i) {
  return fmt::format("{:02}{}{:05}", i / 50, std::string(220, 'k'), i);
}

// Three levels (keys are long), long values, a second table of one page, a secondary index.
Buffer deep_database(const EseOptions& options) {
  return make_database(options, [&](support::EseWriter& writer) {
    support::TableSpec spec;
    spec.name = "deep";
    const auto name = spec.variable("Name", support::ColumnType::kText, support::kLatin);
    const auto number = spec.fixed("Number", support::ColumnType::kLong);
    const auto photo = spec.tagged("Photo", support::ColumnType::kLongBinary);
    spec.index("primary", {{name}}, support::kIndexPrimary | support::kIndexUnique);
    spec.index("by_number", {{number}}, support::kIndexUnique);
    const auto table = writer.add_table(spec);
    support::TableSpec small;
    small.name = "small";
    const auto id = small.fixed("Id", support::ColumnType::kLong);
    small.index("primary", {{id}}, support::kIndexPrimary | support::kIndexUnique);
    const auto small_table = writer.add_table(small);
    constexpr int kRows = 1200;
    for (int i = 0; i < kRows; ++i) {
      Row row;
      row.add(name, long_key(i));
      row.add_number<std::int32_t>(number, kRows - i);
      if (i % 300 == 7) row.add(photo, std::string(9000, static_cast<char>(i)));
      REQUIRE(writer.append(table, row));
      if (i >= 40) continue;
      Row other;
      other.add_number<std::int32_t>(id, i);
      REQUIRE(writer.append(small_table, other));
    }
  });
}

// A record of a user table: where it lies and what it says.
struct Record {
  std::uint32_t page_no;
  std::string line;  // with the table's name
};

std::vector<Record> read_all(ese::Database& database) {
  std::vector<Record> records;
  for (const ese::TableDef& table : database.tables()) {
    if (table.is_system || table.name.starts_with("MSys")) continue;
    for (RowText& row : rows_of(database, table))
      records.push_back({row.page_no, table.name + row.line});
  }
  return records;
}

enum class Kind { kLeaf, kBranch, kLongValues, kHelper, kUnused };

Kind kind_of(const ese::PageView& page) {
  if (load_le<std::uint32_t>(page.bytes(), 36) == 0) return Kind::kUnused;
  if (page.has(ese::kPageSpaceTree | ese::kPageIndex)) return Kind::kHelper;
  if (!page.is_leaf()) return Kind::kBranch;
  return page.has(ese::kPageLongValue) ? Kind::kLongValues : Kind::kLeaf;
}

void damage(Buffer& file, std::size_t begin, std::size_t size, int how) {
  for (std::size_t i = 0; i < size; ++i) {
    std::byte& byte = file[begin + i];
    if (how == 0 && i >= size / 2 && i < size / 2 + 16) byte ^= static_cast<std::byte>(i * 7 + 1);
    if (how == 1) byte = std::byte{0};
    if (how == 2) byte = static_cast<std::byte>((i * 2654435761U) >> 13);
  }
}

// The worst share of records that survive, by kind of the damaged page; how many pages of the
// kind there are.
struct Figure {
  double worst = 1;
  std::uint32_t worst_page = 0;
  std::uint32_t pages = 0;
};

// Share of the records outside of `page_no` that are still there as they were. A damaged page of
// long values costs values: there the records of each table are counted only.
double surviving(const std::vector<Record>& before,
                 const std::vector<Record>& after,
                 std::uint32_t page_no,
                 Kind kind) {
  std::multiset<std::string> found;
  const auto form = [&](const Record& record) {
    return kind == Kind::kLongValues ? record.line.substr(0, record.line.find('{')) : record.line;
  };
  for (const Record& record : after) found.insert(form(record));
  std::size_t expected = 0;
  std::size_t right = 0;
  for (const Record& record : before) {
    if (record.page_no == page_no) continue;
    ++expected;
    const auto at = found.find(form(record));
    if (at == found.end()) continue;
    found.erase(at);
    ++right;
  }
  return expected == 0 ? 1 : static_cast<double>(right) / static_cast<double>(expected);
}

std::map<Kind, Figure> figures(const Buffer& file, std::span<const int> ways) {
  Opened sound(file);
  REQUIRE(sound.database != nullptr);
  const std::vector<Record> before = read_all(*sound.database);
  REQUIRE_FALSE(before.empty());
  const std::size_t size = sound.database->header().page_size;
  std::map<Kind, Figure> result;
  for (std::uint32_t page_no = 1; page_no <= sound.database->pages(); ++page_no) {
    const std::size_t begin = (std::size_t{page_no} + 1) * size;
    const Kind kind = kind_of(ese::PageView(Bytes(file).subspan(begin, size), page_no));
    if (kind == Kind::kUnused) continue;
    Figure& figure = result[kind];
    ++figure.pages;
    for (const int how : ways) {
      Buffer damaged = file;
      damage(damaged, begin, size, how);
      Opened opened(std::move(damaged));
      REQUIRE(opened.database != nullptr);
      const double share = surviving(before, read_all(*opened.database), page_no, kind);
      REQUIRE(opened.database->verify_pages());
      CHECK(!opened.sink.issues.empty());
      if (share < figure.worst) figure = {share, page_no, figure.pages};
    }
  }
  return result;
}

constexpr int kAllWays[] = {0, 1, 2};

TEST_CASE("no record of another page is lost with any one leaf, at most 1 % with any one branch") {
  EseOptions modern;
  modern.generation = support::Generation::kModern;
  modern.page_size = 4096;
  for (const EseOptions& options : {EseOptions{}, modern}) {
    const Buffer file = deep_database(options);
    {
      Opened opened(file);
      const auto* table = opened.database->find_table("deep");
      const auto plan = ese::plan_leaves(
          opened.database->store(), {"deep", table->objid, table->root_page}, opened.sink, nullptr);
      REQUIRE(plan);
      REQUIRE(plan->internal.size() > 3);  // three levels
      REQUIRE(plan->leaves.size() > 60);
    }
    auto figure = figures(file, kAllWays);
    for (const Kind kind : {Kind::kLeaf, Kind::kHelper, Kind::kLongValues, Kind::kBranch}) {
      INFO("kind " << static_cast<int>(kind) << ": page " << figure[kind].worst_page << " of "
                   << figure[kind].pages);
      CHECK(figure[kind].pages > 3);
      CHECK(figure[kind].worst >= (kind == Kind::kBranch ? kBranchShare : 1.0));
    }
  }
}

TEST_CASE("the same holds for every page of the ESE fixtures") {
  if (!fs::is_directory(DIRSNAP_FIXTURES)) {
    WARN("skipped: the shared fixtures are not here");
    return;
  }
  constexpr int kOneWay[] = {0};
  for (const auto& entry : fs::directory_iterator(fs::path(DIRSNAP_FIXTURES) / "ese/data")) {
    const std::string name = entry.path().stem().string();
    const Buffer file = unxz_file(entry.path());
    if (file.size() > 8'000'000) continue;  // takes too long
    DYNAMIC_SECTION(name) {
      auto figure = figures(file, kOneWay);
      for (const Kind kind : {Kind::kLeaf, Kind::kHelper, Kind::kLongValues, Kind::kBranch}) {
        INFO("kind " << static_cast<int>(kind) << ": page " << figure[kind].worst_page << " of "
                     << figure[kind].pages);
        CHECK(figure[kind].worst >= (kind == Kind::kBranch ? kBranchShare : 1.0));
      }
    }
  }
}

}  // namespace
}  // namespace dirsnap::test
