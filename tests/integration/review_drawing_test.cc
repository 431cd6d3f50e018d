// SPDX-License-Identifier: MIT
//
// The review page and the founding report must never disagree: what is drawn as missing is what
// the report finds, in whole backups.
#include <set>

#include <catch2/catch.hpp>

#include "shell/review/review_model.h"
#include "tests/support/case_run.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

// "snapshot dn" of each.
std::set<std::string> found_by_report(Engine& engine) {
  std::set<std::string> found;
  for (const Report& report : shipped_reports()) {
    if (report.id != "connectors-without-services") continue;
    const auto run = run_report(engine, report, {});
    REQUIRE(run);
    REQUIRE(run->error.empty());
    for (const Finding& finding : run->findings)
      found.insert(std::to_string(finding.cells.at(0).integer) + " " + finding.cells.at(1).bytes);
  }
  return found;
}

std::set<std::string> drawn_as(const ReviewModel& model, ServiceState state) {
  std::set<std::string> drawn;
  for (const ConnectorTree& tree : model.trees) {
    for (const ReviewConnector& connector : tree.connectors) {
      if (connector.state == state)
        drawn.insert(std::to_string(tree.snapshot_id) + " " + connector.dn);
    }
  }
  return drawn;
}

ImportOptions western() {
  ImportOptions options;
  options.codepage = 1252;
  return options;
}

ReviewModel model_of(OpenCase& open) {
  auto model = gather_review(open.engine(), {});
  if (!model) FAIL(model.error().what);
  return *std::move(model);
}

}  // namespace

TEST_CASE("the sample's drawing shows as missing what the founding report finds") {
  const TempFolder folder;
  const auto path = folder / "sample.dirsnap";
  import_into(path, std::filesystem::path(DIRSNAP_TEST_DIR) / "fixtures/sample", western());
  OpenCase open(path);
  const ReviewModel model = model_of(open);
  CHECK(drawn_as(model, ServiceState::kMissing).size() == 6);
  CHECK(drawn_as(model, ServiceState::kMissing) == found_by_report(open.engine()));
}

TEST_CASE("scenarios of several snapshots are drawn as the founding report finds them") {
  if (fixtures().empty()) {
    WARN("no fixtures here");
    return;
  }
  const TempFolder folder;
  const auto path = folder / "scenarios.dirsnap";
  for (const char* name : {"q188632", "healthy", "q188632-nt4-hive"}) {
    unpack_folder(fixtures() / "exchange" / name, folder / name);
    import_into(path, folder / name, western());
  }
  OpenCase open(path);
  const ReviewModel model = model_of(open);
  CHECK(drawn_as(model, ServiceState::kMissing).size() == 4);
  CHECK(drawn_as(model, ServiceState::kMissing) == found_by_report(open.engine()));
  // EX3 has no registry: its connectors need no service, and nothing is invented about it.
  CHECK(drawn_as(model, ServiceState::kUnknown).empty());
  for (const ConnectorTree& tree : model.trees) {
    for (const ReviewServer& server : tree.servers) {
      if (server.name == "EX3") CHECK(server.registry == ReviewServer::Registry::kAbsent);
    }
  }
  CHECK(model.snapshots.size() == 3);
  CHECK(model.trees.size() == 3);
  CHECK(model.charts.size() == 3);
}

}  // namespace dirsnap::test
