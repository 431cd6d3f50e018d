// SPDX-License-Identifier: MIT
//
// Rows that successive snapshots have in common are stored once.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "storage/additions.h"
#include "storage/case_impl.h"
#include "storage/case_info.h"
#include "storage/shown_rows.h"
#include "storage/snapshot_reader.h"
#include "storage/snapshot_writer.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/storage/sample_case.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

enum Col : std::uint32_t { kName, kFigure, kOwner, kValue, kText, kReal, kBlob };

RelationDef mails() {
  return {
      .name = "mails",
      .columns = {{"name", ColumnType::kText, Access::kIndex, Collation::kFold, Sharing::kByKind},
                  {"figure", ColumnType::kInteger, Access::kScan, Collation::kBinary,
                   Sharing::kByKind},
                  {"owner", ColumnType::kInteger, Access::kSorted, Collation::kBinary},
                  {"value", ColumnType::kAny, Access::kScan, Collation::kBinary, Sharing::kTwin},
                  {"text", ColumnType::kText, Access::kHash, Collation::kFold},
                  {"real", ColumnType::kReal, Access::kIndex, Collation::kBinary},
                  {"blob", ColumnType::kBlob, Access::kScan, Collation::kBinary}},
      .in_common = true};
}

struct MailRow {
  std::int64_t owner = 0;
  std::uint32_t version = 0;  // another one: another row
};
using Rows = std::vector<MailRow>;

// What a row says, for comparison.
using Told = std::vector<std::string>;

std::string tell(const ValueView& value) {
  switch (value.type) {
    case ValueType::kNull:
      return "-";
    case ValueType::kInteger:
      return "i" + std::to_string(value.integer);
    case ValueType::kReal:
      return "r" + std::to_string(value.real);
    case ValueType::kText:
      return "t" + std::string(value.bytes);
    case ValueType::kBlob:
      break;
  }
  return "b" + std::string(value.bytes);
}

// The cells of a row; the same row has the same ones for all time.
struct MailCells {
  explicit MailCells(const MailRow& row)
      : name("Kind " + std::to_string(row.owner % 50 + row.version % 3)),
        text("Subject of mail number " + std::to_string(row.owner * 7919 % 100'003) + ", version " +
             std::to_string(row.version)) {
    const std::int64_t n = row.owner;
    if (n % 1000 == 7) text.append(9000, 'x');
    cells = {{kName, ValueView::text(name)},
             {kFigure, n % 5 == 0 ? ValueView::null() : ValueView::of(n % 50)},
             {kOwner, ValueView::of(n)},
             {kValue, n % 3 == 0 ? ValueView::of(n) : ValueView::text(text)},
             {kText, n % 11 == 0 ? ValueView::null() : ValueView::text(text)},
             {kReal, n % 7 == 0 ? ValueView::of_real(std::nan("")) : ValueView::of_real(0.5)},
             {kBlob, n % 2 == 0 ? ValueView::blob(text) : ValueView::null()}};
    if (n % 13 == 0) {  // all alike, but for the owner
      text = "the same";
      cells[kValue].value = cells[kText].value = ValueView::text(text);
      cells[kBlob].value = ValueView::null();
    }
  }
  MailCells(const MailCells&) = delete;
  MailCells& operator=(const MailCells&) = delete;

  [[nodiscard]] std::string told() const {
    std::string all;
    for (const Cell& cell : cells) {
      const bool is_nan = cell.value.type == ValueType::kReal && std::isnan(cell.value.real);
      all += tell(is_nan ? ValueView::null() : cell.value) + "|";
    }
    return all;
  }

  std::string name;
  std::string text;
  std::vector<Cell> cells;
};

Rows first_rows(std::uint32_t count) {
  Rows rows;
  for (std::uint32_t i = 0; i < count; ++i) rows.push_back({.owner = i + 1});
  return rows;
}

void append(RelationWriter& out, const Rows& rows) {
  std::uint64_t number = 0;
  for (const MailRow& row : rows) {
    MailCells sample(row);
    const auto done = out.append(sample.cells);
    if (!done) FAIL(done.error().what);
    REQUIRE(*done == number++);
  }
}

SnapshotRecord import(const std::filesystem::path& path,
                      const std::string& name,
                      const Rows& rows,
                      const RelationDef& def = mails()) {
  auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named(name.c_str())));
  append(*must(writer->relation(def)), rows);
  return must(writer->seal());
}

Told told(const Rows& rows) {
  Told all;
  for (const MailRow& row : rows) all.push_back(MailCells(row).told());
  std::sort(all.begin(), all.end());
  return all;
}

// The rows of a snapshot as its pieces give them.
Told told(const ReadTxn& txn, std::uint64_t snapshot_id) {
  Told all;
  for (const std::uint32_t number : {0U, 1U}) {
    const auto piece = must(txn.piece(snapshot_id, "mails", number));
    if (!piece) continue;
    std::uint64_t shown = 0;
    for (std::uint64_t row = 0; row < piece->rows(); ++row) {
      if (piece->shown() != nullptr && !piece->shown()->test(row)) continue;
      ++shown;
      std::string one;
      for (std::uint32_t column = 0; column < piece->def().columns.size(); ++column) {
        one += tell(must(piece->value(column, row))) + "|";
      }
      all.push_back(std::move(one));
    }
    REQUIRE(piece->shown_rows() == shown);
  }
  std::sort(all.begin(), all.end());
  return all;
}

// Every snapshot has the rows that it was given, and its seal holds.
void check_case(const std::filesystem::path& path, const std::vector<Rows>& given) {
  auto file = must(CaseFile::open(path, OpenMode::kRead));
  const auto txn = must(ReadTxn::begin(*file));
  REQUIRE(txn->snapshots().size() == given.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    const SnapshotRecord& record = txn->snapshots()[i];
    REQUIRE(must(txn->compute_seal(record.snapshot_id)) == record.seal);
    const bool is_same = told(*txn, record.snapshot_id) == told(given[i]);
    INFO("snapshot " << record.snapshot_id);
    REQUIRE(is_same);
  }
}

// One in `part` changes, goes, or is new.
Rows changed(Rows rows, std::uint32_t part, std::uint32_t seed) {
  std::mt19937 random(seed);
  Rows next;
  for (MailRow row : rows) {
    if (random() % part != 0) {
      next.push_back(row);
      continue;
    }
    switch (random() % 4) {
      case 0:
        break;
      case 1:
        next.push_back(row);
        next.push_back({.owner = row.owner, .version = seed * 1000 + 1});
        break;
      case 2:
        next.push_back(row);
        next.push_back(row);  // the whole row once more
        break;
      default:
        next.push_back({.owner = row.owner, .version = seed});
    }
  }
  return next;
}

std::uint64_t size_of(const std::filesystem::path& path) {
  return std::filesystem::file_size(path);
}

using Record = std::pair<std::string, std::string>;

Key additions_of(std::uint64_t snapshot_id) { return relation_key(snapshot_id, kAdditionsBit); }

// Records of a database whose keys begin so.
std::vector<Record> records(const std::filesystem::path& path, Db db, const Key& prefix) {
  auto env = must(Env::open(path, {.map_size_bytes = std::uint64_t{1} << 30}));
  const Txn txn = must(Txn::begin(*env, Txn::Kind::kRead));
  Cursor cursor = must(Cursor::open(txn, db));
  const std::string_view wanted = as_chars(prefix.bytes());
  std::vector<Record> found;
  bool more = must(cursor.seek(prefix.bytes()));
  while (more && as_chars(cursor.key()).substr(0, wanted.size()) == wanted) {
    found.emplace_back(as_chars(cursor.key()), as_chars(cursor.value()));
    more = must(cursor.next());
  }
  return found;
}

void put(const std::filesystem::path& path, Db db, const std::vector<Record>& list) {
  auto env = must(Env::open(path, {.read_only = false, .map_size_bytes = std::uint64_t{1} << 30}));
  Txn txn = must(Txn::begin(*env, Txn::Kind::kWrite));
  for (const auto& [key, value] : list) {
    REQUIRE(txn.put(db, as_bytes(key), as_bytes(value)) == 0);
  }
  REQUIRE(txn.commit() == 0);
}

constexpr std::array<Db, 3> kRowDbs = {Db::kChunks, Db::kIndexes, Db::kRelations};

// True if the seals of all snapshots hold.
bool seals_hold(const std::filesystem::path& path) {
  auto file = must(CaseFile::open(path, OpenMode::kRead));
  const auto txn = must(ReadTxn::begin(*file));
  return std::all_of(txn->snapshots().begin(), txn->snapshots().end(),
                     [&](const SnapshotRecord& record) {
                       const auto seal = txn->compute_seal(record.snapshot_id);
                       return seal && *seal == record.seal;
                     });
}

// How much room a snapshot's rows take under its own name.
RelationInfo info_of(const std::filesystem::path& path, std::uint64_t snapshot_id) {
  auto file = must(CaseFile::open(path, OpenMode::kRead));
  return must(relation_infos(*must(ReadTxn::begin(*file)), snapshot_id)).at(0);
}

// Rows stored beyond those of the base, and whether there is a base.
struct Stored {
  bool refers = false;
  std::uint64_t added = 0;
};
Stored stored_of(const std::filesystem::path& path, std::uint64_t snapshot_id) {
  auto file = must(CaseFile::open(path, OpenMode::kRead));
  const auto txn = must(ReadTxn::begin(*file));
  const auto added = must(txn->piece(snapshot_id, "mails", 1));
  return {!txn->relation(snapshot_id, "mails"), added ? added->rows() : 0};
}

// Rows whose order is free.
RelationDef loose_mails() {
  RelationDef def = mails();
  def.columns[kOwner].access = Access::kScan;
  return def;
}

}  // namespace

TEST_CASE("a snapshot that has the same rows takes next to no room") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  const Rows rows = first_rows(20'000);
  import(path, "one", rows);
  const std::uint64_t size = size_of(path);
  import(path, "two", rows);
  CHECK(size_of(path) < size + size / 50);
  check_case(path, {rows, rows});
  auto file = must(CaseFile::open(path, OpenMode::kRead));
  const auto txn = must(ReadTxn::begin(*file));
  const Relation one = *must(txn->piece(1, "mails", 0));
  const Relation two = *must(txn->piece(2, "mails", 0));
  CHECK(one.storage_no() == two.storage_no());
  CHECK(two.shown() == nullptr);
  CHECK((one.snapshot_id() == 1 && two.snapshot_id() == 2));
  CHECK_FALSE(must(txn->piece(2, "mails", 1)));
  CHECK(must(txn->relation(1, "mails")));
  CHECK(txn->relation(2, "mails").error().code == Code::kUnsupported);
  CHECK(must(txn->relation_names(2)) == std::vector<std::string>{"mails"});
}

TEST_CASE("rows that change, go and come are those of each snapshot") {
  const std::uint32_t part = GENERATE(100U, 10U);
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  std::vector<Rows> given = {first_rows(12'000)};
  import(path, "0", given[0]);
  for (std::uint32_t day = 1; day < 9; ++day) {
    // Every third day builds on an older one.
    given.push_back(changed(given[day % 3 == 0 ? day - 2 : day - 1], part, day));
    import(path, std::to_string(day), given.back());
  }
  check_case(path, given);
}

TEST_CASE("thirty snapshots of which one in a hundred rows changes take half as much again") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  std::vector<Rows> given = {first_rows(60'000)};
  import(path, "0", given[0]);
  const std::uint64_t size = size_of(path);
  std::mt19937 random(1);
  for (std::uint32_t day = 1; day < 30; ++day) {
    Rows rows = given.back();
    for (std::uint32_t i = 0; i < rows.size() / 100; ++i)
      rows[random() % rows.size()].version = day;
    given.push_back(std::move(rows));
    import(path, std::to_string(day), given.back());
  }
  INFO(size_of(path) << " bytes, the first one " << size);
  CHECK(size_of(path) * 2 <= size * 3);
  check_case(path, given);
}

TEST_CASE("rows that move, and many that go at once, are found again") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  std::vector<Rows> given = {first_rows(100'000)};
  import(path, "one", given[0], loose_mails());
  const Rows& all = given[0];
  Rows moved(all.begin(), all.begin() + 8'000);
  std::reverse(moved.begin(), moved.end());
  moved.insert(moved.end(), all.begin() + 8'000, all.end());
  Rows gap(all.begin(), all.begin() + 3'000);
  gap.insert(gap.end(), all.begin() + 80'000, all.end());
  for (const Rows& rows : {moved, gap}) {
    given.push_back(rows);
    import(path, std::to_string(given.size()), rows, loose_mails());
  }
  check_case(path, given);
  CHECK(stored_of(path, 2).refers);
  CHECK(stored_of(path, 2).added == 0);
  CHECK(stored_of(path, 3).refers);
  CHECK(stored_of(path, 3).added < 5'000);
}

TEST_CASE("INV-2: the same rows after the same snapshots give the same seals") {
  const TempFolder folder;
  const Rows one = first_rows(20'000);
  const Rows two = changed(one, 30, 1);
  const Rows three = changed(two, 30, 2);
  std::array<std::vector<std::string>, 2> seals;
  for (const std::size_t i : {0U, 1U}) {
    const std::filesystem::path path = folder / std::to_string(i);
    seals[i].push_back(import(path, "one", one).seal);
    if (i == 1) {
      auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
      auto writer = must(SnapshotWriter::begin(*file, named("dead")));
      append(*must(writer->relation(mails())), three);
    }
    seals[i].push_back(import(path, "two", two).seal);
    seals[i].push_back(import(path, "three", three).seal);
  }
  CHECK(seals[0] == seals[1]);
}

TEST_CASE("rows of another kind of evidence are stored as in a case of their own") {
  const TempFolder folder;
  Rows others = first_rows(5'000);
  for (MailRow& row : others) row.version = 77;
  const std::uint32_t count = GENERATE(100U, 700U, 5'000U);
  others.resize(count);
  import(folder / "a", "one", first_rows(5'000));
  const SnapshotRecord second = import(folder / "a", "two", others);
  const SnapshotRecord alone = import(folder / "b", "two", others);
  CHECK(second.seal == alone.seal);
  CHECK_FALSE(stored_of(folder / "a", 2).refers);
  check_case(folder / "a", {first_rows(5'000), others});
}

TEST_CASE("the snapshots of two servers find their own") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  std::vector<Rows> given;
  for (std::uint32_t day = 0; day < 8; ++day) {
    Rows rows = first_rows(5'000);
    for (MailRow& row : rows) row.version = day % 2 == 0 ? 1'000 : 2'000;
    for (std::uint32_t i = 0; i < day; ++i) rows[i * 97].version = day;
    given.push_back(std::move(rows));
    import(path, std::to_string(day), given.back());
    CHECK(stored_of(path, day + 1).refers == (day >= 2));
  }
  check_case(path, given);
}

TEST_CASE("a base whose additions have grown makes room for another one") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  std::vector<Rows> given = {first_rows(6'000)};
  import(path, "0", given[0]);
  std::vector<bool> refers;
  for (std::uint32_t day = 1; day < 6; ++day) {
    Rows rows = given.back();
    for (std::uint32_t i = day; i < rows.size(); i += 5) rows[i].version = day;
    given.push_back(std::move(rows));
    import(path, std::to_string(day), given.back());
    refers.push_back(stored_of(path, day + 1).refers);
  }
  CHECK(refers == std::vector<bool>{true, true, true, false, true});
  check_case(path, given);
}

TEST_CASE("INV-1: what a writer without seal has added is not seen, and swept") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  std::vector<Rows> given = {first_rows(50'000)};
  given.push_back(changed(given[0], 10, 1));
  import(path, "0", given[0]);
  import(path, "1", given[1]);
  const std::vector<Record> full = records(path, Db::kChunks, additions_of(1));
  REQUIRE_FALSE(full.empty());
  {
    auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
    auto writer = must(SnapshotWriter::begin(*file, named("dead")));
    append(*must(writer->relation(mails())), changed(given[1], 10, 2));
    RelationWriter* filler = must(writer->relation(
        {.name = "filler",
         .columns = {{"x", ColumnType::kBlob, Access::kScan, Collation::kBinary}}}));
    const std::string block(1 << 20, 'f');
    for (int i = 0; i < 40; ++i) {
      const Cell cell{.column = 0, .value = ValueView::blob(block)};
      must(filler->append({&cell, 1}));
    }
  }
  CHECK(records(path, Db::kChunks, additions_of(1)).size() > full.size());
  check_case(path, given);
  given.push_back(given[0]);
  import(path, "2", given[2]);
  CHECK(records(path, Db::kChunks, additions_of(1)) == full);
  CHECK(records(path, Db::kChunks, snapshot_key(3)).empty());
  check_case(path, given);
}

TEST_CASE("what is left of an old version of additions is swept") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  std::vector<Rows> given = {first_rows(6'000)};
  for (std::uint32_t day = 1; day < 3; ++day) given.push_back(changed(given.back(), 50, day));
  given.push_back(given.back());
  import(path, "0", given[0]);
  import(path, "1", given[1]);
  std::array<std::vector<Record>, 3> old;
  for (std::size_t i = 0; i < 3; ++i) old[i] = records(path, kRowDbs[i], additions_of(2));
  import(path, "2", given[2]);
  for (std::size_t i = 0; i < 3; ++i) {
    REQUIRE_FALSE(old[i].empty());
    CHECK(records(path, kRowDbs[i], additions_of(2)).empty());
    put(path, kRowDbs[i], old[i]);
  }
  CHECK(seals_hold(path));
  import(path, "3", given[3]);
  for (const Db db : kRowDbs) CHECK(records(path, db, additions_of(2)).empty());
  for (const Db db : kRowDbs) CHECK_FALSE(records(path, db, additions_of(3)).empty());
  check_case(path, given);
}

TEST_CASE("a reader that came before keeps the additions it has seen") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  std::vector<Rows> given = {first_rows(6'000)};
  for (std::uint32_t day = 1; day < 3; ++day) given.push_back(changed(given.back(), 50, day));
  import(path, "0", given[0]);
  import(path, "1", given[1]);
  auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
  const auto before = must(ReadTxn::begin(*file));
  auto writer = must(SnapshotWriter::begin(*file, named("2")));
  append(*must(writer->relation(mails())), given[2]);
  must(writer->seal());
  CHECK(told(*before, 2) == told(given[1]));
  CHECK(must(before->compute_seal(2)) == before->snapshots()[1].seal);
}

TEST_CASE("indexes of additions have every row of them, whichever snapshot brought it") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  Rows rows = first_rows(60'000);
  for (std::uint32_t day = 0; day < 4; ++day) {
    for (std::uint32_t i = 0; day != 0 && i < rows.size(); i += 20) rows[i + day].version = day;
    import(path, std::to_string(day), rows);
  }
  auto file = must(CaseFile::open(path, OpenMode::kRead));
  const auto txn = must(ReadTxn::begin(*file));
  const Relation piece = *must(txn->piece(4, "mails", 1));
  REQUIRE(piece.rows() > 8'000);
  CHECK(piece.def() == additions_def(mails()));
  const HashIndexView hashed = must(piece.hash_index(kText));
  for (std::uint32_t row = 0; row < piece.rows(); ++row) {
    const ValueView text = must(piece.value(kText, row));
    if (text.is_null()) continue;
    std::vector<std::uint32_t> found;
    if (text.bytes == "the same") continue;  // there are many
    hashed.candidates(SoughtKey(text, Collation::kFold), found);
    if (std::find(found.begin(), found.end(), row) == found.end()) FAIL("row " << row);
    for (const std::uint32_t column : {kName, kOwner, kReal}) {
      const ValueView value = must(piece.value(column, row));
      if (value.is_null()) continue;
      const IndexView index = must(piece.index(column));
      const auto ordinal = must(index.find(value));
      REQUIRE(ordinal);
      if (index.count_of(*ordinal) > 4'000) continue;
      std::vector<std::uint32_t> of_value;
      index.rows_of(*ordinal, *ordinal + 1, of_value);
      if (!std::binary_search(of_value.begin(), of_value.end(), row)) FAIL("row " << row);
    }
  }
}

TEST_CASE("an index need not find what one row alone has that is not shown") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  RelationDef def = mails();
  def.columns[kText].access = Access::kIndex;
  Rows rows = first_rows(10'000);
  import(path, "0", rows, def);
  for (std::uint32_t i = 0; i < rows.size(); i += 30) rows[i].version = 1;
  import(path, "1", rows, def);
  auto file = must(CaseFile::open(path, OpenMode::kRead));
  const auto txn = must(ReadTxn::begin(*file));
  const Relation base = *must(txn->piece(2, "mails", 0));
  REQUIRE(base.shown() != nullptr);
  const IndexView index = must(base.index(kText));
  std::uint32_t passed_over = 0;
  for (std::uint64_t row = 0; row < base.rows(); ++row) {
    const ValueView text = must(base.value(kText, row));
    if (text.is_null()) continue;
    const SoughtKey key(text, Collation::kFold);
    const auto ordinal = must(index.find(key));
    REQUIRE(ordinal);
    const bool is_hidden = index.count_of(*ordinal) == 1 && !base.shown()->test(row);
    if (is_hidden) ++passed_over;
    if (must(index.find(key, base.shown())) != (is_hidden ? std::nullopt : ordinal)) {
      FAIL("row " << row);
    }
  }
  CHECK(passed_over > 200);
}

TEST_CASE("a relation that refers to what cannot be its base is damaged") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  import(path, "one", first_rows(5'000));
  import(path, "two", first_rows(5'000));
  RelationDef other = mails();
  other.columns[kText].access = Access::kScan;
  const std::array<StoredRelation, 3> forged = {
      StoredRelation{.def = mails(), .rows = 5'000, .base = BaseRef{9, 0}},
      StoredRelation{.def = mails(), .rows = 5'000, .base = BaseRef{2, 0}},
      StoredRelation{.def = other, .rows = 5'000, .base = BaseRef{1, 0}}};
  for (const StoredRelation& relation : forged) {
    const std::vector<std::byte> record = encode_relation(relation);
    put(path, Db::kRelations,
        {{std::string(as_chars(relation_key(2, 0).bytes())), std::string(as_chars(record))}});
    auto file = must(CaseFile::open(path, OpenMode::kRead));
    const auto txn = must(ReadTxn::begin(*file));
    CHECK(txn->piece(2, "mails", 0).error().code == Code::kCorrupt);
    CHECK(txn->compute_seal(2).error().code == Code::kCorrupt);
    CHECK(relation_infos(*txn, 2).error().code == Code::kCorrupt);
  }
  std::vector<std::byte> record = encode_relation(forged[0]);
  CHECK(must(parse_relation(record)).base == forged[0].base);
  for (std::size_t size = 0; size < record.size(); ++size) {
    CHECK(parse_relation(Bytes(record).first(size)).error().code == Code::kCorrupt);
  }
  record.back() = std::byte{0x80};  // the number of additions
  CHECK_FALSE(parse_relation(record));
}

TEST_CASE("a bit that turns over in any record of rows in common breaks a seal") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  std::vector<Rows> given = {first_rows(45'000)};
  given.push_back(changed(given[0], 9, 1));
  given.push_back(changed(given[1], 60, 2));
  for (std::size_t i = 0; i < given.size(); ++i) import(path, std::to_string(i), given[i]);
  REQUIRE(seals_hold(path));
  struct Place {
    Db db;
    Key prefix;
  };
  const std::vector<Place> places = {{Db::kChunks, relation_key(1, 0)},
                                     {Db::kIndexes, relation_key(1, 0)},
                                     {Db::kRelations, relation_key(1, 0)},
                                     {Db::kChunks, shown_rows_key(relation_key(2, 0), 0)},
                                     {Db::kChunks, shown_rows_key(relation_key(2, 0), 1)},
                                     {Db::kChunks, shown_rows_key(relation_key(3, 0), 1)},
                                     {Db::kRelations, relation_key(3, 0)},
                                     {Db::kChunks, additions_of(1)},
                                     {Db::kChunks, additions_of(3)},
                                     {Db::kIndexes, additions_of(3)},
                                     {Db::kRelations, additions_of(3)}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    INFO("place " << i);
    const std::vector<Record> list = records(path, places[i].db, places[i].prefix);
    REQUIRE_FALSE(list.empty());
    Record bent = list[list.size() / 2];
    bent.second[bent.second.size() / 2] ^= 4;
    put(path, places[i].db, {bent});
    CHECK_FALSE(seals_hold(path));
    put(path, places[i].db, {list[list.size() / 2]});
    REQUIRE(seals_hold(path));
  }
}

TEST_CASE("a row that breaks the rules is refused at once where rows are in common, too") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  const RelationDef def{
      .name = "ordered",
      .columns = {{"id", ColumnType::kInteger, Access::kDense, Collation::kBinary},
                  {"owner", ColumnType::kInteger, Access::kSorted, Collation::kBinary},
                  {"kind", ColumnType::kText, Access::kScan, Collation::kBinary, Sharing::kByKind},
                  {"text", ColumnType::kText, Access::kScan, Collation::kBinary}},
      .in_common = true};
  for (const char* name : {"one", "two"}) {
    auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
    auto writer = must(SnapshotWriter::begin(*file, named(name)));
    RelationWriter* out = must(writer->relation(def));
    const auto refused = [out](std::vector<Cell> cells) {
      const auto row = out->append(cells);
      return !row && row.error().code == Code::kUsage;
    };
    for (std::int64_t row = 0; row < 9'000; ++row) {
      const ValueView id = ValueView::of(row + 1);
      const ValueView owner = ValueView::of(row / 3);
      if (row % 1500 == 1400) {
        CHECK(refused({{0, id}, {1, owner}, {4, id}}));
        CHECK(refused({{0, id}, {1, owner}, {3, id}, {3, id}}));
        CHECK(refused({{0, owner}, {1, owner}}));
        CHECK(refused({{0, id}}));
        CHECK(refused({{0, id}, {1, ValueView::of(row / 3 - 2)}}));
        CHECK(out->append(9, std::vector<Cell>{{0, id}, {1, owner}}).error().code == Code::kUsage);
        CHECK(out->kind(std::vector<Cell>{{0, id}}).error().code == Code::kUsage);
        CHECK(out->rows() == static_cast<std::uint64_t>(row));
      }
      const std::vector<Cell> cells = {
          {3, ValueView::text("t")}, {2, ValueView::text("k")}, {1, owner}, {0, id}};
      REQUIRE(must(out->append(cells)) == static_cast<std::uint64_t>(row));
    }
    must(writer->seal());
    CHECK(writer->relation(def).error().code == Code::kUsage);
  }
  CHECK(info_of(path, 2).chunk_bytes == 0);
  CHECK(info_of(path, 2).rows == 9'000);
}

TEST_CASE("shown rows are those marked, also when rows have come since") {
  const std::uint64_t rows = GENERATE(1U, 100U, 4096U, 4097U, 50'000U);
  const std::uint32_t part = GENERATE(1U, 2U, 100U, 300U, 5'000U);
  std::mt19937 random(static_cast<std::uint32_t>(rows) + part);
  ShownRowsBuilder builder;
  std::vector<bool> marked(rows);
  for (std::uint64_t row = 0; row < rows; ++row) {
    if ((row / 4096) % 3 == 2 || (part > 1 && random() % part == 0)) continue;
    marked[row] = true;
    CHECK(builder.mark(row));
    CHECK_FALSE(builder.mark(row));
  }
  const std::vector<std::byte> record = builder.encode(rows);
  for (const std::uint64_t more : {0U, 1U, 5'000U}) {
    const ShownRows shown = must(ShownRows::parse(record, rows + more));
    CHECK(shown.count() == builder.count());
    for (std::uint64_t row = 0; row < rows + more; ++row) {
      if (shown.test(row) != (row < rows && marked[row])) FAIL("row " << row);
    }
    for (std::uint64_t i = 0; i * 4096 < rows + more; ++i) {
      RowMask mask;
      mask.set_all(
          static_cast<std::uint32_t>(std::min<std::uint64_t>(4096, rows + more - i * 4096)));
      mask.reset(7);
      shown.keep_shown(i, mask);
      for (std::uint32_t row = 0; row < 4096; ++row) {
        const std::uint64_t number = i * 4096 + row;
        const bool is_kept = row != 7 && number < rows && marked[number];
        if (mask.test(row) != is_kept) FAIL("row " << number);
      }
    }
  }
  for (std::size_t size = 0; size < record.size(); ++size) {
    CHECK(ShownRows::parse(Bytes(record).first(size), rows).error().code == Code::kCorrupt);
  }
  CHECK_FALSE(ShownRows::parse(record, rows - 1));
  std::vector<std::byte> longer = record;
  longer.push_back(std::byte{0});
  CHECK_FALSE(ShownRows::parse(longer, rows));
}

TEST_CASE("a record of shown rows that lists rows twice or past the end is damaged") {
  const auto record = [](std::initializer_list<std::uint16_t> words) {
    std::vector<std::byte> bytes;
    for (const std::uint16_t word : words) {
      bytes.push_back(static_cast<std::byte>(word & 0xFF));
      bytes.push_back(static_cast<std::byte>(word >> 8));
    }
    return bytes;
  };
  CHECK(must(ShownRows::parse(record({10, 0, 2, 3, 9}), 10)).count() == 8);
  CHECK_FALSE(ShownRows::parse(record({10, 0, 2, 9, 3}), 10));
  CHECK_FALSE(ShownRows::parse(record({10, 0, 2, 3, 3}), 10));
  CHECK_FALSE(ShownRows::parse(record({10, 0, 2, 3, 10}), 20));
  CHECK_FALSE(ShownRows::parse(record({10, 0, 2, 3}), 10));
  CHECK_FALSE(ShownRows::parse(record({10, 0, 0}), 9));
  std::vector<std::byte> bits = record({10, 0, 0xFFFE});
  bits.resize(bits.size() + 512);
  bits[7] = std::byte{0x03};  // row 9
  CHECK(must(ShownRows::parse(bits, 10)).count() == 2);
  bits[7] = std::byte{0x07};  // row 10
  CHECK_FALSE(ShownRows::parse(bits, 20));
}
