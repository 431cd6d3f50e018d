// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <fstream>
#include <numeric>
#include <random>

#include <catch2/catch.hpp>

#include "storage/base/text.h"
#include "storage/case_file.h"
#include "storage/snapshot_reader.h"
#include "storage/snapshot_writer.h"
#include "storage/value_order.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/storage/sample_case.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

bool same(const ValueView& a, const ValueView& b) {
  return a.type == b.type && a.integer == b.integer && a.bytes == b.bytes &&
         (a.type != ValueType::kReal || a.real == b.real);
}

}  // namespace

TEST_CASE("rows come back as they were appended, across chunks and encodings") {
  const TempFolder folder;
  constexpr std::uint32_t kRows = 10'000;
  const SnapshotRecord sealed = import_things(folder / "a.dirsnap", "one", kRows);
  REQUIRE(sealed.snapshot_id == 1);
  REQUIRE(sealed.seal.size() == 64);

  const auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kRead));
  const auto txn = must(ReadTxn::begin(*file));
  REQUIRE(txn->snapshots().size() == 1);
  REQUIRE(txn->snapshots()[0].name == "one");
  const auto relation = must(txn->relation(1, "things"));
  REQUIRE(relation);
  REQUIRE(relation->def() == things());
  REQUIRE(relation->rows() == kRows);
  for (std::uint32_t row = 0; row < kRows; ++row) {
    bool ok = true;
    for (std::uint32_t column = 0; column < kThingColumns; ++column) {
      const ValueView value = must(relation->value(column, row));
      const bool is_apart = value.bytes.size() > 256;  // may be
      ok = ok && same(value, thing_value(row, column)) &&
           (is_apart || value.is_c_string == (value.type == ValueType::kText));
    }
    if (!ok) FAIL("row " << row);
  }
}

TEST_CASE("an index lists exactly the rows of each value, in the order of its collation") {
  const TempFolder folder;
  constexpr std::uint32_t kRows = 10'000;
  import_things(folder / "a.dirsnap", "one", kRows);
  const auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kRead));
  const auto txn = must(ReadTxn::begin(*file));
  const auto relation = must(txn->relation(1, "things"));

  const IndexView groups = must(relation->index(1));
  REQUIRE(groups.distinct() == 3);
  REQUIRE(groups.total() == kRows);
  const auto found = must(groups.find(ValueView::text("grouP")));
  REQUIRE(found);
  std::vector<std::uint32_t> rows;
  REQUIRE(groups.rows_of(*found, rows) == kRows / 2);
  for (const std::uint32_t row : rows) REQUIRE((row % 4 == 1 || row % 4 == 2));
  REQUIRE(std::is_sorted(rows.begin(), rows.end()));
  REQUIRE_FALSE(must(groups.find(ValueView::text("grou"))));
  REQUIRE(must(groups.lower_bound(ValueView::text("D"))) == 1);
  REQUIRE(must(groups.lower_bound(ValueView::text("group"), true)) == 2);

  const IndexView numbers = must(relation->index(2));
  REQUIRE(numbers.distinct() == 1001);
  for (std::int64_t number = -500; number <= 500; ++number) {
    const auto ordinal = must(numbers.find(ValueView::of(number)));
    REQUIRE(ordinal);
    rows.clear();
    REQUIRE(numbers.rows_of(*ordinal, rows) == numbers.count_of(*ordinal));
    for (const std::uint32_t row : rows) REQUIRE(thing_value(row, kNumber).integer == number);
  }
  REQUIRE_FALSE(must(numbers.find(ValueView::of(501))));
  REQUIRE_FALSE(must(numbers.find(ValueView::text("5"))));

  const IndexView any = must(relation->index(4));
  REQUIRE(any.total() == kRows / 5 * 4);
  const auto whole = must(any.find(ValueView::of_real(3.0)));
  REQUIRE(whole == must(any.find(ValueView::of(3))));
  REQUIRE(must(any.find(ValueView::blob("\x01\x02"))) == any.distinct() - 1);
}

TEST_CASE("texts that differ late, in case or beyond ASCII stand in an index in their order") {
  // Kelvin's sign and the long s fold to ASCII letters, so that later bytes move.
  const std::array<std::string, 10> parts = {"",  "a",  "Recipients ",  "RECIPIENTS ", "\xC3\xA9",
                                             "k", "\\", "\xE2\x84\xAA", "\xC5\xBF",    "\xC3\x89"};
  std::mt19937 random(9);
  for (const Collation collation : {Collation::kFold, Collation::kBinary}) {
    const TempFolder folder;
    auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
    auto writer = must(SnapshotWriter::begin(*file, named("one")));
    const RelationDef def{.name = "t",
                          .columns = {{"t", ColumnType::kText, Access::kIndex, collation}}};
    RelationWriter* relation = must(writer->relation(def));
    std::vector<std::string> texts;
    for (int i = 0; i < 6000; ++i) {
      std::string text = i % 3 == 0 ? "HKEY_LOCAL_MACHINE\\SYSTEM\\" : "";
      for (std::size_t n = random() % 6; n > 0; --n) text += parts[random() % parts.size()];
      texts.push_back(std::move(text));
      const Cell cell{.column = 0, .value = ValueView::text(texts.back())};
      must(relation->append({&cell, 1}));
    }
    must(writer->seal());
    const auto txn = must(ReadTxn::begin(*file));
    const IndexView index = must(must(txn->relation(1, "t"))->index(0));
    std::vector<std::uint32_t> want(texts.size());
    std::iota(want.begin(), want.end(), 0U);
    std::stable_sort(want.begin(), want.end(), [&](std::uint32_t a, std::uint32_t b) {
      return compare_text(texts[a], texts[b], collation) < 0;
    });
    std::vector<std::uint32_t> have;
    index.rows_of(0, index.distinct(), have);
    REQUIRE(have == want);
    for (std::uint32_t ordinal = 0; ordinal < index.distinct(); ++ordinal) {
      have.clear();
      REQUIRE(index.rows_of(ordinal, have) > 0);
      for (const std::uint32_t row : have) {
        REQUIRE(compare_text(texts[row], texts[have.front()], collation) == 0);
      }
    }
  }
}

TEST_CASE("an index of unevenly spread integers finds each of them and every gap") {
  const TempFolder folder;
  auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named("one")));
  const RelationDef def{
      .name = "n", .columns = {{"n", ColumnType::kInteger, Access::kIndex, Collation::kBinary}}};
  RelationWriter* relation = must(writer->relation(def));
  std::vector<std::int64_t> numbers = {INT64_MIN, INT64_MAX};
  for (std::int64_t i = 0; i < 3000; ++i) numbers.push_back(i * i * i - 1000);
  for (int i = 3; i < 62; ++i) numbers.push_back((std::int64_t{1} << i) + 5);
  for (const std::int64_t number : numbers) {
    const Cell cell{.column = 0, .value = ValueView::of(number)};
    must(relation->append({&cell, 1}));
  }
  must(writer->seal());
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());

  const auto txn = must(ReadTxn::begin(*file));
  const auto read = must(txn->relation(1, "n"));
  const IndexView index = must(read->index(0));
  REQUIRE(index.distinct() == numbers.size());
  for (std::uint32_t i = 0; i < numbers.size(); ++i) {
    const ValueView value = ValueView::of(numbers[i]);
    REQUIRE(must(index.find(value)) == i);
    REQUIRE(must(index.lower_bound(value)) == i);
    REQUIRE(must(index.lower_bound(value, true)) == i + 1);
    if (numbers[i] == INT64_MAX || numbers[i] + 1 == numbers[i + 1]) continue;
    REQUIRE(must(index.lower_bound(ValueView::of(numbers[i] + 1))) == i + 1);
    REQUIRE_FALSE(must(index.find(ValueView::of(numbers[i] + 1))));
  }
  REQUIRE(must(index.lower_bound(ValueView::of_real(-1e30))) == 0);
  REQUIRE(must(index.lower_bound(ValueView::text(""))) == index.distinct());
}

TEST_CASE("an index of texts orders them by all their bytes, embedded NULs and folds included") {
  const TempFolder folder;
  auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named("one")));
  const RelationDef def{.name = "t",
                        .columns = {{"t", ColumnType::kText, Access::kIndex, Collation::kFold}}};
  RelationWriter* relation = must(writer->relation(def));
  const std::vector<std::string> texts = {"",
                                          std::string("\0", 1),
                                          std::string("a\0", 2),
                                          "A",
                                          "abcdefgh",
                                          "ABCDEFGH",
                                          std::string("abcdefgh\0", 9),
                                          "abcdefghi",
                                          "/o=Org/ou=Site/cn=\xC3\x84",
                                          "/O=ORG/OU=SITE/CN=\xC3\xA4",
                                          "/o=Org/ou=Site/cn=\xC3\xA4x",
                                          "/o=Org/ou=Site/cn=b",
                                          "abcdefg\xC3",
                                          "abcdefg\xC3\x84"};
  for (int round = 0; round < 3; ++round) {
    for (const std::string& text : texts) {
      const Cell cell{.column = 0, .value = ValueView::text(text)};
      must(relation->append({&cell, 1}));
    }
  }
  must(writer->seal());
  const auto txn = must(ReadTxn::begin(*file));
  const auto read = must(txn->relation(1, "t"));
  const IndexView index = must(read->index(0));
  REQUIRE(index.distinct() == texts.size() - 2);
  REQUIRE(index.total() == texts.size() * 3);
  std::string before;
  for (std::uint32_t i = 0; i < index.distinct(); ++i) {
    const std::string here = fold_case(must(read->value(0, index.row_at(index.begin_of(i)))).bytes);
    REQUIRE((i == 0 || before < here));
    REQUIRE(must(index.find(ValueView::text(here))) == i);
    REQUIRE(must(index.lower_bound(ValueView::text(here))) == i);
    before = here;
  }
}

TEST_CASE("an index of arrays of more than one part finds every row") {
  const TempFolder folder;
  auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named("one")));
  const RelationDef def{
      .name = "big",
      .columns = {{"unique", ColumnType::kText, Access::kIndex, Collation::kFold},
                  {"owner", ColumnType::kInteger, Access::kIndex, Collation::kBinary}}};
  RelationWriter* relation = must(writer->relation(def));
  constexpr std::uint32_t kRows = 265'000;  // four bytes each are more than a part's 1 MiB
  const auto unique = [](std::uint32_t row) { return "T" + std::to_string(row * 7919U % 999'983); };
  for (std::uint32_t row = 0; row < kRows; ++row) {
    const std::string text = unique(row);
    const std::array<Cell, 2> cells = {Cell{0, ValueView::text(text)},
                                       Cell{1, ValueView::of(row / 2)}};
    if (!relation->append(cells)) FAIL("row " << row);
  }
  must(writer->seal());
  const auto txn = must(ReadTxn::begin(*file));
  const auto read = must(txn->relation(1, "big"));
  const IndexView texts = must(read->index(0));
  const IndexView owners = must(read->index(1));
  REQUIRE(texts.distinct() == kRows);
  REQUIRE(owners.distinct() == kRows / 2);
  REQUIRE(owners.count_of(10, kRows / 2) == kRows - 20);
  for (std::uint32_t row = 0; row < kRows; row += 37) {
    const std::string text = unique(row);
    const auto ordinal = must(texts.find(ValueView::text(text)));
    if (!ordinal || texts.row_at(texts.begin_of(*ordinal)) != row) FAIL(text);
    const auto owner = must(owners.find(ValueView::of(row / 2)));
    std::vector<std::uint32_t> rows;
    if (!owner || owners.rows_of(*owner, rows) != 2 || rows[row % 2] != row) FAIL("row " << row);
  }
  std::vector<std::uint32_t> rows(kRows);
  texts.rows_at(0, rows);
  for (std::uint32_t i = 0; i < kRows; ++i) {
    if (rows[i] != texts.row_at(i)) FAIL("position " << i);
  }
}

TEST_CASE("INV-1: an unsealed snapshot is never visible, and the next writer sweeps it") {
  const TempFolder folder;
  import_things(folder / "a.dirsnap", "one", 100);
  auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  {
    auto writer = must(SnapshotWriter::begin(*file, named("two")));
    append_things(*writer, 50'000);
    REQUIRE(must(ReadTxn::begin(*file))->snapshots().size() == 1);
  }
  auto writer = must(SnapshotWriter::begin(*file, named("two")));
  REQUIRE(writer->snapshot_id() == 3);
  append_things(*writer, 5);
  must(writer->seal());
  const auto txn = must(ReadTxn::begin(*file));
  REQUIRE(txn->snapshots().size() == 2);
  REQUIRE_FALSE(must(txn->relation(2, "things")));
  REQUIRE(must(txn->relation(3, "things"))->rows() == 5);
}

TEST_CASE("INV-2: the same rows give the same seal, whatever the snapshot's id") {
  const TempFolder folder;
  const SnapshotRecord first = import_things(folder / "a.dirsnap", "one", 9000);
  const SnapshotRecord second = import_things(folder / "a.dirsnap", "two", 9000);
  const SnapshotRecord other = import_things(folder / "a.dirsnap", "three", 9001);
  REQUIRE(first.seal == second.seal);
  REQUIRE(first.seal != other.seal);
  const auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kRead));
  const auto txn = must(ReadTxn::begin(*file));
  for (const SnapshotRecord& record : txn->snapshots()) {
    REQUIRE(must(txn->compute_seal(record.snapshot_id)) == record.seal);
  }
}
