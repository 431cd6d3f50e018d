// SPDX-License-Identifier: MIT
//
// Columns stored by kind of row, and columns that repeat the one behind them.
#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "storage/chunk.h"
#include "storage/compiled_predicate.h"
#include "storage/kind_verdicts.h"
#include "storage/snapshot_reader.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/storage/sample_case.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

enum Col : std::uint32_t { kName, kFigure, kEmpty, kRow, kValue, kText };

// The same columns with sharing and without.
RelationDef relation(const char* name, bool shared) {
  const Sharing by_kind = shared ? Sharing::kByKind : Sharing::kNone;
  const Sharing twin = shared ? Sharing::kTwin : Sharing::kNone;
  return {
      .name = name,
      .columns = {{"name", ColumnType::kText, Access::kIndex, Collation::kFold, by_kind},
                  {"number", ColumnType::kInteger, Access::kIndex, Collation::kBinary, by_kind},
                  {"empty", ColumnType::kText, Access::kScan, Collation::kBinary, by_kind},
                  {"row", ColumnType::kInteger, Access::kDense, Collation::kBinary, Sharing::kNone},
                  {"value", ColumnType::kAny, Access::kScan, Collation::kBinary, twin},
                  {"text", ColumnType::kText, Access::kScan, Collation::kBinary, Sharing::kNone}}};
}

// Row `row` of a relation with `kinds` kinds. The names of two kinds may differ in case only.
struct SampleRow {
  SampleRow(std::uint32_t row, std::uint32_t kinds)
      : name((row % 2 == 0 ? "Attribute-" : "ATTRIBUTE-") + std::to_string(row % kinds / 2)),
        text(row % 500 == 7 ? std::string(9000, 'x') : "text " + std::to_string(row % 900)) {
    cells = {{kName, ValueView::text(name)},
             {kFigure, row % kinds % 7 == 3 ? ValueView::null() : ValueView::of(row % kinds)},
             {kRow, ValueView::of(std::int64_t{row} + 1)},
             {kValue, value(row)},
             {kText, row % 11 == 0 ? ValueView::null() : ValueView::text(text)}};
  }
  [[nodiscard]] ValueView value(std::uint32_t row) const {
    switch (row % 4) {
      case 0:
        return ValueView::of(row);
      case 1:
        return ValueView::blob(text);  // the same bytes, another type
      default:
        return ValueView::text(text);
    }
  }
  std::string name;
  std::string text;
  std::vector<Cell> cells;
};

constexpr std::uint32_t kRows = 12'000;

// A case with the relations "plain" and "shared", equal in content.
void write_case(const std::filesystem::path& path, std::uint32_t kinds) {
  auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named("one")));
  for (const bool shared : {false, true}) {
    RelationWriter* out = must(writer->relation(relation(shared ? "shared" : "plain", shared)));
    for (std::uint32_t row = 0; row < kRows; ++row) {
      const SampleRow sample(row, kinds);
      REQUIRE(must(out->append(sample.cells)) == row);
    }
  }
  must(writer->seal());
}

struct OpenCase {
  explicit OpenCase(const std::filesystem::path& path)
      : file(must(CaseFile::open(path, OpenMode::kRead))), txn(must(ReadTxn::begin(*file))) {}
  [[nodiscard]] Relation relation(const char* name) const { return *must(txn->relation(1, name)); }
  std::unique_ptr<CaseFile> file;
  std::unique_ptr<ReadTxn> txn;
};

bool same(const ValueView& a, const ValueView& b) {
  return a.type == b.type && a.integer == b.integer && a.bytes == b.bytes;
}

std::vector<std::uint32_t> selected(const Relation& relation,
                                    std::uint32_t column,
                                    const Predicate& predicate) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t chunk_no = 0; chunk_no * kChunkRows < relation.rows(); ++chunk_no) {
    const ChunkView chunk = must(relation.chunk(column, chunk_no));
    RowMask mask;
    mask.set_all(chunk.rows());
    chunk.select(predicate, mask);
    for (std::uint32_t row = mask.next(0); row < kChunkRows; row = mask.next(row + 1)) {
      rows.push_back(chunk_no * kChunkRows + row);
    }
  }
  return rows;
}

// A column of the texts, a row each; rows are of kinds 0, 1, 2 and so on.
ChunkView by_kind_of(const std::vector<std::string>& texts) {
  const auto view_of = [&](auto value) {
    ChunkBuilder builder;
    for (std::size_t row = 0; row < texts.size(); ++row) {
      builder.append(static_cast<std::uint32_t>(row), value(row));
    }
    const auto rows = static_cast<std::uint32_t>(texts.size());
    // Views borrow the bytes.
    static std::deque<std::vector<std::byte>> kept;
    kept.push_back(builder.finish(rows));
    return must(parse_chunk(kept.back(), rows));
  };
  const ChunkView numbers =
      view_of([](std::size_t row) { return ValueView::of(static_cast<std::int64_t>(row)); });
  const ChunkView values = view_of([&](std::size_t row) { return ValueView::text(texts[row]); });
  return must(ChunkView::by_kind(numbers, static_cast<std::uint32_t>(texts.size()),
                                 std::make_shared<std::vector<ChunkView>>(1, values)));
}

}  // namespace

TEST_CASE("shared columns give back the rows that plain ones hold, with few kinds and with many") {
  const std::uint32_t kinds = GENERATE(3U, 300U, 9'000U);
  const TempFolder folder;
  write_case(folder / "a.dirsnap", kinds);
  const OpenCase open(folder / "a.dirsnap");
  const Relation plain = open.relation("plain");
  const Relation shared = open.relation("shared");
  for (std::uint32_t column = 0; column < plain.def().columns.size(); ++column) {
    for (std::uint32_t row = 0; row < kRows; ++row) {
      const ValueView want = must(plain.value(column, row));
      if (!same(want, must(shared.value(column, row))))
        FAIL("column " << column << ", row " << row);
    }
  }
}

TEST_CASE("filters over shared columns find the rows that they find over plain ones") {
  const std::uint32_t kinds = GENERATE(3U, 300U, 9'000U);
  const TempFolder folder;
  write_case(folder / "a.dirsnap", kinds);
  const OpenCase open(folder / "a.dirsnap");
  const Relation plain = open.relation("plain");
  const Relation shared = open.relation("shared");
  const std::vector<ValueView> constants = {
      ValueView::text("ATTRIBUTE-1"), ValueView::text("text 42"), ValueView::of(2),
      ValueView::blob("text 41"),     ValueView::text("%1%"),     ValueView::text("*-1")};
  for (const Op op :
       {Op::kEq, Op::kNe, Op::kLt, Op::kGe, Op::kIsNull, Op::kIsNotNull, Op::kLike, Op::kGlob}) {
    for (const ValueView& constant : constants) {
      for (std::uint32_t column = 0; column < plain.def().columns.size(); ++column) {
        Predicate predicate;
        predicate.op = op;
        predicate.value = constant;
        if (selected(plain, column, predicate) != selected(shared, column, predicate))
          FAIL("op " << static_cast<int>(op) << ", column " << column);
      }
    }
  }
}

TEST_CASE("an index over kinds lists the rows that one over plain values lists") {
  const std::uint32_t kinds = GENERATE(3U, 300U, 9'000U);
  const TempFolder folder;
  write_case(folder / "a.dirsnap", kinds);
  const OpenCase open(folder / "a.dirsnap");
  for (const std::uint32_t column : {kName, kFigure}) {
    const IndexView plain = must(open.relation("plain").index(column));
    const IndexView shared = must(open.relation("shared").index(column));
    REQUIRE(plain.distinct() == shared.distinct());
    REQUIRE(plain.total() == shared.total());
    for (std::uint32_t ordinal = 0; ordinal < plain.distinct(); ++ordinal) {
      std::vector<std::uint32_t> want;
      std::vector<std::uint32_t> have;
      REQUIRE(plain.rows_of(ordinal, want) == plain.count_of(ordinal));
      REQUIRE(shared.rows_of(ordinal, have) == plain.count_of(ordinal));
      REQUIRE(want == have);
      REQUIRE(plain.begin_of(ordinal) == shared.begin_of(ordinal));
    }
    std::vector<std::uint32_t> rows;
    for (std::uint64_t i = 0; i < plain.total(); ++i) {
      rows.push_back(shared.row_at(i));
      REQUIRE(plain.row_at(i) == rows.back());
    }
    for (const std::uint64_t first : {std::uint64_t{0}, plain.total() / 3, plain.total() - 1}) {
      std::vector<std::uint32_t> read(plain.total() - first);
      shared.rows_at(first, read);
      REQUIRE(std::equal(read.begin(), read.end(), rows.begin() + static_cast<long>(first)));
      plain.rows_at(first, read);
      REQUIRE(std::equal(read.begin(), read.end(), rows.begin() + static_cast<long>(first)));
    }
  }
}

TEST_CASE("an index over kinds whose rows follow each other finds values of several kinds") {
  const TempFolder folder;
  constexpr std::uint32_t kRowsOfKind = 5'000;
  constexpr std::array<const char*, 4> kNames = {"b", "a", "B", "A"};
  {
    auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
    auto writer = must(SnapshotWriter::begin(*file, named("one")));
    RelationWriter* out = must(writer->relation(relation("shared", true)));
    std::int64_t row = 0;
    for (const char* name : kNames) {
      const std::array<Cell, 2> of_kind = {
          {{kName, ValueView::text(name)}, {kFigure, ValueView::of(row)}}};
      const std::uint32_t kind = must(out->kind(of_kind));
      for (std::uint32_t i = 0; i < kRowsOfKind; ++i) {
        const Cell cell{kRow, ValueView::of(++row)};
        must(out->append(kind, {&cell, 1}));
      }
    }
    must(writer->seal());
  }
  const OpenCase open(folder / "a.dirsnap");
  const IndexView index = must(open.relation("shared").index(kName));
  REQUIRE(index.distinct() == 2);
  CHECK_FALSE(index.is_uniform());
  CHECK(must(index.find(ValueView::text("B"))) == 1U);
  for (std::uint32_t ordinal = 0; ordinal < 2; ++ordinal) {
    std::vector<std::uint32_t> want;
    const std::uint32_t first = ordinal == 0 ? kRowsOfKind : 0;
    for (std::uint32_t i = 0; i < kRowsOfKind; ++i) want.push_back(first + i);
    for (std::uint32_t i = 0; i < kRowsOfKind; ++i) want.push_back(first + 2 * kRowsOfKind + i);
    std::vector<std::uint32_t> have;
    REQUIRE(index.rows_of(ordinal, have) == want.size());
    REQUIRE(have == want);
    for (std::uint32_t i = 0; i < want.size(); ++i) {
      REQUIRE(index.row_at(index.begin_of(ordinal) + i) == want[i]);
    }
  }
  CHECK(must(open.relation("shared").index(kFigure)).count_of(1) == kRowsOfKind);
}

TEST_CASE("a kind that no row is of is in no index") {
  const TempFolder folder;
  {
    auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
    auto writer = must(SnapshotWriter::begin(*file, named("one")));
    RelationWriter* out = must(writer->relation(relation("shared", true)));
    const auto kind = [&](const char* name) {
      const Cell cell{kName, ValueView::text(name)};
      return must(out->kind({&cell, 1}));
    };
    CHECK(kind("unused") == 0);
    CHECK(kind("used") == 1);
    CHECK(kind("unused") == 0);
    const Cell row{kRow, ValueView::of(1)};
    must(out->append(1, {&row, 1}));
    must(writer->seal());
  }
  const OpenCase open(folder / "a.dirsnap");
  const IndexView index = must(open.relation("shared").index(kName));
  CHECK(index.distinct() == 1);
  CHECK(must(index.find(ValueView::text("USED"))) == 0U);
  CHECK_FALSE(must(index.find(ValueView::text("unused"))));
  CHECK(must(open.relation("shared").value(kName, 0)).bytes == "used");
}

TEST_CASE("rows given by kind and rows given whole are the same snapshot") {
  const TempFolder folder;
  std::array<std::string, 2> seals;
  for (const bool by_kind : {false, true}) {
    auto file = must(CaseFile::open(folder / (by_kind ? "a" : "b"), OpenMode::kReadWrite));
    auto writer = must(SnapshotWriter::begin(*file, named("one")));
    RelationWriter* out = must(writer->relation(relation("shared", true)));
    for (std::uint32_t row = 0; row < 100; ++row) {
      const SampleRow sample(row, 10);
      const std::span<const Cell> cells(sample.cells);
      if (by_kind) {
        must(out->append(must(out->kind(cells.first(2))), cells.subspan(2)));
      } else {
        must(out->append(cells));
      }
    }
    seals[by_kind ? 1 : 0] = must(writer->seal()).seal;
  }
  CHECK(seals[0] == seals[1]);
}

TEST_CASE("a row of no kind and a cell on the wrong side are refused") {
  const TempFolder folder;
  auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named("one")));
  RelationWriter* out = must(writer->relation(relation("shared", true)));
  const Cell row{kRow, ValueView::of(1)};
  const Cell name{kName, ValueView::text("n")};
  CHECK(out->append(0, {&row, 1}).error().code == Code::kUsage);
  CHECK(out->kind({&row, 1}).error().code == Code::kUsage);
  REQUIRE(must(out->kind({&name, 1})) == 0);
  const std::array<Cell, 2> both = {row, name};
  CHECK(out->append(0, both).error().code == Code::kUsage);
  CHECK(must(out->append(0, {&row, 1})) == 0);
}

TEST_CASE("what is remembered of kinds is asked of no other predicate and no other kinds") {
  const std::array chunks = {by_kind_of({"a", "b", "A", "c", "d"}),
                             by_kind_of({"b", "a", "x", "B", "A"})};
  const ValueView a = ValueView::text("a");
  const ValueView b = ValueView::text("b");
  const std::vector<Predicate> predicates = {
      {.op = Op::kEq, .value = a},
      {.op = Op::kEq, .value = b},
      {.op = Op::kEq, .collation = Collation::kFold, .value = a},
      {.op = Op::kEq, .ascii_nocase = true, .value = a},
      {.op = Op::kNe, .value = a},
      {.op = Op::kEq, .value = ValueView::blob("a")},
      {.op = Op::kGt, .value = ValueView::of(1)},
      {.op = Op::kLt, .value = ValueView::of(2)},
      {.op = Op::kIn, .list = {a, b}},
      {.op = Op::kIn, .list = {a, ValueView::text("x")}},
  };
  KindVerdicts verdicts;
  const auto check = [&](const Predicate& predicate, const ChunkView& chunk) {
    CompiledPredicate test(predicate);
    test.remember_in(&verdicts);
    // Fewer rows than kinds are asked one by one.
    for (std::uint32_t left_out = 0; left_out < chunk.rows(); ++left_out) {
      RowMask mask;
      mask.set_all(chunk.rows());
      mask.reset(left_out);
      RowMask expected = mask;
      chunk.select(test, mask);
      chunk.select(predicate, expected);
      for (std::uint32_t row = 0; row < chunk.rows(); ++row) {
        INFO("row " << row << ", without " << left_out);
        CHECK(mask.test(row) == expected.test(row));
      }
    }
  };
  for (const Predicate& first : predicates) {
    for (const Predicate& second : predicates) {
      for (const ChunkView& chunk : chunks) {
        check(first, chunk);
        check(second, chunk);
      }
    }
  }
}

TEST_CASE("a text equal to the next column's is stored once") {
  const auto encoded = [](bool twins) {
    ChunkBuilder builder;
    const std::string text(100, 't');
    for (std::uint32_t row = 0; row < 1000; ++row) {
      if (row % 2 == 0) {
        builder.append(row, ValueView::of(row));
      } else if (twins) {
        builder.append_twin(row);
      } else {
        builder.append(row, ValueView::text(text + std::to_string(row)));
      }
    }
    return builder.finish(1000).size();
  };
  CHECK(encoded(true) * 8 < encoded(false));
}

TEST_CASE("kinds that the relation does not have are damage, not a crash") {
  ChunkBuilder builder;
  for (std::uint32_t row = 0; row < 10; ++row) builder.append(row, ValueView::of(row));
  const auto bytes = builder.finish(10);
  const ChunkView numbers = must(parse_chunk(bytes, 10));
  auto values = std::make_shared<std::vector<ChunkView>>(1);
  CHECK(ChunkView::by_kind(numbers, 10, values));
  CHECK(ChunkView::by_kind(numbers, 9, values).error().code == Code::kCorrupt);
  CHECK(ChunkView::by_kind(ChunkView(), 9, values).error().code == Code::kCorrupt);
}
