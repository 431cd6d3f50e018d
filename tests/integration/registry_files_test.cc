// SPDX-License-Identifier: MIT
//
// Folders of hives as Windows keeps them: logs, mirrors and older states beside the registry that
// is in force.
#include <catch2/catch.hpp>

#include "storage/base/text.h"
#include "tests/support/case_run.h"
#include "tests/support/hive_builder.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;

// A SYSTEM hive with one service; of a server, if it has a name.
std::vector<std::byte> system_hive(const std::string& server, const std::string& service) {
  const std::string own_process("\x10\0\0\0", 4);
  const std::string one("\x01\0\0\0", 4);
  TestKey computer = {.name = "ComputerName"};
  if (!server.empty()) {
    computer.subkeys = {{.name = "ComputerName",
                         .values = {{.name = "ComputerName", .data = encode_utf16le(server)}}}};
  }
  const TestKey set = {
      .name = "ControlSet001",
      .subkeys = {{.name = "Control", .subkeys = {computer}},
                  {.name = "Services",
                   .subkeys = {{.name = service,
                                .values = {{.name = "Type", .type = 4, .data = own_process}}}}}}};
  return HiveBuilder(3).build(
      {.name = "R",
       .subkeys = {set,
                   {.name = "Select", .values = {{.name = "Current", .type = 4, .data = one}}}}});
}

std::vector<std::byte> with_type(std::vector<std::byte> file, std::uint32_t type) {
  put(file, 28, le(type));
  seal_base_block(file);
  return file;
}

struct Config {
  Config() {
    folder.write("config/SYSTEM", system_hive("EX1", "Now"));
    folder.write("config/SYSTEM.ALT", with_type(system_hive("EX1", "Mirror"), 1));
    folder.write("config/system.bak", with_type(system_hive("EX1", "Mirror2"), 1));
    folder.write("config/SYSTEM.LOG", "");
    folder.write("config/SYSTEM.SAV", system_hive("", "Setup"));
    folder.write("config/alone.sav", system_hive("EX2", "Other"));
  }
  tl::expected<ImportSummary, ImportError> import(const std::vector<std::string>& names) {
    ImportRequest request;
    request.case_path = folder / "case.dirsnap";
    for (const std::string& name : names) request.sources.push_back(folder / name);
    return run_import(request, cancel, nullptr);
  }
  std::vector<std::vector<std::string>> rows(const std::string& sql) {
    return OpenCase(folder / "case.dirsnap").rows(sql);
  }
  TempFolder folder;
  CancelToken cancel;
};

using Rows = std::vector<std::vector<std::string>>;

TEST_CASE("the logs of a hive that is named are sources with a hash, each once") {
  Config config;
  config.folder.write("one/SYSTEM", system_hive("EX1", "Now"));
  config.folder.write("one/SYSTEM.LOG1", "no log");
  REQUIRE(config.import({"one/SYSTEM", "one/SYSTEM.LOG1"}));
  const auto sources = config.rows("SELECT length(sha256), path LIKE '%.LOG1' FROM sources");
  REQUIRE(sources.size() == 2);
  CHECK(sources[1] == std::vector<std::string>{"64", "1"});
}

TEST_CASE("a file that is named twice, or once with its folder, is read once, with a note") {
  Config config;
  config.folder.write("one/SYSTEM", system_hive("EX1", "Now"));
  REQUIRE(config.import({"one", "one/SYSTEM", "one/../one/SYSTEM"}));
  CHECK(config.rows("SELECT 1 FROM sources").size() == 1);
  CHECK(config.rows("SELECT 1 FROM services").size() == 1);
  CHECK(config.rows("SELECT 1 FROM import_issues WHERE code = 'duplicate-source'").size() == 2);
}

}  // namespace

TEST_CASE("of a folder the registries in force are read, their other states are listed") {
  Config config;
  const auto summary = config.import({"config"});
  REQUIRE(summary);
  CHECK(summary->losses + summary->doubts == 0);
  CHECK(config.rows("SELECT name, server FROM services ORDER BY name") ==
        Rows{{"Now", "EX1"}, {"Other", "EX2"}});
  CHECK(config.rows("SELECT count(*) FROM sources WHERE kind = 'other'") == Rows{{"4"}});
  CHECK(config.rows("SELECT count(*) FROM import_issues WHERE code = 'skipped-file' AND message "
                    "LIKE '%another state of the hive SYSTEM %name the file itself%'") ==
        Rows{{"3"}});
}

TEST_CASE("a hive's other state is read where it is named, for the server of its folder") {
  Config config;
  REQUIRE(config.import({"config/SYSTEM", "config/SYSTEM.SAV"}));
  CHECK(config.rows("SELECT name, server FROM services ORDER BY name") ==
        Rows{{"Now", "EX1"}, {"Setup", "EX1"}});
}

TEST_CASE("logs that are named with their hive are notes, alone they are refused") {
  Config config;
  CHECK_FALSE(config.import({"config/SYSTEM.LOG"}));
  CHECK_FALSE(config.import({"config/alone.sav", "config/SYSTEM.LOG"}));
  const auto summary = config.import({"config/SYSTEM", "config/../config/SYSTEM.LOG"});
  REQUIRE(summary);
  CHECK(summary->losses + summary->doubts == 0);
  CHECK(summary->notes == 1);
  CHECK(config.rows("SELECT count(*) FROM sources") == Rows{{"2"}});
}

}  // namespace dirsnap::test
