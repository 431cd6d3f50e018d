// SPDX-License-Identifier: MIT
//
// What the review page knows of a case: states of services, the tree, changes, counts, bounds.
#include "shell/review/review_model.h"

#include <catch2/catch.hpp>

#include "review_world.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

ReviewModel model_of(const std::vector<SnapshotRows>& snapshots, const ReviewLimits& limits = {}) {
  const TestCase test(snapshots);
  const auto engine = test.open();
  auto model = gather_review(*engine, limits);
  if (!model) FAIL(model.error().what);
  return *std::move(model);
}

ReviewModel model_of(const ReviewWorld& world, const ReviewLimits& limits = {}) {
  return model_of(std::vector<SnapshotRows>{world.snapshot("one")}, limits);
}

const ReviewConnector& connector(const ReviewModel& model, const std::string& name) {
  for (const ReviewConnector& found : model.trees.at(0).connectors) {
    if (found.name == name) return found;
  }
  FAIL("no connector " + name);
  throw std::logic_error("unreachable");
}

std::int64_t count_of(const ReviewModel& model, ServiceState state) {
  return model.connectors.at(0).states[static_cast<std::size_t>(state)];
}

}  // namespace

TEST_CASE("a service is missing only where the registry is loaded far enough to prove it") {
  ThreeContainers org;
  org.world.connector(org.configuration, {"lacks", "imc", "EX1"});
  org.world.connector(org.configuration, {"partial", "imc", "EX2"});
  org.world.connector(org.configuration, {"absent", "imc", "EX3"});
  org.world.connector(org.configuration, {"homeless", "imc", ""});
  org.world.service("EX1", "MSExchangeSA");
  org.world.service("EX2", "MSExchangeDX");
  const ReviewModel model = model_of(org.world);
  CHECK(connector(model, "lacks").state == ServiceState::kMissing);
  CHECK_FALSE(connector(model, "lacks").services.at(0).is_stub);
  CHECK(connector(model, "partial").state == ServiceState::kUnknown);
  CHECK(connector(model, "partial").services.at(0).is_registry_loaded);
  CHECK(connector(model, "absent").state == ServiceState::kUnknown);
  CHECK_FALSE(connector(model, "absent").services.at(0).is_registry_loaded);
  CHECK(connector(model, "homeless").state == ServiceState::kUnknown);
  CHECK(count_of(model, ServiceState::kMissing) == 1);
  CHECK(count_of(model, ServiceState::kUnknown) == 3);
}

TEST_CASE("a stub, a disabled service and one that runs are told apart") {
  ThreeContainers org;
  for (const char* key : {"stub", "disabled", "runs"})
    org.world.connector(org.configuration, {key, "gateway", "EX1", key});
  org.world.connector(org.configuration, {"x400", "x400", "EX1", ""});
  org.world.connector(org.configuration, {"gone", "imc", "EX1", "MSExchangeIMC", true});
  org.world.service("EX1", "EventLog");
  org.world.service("EX1", "stub", 2, "");
  org.world.service("EX1", "disabled", 4);
  org.world.service("ex1", "RUNS");  // names compare without case
  const ReviewModel model = model_of(org.world);
  CHECK(connector(model, "stub").state == ServiceState::kMissing);
  CHECK(connector(model, "stub").services.at(0).is_stub);
  CHECK(connector(model, "disabled").state == ServiceState::kDisabled);
  CHECK(connector(model, "runs").state == ServiceState::kPresent);
  CHECK(connector(model, "x400").state == ServiceState::kNotNeeded);
  CHECK(connector(model, "gone").state == ServiceState::kDeleted);
  CHECK(connector(model, "runs").address_spaces == "SMTP:*;;1");
}

TEST_CASE("a connector of the LME kind has the gravest state of its two services") {
  ThreeContainers org;
  org.world.connector(org.configuration, {"notes", "notes", "EX1", "LME-NOTES"});
  org.world.service("EX1", "MSExchangeSA");
  org.world.service("EX1", "EX1-LME-NOTES");
  const ReviewModel model = model_of(org.world);
  const ReviewConnector& notes = connector(model, "notes");
  CHECK(notes.state == ServiceState::kMissing);
  REQUIRE(notes.services.size() == 2);
  CHECK(notes.services[0].key == "LME-NOTES");
  CHECK(notes.services[0].state == ServiceState::kPresent);
  CHECK(notes.services[1].key == "MSExchangeCoCo");
  CHECK(notes.services[1].state == ServiceState::kMissing);
}

TEST_CASE("a service of another control set or another server does not count") {
  ThreeContainers org;
  org.world.connector(org.configuration, {"imc"});
  org.world.service("EX1", "MSExchangeSA");
  org.world.service("EX2", "MSExchangeIMC");
  CHECK(connector(model_of(org.world), "imc").state == ServiceState::kMissing);
}

TEST_CASE("the tree leads from the organization over the site to each Connections container") {
  ThreeContainers org;
  for (const std::int64_t place : {org.organization, org.site, org.configuration})
    org.world.connector(place, {"imc"});
  const ReviewModel model = model_of(org.world);
  const ConnectorTree& tree = model.trees.at(0);
  REQUIRE(tree.roots.size() == 1);
  const TreeNode& root = tree.nodes[tree.roots[0]];
  CHECK(root.kind == NodeKind::kOrganization);
  REQUIRE(root.children.size() == 2);
  const TreeNode& of_organization = tree.nodes[root.children[0]];
  CHECK(of_organization.kind == NodeKind::kConnections);
  CHECK(of_organization.level == "organization");
  CHECK(of_organization.connectors.size() == 1);
  const TreeNode& site = tree.nodes[root.children[1]];
  CHECK(site.kind == NodeKind::kSite);
  REQUIRE(site.children.size() == 2);
  CHECK(tree.nodes[site.children[0]].level == "site");
  const TreeNode& configuration = tree.nodes[site.children[1]];
  CHECK(configuration.kind == NodeKind::kConfiguration);
  CHECK(tree.nodes[configuration.children.at(0)].level == "configuration");
  CHECK(tree.lost.empty());
}

TEST_CASE("containers that are each other's parent are drawn once, and none is lost") {
  ReviewWorld world;
  const std::int64_t first = world.object(0, "cn", "first");
  const std::int64_t second = world.object(first, "cn", "second");
  world.parent_of(first, second);
  world.connector(second, {"imc"});
  world.connector(0, {"orphan"});
  const ReviewModel model = model_of(world);
  const ConnectorTree& tree = model.trees.at(0);
  REQUIRE(tree.nodes.size() == 2);
  REQUIRE(tree.roots.size() == 1);
  std::size_t edges = 0;
  std::size_t connectors = tree.lost.size();
  for (const TreeNode& node : tree.nodes) {
    edges += node.children.size();
    connectors += node.connectors.size();
  }
  CHECK(edges == 1);
  CHECK(connectors == 2);
  CHECK(tree.lost.size() == 1);
}

TEST_CASE("connectors with a fault are kept where not all are drawn, and the rest is counted") {
  ThreeContainers org;
  for (int i = 0; i < 20; ++i)
    org.world.connector(org.configuration, {"a" + std::to_string(i), "x400", "EX1", ""});
  org.world.connector(org.configuration, {"z lacks its service"});
  org.world.service("EX1", "MSExchangeSA");
  const ReviewModel model = model_of(org.world, {.connectors = 3});
  CHECK(model.trees.at(0).connectors.size() == 3);
  CHECK(model.trees.at(0).connectors_left == 18);
  CHECK(connector(model, "z lacks its service").state == ServiceState::kMissing);
  CHECK(count_of(model, ServiceState::kNotNeeded) == 20);
}

TEST_CASE("snapshots with a fault are drawn before newer ones without") {
  ThreeContainers sound;
  sound.world.connector(sound.configuration, {"imc"});
  sound.world.service("EX1", "MSExchangeSA");
  ThreeContainers faulty = sound;
  sound.world.service("EX1", "MSExchangeIMC");
  const ReviewModel model = model_of({sound.world.snapshot("1"), faulty.world.snapshot("2"),
                                      sound.world.snapshot("3"), sound.world.snapshot("4")},
                                     {.trees = 2});
  REQUIRE(model.trees.size() == 2);
  CHECK(model.trees[0].snapshot_id == model.snapshots[1].id);
  CHECK(model.trees[1].snapshot_id == model.snapshots[3].id);
  CHECK(model.trees_left == 2);
  CHECK(model.connectors.size() == 4);
}

TEST_CASE("servers say how far their registry goes") {
  ThreeContainers org;
  org.world.connector(org.configuration, {"imc", "imc", "EX3"});
  org.world.service("EX1", "EventLog");
  org.world.service("EX2", "MSExchangeDX");
  org.world.source("registry", "EX1", "EX1.reg");
  const auto servers = model_of(org.world).trees.at(0).servers;
  REQUIRE(servers.size() == 3);
  CHECK(servers[0].name == "EX1");
  CHECK(servers[0].registry == ReviewServer::Registry::kLoaded);
  CHECK(servers[0].registry_source == "EX1.reg");
  CHECK(servers[1].registry == ReviewServer::Registry::kPartial);
  CHECK(servers[2].registry == ReviewServer::Registry::kAbsent);
  CHECK(servers[2].connectors == 1);
}

TEST_CASE("changes of a few weeks are counted by day, without gaps, deletions apart") {
  ReviewWorld world;
  world.changed(3, "1998-02-27");
  world.changed(2, "1998-03-02");
  world.changed(1, "1998-03-02", true);
  const ChangeChart chart = model_of(world).charts.at(0);
  CHECK(chart.unit == ChangeChart::Unit::kDay);
  REQUIRE(chart.bars.size() == 4);
  CHECK(chart.bars[0].label == "1998-02-27");
  CHECK(chart.bars[0].changed == 3);
  CHECK(chart.bars[1].changed == 0);
  CHECK(chart.bars[3].label == "1998-03-02");
  CHECK(chart.bars[3].changed == 2);
  CHECK(chart.bars[3].deleted == 1);
  CHECK(chart.first == "1998-02-27");
  CHECK(chart.last == "1998-03-02");
}

TEST_CASE("changes of many months are counted by month, of many years by year") {
  ReviewWorld world;
  world.changed(1, "1997-11-05");
  world.changed(1, "1998-03-02");
  const ChangeChart months = model_of(world).charts.at(0);
  CHECK(months.unit == ChangeChart::Unit::kMonth);
  REQUIRE(months.bars.size() == 5);
  CHECK(months.bars[2].label == "1998-01");
  world.changed(1, "2019-06-30");
  const ChangeChart years = model_of(world).charts.at(0);
  CHECK(years.unit == ChangeChart::Unit::kYear);
  CHECK(years.bars.size() == 23);
}

TEST_CASE("a few absurd times do not flatten the drawing; they are counted") {
  ReviewWorld world;
  world.changed(1, "1601-01-01");
  world.changed(300, "1998-03-02");
  world.changed(2, "9999-12-31");
  world.changed(4, "no day at");
  const ChangeChart chart = model_of(world).charts.at(0);
  CHECK(chart.unit == ChangeChart::Unit::kDay);
  REQUIRE(chart.bars.size() == 1);
  CHECK(chart.bars[0].changed == 300);
  CHECK(chart.earlier == 1);
  CHECK(chart.later == 2);
  CHECK(chart.undated == 4);
}

TEST_CASE("years beyond the width of the drawing are counted as earlier") {
  ReviewWorld world;
  for (const char* day : {"1601-01-01", "1801-01-01", "2001-01-01"}) world.changed(100, day);
  const ChangeChart chart = model_of(world, {.bars = 10}).charts.at(0);
  CHECK(chart.unit == ChangeChart::Unit::kYear);
  CHECK(chart.bars.size() <= 10);
  CHECK(chart.bars.back().changed == 100);
  CHECK(chart.earlier == 200);
}

TEST_CASE("classes are counted side by side in the newest snapshots") {
  ReviewWorld small;
  small.object(0, "o", "Org");
  ReviewWorld large = small;
  large.object(1, "cn", "more");
  const ReviewModel model = model_of(
      {small.snapshot("1"), small.snapshot("2"), large.snapshot("3")}, {.class_snapshots = 2});
  REQUIRE(model.class_snapshots.size() == 2);
  CHECK(model.class_snapshots[0] == model.snapshots[1].id);
  REQUIRE(model.classes.size() == 1);
  CHECK(model.classes[0].name == "container");
  CHECK(model.classes[0].counts == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("import issues are grouped, losses first, with an example") {
  ReviewWorld world;
  world.source("directory", "EX1", "Dir.edb");
  world.issue("note", "skipped-file", "b");
  world.issue("loss", "bad-page", "page 7");
  world.issue("loss", "bad-page", "page 9");
  const ReviewModel model = model_of(world, {.issues = 1});
  REQUIRE(model.issues.size() == 1);
  CHECK(model.issues[0].severity == "loss");
  CHECK(model.issues[0].count == 2);
  CHECK(model.issues[0].example == "page 7");
  CHECK(model.issues[0].source == "Dir.edb");
  CHECK(model.issues_left == 1);
}

TEST_CASE("lists are bounded and what they leave out is counted") {
  ReviewWorld world;
  for (int i = 0; i < 5; ++i) world.source("other", "", "file" + std::to_string(i));
  const ReviewModel model =
      model_of({world.snapshot("1"), world.snapshot("2"), world.snapshot("3")},
               {.snapshots = 2, .sources = 4});
  REQUIRE(model.snapshots.size() == 2);
  CHECK(model.snapshots[0].name == "2");
  CHECK(model.snapshots_left == 1);
  CHECK(model.sources.size() == 4);
  CHECK(model.sources_left == 11);
}

TEST_CASE("an empty case gives an empty model") {
  const ReviewModel model = model_of(ReviewWorld());
  CHECK(model.trees.empty());
  CHECK(model.charts.empty());
  CHECK(model.classes.empty());
  CHECK(model.issues.empty());
}
