// SPDX-License-Identifier: MIT
//
// Directory, store and registry of generated sites beside each other: the views over stores and
// the reports 18, 19, 60 and 63 of the catalogue, on sites with known faults.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/case_run.h"
#include "tests/support/exchange_directory.h"
#include "tests/support/exchange_registry.h"
#include "tests/support/exchange_store.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;
using support::ConnectorKind;
using support::ExchangeSite;
using support::PrivateStore;
using support::RegistryKey;
using support::RegistryValue;
using support::SiteObject;
using support::StoreMailbox;
using Rows = std::vector<std::vector<std::string>>;

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

// Two servers with connectors, ten mailboxes each.
support::SiteSpec two_servers() {
  support::SiteSpec spec;
  spec.servers = {{"SRV1", 0}, {"SRV2", 0}};
  spec.mailboxes = 20;
  spec.has_three_connections_containers = true;
  spec.has_deleted_mailbox = true;
  spec.connectors = {
      {ConnectorKind::kInternetMail, 0}, {ConnectorKind::kMsMail, 0}, {ConnectorKind::kCcMail, 0}};
  return spec;
}

// A backup of SRV1 in the making, and the case it becomes.
class Backup {
 public:
  Backup() : site(two_servers()), store(support::private_store(site, 0, 4)) {
    fs::create_directory(folder_ / "backup");
    registry = support::server_registry(site, {0, {}, {}});
  }

  OpenCase& open() {
    if (with_directory) {
      REQUIRE(support::write_directory(site, (folder_ / "backup/Dir.edb").string()));
    }
    if (with_store) {
      REQUIRE(support::write_private_store(store, (folder_ / "backup/Priv.edb").string()));
    }
    folder_.write("backup/SRV1.reg", support::registry_text_nt4(registry));
    ImportOptions options;
    options.codepage = 1252;
    import_into(folder_ / "case", folder_ / "backup", options);
    open_ = std::make_unique<OpenCase>(folder_ / "case");
    return *open_;
  }

  // The live mailbox objects of a server, by their names.
  [[nodiscard]] std::vector<std::string> people(std::size_t server) const {
    std::vector<std::string> out;
    for (const StoreMailbox& mailbox : support::private_store(site, server, 0).mailboxes) {
      if (mailbox.owner_dn.find("/cn=Recipients/") != std::string::npos) {
        out.push_back(mailbox.owner_dn);
      }
    }
    return out;
  }

  void add_mailbox(const std::string& owner_dn) {
    const std::uint64_t root = store.folders.back().id + 100'000;
    store.mailboxes.push_back({root, "added", owner_dn});
    store.folders.push_back({root, 0, root, ""});
  }
  void remove_mailbox(const std::string& owner_dn) {
    std::erase_if(store.mailboxes,
                  [&](const StoreMailbox& mailbox) { return mailbox.owner_dn == owner_dn; });
  }
  void set_logon_only_as(std::vector<std::string> names) {
    const auto key = std::find_if(registry.begin(), registry.end(), [](const RegistryKey& k) {
      return k.path.ends_with("\\Services\\MSExchangeIS\\ParametersSystem");
    });
    REQUIRE(key != registry.end());
    RegistryValue value;
    value.name = "Logon Only As";
    value.type = RegistryValue::Type::kTextList;
    value.list = std::move(names);
    key->values.push_back(std::move(value));
  }
  // DN of a connector below Configuration.
  [[nodiscard]] std::string connector(const std::string& name) const {
    for (const SiteObject& object : site.objects()) {
      if (object.dn.ends_with("/cn=Configuration/cn=Connections/cn=" + name)) return object.dn;
    }
    return {};
  }

  const ExchangeSite site;
  PrivateStore store;
  std::vector<RegistryKey> registry;
  bool with_directory = true;
  bool with_store = true;

 private:
  TempFolder folder_;
  std::unique_ptr<OpenCase> open_;
};

ReportRun run(OpenCase& open, const std::string& id, const ParamValues& params = {}) {
  for (const Report& report : shipped_reports()) {
    if (report.id != id) continue;
    auto result = run_report(open.engine(), report, params);
    REQUIRE(result.has_value());
    CAPTURE(result->error);
    CHECK(result->error.empty());
    return std::move(*result);
  }
  FAIL("no report " << id);
  return {};
}

// One finding as "severity subject: text of a column".
using Findings = std::set<std::string>;

Findings findings(const ReportRun& run, const std::string& column) {
  const auto at = std::find(run.columns.begin(), run.columns.end(), column);
  REQUIRE(at != run.columns.end());
  const auto index = static_cast<std::size_t>(at - run.columns.begin());
  Findings out;
  for (const Finding& finding : run.findings) {
    const std::string line = std::string(to_string(finding.severity)) + " " +
                             upper(finding.cells[1].bytes) + ": " + finding.cells[index].bytes;
    CHECK(out.insert(line).second);
  }
  return out;
}

std::set<std::string> notes(const ReportRun& run) {
  std::set<std::string> out;
  for (const CoverageNote& note : run.coverage) out.insert(note.missing);
  return out;
}

TEST_CASE("mailbox_pairs sets the mailboxes of the store beside the objects of the directory") {
  Backup backup;
  const std::string lost = backup.people(0)[1];
  const std::string moved = backup.people(1)[0];
  const std::string orphan = "/o=Quillmark Papers/ou=Harbour/cn=Recipients/cn=Nobody";
  backup.remove_mailbox(lost);
  backup.add_mailbox(moved);
  backup.add_mailbox(orphan);
  backup.add_mailbox("");
  OpenCase& open = backup.open();
  const auto pairs = [&](const std::string& where) {
    return open.rows(
        "SELECT upper(owner_dn), side, other_side_loaded, kind, directory_server, "
        "store_server FROM mailbox_pairs WHERE " +
        where);
  };
  CHECK(pairs("owner_dn = '" + backup.people(0)[0] + "'") ==
        Rows{{upper(backup.people(0)[0]), "both", "1", "user", "SRV1", "SRV1"}});
  CHECK(pairs("owner_dn = '" + upper(moved) + "'") ==
        Rows{{upper(moved), "both", "1", "user", "SRV2", "SRV1"}});
  CHECK(pairs("owner_dn = '" + lost + "'") ==
        Rows{{upper(lost), "directory", "1", "user", "SRV1", "NULL"}});
  CHECK(pairs("owner_dn = '" + orphan + "'") ==
        Rows{{upper(orphan), "store", "1", "user", "NULL", "SRV1"}});
  CHECK(pairs("owner_dn IS NULL") == Rows{{"NULL", "store", "1", "unknown", "NULL", "SRV1"}});
  CHECK(pairs("owner_dn = '" + backup.connector("Internet Mail Connector (SRV1)") + "'").at(0)[3] ==
        "connector");
  // The store of SRV2 is not here: nothing is known of its side.
  CHECK(open.value("SELECT count(*) FROM mailbox_pairs WHERE side = 'directory' AND "
                   "other_side_loaded = 0 AND kind = 'user' AND directory_server = 'SRV2'") ==
        std::to_string(backup.people(1).size() - 1));
  // Each mailbox is in one row.
  CHECK(open.value("SELECT count(mailbox_id) || ' ' || count(DISTINCT mailbox_id) FROM "
                   "mailbox_pairs") == std::to_string(backup.store.mailboxes.size()) + " " +
                                           std::to_string(backup.store.mailboxes.size()));
}

TEST_CASE("home_stores names each store that is somebody's home once, and which ones are here") {
  Backup backup;
  OpenCase& open = backup.open();
  CHECK(open.rows("SELECT server, count(*), max(is_loaded) FROM home_stores GROUP BY server ORDER "
                  "BY server") == Rows{{"SRV1", "1", "1"}, {"SRV2", "1", "0"}});
}

TEST_CASE("the store's checks list what does not fit together, and nothing of a sound store") {
  Backup backup;
  const std::vector<std::string> views = {"store_count_mismatches", "store_folders_without_parent",
                                          "store_mailboxes_without_root",
                                          "store_messages_without_folder"};
  SECTION("a sound store") {
    OpenCase& open = backup.open();
    for (const std::string& view : views) {
      CAPTURE(view);
      CHECK(open.value("SELECT count(*) FROM " + view) == "0");
    }
  }
  SECTION("a store with faults") {
    PrivateStore& store = backup.store;
    const std::uint64_t next = store.folders.back().id + 1000;
    const auto queue =
        std::find_if(store.folders.begin(), store.folders.end(),
                     [](const support::StoreFolder& f) { return f.name == "MTS-OUT"; });
    queue->messages = 99;
    store.folders.push_back({next, 4711, store.folders[0].root, "Lost"});
    store.mailboxes.insert(store.mailboxes.begin(), {0, "No root", "/o=O/ou=S/cn=R/cn=A"});
    store.mailboxes.push_back({next + 7, "Root gone", "/o=O/ou=S/cn=R/cn=B"});
    support::StoreMessage loose = store.messages.back();
    loose.id += 1000;
    loose.folder = 0;
    store.messages.push_back(loose);
    OpenCase& open = backup.open();
    CHECK(open.rows("SELECT place, stored, counted FROM store_count_mismatches") ==
          Rows{{"/MTS-OUT", "99", "4"}});
    CHECK(open.rows("SELECT name, parent_id, defect FROM store_folders_without_parent") ==
          Rows{{"Lost", "4711", "missing-parent"}});
    CHECK(open.rows("SELECT display_name, root_folder_id FROM store_mailboxes_without_root ORDER "
                    "BY mailbox_id") ==
          Rows{{"No root", "NULL"}, {"Root gone", std::to_string(next + 7)}});
    CHECK(open.rows("SELECT message_id, folder_id FROM store_messages_without_folder") ==
          Rows{{std::to_string(loose.id), "NULL"}});
  }
}

TEST_CASE("mailbox-store-only finds orphans and stranded mailboxes, and no others") {
  Backup backup;
  const std::string moved = backup.people(1)[0];
  const std::string orphan = "/o=Quillmark Papers/ou=Harbour/cn=Recipients/cn=Nobody";
  std::string deleted;
  for (const SiteObject& object : backup.site.objects()) {
    if (object.is_deleted && object.class_name == "Mailbox") deleted = object.dn;
  }
  REQUIRE(!deleted.empty());
  SECTION("no fault") {
    const ReportRun result = run(backup.open(), "mailbox-store-only");
    CHECK(result.status == ReportStatus::kPass);
    CHECK(result.coverage.empty());
  }
  SECTION("faults") {
    backup.add_mailbox(moved);
    backup.add_mailbox(orphan);
    backup.add_mailbox(deleted);
    // Agents and connectors are no orphans of this kind.
    backup.add_mailbox("/o=Quillmark Papers/ou=Harbour/cn=Configuration/cn=Gone");
    backup.add_mailbox("/o=Quillmark Papers/ou=Harbour/cn=Configuration/cn=Connections/cn=Gone");
    OpenCase& open = backup.open();
    const Findings wanted = {
        "error " + upper(moved) + ": stranded: the directory names another home server",
        "error " + upper(orphan) + ": orphan: no directory object",
        "error " + upper(deleted) + ": orphan: the directory object is deleted"};
    CHECK(findings(run(open, "mailbox-store-only"), "finding") == wanted);
    CHECK(run(open, "mailbox-store-only", {{"server", "srv1"}}).findings.size() == 3);
    CHECK(run(open, "mailbox-store-only", {{"server", "SRV2"}}).findings.empty());
  }
  SECTION("an owner that the store does not tell is no finding") {
    backup.add_mailbox("");
    const ReportRun result = run(backup.open(), "mailbox-store-only");
    CHECK(result.status == ReportStatus::kPass);
    CHECK(notes(result) ==
          std::set<std::string>{"owners of 1 mailboxes, which the store does not tell"});
  }
  SECTION("without a directory nothing is judged") {
    backup.with_directory = false;
    backup.add_mailbox(orphan);
    CHECK(run(backup.open(), "mailbox-store-only").status == ReportStatus::kSkipped);
  }
}

TEST_CASE("mailbox-directory-only finds mailboxes that a loaded store does not have") {
  Backup backup;
  const std::vector<std::string> people = backup.people(0);
  backup.remove_mailbox(people[1]);
  backup.remove_mailbox(people[4]);
  SECTION("with the store of one server") {
    OpenCase& open = backup.open();
    const ReportRun result = run(open, "mailbox-directory-only", {{"days", "100000"}});
    CHECK(findings(result, "server") ==
          Findings{"info " + upper(people[1]) + ": SRV1", "info " + upper(people[4]) + ": SRV1"});
    CHECK(notes(result) == std::set<std::string>{"private store of server SRV2"});
    // The objects are years older than the files of this test.
    CHECK(findings(run(open, "mailbox-directory-only"), "server") ==
          Findings{"warning " + upper(people[1]) + ": SRV1",
                   "warning " + upper(people[4]) + ": SRV1"});
    CHECK(run(open, "mailbox-directory-only", {{"server", "SRV2"}}).findings.empty());
  }
  SECTION("without a store nothing is judged") {
    backup.with_store = false;
    CHECK(run(backup.open(), "mailbox-directory-only").status == ReportStatus::kSkipped);
  }
}

TEST_CASE("gateway-mailbox-mismatch sets connectors beside their mailboxes") {
  Backup backup;
  const std::string imc = backup.connector("Internet Mail Connector (SRV1)");
  REQUIRE(!imc.empty());
  SECTION("each connector has its mailbox") {
    const ReportRun result = run(backup.open(), "gateway-mailbox-mismatch");
    CHECK(result.status == ReportStatus::kPass);
    CHECK(result.coverage.empty());
  }
  SECTION("no mailbox of the Internet Mail connector, but one of MS Mail") {
    backup.remove_mailbox(imc);
    const std::string msmail = backup.connector("MS Mail Connector (SRV1)");
    REQUIRE(!msmail.empty());
    backup.add_mailbox(msmail);
    CHECK(
        findings(run(backup.open(), "gateway-mailbox-mismatch"), "finding") ==
        Findings{"info " + upper(imc) + ": no mailbox: never started, or the store was reset",
                 "error " + upper(msmail) + ": mailbox of an MS Mail connector, which uses none"});
  }
  SECTION("without the store of its server nothing is said of mailboxes") {
    backup.with_store = false;
    const ReportRun result = run(backup.open(), "gateway-mailbox-mismatch");
    CHECK(result.status == ReportStatus::kPass);
    CHECK(notes(result) == std::set<std::string>{"private store of server SRV1"});
  }
}

TEST_CASE("store-logon-restricted tells who can no longer log on") {
  Backup backup;
  const std::string imc = backup.connector("Internet Mail Connector (SRV1)");
  const std::string ccmail = backup.connector("cc:Mail Connector (SRV1)");
  REQUIRE(!ccmail.empty());
  const std::string place = upper(
      "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIS\\"
      "ParametersSystem\\Logon Only As");
  SECTION("no lock") {
    const ReportRun result = run(backup.open(), "store-logon-restricted");
    CHECK(result.status == ReportStatus::kPass);
    CHECK(notes(result) == std::set<std::string>{"registry of server SRV2"});
  }
  SECTION("an empty list") {
    backup.set_logon_only_as({});
    CHECK(
        findings(run(backup.open(), "store-logon-restricted"), "finding") ==
        Findings{"error " + place + ": the list is empty: nobody can log on",
                 "error " + upper(imc) + ": the connector is not in the list: it cannot log on",
                 "error " + upper(ccmail) + ": the connector is not in the list: it cannot log on",
                 "info " + place + ": a lock for maintenance is left on"});
  }
  SECTION("a list with the connector, a person and a name that nobody has") {
    const std::string nobody = "/o=Quillmark Papers/ou=Harbour/cn=Recipients/cn=Nobody";
    backup.set_logon_only_as({upper(imc) + " ", backup.people(0)[0], nobody});
    CHECK(
        findings(run(backup.open(), "store-logon-restricted"), "finding") ==
        Findings{"error " + upper(ccmail) + ": the connector is not in the list: it cannot log on",
                 "warning " + upper(nobody) +
                     ": the name in the list is no live object of the directory",
                 "info " + place + ": a lock for maintenance is left on"});
  }
  SECTION("without a directory only the lock itself is judged") {
    backup.with_directory = false;
    backup.set_logon_only_as({upper(imc)});
    const ReportRun result = run(backup.open(), "store-logon-restricted");
    CHECK(findings(result, "finding") ==
          Findings{"info " + place + ": a lock for maintenance is left on"});
    CHECK(notes(result).count("directory database: connectors and listed names are not judged") ==
          1);
  }
}

TEST_CASE("public-folder-directory-mismatch pairs the folders of a public store by name") {
  const TempFolder folder;
  fs::create_directory(folder / "backup");
  const auto entry = [](const std::string& names, const std::string& lines) {
    return "dn: " + names + ",ou=Harbour,o=Quillmark Papers\n" + lines + "\n";
  };
  const std::string home =
      "Home-MDB: cn=Microsoft Public MDB,cn=SRV1,cn=Servers,cn=Configuration,ou=Harbour,"
      "o=Quillmark Papers\n";
  const std::string server = "cn=SRV1,cn=Servers,cn=Configuration";
  folder.write(
      "backup/directory.ldf",
      entry("cn=Servers,cn=Configuration", "objectClass: container\n") +
          entry(server, "objectClass: computer\n") +
          entry("cn=Microsoft Public MDB," + server, "objectClass: Information-Store-Cfg\n") +
          entry("cn=news1,cn=Recipients",
                "objectClass: publicFolder\nDisplay-Name: NEWS\n" + home) +
          entry("cn=old1,cn=Recipients",
                "objectClass: publicFolder\nDisplay-Name: Old board\n" + home));
  PrivateStore store;
  store.folders = {{257, 0, 257, ""},
                   {258, 257, 257, "IPM_SUBTREE"},
                   {259, 258, 257, "News"},
                   {260, 258, 257, "Nobody's"},
                   {261, 257, 257, "NON_IPM_SUBTREE"},
                   {262, 261, 257, "EFORMS REGISTRY"}};
  store.messages = {{300, 259, 1000, "Hello"}};
  support::StoreForm form;
  form.mailboxes = "";
  REQUIRE(support::write_private_store(store, (folder / "backup/Pub.edb").string(), form));
  const ExchangeSite site(two_servers());
  folder.write("backup/SRV1.reg",
               support::registry_text_nt4(support::server_registry(site, {0, {}, {}})));
  ImportOptions options;
  options.codepage = 1252;
  import_into(folder / "case", folder / "backup", options);
  OpenCase open(folder / "case");
  const ReportRun result = run(open, "public-folder-directory-mismatch");
  CHECK(findings(result, "finding") ==
        Findings{"warning /IPM_SUBTREE/NOBODY'S: folder of the store without an object of the "
                 "directory",
                 "warning /O=QUILLMARK PAPERS/OU=HARBOUR/CN=RECIPIENTS/CN=OLD1: object of the "
                 "directory without a folder in the store"});
  CHECK(result.coverage.empty());
  CHECK(run(open, "public-folder-directory-mismatch", {{"server", "SRV2"}}).findings.empty());
}

}  // namespace
}  // namespace dirsnap::test
