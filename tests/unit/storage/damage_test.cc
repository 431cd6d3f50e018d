// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <fstream>
#include <random>

#include <catch2/catch.hpp>

#include "storage/case_file.h"
#include "storage/chunk.h"
#include "storage/snapshot_reader.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/storage/sample_case.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// Everything that can be asked of a relation; values go into `hash`.
Result<void> read_relation(const Relation& relation, std::uint64_t& hash) {
  const auto mix = [&hash](std::uint64_t word) { hash = (hash ^ word) * 0x100000001B3U; };
  const auto rows = static_cast<std::uint32_t>(std::min<std::uint64_t>(relation.rows(), 100'000));
  for (std::uint32_t column = 0; column < relation.def().columns.size(); ++column) {
    for (std::uint32_t row = 0; row < rows; ++row) {
      DIRSNAP_TRY(const ValueView value, relation.value(column, row));
      mix(std::hash<std::string_view>{}(value.bytes));
      mix(static_cast<std::uint64_t>(value.integer));
      mix(std::bit_cast<std::uint64_t>(value.real));
      mix(static_cast<std::uint64_t>(value.type));
    }
    std::vector<std::uint32_t> found;
    if (relation.def().columns[column].access == Access::kHash) {
      DIRSNAP_TRY(const HashIndexView index, relation.hash_index(column));
      index.candidates(SoughtKey(ValueView::text("short"), Collation::kFold), found);
      for (const std::uint32_t row : found) REQUIRE(row < relation.rows());
    }
    if (relation.def().columns[column].access != Access::kIndex) continue;
    DIRSNAP_TRY(const IndexView index, relation.index(column));
    for (std::uint32_t ordinal = 0; ordinal < index.distinct(); ++ordinal) {
      found.clear();
      const std::uint32_t count = index.rows_of(ordinal, found);
      for (const std::uint32_t row : found) REQUIRE(row < relation.rows());
      REQUIRE(count == found.size());
      REQUIRE(index.begin_of(ordinal) <= index.total());
    }
    for (const ValueView& value :
         {ValueView::of(5), ValueView::text("User"), ValueView::blob("")}) {
      DIRSNAP_CHECK(index.find(value));
      DIRSNAP_CHECK(index.lower_bound(value, true));
    }
  }
  return {};
}

struct Reading {
  std::uint64_t hash = 1;
  bool seals_hold = true;
};

Result<Reading> read_all(const std::filesystem::path& path, bool untrusted) {
  DIRSNAP_TRY(const auto file, CaseFile::open(path, OpenMode::kRead, {.untrusted = untrusted}));
  DIRSNAP_TRY(const auto txn, ReadTxn::begin(*file));
  Reading reading;
  for (const SnapshotRecord& record : txn->snapshots()) {
    DIRSNAP_TRY(const auto names, txn->relation_names(record.snapshot_id));
    for (const std::string& name : names) {
      DIRSNAP_TRY(const auto relation, txn->relation(record.snapshot_id, name));
      DIRSNAP_CHECK(read_relation(*relation, reading.hash));
    }
    DIRSNAP_TRY(const std::string seal, txn->compute_seal(record.snapshot_id));
    reading.seals_hold = reading.seals_hold && seal == record.seal;
  }
  if (txn->snapshots().size() != 2) reading.seals_hold = false;
  return reading;
}

// Two snapshots and, from the pages that later transactions replaced, a list of free ones.
std::string sample_bytes(const TempFolder& folder) {
  const std::filesystem::path path = folder / "sound.dirsnap";
  import_things(path, "one", 4500);
  import_things(path, "two", 700);
  return read_file(path);
}

}  // namespace

TEST_CASE("a case with any one byte changed is refused, reads the same, or breaks its seal") {
  const TempFolder folder;
  const std::string sound = sample_bytes(folder);
  const auto whole = read_all(folder / "sound.dirsnap", false);
  REQUIRE(whole);
  REQUIRE(whole->seals_hold);

  const std::filesystem::path path = folder / "damaged.dirsnap";
  std::mt19937 random(20260102);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    std::string damaged = sound;
    // Half of the places lie in the heads of pages, where structure is.
    std::size_t place = random() % damaged.size();
    if (i % 2 == 0) place = place / 4096 * 4096 + place % 48;
    damaged[place] = static_cast<char>(damaged[place] ^ (1 << random() % 8));
    write_file(path, damaged);
    const auto reading = read_all(path, i % 4 == 1);
    INFO("byte " << place);
    if (reading) {
      REQUIRE((reading->hash == whole->hash || !reading->seals_hold));
    } else {
      REQUIRE(
          (reading.error().code == Code::kCorrupt || reading.error().code == Code::kUnsupported));
      ++refused;
    }
  }
  CHECK(refused > 50);
}

TEST_CASE("a cut case is refused at every length") {
  const TempFolder folder;
  const std::string sound = sample_bytes(folder);
  const std::filesystem::path path = folder / "cut.dirsnap";
  std::mt19937 random(20260103);
  for (int i = 0; i < 60; ++i) {
    const std::size_t size = i == 0 ? 0 : i == 1 ? sound.size() - 1 : random() % sound.size();
    write_file(path, std::string_view(sound).substr(0, size));
    const auto reading = read_all(path, i % 2 == 1);
    INFO("cut to " << size);
    if (reading) {
      // Only pages that hold nothing were cut off.
      REQUIRE(reading->seals_hold);
      REQUIRE(size > sound.size() / 10 * 9);
    } else {
      REQUIRE(reading.error().code == Code::kCorrupt);
    }
  }
}

TEST_CASE("files that are no case are refused with a reason") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "other";
  CHECK(CaseFile::open(path, OpenMode::kRead).error().code == Code::kNotFound);
  write_file(path, std::string(100'000, 'x'));
  CHECK(CaseFile::open(path, OpenMode::kRead).error().code == Code::kCorrupt);
  CHECK(CaseFile::open(path, OpenMode::kReadWrite).error().code == Code::kCorrupt);
  CHECK(read_file(path) == std::string(100'000, 'x'));
  CHECK(CaseFile::open(folder.path(), OpenMode::kRead).error().code == Code::kIo);
}

TEST_CASE("what stands at the name of the lock file is not written to unless it is one") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  const std::filesystem::path lock = folder / "a.dirsnap-lock";
  const std::filesystem::path evidence = folder / "evidence";
  import_things(path, "one", 10);
  REQUIRE(CaseFile::open(path, OpenMode::kRead));
  const std::string sound_lock = read_file(lock);
  const auto is_refused = [&](const std::filesystem::path& name) {
    return CaseFile::open(name, OpenMode::kRead).error().code == Code::kCorrupt &&
           CaseFile::open(name, OpenMode::kReadWrite).error().code == Code::kCorrupt;
  };
  write_file(evidence, "evidence");
  std::filesystem::remove(lock);

  std::filesystem::create_symlink(evidence, lock);
  CHECK(is_refused(path));
  CHECK(CaseFile::open(path, OpenMode::kRead, {.untrusted = true}));
  std::filesystem::remove(lock);
  std::filesystem::create_hard_link(evidence, lock);
  CHECK(is_refused(path));
  std::filesystem::remove(lock);
  std::filesystem::create_symlink(folder / "nothing", lock);
  CHECK(is_refused(path));
  CHECK_FALSE(std::filesystem::exists(folder / "nothing"));
  std::filesystem::remove(lock);
  write_file(lock, "notes of somebody");
  CHECK(is_refused(path));
  CHECK(read_file(lock) == "notes of somebody");
  std::filesystem::create_symlink(evidence, folder / "new.dirsnap-lock");
  CHECK(CaseFile::open(folder / "new.dirsnap", OpenMode::kReadWrite).error().code ==
        Code::kCorrupt);
  CHECK(read_file(evidence) == "evidence");

  for (const std::string& usable : {std::string(), sound_lock}) {
    write_file(lock, usable);
    CHECK(CaseFile::open(path, OpenMode::kRead));
  }
}

TEST_CASE("a case of another format version is politely refused") {
  const TempFolder folder;
  const std::filesystem::path path = folder / "a.dirsnap";
  import_things(path, "one", 10);
  std::string bytes = read_file(path);
  const std::string magic = "dirsnap case\r\n\x1a\n";
  for (std::size_t at = bytes.find(magic); at != bytes.npos; at = bytes.find(magic, at + 1)) {
    bytes[at + magic.size()] = 99;
  }
  write_file(path, bytes);
  const auto opened = CaseFile::open(path, OpenMode::kRead);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == Code::kUnsupported);
  CHECK(opened.error().what.find("version 99") != std::string::npos);
}

TEST_CASE("a chunk with any byte changed or cut parses to something readable or not at all") {
  std::mt19937 random(20260104);
  const RelationDef def = things();
  for (std::uint32_t column = 0; column < def.columns.size(); ++column) {
    ChunkBuilder builder;
    for (std::uint32_t row = 0; row < 1000; ++row) builder.append(row, thing_value(row, column));
    const std::vector<std::byte> sound = builder.finish(1000);
    REQUIRE(parse_chunk(sound, 1000));
    REQUIRE_FALSE(parse_chunk(sound, 999));
    REQUIRE_FALSE(parse_chunk(sound, kChunkRows + 1));
    for (int i = 0; i < 2000; ++i) {
      std::vector<std::byte> damaged = sound;
      if (i % 8 == 0) {
        damaged.resize(random() % damaged.size());
      } else {
        const std::size_t place = i % 2 == 0 ? random() % 80 : random() % damaged.size();
        damaged[place % damaged.size()] = static_cast<std::byte>(random());
      }
      const auto parsed = parse_chunk(damaged, 1000);
      if (!parsed) continue;
      RowMask mask;
      mask.set_all(1000);
      parsed->select({.op = Op::kLike, .value = ValueView::text("%ser%"), .list = {}}, mask);
      std::size_t bytes = 0;
      for (std::uint32_t row = 0; row < 1000; ++row) {
        for (const char c : parsed->value(row).bytes) bytes += c != 0 ? 1 : 0;
      }
      REQUIRE(bytes < 100'000'000);
    }
  }
}
