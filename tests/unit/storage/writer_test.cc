// SPDX-License-Identifier: MIT
#include <cmath>
#include <csignal>
#include <fstream>
#include <functional>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "storage/batch_writer.h"
#include "storage/case_impl.h"
#include "storage/case_info.h"
#include "storage/lmdb_env.h"
#include "storage/snapshot_reader.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/storage/sample_case.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

std::vector<std::string> files_in(const TempFolder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Runs `body` in a child process; gives its wait status. A case is never carried across fork.
int in_child(const std::function<int()>& body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(body());
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

// Appends blobs until the writer fails or `count` are there.
Result<void> append_blobs(SnapshotWriter& writer, int count) {
  DIRSNAP_TRY(
      RelationWriter * blobs,
      writer.relation({.name = "blobs",
                       .columns = {{"b", ColumnType::kBlob, Access::kScan, Collation::kBinary}}}));
  const std::string block(1 << 20, 'b');
  for (int i = 0; i < count; ++i) {
    const Cell cell{.column = 0, .value = ValueView::blob(block)};
    DIRSNAP_CHECK(blobs->append({&cell, 1}));
  }
  return {};
}

RelationDef ordered() {
  return {.name = "ordered",
          .columns = {{"id", ColumnType::kInteger, Access::kDense, Collation::kBinary},
                      {"owner", ColumnType::kInteger, Access::kSorted, Collation::kBinary},
                      {"text", ColumnType::kText, Access::kScan, Collation::kBinary}}};
}

}  // namespace

TEST_CASE("a row that breaks its relation's rules is refused whole, and the next one is taken") {
  const TempFolder folder;
  auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named("one")));
  RelationWriter* relation = must(writer->relation(ordered()));
  const auto refused = [&](std::vector<Cell> cells) {
    const auto row = relation->append(cells);
    return !row && row.error().code == Code::kUsage;
  };
  const ValueView one = ValueView::of(1);
  const ValueView two = ValueView::of(2);
  CHECK(refused({{0, one}, {1, one}, {3, one}}));            // no such column
  CHECK(refused({{0, one}, {1, one}, {2, one}, {2, one}}));  // twice
  CHECK(refused({{0, two}, {1, one}}));                      // dense is row + 1
  CHECK(refused({{0, one}}));                                // sorted is missing
  CHECK(refused({{1, one}}));                                // dense is missing
  CHECK(refused({{0, one}, {1, ValueView::null()}}));        // NULL is no order
  CHECK(refused({{0, one}, {1, ValueView::text("1")}}));     // nor is text
  CHECK(relation->rows() == 0);
  REQUIRE(must(relation->append(std::vector<Cell>{{1, two}, {0, one}})) == 0);
  CHECK(refused({{0, two}, {1, one}, {2, ValueView::text("lost")}}));  // descends
  REQUIRE(must(relation->append(std::vector<Cell>{{0, two}, {1, two}})) == 1);
  must(writer->seal());
  const auto txn = must(ReadTxn::begin(*file));
  CHECK(must(must(txn->relation(1, "ordered"))->value(2, 1)).is_null());
}

TEST_CASE("a relation has one definition, a case one snapshot of a name, a reader no writer") {
  const TempFolder folder;
  import_things(folder / "a.dirsnap", "one", 10);
  {
    auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kRead));
    CHECK(SnapshotWriter::begin(*file, named("x")).error().code == Code::kUsage);
  }
  auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  CHECK(SnapshotWriter::begin(*file, named("one")).error().code == Code::kUsage);
  auto writer = must(SnapshotWriter::begin(*file, named("two")));
  RelationWriter* first = must(writer->relation(things()));
  CHECK(must(writer->relation(things())) == first);
  RelationDef other = things();
  other.columns[1].access = Access::kScan;
  CHECK(writer->relation(other).error().code == Code::kUsage);
  must(writer->seal());
  CHECK(writer->seal().error().code == Code::kUsage);
  CHECK(writer->relation(ordered()).error().code == Code::kUsage);
}

TEST_CASE("NaN and NULL are stored alike: as nothing") {
  const TempFolder folder;
  auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named("one")));
  const RelationDef def{.name = "reals",
                        .columns = {{"r", ColumnType::kReal, Access::kIndex, Collation::kBinary}}};
  RelationWriter* relation = must(writer->relation(def));
  for (const ValueView& value : {ValueView::of_real(std::nan("")), ValueView::null(),
                                 ValueView::of_real(1.5), ValueView::of_real(std::nan(""))}) {
    const Cell cell{.column = 0, .value = value};
    must(relation->append({&cell, 1}));
  }
  const SnapshotRecord sealed = must(writer->seal());
  const auto txn = must(ReadTxn::begin(*file));
  CHECK(must(txn->compute_seal(1)) == sealed.seal);
  const auto read = must(txn->relation(1, "reals"));
  CHECK(must(read->value(0, 0)).is_null());
  CHECK(must(read->value(0, 2)).real == 1.5);
  CHECK(must(read->index(0)).total() == 1);
}

TEST_CASE("facts given at the end are those of the record") {
  const TempFolder folder;
  auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named("one")));
  SnapshotRecord facts = named("renamed");
  facts.server = "EX1";
  facts.taken_at = "1999-04-21T07:05:00Z";
  facts.sources = 3;
  facts.issues = 5;
  writer->set_facts(facts);
  must(writer->seal());
  const auto txn = must(ReadTxn::begin(*file));
  const SnapshotRecord& record = txn->snapshots().at(0);
  CHECK(record.name == "renamed");
  CHECK(record.server == "EX1");
  CHECK_FALSE(record.organization);
  CHECK(record.taken_at == "1999-04-21T07:05:00Z");
  CHECK(record.imported_at == "2001-02-03T04:05:06Z");
  CHECK((record.sources == 3 && record.issues == 5));
}

TEST_CASE("INV-4: a new case has its name when its first snapshot is sealed, and not before") {
  const TempFolder folder;
  {
    auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
    auto writer = must(SnapshotWriter::begin(*file, named("one")));
    append_things(*writer, 10);
    CHECK_FALSE(std::filesystem::exists(folder / "a.dirsnap"));
  }
  CHECK(files_in(folder).empty());
  import_things(folder / "a.dirsnap", "one", 10);
  CHECK(files_in(folder) == std::vector<std::string>{"a.dirsnap", "a.dirsnap-lock"});
  struct stat facts {};
  REQUIRE(stat((folder / "a.dirsnap").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("only a case that has no name yet is written without waiting for the disk") {
  const TempFolder folder;
  const auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  CHECK(file->impl().env->unsynced());
  const auto writer = must(SnapshotWriter::begin(*file, named("one")));
  append_things(*writer, 10);
  must(writer->seal());
  CHECK_FALSE(file->impl().env->unsynced());

  const auto again = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  CHECK_FALSE(again->impl().env->unsynced());
}

TEST_CASE("a new case replaces no file that has taken its name meanwhile") {
  const TempFolder folder;
  {
    auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
    auto writer = must(SnapshotWriter::begin(*file, named("one")));
    std::ofstream(folder / "a.dirsnap") << "precious";
    const auto sealed = writer->seal();
    REQUIRE_FALSE(sealed);
    CHECK(sealed.error().code == Code::kUsage);
  }
  CHECK(files_in(folder) == std::vector<std::string>{"a.dirsnap"});
  CHECK(std::filesystem::file_size(folder / "a.dirsnap") == 8);
  CHECK(CaseFile::open(folder / "none" / "a.dirsnap", OpenMode::kReadWrite).error().code ==
        Code::kIo);
}

TEST_CASE("INV-1: a writer killed in the middle leaves nothing a reader sees; the next sweeps") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  import_things(path, "one", 100);
  const int status = in_child([&] {
    auto file = CaseFile::open(path, OpenMode::kReadWrite);
    auto writer = SnapshotWriter::begin(**file, named("dead"));
    // Rows reach the file some time after append(): go on until two batches are there.
    for (int i = 0; std::filesystem::file_size(path) < (std::uintmax_t{32} << 20); ++i) {
      if (i == 20 || !append_blobs(**writer, 10)) return 1;
    }
    return raise(SIGKILL);
  });
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(std::filesystem::file_size(path) >= (std::uintmax_t{32} << 20));
  {
    auto file = must(CaseFile::open(path, OpenMode::kRead));
    CHECK(must(ReadTxn::begin(*file))->snapshots().size() == 1);
  }
  {
    auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
    auto writer = must(SnapshotWriter::begin(*file, named("dead")));
    CHECK(writer->snapshot_id() == 3);
    REQUIRE(append_blobs(*writer, 30));
    must(writer->seal());
  }
  // The swept pages were used again.
  CHECK(std::filesystem::file_size(path) < (std::uintmax_t{80} << 20));
  auto env = must(Env::open(path, {.map_size_bytes = std::uint64_t{1} << 30}));
  const Txn txn = must(Txn::begin(*env, Txn::Kind::kRead));
  for (const Db db : {Db::kSnapshots, Db::kRelations, Db::kChunks, Db::kIndexes}) {
    Cursor cursor = must(Cursor::open(txn, db));
    if (!must(cursor.seek(snapshot_key(2).bytes()))) continue;
    CHECK(load_be<std::uint64_t>(cursor.key(), 0) == 3);
  }
}

TEST_CASE("a new case whose writer was killed is swept by the next one of that name") {
  const TempFolder folder;
  const int status = in_child([&] {
    auto file = CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite);
    return raise(SIGKILL);
  });
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(files_in(folder).size() == 1);
  import_things(folder / "a.dirsnap", "one", 10);
  CHECK(files_in(folder) == std::vector<std::string>{"a.dirsnap", "a.dirsnap-lock"});
}

TEST_CASE("a second writer is turned away and told who writes") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  import_things(path, "one", 10);
  auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named("two")));
  const std::string me = "process " + std::to_string(getpid());
  const int status = in_child([&] {
    auto second = CaseFile::open(path, OpenMode::kReadWrite);
    if (!second) return 1;
    const auto refused = SnapshotWriter::begin(**second, named("three"));
    if (refused || refused.error().code != Code::kBusy) return 2;
    return refused.error().what.find(me) == std::string::npos ? 3 : 0;
  });
  CHECK(WEXITSTATUS(status) == 0);
  append_things(*writer, 10);
  must(writer->seal());
}

TEST_CASE("a read transaction keeps its view while a snapshot is sealed") {
  const TempFolder folder;
  import_things(folder / "a.dirsnap", "one", 5000);
  auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  const auto before = must(ReadTxn::begin(*file));
  auto writer = must(SnapshotWriter::begin(*file, named("two")));
  append_things(*writer, 5000);
  must(writer->seal());
  CHECK(before->snapshots().size() == 1);
  CHECK_FALSE(must(before->relation(2, "things")));
  CHECK(must(before->compute_seal(1)) == before->snapshots()[0].seal);
  CHECK(must(ReadTxn::begin(*file))->snapshots().size() == 2);
}

TEST_CASE("readers that come while another process imports see whole snapshots, never damage") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  import_things(path, "first", 3000);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const char* name : {"a", "b", "c", "d", "e", "f"}) import_things(path, name, 3000);
    _exit(0);
  }
  int status = 0;
  std::size_t seen = 1;
  while (waitpid(child, &status, WNOHANG) == 0) {
    const auto file = CaseFile::open(path, OpenMode::kRead);
    if (!file && file.error().code == Code::kBusy) continue;
    if (!file) FAIL(file.error().what);
    const auto txn = must(ReadTxn::begin(**file));
    REQUIRE(txn->snapshots().size() >= seen);
    seen = txn->snapshots().size();
    const SnapshotRecord& last = txn->snapshots().back();
    REQUIRE(must(txn->compute_seal(last.snapshot_id)) == last.seal);
  }
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  const auto file = must(CaseFile::open(path, OpenMode::kRead));
  CHECK(must(ReadTxn::begin(*file))->snapshots().size() == 7);
}

TEST_CASE("INV-3: a batch that fills the map is written whole after the map has grown") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a";
  auto env = must(Env::open(path, {.read_only = false,
                                   .no_lock = true,
                                   .create = true,
                                   .map_size_bytes = std::uint64_t{256} << 10}));
  BatchWriter batch(*env, path);
  for (std::uint32_t i = 0; i < 3000; ++i) {
    REQUIRE(batch.put(Db::kChunks, relation_key(1, i), std::vector<std::byte>(i)));
  }
  REQUIRE(batch.flush());
  CHECK(env->map_size_bytes() > (std::uint64_t{4} << 20));
  const Txn txn = must(Txn::begin(*env, Txn::Kind::kRead));
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const auto record = must(txn.get(Db::kChunks, relation_key(1, i).bytes()));
    REQUIRE(record);
    REQUIRE(record->size() == i);
  }
  // A reader of this process would lose its map.
  CHECK(env->grow_map(0).error().code == Code::kBusy);
}

TEST_CASE("a full disk is told as such, and the new case leaves nothing behind") {
  const TempFolder folder;
  const int status = in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = 4 << 20, .rlim_max = 4 << 20};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto file = CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite);
    auto writer = SnapshotWriter::begin(**file, named("one"));
    const auto failed = append_blobs(**writer, 40);
    if (failed || failed.error().code != Code::kIo) return 1;
    if ((*writer)->seal()) return 3;
    return failed.error().what.find("no room") == std::string::npos ? 2 : 0;
  });
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(files_in(folder).empty());
}

TEST_CASE("a case in a folder without write permission can be read, and no lock file is made") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  import_things(path, "one", 10);
  std::filesystem::remove(folder / "a.dirsnap-lock");
  chmod(path.c_str(), 0644);
  chmod(folder.path().c_str(), 0555);
  const int status = in_child([&] {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) return 1;
    const auto file = CaseFile::open(path, OpenMode::kRead);
    if (!file) return 2;
    const auto txn = ReadTxn::begin(**file);
    return txn && (*txn)->snapshots().size() == 1 ? 0 : 3;
  });
  chmod(folder.path().c_str(), 0755);
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(files_in(folder) == std::vector<std::string>{"a.dirsnap"});
}

TEST_CASE("an untrusted case is read from a copy and never written") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  import_things(path, "one", 5000);
  std::filesystem::remove(folder / "a.dirsnap-lock");
  {
    const auto file = must(CaseFile::open(path, OpenMode::kRead, {.untrusted = true}));
    const auto txn = must(ReadTxn::begin(*file));
    std::filesystem::resize_file(path, 100);  // would be a bus error in a map of the file
    CHECK(must(txn->compute_seal(1)) == txn->snapshots()[0].seal);
  }
  CHECK(files_in(folder) == std::vector<std::string>{"a.dirsnap"});
  CHECK(CaseFile::open(path, OpenMode::kReadWrite, {.untrusted = true}).error().code ==
        Code::kUsage);
}

TEST_CASE("a relation of 65,000 columns costs what its cells cost") {
  const TempFolder folder;
  RelationDef wide{.name = "wide", .columns = {}};
  for (int i = 0; i < 65'000; ++i) {
    wide.columns.push_back(
        {"c" + std::to_string(i), ColumnType::kAny, Access::kScan, Collation::kBinary});
  }
  auto file = must(CaseFile::open(folder / "a.dirsnap", OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named("one")));
  RelationWriter* relation = must(writer->relation(wide));
  constexpr std::uint32_t kRows = 9000;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    const std::array<Cell, 2> cells = {Cell{row * 7 % 65'000, ValueView::of(row)},
                                       Cell{64'999, ValueView::text("x")}};
    must(relation->append(std::span(cells).first(row * 7 % 65'000 == 64'999 ? 1 : 2)));
  }
  must(writer->seal());
  const auto txn = must(ReadTxn::begin(*file));
  const auto read = must(txn->relation(1, "wide"));
  REQUIRE(read->column("c63") == 63U);
  CHECK(must(read->value(63, 9)).integer == 9);
  CHECK(must(read->value(63, 10)).is_null());
  const auto infos = must(relation_infos(*txn, 1));
  REQUIRE(infos.size() == 1);
  CHECK(infos[0].rows == kRows);
  CHECK(infos[0].columns == 65'000);
  CHECK(infos[0].chunk_bytes < 60 * kRows);
  CHECK(infos[0].index_bytes == 0);
  CHECK(relation_infos(*txn, 9).error().code == Code::kNotFound);
}
