// SPDX-License-Identifier: MIT
//
// A relation that is stored in full again shares the chunks that are still alike.
#include "storage/chunk_reference.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "storage/case_info.h"
#include "storage/record_walk.h"
#include "storage/snapshot_reader.h"
#include "storage/snapshot_writer.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/storage/sample_case.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

enum NoteColumn : std::uint32_t { kRowId, kTitle, kBody, kFigure };

constexpr std::uint32_t kRows = 10'000;  // three chunks, the last one not full

RelationDef notes() {
  return {.name = "notes",
          .columns = {{"id", ColumnType::kInteger, Access::kDense, Collation::kBinary},
                      {"name", ColumnType::kText, Access::kIndex, Collation::kFold},
                      {"note", ColumnType::kText, Access::kScan, Collation::kBinary},
                      {"figure", ColumnType::kInteger, Access::kScan, Collation::kBinary}},
          .in_common = true};
}

std::string title_of(std::uint32_t row) { return "Note number " + std::to_string(row); }

// One in the first chunk has a record of its own.
std::string body_of(std::uint32_t row) {
  std::string note = "What nobody changes, on " + title_of(row);
  if (row == 1000) note.append(9000, 'x');
  return note;
}

// A row changes with the first day that is not before it; as many rows do each day.
constexpr std::uint32_t kChangedEachDay = kRows / 20;
std::int64_t figure_of(std::uint32_t row, std::uint32_t day) {
  const std::uint32_t changes_on = row * 7919 % kRows / kChangedEachDay + 1;
  return changes_on <= day ? 1'000'000 + row : row;
}

void import_day(const std::filesystem::path& path, std::uint32_t day) {
  auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named(std::to_string(day).c_str())));
  RelationWriter* const out = must(writer->relation(notes()));
  for (std::uint32_t row = 0; row < kRows; ++row) {
    const std::string title = title_of(row);
    const std::string body = body_of(row);
    must(out->append(std::vector<Cell>{{kRowId, ValueView::of(row + 1)},
                                       {kTitle, ValueView::text(title)},
                                       {kBody, ValueView::text(body)},
                                       {kFigure, ValueView::of(figure_of(row, day))}}));
  }
  must(writer->seal());
}

// Snapshot 1 is day 0. Additions are 0.15 of the base after day 3, so that day 4 is stored anew.
constexpr std::uint64_t kAnew = 5;
constexpr std::uint32_t kDays = 12;

void import_days(const std::filesystem::path& path, std::uint32_t days = kDays) {
  for (std::uint32_t day = 0; day < days; ++day) import_day(path, day);
}

bool is_stored_in_full(const ReadTxn& txn, std::uint64_t snapshot_id) {
  return must(txn.piece(snapshot_id, "notes", 0))->storage_no() != 0 &&
         txn.relation(snapshot_id, "notes").has_value();
}

void check_rows(const ReadTxn& txn, std::uint64_t snapshot_id, std::uint32_t day) {
  std::vector<bool> seen(kRows);
  for (const std::uint32_t number : {0U, 1U}) {
    const auto piece = must(txn.piece(snapshot_id, "notes", number));
    for (std::uint64_t i = 0; piece && i < piece->rows(); ++i) {
      if (piece->shown() != nullptr && !piece->shown()->test(i)) continue;
      const auto row = static_cast<std::uint32_t>(must(piece->value(kRowId, i)).integer - 1);
      const bool is_right = must(piece->value(kTitle, i)).bytes == title_of(row) &&
                            must(piece->value(kBody, i)).bytes == body_of(row) &&
                            must(piece->value(kFigure, i)).integer == figure_of(row, day);
      if (!is_right || seen[row]) FAIL("row " << row << " of snapshot " << snapshot_id);
      seen[row] = true;
    }
  }
  REQUIRE(std::count(seen.begin(), seen.end(), true) == kRows);
}

// What stands under a chunk's key.
void with_chunk(const std::filesystem::path& path,
                const Key& key,
                const std::function<void(Txn&, Bytes)>& use) {
  auto env = must(Env::open(path, {.read_only = false, .map_size_bytes = std::uint64_t{1} << 30}));
  Txn txn = must(Txn::begin(*env, Txn::Kind::kWrite));
  const std::optional<Bytes> record = must(txn.get(Db::kChunks, key.bytes()));
  REQUIRE(record);
  use(txn, *record);
  REQUIRE(txn.commit() == 0);
}

std::vector<std::byte> record_of(const std::filesystem::path& path, const Key& key) {
  std::vector<std::byte> bytes;
  with_chunk(path, key, [&](Txn&, Bytes record) { bytes.assign(record.begin(), record.end()); });
  return bytes;
}

void replace(const std::filesystem::path& path, const Key& key, Bytes value) {
  with_chunk(path, key,
             [&](Txn& txn, Bytes) { REQUIRE(txn.put(Db::kChunks, key.bytes(), value) == 0); });
}

Key chunk_of(std::uint64_t snapshot_id, std::uint32_t chunk_no, NoteColumn column) {
  return chunk_key(relation_key(snapshot_id, 0), chunk_no, column);
}

bool seal_holds(const ReadTxn& txn, std::uint64_t snapshot_id) {
  const auto seal = txn.compute_seal(snapshot_id);
  return seal && *seal == txn.snapshots().at(snapshot_id - 1).seal;
}

}  // namespace

TEST_CASE("a base that has served is stored anew, and its like chunks once") {
  const TempFolder folder;
  import_days(folder / "a");
  auto file = must(CaseFile::open(folder / "a", OpenMode::kRead));
  const auto txn = must(ReadTxn::begin(*file));
  for (std::uint64_t id = 1; id <= kDays; ++id) {
    INFO("snapshot " << id);
    check_rows(*txn, id, static_cast<std::uint32_t>(id - 1));
    CHECK(seal_holds(*txn, id));
    CHECK(is_stored_in_full(*txn, id) == (id % 4 == 1));
  }
  const RelationInfo first = must(relation_infos(*txn, 1)).at(0);
  const RelationInfo anew = must(relation_infos(*txn, kAnew)).at(0);
  CHECK(anew.chunk_bytes * 2 < first.chunk_bytes);
}

TEST_CASE("INV-2: a relation that refers to chunks has the seal of one that has its own") {
  const TempFolder folder;
  import_days(folder / "a", kAnew);
  import_day(folder / "b", kAnew - 1);
  auto shared = must(CaseFile::open(folder / "a", OpenMode::kRead));
  auto alone = must(CaseFile::open(folder / "b", OpenMode::kRead));
  CHECK(must(ReadTxn::begin(*shared))->snapshots().at(kAnew - 1).seal ==
        must(ReadTxn::begin(*alone))->snapshots().at(0).seal);
}

TEST_CASE("a reference names the relation that has the chunk, through any number of others") {
  const TempFolder folder;
  import_days(folder / "a");
  const Key owner = relation_key(1, 0);
  const std::vector<std::byte> wanted(owner.bytes().begin(), owner.bytes().end());
  CHECK(record_of(folder / "a", chunk_of(kAnew, 1, kTitle)) == wanted);
  CHECK(record_of(folder / "a", chunk_of(kAnew + 4, 1, kTitle)) == wanted);
  CHECK(record_of(folder / "a", chunk_of(kAnew + 4, 2, kTitle)) == wanted);
  CHECK(record_of(folder / "a", chunk_of(kAnew, 1, kFigure)).size() > kRelationKeySize);
  // Long values stand under their own relation.
  CHECK(record_of(folder / "a", chunk_of(kAnew, 0, kBody)).size() > kRelationKeySize);
}

TEST_CASE("a reference to what is no chunk is damage, and so is damage of what it refers to") {
  const TempFolder folder;
  import_days(folder / "a", kAnew);
  const Key referring = chunk_of(kAnew, 1, kTitle);
  const std::vector<std::byte> reference = record_of(folder / "a", referring);
  const Key nowhere = relation_key(77, 0);
  const Key itself = relation_key(kAnew, 0);
  const Key of_other_rows = relation_key(2, 0);
  for (const Key& forged : {nowhere, itself, of_other_rows}) {
    replace(folder / "a", referring, forged.bytes());
    auto file = must(CaseFile::open(folder / "a", OpenMode::kRead));
    const auto txn = must(ReadTxn::begin(*file));
    const Relation notes = *must(txn->piece(kAnew, "notes", 0));
    CHECK(notes.chunk(kTitle, 1).error().code == Code::kCorrupt);
    CHECK(notes.chunk(kTitle, 0));
    CHECK_FALSE(seal_holds(*txn, kAnew));
  }
  replace(folder / "a", referring, reference);
  std::vector<std::byte> chunk = record_of(folder / "a", chunk_of(1, 1, kTitle));
  chunk.at(chunk.size() / 2) ^= std::byte{1};
  replace(folder / "a", chunk_of(1, 1, kTitle), chunk);
  auto file = must(CaseFile::open(folder / "a", OpenMode::kRead));
  const auto txn = must(ReadTxn::begin(*file));
  CHECK_FALSE(seal_holds(*txn, 1));
  CHECK_FALSE(seal_holds(*txn, kAnew));
}
