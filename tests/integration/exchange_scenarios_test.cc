// SPDX-License-Identifier: MIT
//
// Whole backups, from the folder to the report, against the scenarios' expected results.
#include <fstream>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/case_run.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

using Json = nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

Json load_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

// One scenario, imported once for all sections of a test case.
struct Scenario {
  explicit Scenario(const std::string& name) {
    unpack_folder(fixtures() / "exchange" / name, folder / "backup");
    expected = load_json(folder / "backup/expected.json");
    attributes = load_json(folder / "backup/attributes.json");
    std::filesystem::remove(folder / "backup/expected.json");
    std::filesystem::remove(folder / "backup/attributes.json");
    summary = import_into(folder / "case", folder / "backup");
    open = std::make_unique<OpenCase>(folder / "case");
  }
  TempFolder folder;
  Json expected;
  Json attributes;
  ImportSummary summary;
  std::unique_ptr<OpenCase> open;
};

void check_objects(Scenario& s) {
  const Rows all =
      s.open->rows("SELECT dnt, dn, class_x500, is_deleted, is_phantom FROM objects ORDER BY dnt");
  CHECK(all.size() == s.expected["counts"]["objects"].get<std::size_t>());
  std::map<std::string, std::vector<std::string>> by_dnt;
  for (const auto& row : all) by_dnt[row[0]] = row;
  for (const Json& object : s.expected["objects"]) {
    const auto& row = by_dnt[std::to_string(object["dnt"].get<int>())];
    CAPTURE(object.dump());
    REQUIRE(row.size() == 5);
    CHECK(row[1] == object["dn"].get<std::string>());
    CHECK(row[2] == object["class"].get<std::string>());
    CHECK(row[3] == (object["deleted"].get<bool>() ? "1" : "0"));
    CHECK(row[4] == (object["phantom"].get<bool>() ? "1" : "0"));
  }
  for (const auto& [name, count] : s.expected["counts"]["live_by_class"].items()) {
    CAPTURE(name);
    CHECK(s.open->value("SELECT count(*) FROM objects WHERE is_deleted = 0 AND class_x500 = '" +
                        name + "'") == std::to_string(count.get<int>()));
  }
}

void check_connectors(Scenario& s) {
  for (const Json& c : s.expected["connectors"]) {
    for (const auto& [level, dn] : c["dns"].items()) {
      CAPTURE(dn.get<std::string>());
      const Rows rows = s.open->rows(
          "SELECT type, class, name, site, server, service_key, is_deleted, level, needs_service "
          "FROM connectors WHERE dn = '" +
          dn.get<std::string>() + "'");
      REQUIRE(rows.size() == 1);
      const auto text = [](const Json& j) {
        return j.is_null() ? std::string("NULL") : j.get<std::string>();
      };
      CHECK(rows[0][0] == c["kind"].get<std::string>());
      CHECK(rows[0][1] == c["class"].get<std::string>());
      CHECK(rows[0][2] == c["rdn"].get<std::string>());
      CHECK(rows[0][3] == text(c["site"]));
      CHECK(rows[0][4] == text(c["server"]));
      CHECK(rows[0][5] == text(c["service"]));
      CHECK(rows[0][6] == (c["deleted"].get<bool>() ? "1" : "0"));
      CHECK(rows[0][7] == level);
      CHECK(rows[0][8] == (c["service"].is_null() ? "0" : "1"));
    }
  }
}

void check_services(Scenario& s, const std::string& server) {
  const Json& expected = s.expected["services"][server];
  const Rows rows = s.open->rows(
      "SELECT name, start, image_path, depends_on FROM services WHERE is_stub = 0 AND is_current = "
      "1 AND server = '" +
      server + "'");
  CHECK(rows.size() == expected.size());
  for (const auto& row : rows) {
    CAPTURE(server, row[0]);
    REQUIRE(expected.contains(row[0]));
    const Json& service = expected[row[0]];
    CHECK(row[1] == std::to_string(service["start"].get<int>()));
    CHECK(row[2] == service["image"].get<std::string>());
    CHECK((row[3] == "NULL" ? Json::array() : Json::parse(row[3])) == service["depends"]);
  }
}

// Mailboxes by their owners, and the messages that wait in queues.
void check_mailboxes(Scenario& s) {
  const Json& expected = s.expected["priv"]["mailboxes"];
  CHECK(s.open->value("SELECT count(*) FROM mailboxes") == std::to_string(expected.size()));
  for (const Json& mailbox : expected) {
    CAPTURE(mailbox.dump());
    const Rows rows = s.open->rows(
        "SELECT m.display_name, m.kind, m.queue_out, (SELECT messages FROM folders f WHERE "
        "f.mailbox_id = m.mailbox_id AND f.queue = 'mts-out') FROM mailboxes m WHERE owner_dn = '" +
        mailbox["owner_dn"].get<std::string>() + "'");
    REQUIRE(rows.size() == 1);
    const Json& queue = mailbox["queue_out"];
    const std::string queued = queue.is_null() ? "NULL" : std::to_string(queue.get<int>());
    CHECK(rows[0] == std::vector<std::string>{mailbox["display"].get<std::string>(),
                                              mailbox["kind"].get<std::string>(), queued, queued});
  }
}

// Every raw table has the rows that the fixture counts.
void check_raw_tables(Scenario& s) {
  for (const char* database : {"Dir.edb", "Priv.edb"}) {
    for (const auto& [table, rows] : s.expected["databases"][database]["tables"].items()) {
      CAPTURE(database, table);
      CHECK(s.open->value("SELECT count(*) FROM \"ese_" + table + "\"") ==
            std::to_string(rows.get<int>()));
      CHECK(s.open->value("SELECT records FROM ese_tables WHERE table_name = '" + table + "'") ==
            std::to_string(rows.get<int>()));
    }
  }
}

// How the fixture writes a value: text as it is, octets in hex or as length and SHA-256.
bool same_value(const Json& expected, const std::string& value, const std::string& text) {
  if (expected.is_number()) return value == std::to_string(expected.get<std::int64_t>());
  if (expected.is_boolean()) return value == (expected.get<bool>() ? "1" : "0");
  if (expected.is_object()) return value.starts_with("x'");
  const auto& wanted = expected.get_ref<const std::string&>();
  return wanted == text || wanted == value || "x'" + wanted + "'" == value;
}

void check_attributes(Scenario& s) {
  std::map<std::string, std::map<std::string, Rows>> found;
  for (auto& row : s.open->rows("SELECT o.dn, a.attribute_id, a.value, a.text FROM attributes a "
                                "JOIN objects o USING (snapshot_id, object_id) ORDER BY "
                                "a.object_id, a.attribute_id, a.seq")) {
    found[row[0]][row[1]].push_back({row[2], row[3]});
  }
  std::size_t compared = 0;
  for (const auto& [dn, attributes] : s.attributes.items()) {
    for (const auto& [name, entry] : attributes.items()) {
      const Rows& values = found[dn][std::to_string(entry["id"].get<std::int32_t>())];
      CAPTURE(dn, name);
      REQUIRE(values.size() == entry["values"].size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(entry["values"][i].dump(), values[i][0], values[i][1]);
        REQUIRE(same_value(entry["values"][i], values[i][0], values[i][1]));
        ++compared;
      }
    }
  }
  CHECK(compared > 500);
}

ReportRun founding_report(Scenario& s) {
  for (const Report& report : shipped_reports()) {
    if (report.id != "connectors-without-services") continue;
    auto run = run_report(s.open->engine(), report, {});
    REQUIRE(run.has_value());
    return std::move(*run);
  }
  FAIL("the founding report is not shipped");
  return {};
}

std::size_t column(const ReportRun& run, const std::string& name) {
  const auto at = std::find(run.columns.begin(), run.columns.end(), name);
  REQUIRE(at != run.columns.end());
  return static_cast<std::size_t>(at - run.columns.begin());
}

// The report finds exactly the DNs in `wanted`, and notes each server in `unknown`.
void check_report(Scenario& s,
                  const std::set<std::string>& wanted,
                  const std::set<std::string>& unknown) {
  const ReportRun run = founding_report(s);
  CHECK(run.error.empty());
  std::set<std::string> dns;
  for (const Finding& finding : run.findings) {
    CHECK(finding.severity == FindingSeverity::kError);
    CHECK(finding.cells[column(run, "server")].bytes == "EX1");
    CHECK(finding.cells[column(run, "service_key")].bytes == "MSExchangeIMC");
    CHECK(dns.insert(finding.cells[column(run, "subject")].bytes).second);
  }
  CHECK(dns == wanted);
  CHECK(run.status == (wanted.empty() ? ReportStatus::kPass : ReportStatus::kFindings));
  std::string notes;
  for (const CoverageNote& note : run.coverage) notes += note.missing + "\n";
  CAPTURE(notes);
  for (const char* server : {"EX1", "EX2", "EX3", "EX4"}) {
    CAPTURE(server);
    CHECK((notes.find(server) != std::string::npos) == unknown.contains(server));
  }
}

std::set<std::string> expected_dns(const Scenario& s) {
  std::set<std::string> dns;
  for (const Json& finding : s.expected["findings"]) {
    if (finding["report"] != "connectors-without-services") continue;
    for (const Json& dn : finding["dns"]) dns.insert(dn.get<std::string>());
  }
  return dns;
}

bool fixtures_missing() {
  if (!fixtures().empty()) return false;
  WARN("skipped: the shared fixtures are not here");
  return true;
}

TEST_CASE(
    "the Q188632 backup: objects, attributes, connectors, services and the finding are right") {
  if (fixtures_missing()) return;
  Scenario s("q188632");
  CHECK(s.summary.losses == 0);
  CHECK(s.summary.doubts == 0);
  check_objects(s);
  check_attributes(s);
  check_connectors(s);
  check_services(s, "EX1");
  check_services(s, "EX2");
  check_report(s, expected_dns(s), {"EX3", "EX4"});
  CHECK(expected_dns(s).size() == 3);
  CHECK(s.open->value("SELECT organization FROM snapshots") == "Contoso Ltd");
  CHECK(s.open->value("SELECT server FROM sources WHERE role = 'directory'") == "EX1");
  CHECK(s.open->value(
            "SELECT count(*) FROM sources WHERE role = 'private-store' AND state = 'clean'") ==
        "1");
}

TEST_CASE("the healthy backup has no finding") {
  if (fixtures_missing()) return;
  Scenario s("healthy");
  CHECK(s.summary.losses + s.summary.doubts == 0);
  check_objects(s);
  check_attributes(s);
  check_connectors(s);
  check_services(s, "EX1");
  check_services(s, "EX2");
  check_report(s, {}, {"EX3", "EX4"});
}

TEST_CASE("mailboxes and raw tables of the scenarios are those of the fixtures") {
  if (fixtures_missing()) return;
  for (const char* name : {"q188632", "healthy", "q188632-nt4-hive"}) {
    CAPTURE(name);
    Scenario s(name);
    CHECK(s.summary.losses + s.summary.doubts == 0);
    check_mailboxes(s);
    check_raw_tables(s);
    const Json& tables = s.expected["databases"]["Priv.edb"]["tables"];
    for (const auto& [table, raw] :
         {std::pair("mailboxes", "Mailbox"), {"folders", "Folder"}, {"messages", "Msg"}}) {
      CHECK(s.open->value("SELECT count(*) FROM " + std::string(table)) ==
            std::to_string(tables[raw].get<int>()));
    }
  }
}

}  // namespace
}  // namespace dirsnap::test
