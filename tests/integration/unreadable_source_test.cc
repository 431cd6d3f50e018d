// SPDX-License-Identifier: MIT
//
// Imports from a medium with a bad place: what cannot be read costs that part and is told.
#include <catch2/catch.hpp>

#include "tests/support/case_run.h"
#include "tests/support/failing_medium.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSector = 512;

struct Sample {
  Sample() {
    fs::copy(fs::path(DIRSNAP_TEST_DIR) / "fixtures/sample", folder / "backup");
    import_into(folder / "sound.dirsnap", folder / "backup");
  }
  TempFolder folder;
};

constexpr const char* kServices = "SELECT count(*) FROM services WHERE server = 'SRV2'";

TEST_CASE("an unreadable sector of a database costs its page, not the run") {
  Sample sample;
  const fs::path database = sample.folder / "backup/Dir.edb";
  // A page in the middle, and the sector is the last one of its step.
  const std::uint64_t page = fs::file_size(database) / 2 / 4096 * 4096;
  const BadPlace bad(database, page + 4096 - kSector, kSector);
  const ImportSummary summary =
      import_into(sample.folder / "case.dirsnap", sample.folder / "backup");
  CHECK(summary.losses > 0);
  OpenCase open(sample.folder / "case.dirsnap");
  const auto issues = open.rows(
      "SELECT i.offset_bytes, i.size_bytes, severity FROM import_issues i JOIN sources USING "
      "(snapshot_id, source_id) WHERE code = 'source-unreadable' AND path LIKE '%Dir.edb'");
  REQUIRE(issues.size() == 1);
  CHECK(issues[0] == std::vector<std::string>{std::to_string(page), "4096", "loss"});
  // The hash of what could be read is no hash of the file.
  CHECK(open.rows("SELECT sha256, state FROM sources WHERE path LIKE '%Dir.edb'") ==
        std::vector<std::vector<std::string>>{{"NULL", "damaged"}});
  CHECK(open.value("SELECT count(*) FROM objects") != "0");
  OpenCase sound(sample.folder / "sound.dirsnap");
  CHECK(open.value(kServices) == sound.value(kServices));
  CHECK(open.value("SELECT count(*) FROM sources WHERE sha256 IS NULL") == "1");
}

TEST_CASE("a source whose importer cannot read on is unusable, the others are kept") {
  Sample sample;
  const BadPlace bad(sample.folder / "backup/SRV1.reg", 4096, kSector);
  const ImportSummary summary =
      import_into(sample.folder / "case.dirsnap", sample.folder / "backup");
  CHECK(summary.losses >= 2);
  OpenCase open(sample.folder / "case.dirsnap");
  CHECK(open.value("SELECT count(*) FROM import_issues WHERE code = 'source-unreadable'") == "1");
  CHECK(open.value("SELECT count(*) FROM import_issues WHERE code = 'source-unusable'") == "1");
  CHECK(open.value("SELECT state FROM sources WHERE path LIKE '%SRV1.reg'") == "damaged");
  OpenCase sound(sample.folder / "sound.dirsnap");
  CHECK(open.value(kServices) == sound.value(kServices));
  CHECK(open.value("SELECT count(*) FROM objects") == sound.value("SELECT count(*) FROM objects"));
}

TEST_CASE("a file whose beginning cannot be read is a loss, of whatever kind it was") {
  Sample sample;
  const BadPlace bad(sample.folder / "backup/SRV1.reg", 0, kSector);
  const ImportSummary summary =
      import_into(sample.folder / "case.dirsnap", sample.folder / "backup");
  CHECK(summary.losses > 0);
  OpenCase open(sample.folder / "case.dirsnap");
  CHECK(open.value("SELECT count(*) FROM import_issues JOIN sources USING (snapshot_id, source_id) "
                   "WHERE code = 'source-unreadable' AND path LIKE '%SRV1.reg'") == "1");
}

TEST_CASE("a single source that cannot be read to the end of its import is refused") {
  Sample sample;
  const fs::path file = sample.folder / "backup/SRV1.reg";
  const BadPlace bad(file, 4096, kSector);
  ImportRequest request;
  request.case_path = sample.folder / "case.dirsnap";
  request.sources = {file};
  const CancelToken cancel;
  const auto summary = run_import(request, cancel, nullptr);
  REQUIRE_FALSE(summary.has_value());
  CHECK(summary.error().failure == ImportFailure::kSource);
}

}  // namespace
}  // namespace dirsnap::test
