// SPDX-License-Identifier: MIT
#include "query/report.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "query/report_value.h"
#include "query/schema_doc.h"
#include "storage/tables.h"
#include "tests/unit/query/query_case.h"

namespace dirsnap::test {
namespace {

using namespace std::string_literals;

constexpr const char* kHead =
    "-- id: sample-report\n"
    "-- title: A title\n"
    "-- severity: warning\n";

std::string message_of(const std::string& text) {
  const auto report = parse_report(text, "file.sql");
  REQUIRE(!report);
  CHECK(report.error().code == Code::kUsage);
  return report.error().what;
}

TEST_CASE("a report's head gives every key") {
  const auto report = parse_report(
      kHead +
          "-- kb: Q188632, Q185061\n-- applies: 4.0, 5.5\n-- needs: directory, registry\n"
          "-- tags: a, b\n--\n-- param: server text = NULL   only this server\n"
          "-- param: level choice(low|high) = high   how much\n-- param: days integer\n"
          "-- param: word text = 'it''s  two'   quoted\n"
          "-- remedy: Do this,\n--   then that.\n-- test: sample, rows 3\n-- x-note: kept\nSELECT 1\n"s,
      "file.sql");
  REQUIRE(report);
  CHECK(report->id == "sample-report");
  CHECK(report->severity == FindingSeverity::kWarning);
  CHECK(report->kb == std::vector<std::string>{"Q188632", "Q185061"});
  CHECK(report->needs == std::vector<std::string>{"directory", "registry"});
  REQUIRE(report->params.size() == 4);
  CHECK(report->params[0].name == "server");
  CHECK(!report->params[0].default_value);
  CHECK(report->params[0].doc == "only this server");
  CHECK(report->params[1].type == ParamType::kChoice);
  CHECK(report->params[1].choices == std::vector<std::string>{"low", "high"});
  CHECK(report->params[1].default_value == "high");
  CHECK(report->params[3].default_value == "it's  two");
  CHECK(report->params[3].doc == "quoted");
  CHECK(report->remedy == "Do this, then that.");
  CHECK(report->tests == std::vector<std::string>{"sample, rows 3"});
  CHECK(report->extra[0] == std::pair("x-note"s, "kept"s));
  CHECK(report->origin == "file.sql");
}

TEST_CASE("a report's file may begin with a byte order mark and have lines of Windows") {
  const auto report = parse_report(
      "\xEF\xBB\xBF-- id: a\r\n-- title: t\r\n-- severity: info\r\nSELECT 1\r\n", "file.sql");
  REQUIRE(report);
  CHECK(report->id == "a");
  CHECK(report->sql.substr(0, 2) == "--");
}

TEST_CASE("a time given as a parameter is bound in the form of the tables") {
  const auto report = parse_report(kHead + "-- param: since datetime\nSELECT :since"s, "x");
  REQUIRE(report);
  CHECK(param_value(report->params[0], "1999-04-21 07:05")->bytes == "1999-04-21T07:05:00Z");
  CHECK(param_value(report->params[0], "1999-04-21")->bytes == "1999-04-21T00:00:00Z");
  CHECK_FALSE(param_value(report->params[0], "yesterday"));
}

TEST_CASE("a mistake in a report's head names line and nearest key") {
  const auto with = [](const char* line) { return kHead + std::string(line) + "\nSELECT 1"; };
  CHECK(message_of(with("-- remdy: x")) ==
        "file.sql line 4: unknown key \"remdy\", did you mean \"remedy\"?");
  CHECK(message_of(with("-- title: again")) == "file.sql line 4: key \"title\" stands twice");
  CHECK(message_of(with("-- needs: mailbox")).find("none of directory") != std::string::npos);
  CHECK(message_of(with("-- needs: registy")).find("did you mean \"registry\"?") !=
        std::string::npos);
  CHECK(message_of(with("-- param: n intger")).find("did you mean \"integer\"?") !=
        std::string::npos);
  CHECK(message_of(with("-- param: n choise(a|b)")).find("did you mean \"choice\"?") !=
        std::string::npos);
  CHECK(message_of(with("-- param: n choice(low|high) = hgh")).find("did you mean \"high\"?") !=
        std::string::npos);
  CHECK(message_of("-- id: x\n-- title: t\n-- severity: waning\nSELECT 1")
            .find("did you mean \"warning\"?") != std::string::npos);
  CHECK(message_of(with("-- kb: 188632")).find("no Q number") != std::string::npos);
  CHECK(message_of(with("-- just prose")).find("expected") != std::string::npos);
  CHECK(message_of(with("-- param: n integer = five")).find("is no integer") != std::string::npos);
  CHECK(message_of(with("-- param: n number")).find("none of integer") != std::string::npos);
  CHECK(message_of(with("-- param: n choice()")).find("none of integer") != std::string::npos);
  CHECK(message_of(with("-- param: n text\n-- param: n text")).find("stands twice") !=
        std::string::npos);
  CHECK(message_of(with("-- dialect: tsql")).find("unknown") != std::string::npos);
  CHECK(message_of("-- id: x\n-- severity: error\nSELECT 1").find("\"title\" is missing") !=
        std::string::npos);
  CHECK(message_of("-- id: X y\nSELECT 1").find("other than") != std::string::npos);
  CHECK(message_of(kHead + "-- no statement:"s).find("unknown key") != std::string::npos);
  CHECK(message_of(kHead).find("no statement") != std::string::npos);
}

TEST_CASE("an id is no option") {
  CHECK(
      message_of("-- id: --all\n-- title: t\n-- severity: info\nSELECT 1").find("begins with -") !=
      std::string::npos);
}

TEST_CASE("what looks like a head and would be heeded by nobody is refused") {
  const auto with = [](const std::string& line) { return kHead + line + "\nSELECT 1"; };
  CHECK(message_of("-- id: x\n-- titel: t\nSELECT 1") ==
        "file.sql line 2: unknown key \"titel\", did you mean \"title\"?");
  CHECK(message_of("") ==
        "file.sql line 1: the file does not begin with a head of lines "
        "\"-- key: value\"");
  CHECK(message_of("\n"s + kHead + "SELECT 1").find("does not begin") != std::string::npos);
  CHECK(message_of(with("\n-- needs: registry")) ==
        "file.sql line 5: key \"needs\" stands below the end of the head; the head has no empty "
        "line");
  CHECK(parse_report(with("\n-- a remark: needs"), "x"));
  CHECK(message_of("\xFF\xFE-").find("UTF-16") != std::string::npos);
  CHECK(message_of(with("-- remedy: M\xFCller")) ==
        "file.sql line 4: the text is not UTF-8; save the file as UTF-8");
}

TEST_CASE("a parameter that could not be meant so is refused") {
  const auto with = [](const char* line) { return kHead + std::string(line) + "\nSELECT 1"; };
  CHECK(message_of(with("-- param: my-n text")) ==
        "file.sql line 4: param: name \"my-n\" has other than a-z, 0-9 and _");
  CHECK(message_of(with("-- param: n integer 3   so many")) ==
        "file.sql line 4: param n: a default is written \"= 3\"");
  CHECK(parse_report(with("-- param: n integer   3 of them"), "x"));
  CHECK(parse_report(with("-- param: n integer of so many"), "x"));
  CHECK(message_of(with("-- param: n integer = 3 so many")).find("begins after two blanks") !=
        std::string::npos);
  CHECK(message_of(with("-- param: n text = 'a   b")).find("is not closed") != std::string::npos);
  CHECK(message_of(with("-- param: n choice(a||b)")).find("empty choice") != std::string::npos);
  CHECK(message_of(with("-- param: n text(a|b)")).find("none of integer") != std::string::npos);
  const auto report = parse_report(with("-- param: n choice(a | b) = b   which"), "x");
  REQUIRE(report);
  CHECK(report->params[0].choices == std::vector<std::string>{"a", "b"});
  CHECK(report->params[0].default_value == "b");
  CHECK(report->params[0].doc == "which");
}

TEST_CASE("a name given as a parameter is bound in the form of the tables") {
  const auto report = parse_report(kHead + "-- param: n dn\nSELECT :n"s, "x");
  REQUIRE(report);
  CHECK(param_value(report->params[0], "cn=A,ou=S,o=Org")->bytes == "/o=Org/ou=S/cn=A");
  CHECK(param_value(report->params[0], "/o=Org/cn=A B")->bytes == "/o=Org/cn=A B");
  for (const char* wrong : {"", "blah", "/blah"}) {
    INFO(wrong);
    const auto value = param_value(report->params[0], wrong);
    REQUIRE_FALSE(value);
    CHECK(value.error().what.find("is no dn (as /o=Org/cn=Name") != std::string::npos);
  }
}

TEST_CASE("a number that is none is no value of a parameter") {
  const auto report = parse_report(kHead + "-- param: n real\nSELECT :n"s, "x");
  REQUIRE(report);
  CHECK(param_value(report->params[0], "-1.5e3")->real == -1500);
  for (const char* wrong : {"nan", "inf", "-inf", "1e999", ""}) {
    INFO(wrong);
    CHECK_FALSE(param_value(report->params[0], wrong));
  }
}

TEST_CASE("a folder of reports tells what it leaves out and what takes a place") {
  const TempFolder folder;
  const auto write = [&](const char* name, const std::string& id) {
    std::ofstream(folder.path() / name)
        << "-- id: " << id << "\n-- title: t\n-- severity: info\nSELECT 1\n";
  };
  write("a.sql", "a");
  write("b.SQL", "a");
  write(".#hidden.sql", "hidden");
  write("c.sql~", "backup");
  std::filesystem::create_directory(folder.path() / "d.sql");
  std::filesystem::create_symlink("e.sql", folder.path() / "e.sql");
  std::filesystem::create_symlink("nowhere", folder.path() / "f.sql");
  const auto loaded = load_reports(folder.path());
  REQUIRE(loaded);
  REQUIRE(loaded->reports.size() == 1);
  CHECK(loaded->reports[0].origin == (folder.path() / "b.SQL").string());
  CHECK(loaded->refused.size() == 2);
  REQUIRE(loaded->replaced.size() == 1);
  CHECK(loaded->replaced[0].find("b.SQL takes the place of ") != std::string::npos);
  CHECK(loaded->replaced[0].find("a.sql: both are a") != std::string::npos);
}

// What a case of one or more snapshots looks like to the founding report.
class World {
 public:
  World() {
    for (const TableSpec* spec : kFixedTables) relations_.push_back({.def = relation_of(*spec)});
  }

  World& source(std::int64_t id, const char* role, Cell server, const char* path) {
    if (role == "directory"s) {
      object("Organization", "Org", {});
      object("Container", "Connections", {});
    }
    if (role == "registry"s) key(id);
    return unreadable_source(id, role, std::move(server), path);
  }
  // Nothing was read from it.
  World& unreadable_source(std::int64_t id, const char* role, Cell server, const char* path) {
    namespace t = tables::sources;
    Row& row = add(t::kSpec, t::kDetails + 1);
    row[t::kSourceId] = id;
    row[t::kRole] = std::string(role);
    row[t::kServer] = std::move(server);
    row[t::kPath] = std::string(path);
    return *this;
  }
  World& loss(std::int64_t source) {
    namespace t = tables::import_issues;
    Row& row = add(t::kSpec, t::kRepeated + 1);
    row[t::kSourceId] = source;
    row[t::kSeverity] = "loss"s;
    return *this;
  }
  World& server(const std::string& name) {
    namespace t = tables::objects;
    const std::int64_t parent = object("Container", "Servers", {});
    object("Computer", name, parent);
    static_cast<void>(t::kRdn);
    return *this;
  }
  World& connector(const std::string& name, Cell server, Cell key, bool deleted = false) {
    namespace t = tables::connectors;
    Row& row = add(t::kSpec, t::kSourceId + 1);
    row[t::kObjectId] = ++connectors_;
    row[t::kDn] = "/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=" + name;
    row[t::kName] = name;
    row[t::kServer] = std::move(server);
    row[t::kNeedsService] = std::int64_t{view(key).is_null() ? 0 : 1};
    row[t::kServiceKey] = std::move(key);
    row[t::kIsDeleted] = std::int64_t{deleted ? 1 : 0};
    row[t::kLevel] = "configuration"s;
    row[t::kSourceId] = std::int64_t{1};
    return *this;
  }
  World& service(const std::string& server,
                 const std::string& name,
                 bool stub = false,
                 bool current = true) {
    namespace t = tables::services;
    Row& row = add(t::kSpec, t::kSourceId + 1);
    row[t::kServer] = server;
    row[t::kName] = name;
    if (!stub) row[t::kImagePath] = "x.exe"s;
    row[t::kIsCurrent] = std::int64_t{current ? 1 : 0};
    row[t::kKeyPath] = "HKLM\\ControlSet001\\Services\\" + name;
    row[t::kSourceId] = std::int64_t{2};
    return *this;
  }
  [[nodiscard]] SnapshotRows snapshot(const char* name) const {
    return {.name = name, .relations = relations_};
  }

 private:
  void key(std::int64_t source) {
    namespace t = tables::registry_keys;
    Row& row = add(t::kSpec, t::kPath + 1);
    row[t::kKeyId] = ++keys_;
    row[t::kSourceId] = source;
    row[t::kPath] = "HKEY_LOCAL_MACHINE"s;
  }
  Row& add(const TableSpec& spec, std::size_t columns) {
    for (RelationRows& relation : relations_) {
      if (relation.def.name == spec.name) return relation.rows.emplace_back(columns);
    }
    FAIL("no such table");
    std::abort();
  }
  std::int64_t object(const char* class_name, const std::string& rdn, Cell parent) {
    namespace t = tables::objects;
    Row& row = add(t::kSpec, t::kOffsetBytes + 1);
    row[t::kObjectId] = ++objects_;
    row[t::kParentId] = std::move(parent);
    row[t::kClassX500] = std::string(class_name);
    row[t::kRdn] = rdn;
    row[t::kIsDeleted] = std::int64_t{0};
    return objects_;
  }

  std::vector<RelationRows> relations_;
  std::int64_t objects_ = 0;
  std::int64_t connectors_ = 0;
  std::int64_t keys_ = 0;
};

World two_sources() {
  World world;
  world.source(1, "directory", {}, "Dir.edb").source(2, "registry", "EX1"s, "EX1.reg");
  return world;
}

const Report& founding_report() {
  for (const Report& report : shipped_reports()) {
    if (report.id == "connectors-without-services") return report;
  }
  FAIL("the founding report is not shipped");
  std::abort();
}

ReportRun run(const World& world, const ParamValues& params = {}) {
  const TestCase test({world.snapshot("one")});
  const auto engine = test.open();
  auto result = run_report(*engine, founding_report(), params);
  if (!result) FAIL(result.error().what);
  CHECK(result->error.empty());
  return *std::move(result);
}

std::string cell_of(const ReportRun& run, const Finding& finding, const std::string& column) {
  for (std::size_t i = 0; i < run.columns.size(); ++i) {
    if (run.columns[i] == column) return finding.cells[i].bytes;
  }
  return "no column " + column;
}

std::vector<std::string> missing(const ReportRun& run) {
  std::vector<std::string> out;
  for (const CoverageNote& note : run.coverage) out.push_back(note.missing);
  return out;
}

TEST_CASE("a connector without its service is a finding with both sides' evidence") {
  World world = two_sources();
  world.connector("Internet Mail Connector (EX1)", "ex1"s, "MSExchangeIMC"s)
      .connector("MS Mail Connector (EX1)", "EX1"s, "MSExchangeMSMI"s)
      .connector("X400", "EX1"s, {})
      .connector("Gone", "EX1"s, "MSExchangeCCMC"s, true)
      .service("EX1", "MSExchangeSA")
      .service("EX1", "msexchangemsmi")
      .service("EX1", "MSExchangeIMC", false, false);  // of a control set not in force
  const ReportRun result = run(world);
  CHECK(result.status == ReportStatus::kFindings);
  REQUIRE(result.findings.size() == 1);
  const Finding& finding = result.findings[0];
  CHECK(finding.severity == FindingSeverity::kError);
  CHECK(result.columns[0] == "snapshot_id");
  CHECK(cell_of(result, finding, "subject") ==
        "/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (EX1)");
  CHECK(cell_of(result, finding, "service_key") == "MSExchangeIMC");
  CHECK(cell_of(result, finding, "detail") == "no HKLM\\ControlSet001\\Services\\MSExchangeIMC");
  CHECK(cell_of(result, finding, "directory_source") == "Dir.edb");
  CHECK(cell_of(result, finding, "registry_source") == "EX1.reg");
  CHECK(result.coverage.empty());
}

TEST_CASE("a key without ImagePath is no service") {
  World world = two_sources();
  world.connector("c", "EX1"s, "MSExchangeIMC"s)
      .service("EX1", "EventLog")
      .service("EX1", "MSExchangeIMC", true);
  const ReportRun result = run(world);
  REQUIRE(result.findings.size() == 1);
  CHECK(cell_of(result, result.findings[0], "detail").find("(stub)") != std::string::npos);
}

TEST_CASE("an LME connector needs its own key and the controller's") {
  World world = two_sources();
  world.connector("Notes", "EX1"s, "LME-NOTES"s).service("EX1", "EventLog");
  ReportRun result = run(world);
  REQUIRE(result.findings.size() == 1);
  CHECK(cell_of(result, result.findings[0], "detail") ==
        "no HKLM\\ControlSet001\\Services\\LME-NOTES; no "
        "HKLM\\ControlSet001\\Services\\MSExchangeCoCo");
  world.service("EX1", "LME-Notes");
  result = run(world);
  REQUIRE(result.findings.size() == 1);
  CHECK(cell_of(result, result.findings[0], "detail") ==
        "no HKLM\\ControlSet001\\Services\\MSExchangeCoCo");
  world.service("EX1", "MSExchangeCoCo");
  CHECK(run(world).status == ReportStatus::kPass);
}

TEST_CASE("a server without a whole registry gives a note and never a finding") {
  World world = two_sources();
  world.source(3, "registry", "EX4"s, "EX4.reg")
      .server("EX1")
      .server("EX3")
      .connector("a", "EX2"s, "MSExchangeIMC"s)
      .connector("b", "EX4"s, "MSExchangeIMC"s)
      .connector("c", {}, "MSExchangeIMC"s)
      .service("EX1", "EventLog")
      .service("EX2", "MSExchangeMTA");
  const ReportRun result = run(world);
  CHECK(result.status == ReportStatus::kPass);
  CHECK(result.findings.empty());
  CHECK(missing(result) ==
        std::vector<std::string>{
            "home server of connector /o=Org/ou=Site/cn=Configuration/cn=Connections/cn=c",
            "registry of server EX3", "services of server EX2: registry export is partial",
            "services of server EX4: registry export is partial"});
}

TEST_CASE("a parameter narrows the report") {
  World world = two_sources();
  world.connector("a", "EX1"s, "MSExchangeIMC"s)
      .connector("b", "EX2"s, "MSExchangeIMC"s)
      .service("EX1", "EventLog")
      .service("EX2", "EventLog");
  CHECK(run(world).findings.size() == 2);
  CHECK(run(world, {{"server", "ex2"}}).findings.size() == 1);
  const TestCase test({world.snapshot("one")});
  const auto engine = test.open();
  const auto wrong = run_report(*engine, founding_report(), {{"sever", "x"}});
  REQUIRE(!wrong);
  CHECK(wrong.error().what.find("did you mean \"server\"?") != std::string::npos);
}

TEST_CASE("a directory of which nothing could be read is no input") {
  World world;
  world.unreadable_source(1, "directory", {}, "Dir.edb").source(2, "registry", "EX1"s, "EX1.reg");
  world.service("EX1", "EventLog");
  const ReportRun result = run(world);
  CHECK(result.status == ReportStatus::kSkipped);
  CHECK(missing(result) == std::vector<std::string>{"directory database"});
}

TEST_CASE("a registry without a key is no input") {
  World world;
  world.source(1, "directory", {}, "Dir.edb").unreadable_source(2, "registry", {}, "empty.reg");
  const ReportRun result = run(world);
  CHECK(result.status == ReportStatus::kSkipped);
  CHECK(missing(result) == std::vector<std::string>{"registry"});
}

TEST_CASE("of a server that a snapshot does not know nothing is judged") {
  World world = two_sources();
  world.connector("a", "EX1"s, "MSExchangeIMC"s).service("EX1", "EventLog");
  ReportRun result = run(world, {{"server", "EX9"}});
  CHECK(result.status == ReportStatus::kSkipped);
  CHECK(missing(result) == std::vector<std::string>{"server EX9"});
  CHECK(run(world, {{"server", "ex1"}}).status == ReportStatus::kFindings);
  World other = two_sources();
  other.service("EX9", "EventLog");
  const TestCase both({world.snapshot("one"), other.snapshot("two")});
  const auto engine = both.open();
  const auto partly = run_report(*engine, founding_report(), {{"server", "EX9"}});
  REQUIRE(partly);
  CHECK(partly->status == ReportStatus::kPass);
  REQUIRE(partly->coverage.size() == 1);
  CHECK(partly->coverage[0].snapshot_id == 1);
  CHECK(partly->unjudged == std::vector<std::int64_t>{1});
}

TEST_CASE("a pass over an input of which some was lost carries a note") {
  World world = two_sources();
  world.service("EX1", "EventLog");
  REQUIRE(run(world).status == ReportStatus::kPass);
  REQUIRE(missing(run(world)).empty());
  world.loss(1);
  const ReportRun result = run(world);
  CHECK(result.status == ReportStatus::kPass);
  REQUIRE(missing(result) == std::vector<std::string>{"directory database: some of it was lost"});
  REQUIRE(result.coverage[0].cells.size() == 1);
  CHECK(result.coverage[0].cells[0].second.bytes == "Dir.edb");
}

TEST_CASE("what another input lost is not noted") {
  World world = two_sources();
  world.source(3, "private-store", "EX1"s, "Priv.edb").service("EX1", "EventLog").loss(3);
  CHECK(missing(run(world)).empty());
}

TEST_CASE("a snapshot that lacks an input is never judged") {
  World directory_only;
  directory_only.source(1, "directory", {}, "Dir.edb").connector("a", "EX1"s, "MSExchangeIMC"s);
  const ReportRun skipped = run(directory_only);
  CHECK(skipped.status == ReportStatus::kSkipped);
  CHECK(missing(skipped) == std::vector<std::string>{"registry"});

  World whole = two_sources();
  whole.connector("a", "EX1"s, "MSExchangeIMC"s).service("EX1", "EventLog");
  const TestCase both({whole.snapshot("whole"), directory_only.snapshot("half")});
  const auto engine = both.open();
  const auto result = run_report(*engine, founding_report(), {});
  REQUIRE(result);
  CHECK(result->status == ReportStatus::kFindings);
  CHECK(result->findings.size() == 1);
  CHECK(result->coverage.size() == 2);  // the role, and the server of its connector
}

TEST_CASE("a report whose statement is wrong has status error") {
  const TestCase test({two_sources().snapshot("one")});
  const auto engine = test.open();
  Report report = *parse_report(kHead + "SELECT snapshot_id, dn AS subjct FROM conectors"s, "x");
  auto result = run_report(*engine, report, {});
  REQUIRE(result);
  CHECK(result->status == ReportStatus::kError);
  CHECK(result->error == "no such table: conectors; did you mean \"connectors\"?");
  report.sql = kHead + "SELECT :unknown"s;
  result = run_report(*engine, report, {});
  REQUIRE(result);
  CHECK(result->status == ReportStatus::kError);
}

TEST_CASE("a column severity overrides the report's") {
  const TestCase test({two_sources().snapshot("one")});
  const auto engine = test.open();
  const Report report = *parse_report(kHead + "VALUES (1, 'a'), (1, 'b')"s, "x");
  Report named = report;
  named.sql = kHead +
              "SELECT 1 AS snapshot_id, 'a' AS subject, 'info' AS severity UNION ALL "
              "SELECT 1, 'b', NULL"s;
  const auto result = run_report(*engine, named, {});
  REQUIRE(result);
  REQUIRE(result->findings.size() == 2);
  CHECK(result->findings[0].severity == FindingSeverity::kInfo);
  CHECK(result->findings[1].severity == FindingSeverity::kWarning);
  CHECK(result->columns == std::vector<std::string>{"snapshot_id", "subject"});
}

TEST_CASE("a column severity of another meaning is told, not passed over") {
  const TestCase test({two_sources().snapshot("one")});
  const auto engine = test.open();
  const Report report =
      *parse_report(kHead + "SELECT 1 AS snapshot_id, 'a' AS subject, 'loss' AS severity"s, "x");
  const auto result = run_report(*engine, report, {});
  REQUIRE(result);
  CHECK(result->status == ReportStatus::kError);
  CHECK(result->error ==
        "column severity holds \"loss\", which is none of info, warning, error; a column of "
        "another meaning needs another name");
}

TEST_CASE("a row that tells no snapshot, no subject or no text of what is missing is an error") {
  const TestCase test({two_sources().snapshot("one")});
  const auto engine = test.open();
  const auto error = [&](const std::string& columns) {
    const auto result = run_report(*engine, *parse_report(kHead + ("SELECT " + columns), "x"), {});
    REQUIRE(result);
    CHECK(result->status == ReportStatus::kError);
    CHECK(result->findings.empty());
    return result->error;
  };
  const std::string no_snapshot = ", which is no snapshot that is looked at";
  CHECK(error("NULL AS snapshot_id, 'a' AS subject") ==
        "column snapshot_id holds NULL" + no_snapshot);
  CHECK(error("'x' AS snapshot_id, 'a' AS subject") ==
        "column snapshot_id holds \"x\"" + no_snapshot);
  CHECK(error("99 AS snapshot_id, 'a' AS subject, 'y' AS missing") ==
        "column snapshot_id holds 99" + no_snapshot);
  CHECK(error("1 AS snapshot_id, NULL AS subject").starts_with("column subject is NULL"));
  CHECK(error("1 AS snapshot_id, 'a' AS subject, 7 AS severity")
            .starts_with("column severity holds 7, which is none of"));
  CHECK(error("1 AS snapshot_id, 'a' AS subject, 7 AS missing")
            .starts_with("column missing holds 7, which is no text"));
}

TEST_CASE("a limit ends the report that met it") {
  const TestCase test({two_sources().snapshot("one")});
  const auto engine = test.open();
  const Report report =
      *parse_report(kHead +
                        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
                        "SELECT 1 AS snapshot_id, max(x) AS subject FROM c"s,
                    "x");
  engine->set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
  const auto result = run_report(*engine, report, {});
  REQUIRE(result);
  CHECK(result->status == ReportStatus::kError);
  CHECK(result->error_code == Code::kLimit);
}

TEST_CASE("a report that its notes say to be unable to judge any snapshot is skipped") {
  const TestCase test({two_sources().snapshot("one"), two_sources().snapshot("two")});
  const auto engine = test.open();
  Report report = *parse_report(kHead + "VALUES (1, 'a')"s, "x");
  const auto status = [&](const std::string& rows) {
    report.sql = std::string(kHead) +
                 "SELECT column1 AS snapshot_id, 'x' AS subject, column2 AS severity, "
                 "column3 AS missing FROM (VALUES " +
                 rows + ")";
    const auto result = run_report(*engine, report, {});
    REQUIRE(result.has_value());
    CHECK(result->error.empty());
    return result->status;
  };
  CHECK(status("(1, 'skipped', 'x'), (2, 'skipped', 'x')") == ReportStatus::kSkipped);
  CHECK(status("(1, 'skipped', 'x')") == ReportStatus::kPass);
  CHECK(status("(1, 'skipped', 'x'), (2, NULL, 'x')") == ReportStatus::kPass);
  CHECK(status("(1, 'skipped', 'x'), (2, 'skipped', 'x'), (2, 'info', NULL)") ==
        ReportStatus::kFindings);
}

const std::set<std::string> kTags = {
    "connectors", "services",  "registry", "addressing", "routing",  "replication", "recipients",
    "stores",     "templates", "dirsync",  "deleted",    "versions", "security"};

bool has_key(const Report& report, const std::string& name) {
  return std::any_of(report.extra.begin(), report.extra.end(),
                     [&](const auto& key) { return key.first == name && !key.second.empty(); });
}

TEST_CASE("every shipped report parses, names its remedy and plans without a full join") {
  CHECK(!shipped_reports().empty());
  World world = two_sources();
  world.source(3, "private-store", "EX1"s, "Priv.edb");
  const TestCase test({world.snapshot("one")});
  const auto engine = test.open();
  for (const Report& report : shipped_reports()) {
    INFO(report.id);
    CHECK(!report.remedy.empty());
    CHECK(!report.kb.empty());
    CHECK(has_key(report, "x-why"));
    CHECK(has_key(report, "x-logic"));
    CHECK(!report.tags.empty());
    for (const std::string& tag : report.tags) {
      CAPTURE(tag);
      CHECK(kTags.count(tag) == 1);
    }
    const auto result = run_report(*engine, report, {});
    REQUIRE(result);
    CHECK(result->error.empty());
    REQUIRE(result->columns.size() > 2);
    CHECK(result->columns[0] == "snapshot_id");
    CHECK(result->columns[1] == "subject");
  }
}

TEST_CASE("query/SCHEMA.md is what the program generates") {
  const std::string path = std::string(DIRSNAP_TEST_DIR) + "/../query/SCHEMA.md";
  if (std::getenv("DIRSNAP_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << schema_markdown();
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const bool same = text.str() == schema_markdown();
  INFO("DIRSNAP_UPDATE_GOLDEN=1 rewrites " << path);
  CHECK(same);
}

}  // namespace
}  // namespace dirsnap::test
