// SPDX-License-Identifier: MIT
//
// Records that are no rows any more: what was put away on purpose is found again, and nothing
// that is live.
#include "importers/ese/recovered.h"

#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/ese/ese_test_util.h"

namespace dirsnap::test {
namespace {

using ese::RecoveredPlace;
using support::EseOptions;
using support::Row;

constexpr int kRows = 2000;

bool is_deleted(int i) { return i % 7 == 3; }

Buffer with_deletions(const EseOptions& options) {
  return make_database(options, [](support::EseWriter& writer) {
    support::TableSpec spec;
    spec.name = "people";
    const auto id = spec.fixed("Id", support::ColumnType::kLong);
    const auto name = spec.variable("Name", support::ColumnType::kText, support::kLatin);
    const auto note = spec.tagged("Note", support::ColumnType::kLongText, support::kLatin);
    spec.index("primary", {{id}}, support::kIndexPrimary | support::kIndexUnique);
    const auto table = writer.add_table(spec);
    for (int i = 0; i < kRows; ++i) {
      Row row;
      row.add_number<std::int32_t>(id, i);
      row.add(name, fmt::format("person number {}", i));
      if (i % 2 == 0) row.add(note, fmt::format("note of {}", i));
      const auto added =
          is_deleted(i) ? writer.append_deleted(table, row) : writer.append(table, row);
      REQUIRE(added);
    }
  });
}

std::string line_of(int i) {
  return i % 2 == 0
             ? fmt::format(R"({{"Id":{0},"Name":"person number {0}","Note":"note of {0}"}})", i)
             : fmt::format(R"({{"Id":{0},"Name":"person number {0}"}})", i);
}

struct Recovered {
  std::string line;
  RecoveredPlace place;
  std::uint8_t confidence;
  std::uint32_t page_no;
};

std::vector<Recovered> recover(Opened& opened, std::string_view table = "people") {
  const auto index = ese::RecoveryIndex::build(*opened.database);
  REQUIRE(index);
  ese::RecoveredCursor cursor(*opened.database, *index, *opened.database->find_table(table));
  std::vector<Recovered> found;
  for (;;) {
    const auto more = cursor.next();
    REQUIRE(more);
    if (!*more) return found;
    const auto& row = cursor.row();
    std::string line;
    append_canonical_row(row.row.cells, line);
    found.push_back({line, row.place, row.confidence_percent, row.row.page_no});
    CHECK(row.offset_bytes > 2 * opened.database->header().page_size);
  }
}

std::vector<EseOptions> forms() {
  EseOptions modern;
  modern.generation = support::Generation::kModern;
  modern.page_size = 8192;
  EseOptions large = modern;
  large.page_size = 32768;
  return {{}, modern, large};
}

TEST_CASE("every flag-deleted record is recovered and no live one") {
  for (const EseOptions& options : forms()) {
    Opened opened(with_deletions(options));
    std::set<std::string> expected;
    for (int i = 0; i < kRows; ++i) {
      if (is_deleted(i)) expected.insert(line_of(i));
    }
    std::set<std::string> lines;
    for (const Recovered& row : recover(opened)) {
      CHECK(row.place == RecoveredPlace::kDeletedNode);
      CHECK(row.confidence == 95);
      lines.insert(row.line);
    }
    CHECK(lines == expected);
    CHECK(opened.sink.issues.empty());
  }
}

TEST_CASE("records whose tags are gone are found in the bytes that no node claims") {
  for (const EseOptions& options : forms()) {
    Buffer file = with_deletions(options);
    std::size_t expected = 0;
    {
      Opened opened(file);
      const auto* table = opened.database->find_table("people");
      CHECK(support::forget_deleted_nodes(file, options, table->objid) > 0);
      for (int i = 0; i < kRows; ++i) expected += is_deleted(i) ? 1 : 0;
    }
    Opened opened(std::move(file));
    CHECK(rows_of(opened, "people").size() == kRows - expected);
    std::set<std::string> wanted;
    for (int i = 0; i < kRows; ++i) {
      if (is_deleted(i)) wanted.insert(line_of(i));
    }
    std::size_t right = 0;
    std::size_t wrong = 0;
    for (const Recovered& row : recover(opened)) {
      CHECK(row.place == RecoveredPlace::kSlack);
      (wanted.erase(row.line) == 1 ? right : wrong) += 1;
    }
    INFO(options.page_size << ": " << right << " right, " << wrong << " wrong of " << expected);
    CHECK(right >= expected * 99 / 100);
    CHECK(wrong <= expected / 100);
  }
}

TEST_CASE("a page that lost its place in the tree gives its records, but none that live on") {
  const EseOptions options;
  Buffer file = with_deletions(options);
  Opened whole(file);
  const auto rows = rows_of(whole, "people");
  const std::uint32_t leaf = rows[kRows / 2].page_no;
  // A stale copy of a live page on an unused one, with the name of one record changed.
  REQUIRE(whole.database->verify_pages());
  std::uint32_t unused = 0;
  for (std::uint32_t page = 1; page <= whole.database->pages() && unused == 0; ++page) {
    if (whole.database->store().state(page) == ese::PageState::kZero) unused = page;
  }
  const auto begin = file.begin() + static_cast<std::ptrdiff_t>((leaf + 1) * 4096);
  const std::string copy(as_chars(Bytes(&*begin, 4096)));
  edit_page(file, options, unused, [&](std::string& page) {
    page = copy;
    const std::size_t at = page.find("person");
    page.replace(at, 6, "PERSON");
  });
  Opened opened(std::move(file));
  CHECK(lines_of(rows_of(opened, "people")) == lines_of(rows));
  std::size_t changed = 0;
  for (const Recovered& row : recover(opened)) {
    if (row.page_no != unused) continue;
    CHECK(row.place == RecoveredPlace::kUnreferencedPage);
    const bool deleted = row.line.find("PERSON") == std::string::npos;
    if (!deleted) ++changed;
    if (deleted) {  // only records that are deleted in the live page as well
      CHECK(std::none_of(rows.begin(), rows.end(),
                         [&](const RowText& live) { return live.line == row.line; }));
    }
  }
  CHECK(changed == 1);
}

TEST_CASE("records of a page with a wrong checksum are offered with low confidence") {
  const EseOptions options;
  Buffer file = with_deletions(options);
  Opened whole(file);
  const auto rows = rows_of(whole, "people");
  const std::uint32_t leaf = rows[kRows / 2].page_no;
  std::set<std::string> lost;
  for (const RowText& row : rows) {
    if (row.page_no == leaf) lost.insert(row.line);
  }
  file[(leaf + 1) * std::size_t{4096} + 2000] ^= std::byte{0x55};
  Opened opened(std::move(file));
  CHECK(rows_of(opened, "people").size() == rows.size() - lost.size());
  const std::size_t all = lost.size();
  for (const Recovered& row : recover(opened)) {
    if (row.page_no != leaf) continue;
    CHECK(row.place == RecoveredPlace::kBadPage);
    CHECK(row.confidence <= 40);
    lost.erase(row.line);
  }
  CHECK(lost.size() <= 1);
  CHECK(all > 10);
}

TEST_CASE("places have names") {
  CHECK(ese::place_name(RecoveredPlace::kDeletedNode) == std::string("deleted node"));
  CHECK(ese::place_name(RecoveredPlace::kSlack) == std::string("slack"));
  CHECK(ese::place_name(RecoveredPlace::kUnreferencedPage) == std::string("unreferenced page"));
  CHECK(ese::place_name(RecoveredPlace::kBadPage) == std::string("bad page"));
}

}  // namespace
}  // namespace dirsnap::test
