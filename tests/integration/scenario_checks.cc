// SPDX-License-Identifier: MIT
#include "tests/integration/scenario_checks.h"

#include <algorithm>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>

namespace dirsnap::test {
namespace {

using Json = nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

std::string text_or_null(const Json& value) {
  return value.is_null() ? std::string("NULL") : value.get<std::string>();
}

// How the fixture writes a value: text as it is, octets in hex or as length and SHA-256.
bool same_value(const Json& expected, const std::string& value, const std::string& text) {
  if (expected.is_number()) return value == std::to_string(expected.get<std::int64_t>());
  if (expected.is_boolean()) return value == (expected.get<bool>() ? "1" : "0");
  if (expected.is_object()) return value.starts_with("x'");
  const auto& wanted = expected.get_ref<const std::string&>();
  return wanted == text || wanted == value || "x'" + wanted + "'" == value;
}

std::size_t column(const ReportRun& run, const std::string& name) {
  const auto at = std::find(run.columns.begin(), run.columns.end(), name);
  REQUIRE(at != run.columns.end());
  return static_cast<std::size_t>(at - run.columns.begin());
}

void check_services_of(Scenario& s, const std::string& server, const Json& expected) {
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

// The founding report finds exactly the DNs in `wanted`, and notes each server in `unknown`.
void check_founding_report(const ReportRun& run,
                           const std::set<std::string>& wanted,
                           const std::set<std::string>& unknown) {
  for (const Finding& finding : run.findings) {
    CHECK(finding.severity == FindingSeverity::kError);
    CHECK(finding.cells[column(run, "server")].bytes == "EX1");
    CHECK(finding.cells[column(run, "service_key")].bytes == "MSExchangeIMC");
  }
  CHECK(run.status == (wanted.empty() ? ReportStatus::kPass : ReportStatus::kFindings));
  std::string notes;
  for (const CoverageNote& note : run.coverage) notes += note.missing + "\n";
  CAPTURE(notes);
  for (const char* server : {"EX1", "EX2", "EX3", "EX4"}) {
    CAPTURE(server);
    CHECK((notes.find(server) != std::string::npos) == unknown.contains(server));
  }
}

// The DNs that the scenario expects of each report.
std::map<std::string, std::set<std::string>> expected_findings(const Json& expected) {
  std::map<std::string, std::set<std::string>> dns;
  for (const Json& id : expected["no_finding_reports"]) dns[id.get<std::string>()];
  for (const Json& finding : expected["findings"]) {
    std::set<std::string>& of = dns[finding["report"].get<std::string>()];
    for (const Json& dn : finding["dns"]) of.insert(dn.get<std::string>());
  }
  return dns;
}

}  // namespace

bool fixtures_missing() {
  if (!fixtures().empty()) return false;
  WARN("skipped: the shared fixtures are not here");
  return true;
}

Json load_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

Scenario::Scenario(const std::string& scenario) : name(scenario) {
  unpack_folder(fixtures() / "exchange" / scenario, folder / "backup");
  expected = load_json(folder / "backup/expected.json");
  attributes = load_json(folder / "backup/attributes.json");
  std::filesystem::remove(folder / "backup/expected.json");
  std::filesystem::remove(folder / "backup/attributes.json");
}

void Scenario::import() {
  open.reset();
  std::filesystem::remove(folder / "case");
  summary = import_into(folder / "case", folder / "backup");
  open = std::make_unique<OpenCase>(folder / "case");
}

void check_objects(Scenario& s, bool has_row_numbers) {
  const Rows all = s.open->rows("SELECT dn, dnt, class_x500, is_deleted, is_phantom FROM objects");
  CHECK(all.size() == s.expected["counts"]["objects"].get<std::size_t>());
  std::map<std::string, std::vector<std::string>> by_dn;
  for (const auto& row : all) by_dn[row[0]] = row;
  for (const Json& object : s.expected["objects"]) {
    const auto& row = by_dn[object["dn"].get<std::string>()];
    CAPTURE(object.dump());
    REQUIRE(row.size() == 5);
    CHECK(row[1] == (has_row_numbers ? std::to_string(object["dnt"].get<int>()) : "NULL"));
    CHECK(row[2] == object["class"].get<std::string>());
    CHECK(row[3] == (object["deleted"].get<bool>() ? "1" : "0"));
    CHECK(row[4] == (object["phantom"].get<bool>() ? "1" : "0"));
  }
  for (const auto& [class_name, count] : s.expected["counts"]["live_by_class"].items()) {
    CAPTURE(class_name);
    CHECK(s.open->value("SELECT count(*) FROM objects WHERE is_deleted = 0 AND class_x500 = '" +
                        class_name + "'") == std::to_string(count.get<int>()));
  }
}

void check_connectors(Scenario& s) {
  std::size_t expected = 0;
  for (const Json& c : s.expected["connectors"]) {
    for (const auto& [level, dn] : c["dns"].items()) {
      ++expected;
      CAPTURE(dn.get<std::string>());
      const Rows rows = s.open->rows(
          "SELECT type, class, name, site, server, service_key, is_deleted, level, needs_service, "
          "address_spaces FROM connectors WHERE dn = '" +
          dn.get<std::string>() + "'");
      REQUIRE(rows.size() == 1);
      CHECK(rows[0][0] == c["kind"].get<std::string>());
      CHECK(rows[0][1] == c["class"].get<std::string>());
      CHECK(rows[0][2] == c["rdn"].get<std::string>());
      CHECK(rows[0][3] == text_or_null(c["site"]));
      CHECK(rows[0][4] == text_or_null(c["server"]));
      CHECK(rows[0][5] == text_or_null(c["service"]));
      CHECK(rows[0][6] == (c["deleted"].get<bool>() ? "1" : "0"));
      CHECK(rows[0][7] == level);
      CHECK(rows[0][8] == (c["service"].is_null() ? "0" : "1"));
      const Json spaces = c["routing_list"].is_null() ? Json::array() : c["routing_list"];
      CHECK(Json::parse(rows[0][9]) == spaces);
    }
  }
  CHECK(expected > 0);
  CHECK(s.open->value("SELECT count(*) FROM connectors WHERE dn LIKE '%/cn=Connections/%'") ==
        std::to_string(expected));
}

void check_services(Scenario& s) {
  for (const auto& [server, services] : s.expected["services"].items()) {
    check_services_of(s, server, services);
  }
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

void check_reports(Scenario& s) {
  const auto wanted = expected_findings(s.expected);
  bool has_founding_report = false;
  for (const Report& report : shipped_reports()) {
    const auto expected = wanted.find(report.id);
    if (expected == wanted.end()) continue;
    CAPTURE(report.id);
    const auto run = run_report(s.open->engine(), report, {});
    REQUIRE(run.has_value());
    CHECK(run->error.empty());
    std::set<std::string> dns;
    for (const Finding& finding : run->findings) {
      if (finding.severity == FindingSeverity::kInfo) continue;
      dns.insert(finding.cells[column(*run, "subject")].bytes);
    }
    CHECK(dns == expected->second);
    if (report.id != "connectors-without-services") continue;
    has_founding_report = true;
    check_founding_report(*run, expected->second, {"EX3", "EX4"});
  }
  CHECK(has_founding_report);
}

}  // namespace dirsnap::test
