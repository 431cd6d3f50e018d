// SPDX-License-Identifier: MIT
//
// A scenario folder of the fixtures, imported, and its expected results as checks on the rows. The
// directory may have been a database or any text dump of it.
// Threads: one thread. Errors: failed checks of the test that calls.
#pragma once

#include <memory>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/case_run.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {

// The folders with an expected.json and an attributes.json.
inline constexpr const char* kScenarios[] = {"q188632", "healthy", "q188632-nt4-hive"};

// True, with a warning, where the shared fixtures are not here.
bool fixtures_missing();

nlohmann::json load_json(const std::filesystem::path& path);

// One scenario, unpacked; import() reads its folder into a case.
struct Scenario {
  explicit Scenario(const std::string& scenario);
  void import();

  std::string name;
  TempFolder folder;  // the backup lies in backup/
  nlohmann::json expected;
  nlohmann::json attributes;
  ImportSummary summary;
  std::unique_ptr<OpenCase> open;
};

// `has_row_numbers`: the directory is a database, whose rows have numbers.
void check_objects(Scenario& s, bool has_row_numbers = true);
void check_attributes(Scenario& s);
void check_connectors(Scenario& s);
void check_services(Scenario& s);
// All shipped reports of which the scenario tells: their findings, and which must have none.
void check_reports(Scenario& s);

}  // namespace dirsnap::test
