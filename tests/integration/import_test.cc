// SPDX-License-Identifier: MIT
//
// The import driver on the sample backup and on what people get wrong.
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/support/case_run.h"
#include "tests/support/ese_header.h"
#include "tests/support/ese_writer.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;

const fs::path kSample = fs::path(DIRSNAP_TEST_DIR) / "fixtures/sample";

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

// A private copy of the sample, so that tests may damage it.
struct Backup {
  Backup() { fs::copy(kSample, folder / "backup"); }
  tl::expected<ImportSummary, ImportError> import(ImportOptions options = {}) {
    ImportRequest request;
    request.case_path = folder / case_name;
    request.sources = {folder / "backup"};
    request.options = std::move(options);
    request.snapshot = name;
    return run_import(request, cancel, nullptr);
  }
  std::size_t files_beside() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path())) ++count;
    return count;
  }
  TempFolder folder;
  CancelToken cancel;
  std::optional<std::string> name;
  std::string case_name = "case.dirsnap";
};

TEST_CASE("the sample backup tells its organization, its servers and its orphaned connector") {
  Backup backup;
  ImportOptions options;
  options.codepage = 1252;  // REGEDIT4 text does not say; without it the guess is a doubt
  const auto summary = backup.import(options);
  REQUIRE(summary.has_value());
  CHECK(summary->losses == 0);
  CHECK(summary->doubts == 0);
  CHECK(summary->snapshot.name == "backup");
  OpenCase open(backup.folder / "case.dirsnap");
  CHECK(open.value("SELECT count(*) FROM sources WHERE kind <> 'other'") == "3");
  CHECK(open.value("SELECT count(*) FROM connectors WHERE service_key = 'MSExchangeIMC' AND server "
                   "= 'srv1'") >= "1");
  CHECK(open.value(
            "SELECT count(*) FROM services WHERE server = 'SRV1' AND name = 'MSExchangeIMC'") ==
        "0");
  CHECK(open.value(
            "SELECT count(*) FROM services WHERE server = 'SRV2' AND name = 'msexchangeimc'") ==
        "1");
  CHECK(open.value("SELECT count(*) FROM import_issues WHERE severity <> 'note'") == "0");
}

TEST_CASE("an import changes nothing in its sources and makes no file beside them") {
  Backup backup;
  std::map<fs::path, std::pair<std::string, fs::file_time_type>> before;
  for (const auto& entry : fs::directory_iterator(backup.folder / "backup")) {
    before[entry.path()] = {contents(entry.path()), fs::last_write_time(entry.path())};
  }
  REQUIRE(backup.import().has_value());
  std::size_t after = 0;
  for (const auto& entry : fs::directory_iterator(backup.folder / "backup")) {
    REQUIRE(before.contains(entry.path()));
    CHECK(contents(entry.path()) == before[entry.path()].first);
    CHECK(fs::last_write_time(entry.path()) == before[entry.path()].second);
    ++after;
  }
  CHECK(after == before.size());
}

TEST_CASE("INV-2: the same sources give the same seal, in another case and at another time") {
  Backup backup;
  const auto first = backup.import();
  backup.name = "again";
  const auto second = backup.import();
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  CHECK(first->snapshot.snapshot_id != second->snapshot.snapshot_id);
  // The second one refers to rows of the first.
  CHECK(first->snapshot.seal != second->snapshot.seal);
  backup.case_name = "other.dirsnap";
  backup.name = "elsewhere";
  const auto third = backup.import();
  backup.name = "once more";
  const auto fourth = backup.import();
  REQUIRE(third.has_value());
  REQUIRE(fourth.has_value());
  CHECK(first->snapshot.seal == third->snapshot.seal);
  CHECK(second->snapshot.seal == fourth->snapshot.seal);
  OpenCase open(backup.folder / "case.dirsnap");
  CHECK(open.value(
            "SELECT count(*) FROM sources s JOIN snapshots n USING (snapshot_id, imported_at)") ==
        "8");
  CHECK(open.value("SELECT count(*) FROM sources WHERE imported_at < '2020'") == "0");
}

TEST_CASE("a snapshot's name is taken once") {
  Backup backup;
  REQUIRE(backup.import().has_value());
  const auto again = backup.import();
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().failure == ImportFailure::kUsage);
  OpenCase open(backup.folder / "case.dirsnap");
  CHECK(open.value("SELECT count(*) FROM snapshots") == "1");
}

TEST_CASE("sources that cannot be used are refused before anything is created") {
  Backup backup;
  ImportRequest request;
  request.case_path = backup.folder / "case.dirsnap";
  SECTION("a file of no known kind") {
    request.sources = {backup.folder.write("notes.txt", "just text\n")};
  }
  SECTION("an empty file") { request.sources = {backup.folder.write("empty.edb", "")}; }
  SECTION("a folder without any known file") {
    backup.folder.write("other/readme.txt", "hello");
    request.sources = {backup.folder / "other"};
  }
  SECTION("a path that does not exist") { request.sources = {backup.folder / "nowhere"}; }
  const std::size_t before = backup.files_beside();
  const auto result = run_import(request, backup.cancel, nullptr);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().failure == ImportFailure::kSource);
  CHECK(backup.files_beside() == before);
}

TEST_CASE("options that make no sense are usage errors") {
  Backup backup;
  ImportOptions options;
  SECTION("--as with an unknown kind") { options.as_kind = "floppy"; }
  SECTION("--as for a folder") { options.as_kind = "ese"; }
  SECTION("a map file that is not there") {
    options.map_file = (backup.folder / "none.json").string();
  }
  const auto result = backup.import(options);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().failure == ImportFailure::kUsage);
  CHECK_FALSE(fs::exists(backup.folder / "case.dirsnap"));
}

TEST_CASE("INV-1: an interrupted import leaves neither a case nor a trace") {
  Backup backup;
  backup.cancel.request();
  const auto result = backup.import();
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().failure == ImportFailure::kInterrupted);
  CHECK(backup.files_beside() == 1);  // the backup alone
}

TEST_CASE("a database cut short keeps what is left and says what is lost") {
  Backup backup;
  const fs::path database = backup.folder / "backup/Dir.edb";
  fs::resize_file(database, fs::file_size(database) / 2 / 4096 * 4096);
  const auto summary = backup.import();
  REQUIRE(summary.has_value());
  CHECK(summary->losses > 0);
  OpenCase open(backup.folder / "case.dirsnap");
  CHECK(open.value("SELECT count(*) FROM import_issues WHERE severity = 'loss' AND offset_bytes IS "
                   "NOT NULL") != "0");
  CHECK(open.value("SELECT count(*) FROM services WHERE server = 'SRV2'") != "0");
}

TEST_CASE("a source beyond use is an issue while the others are kept") {
  Backup backup;
  std::string bytes = contents(backup.folder / "backup/Dir.edb");
  std::fill(bytes.begin() + 8, bytes.begin() + 9000, 'x');  // both header copies
  backup.folder.write("backup/Dir.edb", bytes);
  const auto summary = backup.import();
  REQUIRE(summary.has_value());
  CHECK(summary->losses > 0);
  OpenCase open(backup.folder / "case.dirsnap");
  CHECK(open.value("SELECT state FROM sources WHERE path LIKE '%Dir.edb'") == "damaged");
  CHECK(open.value("SELECT count(*) FROM services WHERE server = 'SRV1'") != "0");
}

// A dirty database in a folder of its own.
struct DirtyDatabase {
  DirtyDatabase() {
    fs::create_directory(folder / "backup");
    support::EseOptions options;
    options.dirty = true;
    auto writer = support::EseWriter::create((folder / "backup/Dir.edb").string(), options);
    REQUIRE(writer);
    support::TableSpec spec;
    spec.name = "empty";
    spec.fixed("Id", support::ColumnType::kLong);
    writer->add_table(spec);
    REQUIRE(writer->finish());
  }
  void add_log(const std::string& name, std::uint32_t generation, std::uint32_t series) {
    folder.write("backup/" + name, support::build_log_header(generation, series));
  }
  TempFolder folder;
};

TEST_CASE("the logs beside a database that was not shut down cleanly are named, not replayed") {
  DirtyDatabase dirty;
  dirty.add_log("edb.log", 18, support::kLogSeries);
  dirty.add_log("edb00010.log", 16, support::kLogSeries);
  dirty.add_log("edb00011.log", 17, support::kLogSeries);
  dirty.add_log("edb00099.log", 0x99, 1);  // of another series
  dirty.folder.write("backup/res1.log", std::string_view("\0", 1));
  const ImportSummary summary = import_into(dirty.folder / "case", dirty.folder / "backup");
  CHECK(summary.losses == 0);
  OpenCase open(dirty.folder / "case");
  CHECK(open.value("SELECT state FROM sources WHERE kind = 'ese'") == "dirty");
  const auto issues =
      open.rows("SELECT severity, message FROM import_issues WHERE code = 'logs-not-replayed'");
  REQUIRE(issues.size() == 1);
  CHECK(issues[0][0] == "doubt");
  const std::string& message = issues[0][1];
  CAPTURE(message);
  for (const char* part : {"3 files: edb.log, edb00010.log, edb00011.log", "generations 16 to 18",
                           "generations 16 to 17 are needed", "1 logs of another series",
                           "1 reserved logs", "was not replayed"}) {
    CHECK(message.find(part) != std::string::npos);
  }
  CHECK(
      open.value("SELECT count(*) FROM import_issues WHERE code = 'skipped-file' AND message LIKE "
                 "'%transaction log of an ESE database, not replayed%'") == "4");
}

TEST_CASE("a database that was not shut down cleanly says that its logs are not there") {
  DirtyDatabase dirty;
  dirty.folder.write("backup/readme.log", "no transaction log at all");
  import_into(dirty.folder / "case", dirty.folder / "backup");
  OpenCase open(dirty.folder / "case");
  CHECK(open.value("SELECT count(*) FROM import_issues WHERE code = 'logs-missing' AND severity = "
                   "'doubt' AND message LIKE '%generations 16 to 17 are needed%'") == "1");
  // A clean one needs none.
  import_into(dirty.folder / "clean", kSample);
  CHECK(OpenCase(dirty.folder / "clean")
            .value("SELECT count(*) FROM import_issues WHERE code LIKE 'logs-%'") == "0");
}

TEST_CASE("a Jet500 database is a loss that says what it is and what can be done") {
  Backup backup;
  SECTION("with the header that is known of it") {
    std::string bytes(8192, '\0');
    bytes.replace(4, 8, std::string_view("\xEF\xCD\xAB\x89\x00\x05\x00\x00", 8));
    backup.folder.write("backup/Dir.edb", bytes);
  }
  SECTION("known by its name alone") {
    backup.folder.write("backup/Dir.edb", std::string(8192, 'j'));
  }
  const auto summary = backup.import();
  REQUIRE(summary.has_value());
  CHECK(summary->losses == 1);
  OpenCase open(backup.folder / "case.dirsnap");
  CHECK(
      open.value("SELECT count(*) FROM import_issues WHERE severity = 'loss' AND code = "
                 "'source-unusable' AND message LIKE '%Jet500%' AND message LIKE '%upgrade a copy "
                 "of the server to Exchange 5.5%'") == "1");
  CHECK(open.value("SELECT count(*) FROM services WHERE server = 'SRV1'") != "0");
}

TEST_CASE("a case that lies inside the imported folder is not its own evidence") {
  Backup backup;
  ImportRequest request;
  request.case_path = backup.folder / "backup/mine.dirsnap";
  request.sources = {backup.folder / "backup"};
  request.snapshot = "one";
  REQUIRE(run_import(request, backup.cancel, nullptr).has_value());
  request.snapshot = "two";
  REQUIRE(run_import(request, backup.cancel, nullptr).has_value());
  OpenCase open(request.case_path);
  CHECK(open.value("SELECT count(*) FROM sources WHERE path LIKE '%dirsnap%mine%'") == "0");
}

TEST_CASE("a map file wins over the names of the database") {
  Backup backup;
  ImportOptions options;
  options.map_file =
      backup.folder
          .write(
              "map.json",
              R"({"attributes":[{"id":131426,"ldap_name":"addressSpaces","x500_name":"Address-Spaces"}]})")
          .string();
  REQUIRE(backup.import(options).has_value());
  OpenCase open(backup.folder / "case.dirsnap");
  CHECK(open.value("SELECT count(*) FROM attributes WHERE attribute = 'addressSpaces' AND "
                   "name_origin = 'override'") != "0");
  CHECK(open.value("SELECT count(*) FROM attributes WHERE attribute_x500 = 'Routing-List'") == "0");
}

TEST_CASE("an object tells where its page begins in the database") {
  Backup backup;
  REQUIRE(backup.import().has_value());
  OpenCase open(backup.folder / "case.dirsnap");
  CHECK(open.value("SELECT count(*) FROM objects") != "0");
  // Pages of 4,096 bytes; a header and its copy stand before the first.
  CHECK(open.rows("SELECT o.dn FROM objects o LEFT JOIN ese_datatable d ON d.DNT_col = o.dnt WHERE "
                  "o.offset_bytes IS NOT (d._page + 1) * 4096")
            .empty());
}

TEST_CASE("the option --server names the server of every source") {
  Backup backup;
  ImportOptions options;
  options.server = "OTHER";
  REQUIRE(backup.import(options).has_value());
  OpenCase open(backup.folder / "case.dirsnap");
  CHECK(open.value("SELECT count(DISTINCT server) FROM services") == "1");
  CHECK(open.value("SELECT server FROM snapshots") == "OTHER");
}

}  // namespace
}  // namespace dirsnap::test
