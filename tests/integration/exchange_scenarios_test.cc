// SPDX-License-Identifier: MIT
//
// Whole backups, from the folder to the report, against the scenarios' expected results.
#include <catch2/catch.hpp>

#include "tests/integration/scenario_checks.h"
#include "tests/support/unxz.h"

namespace dirsnap::test {
namespace {

using Json = nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

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

void check_scenario(const std::string& name) {
  Scenario s(name);
  s.import();
  CAPTURE(name);
  CHECK(s.summary.losses + s.summary.doubts == 0);
  if (s.expected.contains("priv")) check_mailboxes(s);
  check_objects(s);
  check_attributes(s);
  check_connectors(s);
  check_services(s);
  check_reports(s);
  CHECK(s.open->value("SELECT server FROM sources WHERE role = 'directory'") == "EX1");
  CHECK(s.open->value(
            "SELECT count(*) FROM sources WHERE role = 'private-store' AND state = 'clean'") ==
        "1");
}

TEST_CASE("the Q188632 backup: three DNs of one connector lack their service") {
  if (fixtures_missing()) return;
  check_scenario("q188632");
}

TEST_CASE("the healthy backup has no finding") {
  if (fixtures_missing()) return;
  check_scenario("healthy");
}

TEST_CASE("a service in the last known good control set does not clear the finding") {
  if (fixtures_missing()) return;
  check_scenario("q188632-nt4-hive");
}

TEST_CASE("an ntds.dit has the objects, classes and links that the fixture counts") {
  if (fixtures_missing()) return;
  const TempFolder folder;
  unpack_folder(fixtures() / "exchange/fabrikam-ntds", folder / "backup");
  const Json expected = load_json(folder / "backup/expected.json");
  const ImportSummary summary = import_into(folder / "case", folder / "backup/ntds.dit");
  CHECK(summary.losses + summary.doubts == 0);
  OpenCase open(folder / "case");
  const auto count = [&](const std::string& from) {
    return open.value("SELECT count(*) FROM " + from);
  };
  const auto wanted = [&](const char* key) { return std::to_string(expected[key].get<int>()); };
  CHECK(count("objects WHERE is_phantom = 0") == wanted("objects"));
  CHECK(count("objects WHERE is_deleted = 1") == wanted("deleted"));
  for (const auto& [name, number] : expected["objects_by_class"].items()) {
    CAPTURE(name);
    CHECK(count("objects WHERE is_phantom = 0 AND class = '" + name + "'") ==
          std::to_string(number.get<int>()));
  }
  CHECK(count("ese_columns WHERE table_name = 'datatable'") == wanted("datatable_columns"));
  for (const auto& [name, rows] : expected["tables"].items()) {
    CAPTURE(name);
    CHECK(count("\"ese_" + name + "\"") == std::to_string(rows.get<int>()));
  }
}

TEST_CASE("mailboxes and raw tables of the scenarios are those of the fixtures") {
  if (fixtures_missing()) return;
  for (const char* name : kScenarios) {
    Scenario s(name);
    s.import();
    for (const auto& [database, about] : s.expected["databases"].items()) {
      for (const auto& [table, rows] : about["tables"].items()) {
        CAPTURE(name, database, table);
        CHECK(s.open->value("SELECT count(*) FROM \"ese_" + table + "\"") ==
              std::to_string(rows.get<int>()));
        CHECK(s.open->value("SELECT records FROM ese_tables WHERE table_name = '" + table + "'") ==
              std::to_string(rows.get<int>()));
      }
    }
    const Json& store = s.expected["databases"]["Priv.edb"]["tables"];
    for (const auto& [table, raw] :
         {std::pair("mailboxes", "Mailbox"), {"folders", "Folder"}, {"messages", "Msg"}}) {
      CAPTURE(name, table);
      CHECK(s.open->value("SELECT count(*) FROM " + std::string(table)) ==
            std::to_string(store[raw].get<int>()));
    }
  }
}

}  // namespace
}  // namespace dirsnap::test
