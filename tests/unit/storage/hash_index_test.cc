// SPDX-License-Identifier: MIT
//
// A hash index gives every row that holds a value, whatever its case, and hardly any other.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "storage/base/text.h"
#include "storage/hash_index_builder.h"
#include "storage/snapshot_reader.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/storage/sample_case.h"

namespace dirsnap::test {
namespace {

RelationDef texts() {
  return {.name = "texts", .columns = {{"text", ColumnType::kText, Access::kHash}}};
}

// A case with one relation of one column; absent values are NULL.
class Texts {
 public:
  explicit Texts(const std::vector<std::optional<std::string>>& values) {
    file_ = must(CaseFile::open(folder_ / "a.dirsnap", OpenMode::kReadWrite));
    auto writer = must(SnapshotWriter::begin(*file_, named("one")));
    RelationWriter* relation = must(writer->relation(texts()));
    for (const auto& value : values) {
      std::vector<Cell> cells;
      if (value) cells.push_back({.column = 0, .value = ValueView::text(*value)});
      must(relation->append(cells));
    }
    must(writer->seal());
    txn_ = must(ReadTxn::begin(*file_));
    relation_ = must(txn_->relation(1, "texts"));
    index_ = must(relation_->hash_index(0));
  }

  [[nodiscard]] const HashIndexView& index() const { return *index_; }
  [[nodiscard]] const Relation& relation() const { return *relation_; }
  [[nodiscard]] std::vector<std::uint32_t> candidates(std::string_view text) const {
    std::vector<std::uint32_t> rows;
    const SoughtKey key(ValueView::text(text), Collation::kFold);
    index_->candidates(key, rows);
    CHECK(index_->count(key) == rows.size());
    return rows;
  }

 private:
  TempFolder folder_;
  std::unique_ptr<CaseFile> file_;
  std::unique_ptr<ReadTxn> txn_;
  std::optional<Relation> relation_;
  std::optional<HashIndexView> index_;
};

std::vector<std::optional<std::string>> many_values(std::uint32_t rows) {
  std::vector<std::optional<std::string>> values;
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (row % 11 == 0) {
      values.emplace_back();
    } else if (row % 3 == 0) {
      values.emplace_back(row % 2 == 0 ? "Common Value of Many" : "COMMON value of many");
    } else {
      values.emplace_back("value number " + std::to_string(row * 7919ULL % 50'021));
    }
  }
  return values;
}

void check_all(const std::vector<std::optional<std::string>>& values) {
  const Texts texts(values);
  std::map<std::string, std::vector<std::uint32_t>> rows_of;
  std::size_t present = 0;
  for (std::uint32_t row = 0; row < values.size(); ++row) {
    if (!values[row]) continue;
    rows_of[fold_case(*values[row])].push_back(row);
    ++present;
  }
  REQUIRE(texts.index().total() == present);
  std::size_t others = 0;
  for (const auto& [text, rows] : rows_of) {
    std::vector<std::uint32_t> found = texts.candidates(text);
    std::sort(found.begin(), found.end());
    REQUIRE(std::includes(found.begin(), found.end(), rows.begin(), rows.end()));
    others += found.size() - rows.size();
  }
  // Eight rows share a bucket; of 256 of them one has the same mark.
  CHECK(others <= rows_of.size() / 10);
  CHECK(texts.index().rows_per_value() >= 1);
}

}  // namespace

TEST_CASE("a hash index leaves out no row and gives few others") {
  SECTION("rows of two bytes") { check_all(many_values(30'000)); }
  SECTION("rows of four bytes") { check_all(many_values(90'000)); }
  SECTION("one chunk") { check_all(many_values(100)); }
}

TEST_CASE("a hash index of more rows than a slice has them in the order of their hashes") {
  constexpr std::uint32_t kRows = 2'200'000;
  std::mt19937 random(20261129);
  ColumnHashes hashes;
  std::vector<std::uint64_t> expected;  // hash << 32 | row
  for (std::uint32_t row = 0; row < kRows; ++row) {
    hashes.begin_row();
    if (row % 100 == 7) continue;
    // Some hashes come often, and some buckets hold none.
    const auto hash = static_cast<std::uint32_t>(row % 10 == 0 ? 12345 : random() | 1U);
    hashes.set(hash);
    expected.push_back(std::uint64_t{hash} << 32 | row);
  }
  std::sort(expected.begin(), expected.end());

  std::map<index_layout::Array, std::vector<std::byte>> arrays;
  HashIndexBuilder builder;
  builder.count(std::move(hashes));
  const index_layout::Sink sink = [&](index_layout::Array array, std::uint32_t /*part*/,
                                      const std::vector<std::byte>& bytes) -> Result<void> {
    arrays[array].insert(arrays[array].end(), bytes.begin(), bytes.end());
    return {};
  };
  REQUIRE(builder.write(sink));
  const std::vector<std::byte>& rows = arrays[index_layout::kRows];
  REQUIRE(rows.size() == 4 * expected.size());
  std::size_t wrong = 0;
  std::uint32_t distinct = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto row = static_cast<std::uint32_t>(expected[i]);
    if (load_le<std::uint32_t>(rows, 4 * i) != row) ++wrong;
    if (i == 0 || expected[i] >> 32 != expected[i - 1] >> 32) ++distinct;
  }
  CHECK(wrong == 0);
  CHECK(arrays[index_layout::kMarks].size() == expected.size());
  REQUIRE(arrays[index_layout::kStarts].size() == 4);
  CHECK(load_le<std::uint32_t>(arrays[index_layout::kStarts], 0) == distinct);
}

TEST_CASE("a hash index knows a value in any case, beyond ASCII too") {
  const Texts texts({"Straße", "ÉCOLE", "école", "Eight888 and More", "eIGHT888 AND mORE", ""});
  const auto has = [&texts](std::string_view text, std::uint32_t row) {
    const auto rows = texts.candidates(text);
    return std::find(rows.begin(), rows.end(), row) != rows.end();
  };
  CHECK(has("straße", 0));
  CHECK(has("École", 1));
  CHECK(has("École", 2));
  CHECK(has("EIGHT888 AND MORE", 3));
  CHECK(has("EIGHT888 AND MORE", 4));
  CHECK(has("", 5));
}

TEST_CASE("a hash index of no values finds nothing") {
  const Texts texts({std::nullopt, std::nullopt});
  CHECK(texts.index().total() == 0);
  CHECK(texts.candidates("x").empty());
  CHECK(texts.candidates("").empty());
  std::vector<std::uint32_t> rows;
  texts.index().candidates(SoughtKey(ValueView::null(), Collation::kFold), rows);
  CHECK(rows.empty());
}

TEST_CASE("a column has the index its access names") {
  const Texts texts({"a"});
  CHECK(texts.relation().index(0).error().code == Code::kNotFound);
  CHECK(texts.relation().hash_index(1).error().code == Code::kNotFound);
}

}  // namespace dirsnap::test
