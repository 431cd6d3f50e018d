// SPDX-License-Identifier: MIT
//
// Exchange 2000 and later in Active Directory: its connectors by what their classes are derived
// from, where they stand, and which service each needs on a server of which version.
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/support/case_run.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

const std::string kOrganization =
    "CN=Nordwind,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=nord,DC=example";
const std::string kGroups = "CN=Administrative Groups," + kOrganization;
const std::string kGroup = "CN=Kiel," + kGroups;
const std::string kServers = "CN=Servers," + kGroup;
const std::string kRoutingGroup = "CN=First Routing Group,CN=Routing Groups," + kGroup;
const std::string kConnections = "CN=Connections," + kRoutingGroup;

std::string object(const std::string& dn,
                   const std::vector<std::string>& classes,
                   const std::string& lines = {}) {
  std::string out = "dn: " + dn + "\nobjectClass: top\n";
  for (const std::string& name : classes) out += "objectClass: " + name + '\n';
  return out + "objectGUID:: AAECAwQFBgcICQoLDA0ODw==\n" + lines + '\n';
}

std::string server(const std::string& name, const std::string& version) {
  return object("CN=" + name + "," + kServers, {"server", "msExchExchangeServer"},
                version.empty() ? std::string() : "serialNumber: " + version + '\n');
}

std::string virtual_server_dn(const std::string& name) {
  return "CN=1,CN=SMTP,CN=Protocols,CN=" + name + "," + kServers;
}

std::string bridgehead(const std::string& dn) {
  return "msExchSourceBridgeheadServersDN: " + dn + '\n';
}

std::string smtp_connector(const std::string& name, const std::string& lines) {
  return object("CN=" + name + "," + kConnections,
                {"msExchConnector", "mailGateway", "msExchRoutingSMTPConnector"}, lines);
}

std::string containers() {
  std::string out = object("CN=Configuration,DC=nord,DC=example", {"configuration"});
  for (const std::string& dn :
       {std::string("CN=Services,CN=Configuration,DC=nord,DC=example"), kGroups, kServers,
        "CN=Routing Groups," + kGroup, "CN=Idle,CN=Connections," + kOrganization}) {
    out += object(dn, {"container"});
  }
  out += object("CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=nord,DC=example",
                {"container", "msExchConfigurationContainer"});
  out += object(kOrganization, {"container", "msExchOrganizationContainer"});
  out += object("CN=Connections," + kOrganization, {"container"});
  out += object(kGroup, {"msExchAdminGroup"});
  out += object(kRoutingGroup, {"msExchRoutingGroup"});
  out += object(kConnections, {"container", "msExchConnectors"});
  return out;
}

// Servers of four generations: OLD (2003), HUB (2007), FRONT (2013, client access only), and MUTE,
// whose object tells no version.
std::string directory() {
  std::string out = containers();
  out += server("OLD", "Version 6.5 (Build 7638.2: Service Pack 2)");
  out += server("HUB", "Version 8.3 (Build 30083.6)");
  out += server("FRONT", "Version 15.0 (Build 30847.32)");
  out += server("MUTE", "");
  out +=
      object(virtual_server_dn("OLD"), {"protocolCfg", "protocolCfgSMTP", "protocolCfgSMTPServer"});
  out +=
      object(virtual_server_dn("HUB"), {"protocolCfg", "protocolCfgSMTP", "protocolCfgSMTPServer"});
  out +=
      smtp_connector("Internet", "routingList: SMTP:*;1\n" + bridgehead(virtual_server_dn("OLD")));
  out += smtp_connector("To partners", bridgehead("CN=HUB," + kServers));
  out += smtp_connector("Silent", bridgehead("CN=MUTE," + kServers));
  out += smtp_connector("Nobody's", "");
  for (const char* name : {"HUB", "FRONT"}) {
    out += object(fmt::format("CN=Default {0},CN=SMTP Receive Connectors,CN=Protocols,CN={0},{1}",
                              name, kServers),
                  {"msExchSmtpReceiveConnector"});
  }
  out += object("CN=To Hamburg," + kConnections, {"msExchConnector", "msExchRoutingGroupConnector"},
                bridgehead(virtual_server_dn("OLD")));
  out += object("CN=X400 to Bremen," + kConnections,
                {"msExchConnector", "mailGateway", "x400Link", "rFC1006X400Link"},
                "homeMTA: CN=Microsoft MTA,CN=OLD," + kServers + '\n');
  out += object("CN=GroupWise," + kConnections,
                {"msExchConnector", "mailGateway", "msExchGroupWiseConnector"},
                "homeMTA: CN=Microsoft MTA,CN=OLD," + kServers + '\n');
  // A vendor's class that only its superiors tell, outside any Connections container.
  out +=
      object("CN=Fax,CN=OLD," + kServers, {"msExchConnector", "mailGateway", "vendorFaxGateway"});
  out += object("CN=Odd," + kConnections, {"vendorThing"});
  out += object("CN=More," + kConnections, {"container"});
  return out;
}

std::string registry(const std::string& server, const std::vector<std::string>& services) {
  const std::string root = "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\";
  std::string out = "REGEDIT4\r\n\r\n" + root + "Control\\ComputerName\\ComputerName]\r\n" +
                    "\"ComputerName\"=\"" + server + "\"\r\n\r\n";
  for (const std::string& name : services) {
    out += fmt::format(
        "{0}Services\\{1}]\r\n\"Start\"=dword:00000002\r\n"
        "\"Type\"=dword:00000010\r\n\"ImagePath\"=\"C:\\\\{1}.exe\"\r\n\r\n",
        root, name);
  }
  return out;
}

// The report's findings: "name: service key".
std::set<std::string> findings(OpenCase& open) {
  for (const Report& report : shipped_reports()) {
    if (report.id != "connectors-without-services") continue;
    const auto run = run_report(open.engine(), report, {});
    REQUIRE(run.has_value());
    CHECK(run->error.empty());
    const auto cell = [&](const Finding& finding, const char* column) {
      const auto at = std::find(run->columns.begin(), run->columns.end(), column);
      REQUIRE(at != run->columns.end());
      return finding.cells[static_cast<std::size_t>(at - run->columns.begin())].bytes;
    };
    std::set<std::string> out;
    for (const Finding& finding : run->findings) {
      out.insert(cell(finding, "name") + ": " + cell(finding, "service_key"));
    }
    return out;
  }
  FAIL("the founding report is not shipped");
  return {};
}

TEST_CASE("connectors of Exchange in Active Directory are found by their class's superiors") {
  const TempFolder folder;
  folder.write("ad.ldf", directory());
  CHECK(import_into(folder / "case", folder / "ad.ldf").losses == 0);
  OpenCase open(folder / "case");
  CHECK(open.value("SELECT organization FROM snapshots") == "Nordwind");
  const Rows wanted = {
      {"1", "smtp", "other", "HUB", "dn", "NULL", "0", "none", "NULL"},
      {"1", "smtp", "other", "OLD", "dn", "SMTPSVC", "1", "class", "NULL"},
      {"Default FRONT", "smtp", "other", "FRONT", "dn", "MSExchangeTransport", "1", "class",
       "NULL"},
      {"Default HUB", "smtp", "other", "HUB", "dn", "MSExchangeTransport", "1", "class", "NULL"},
      {"Fax", "gateway", "other", "OLD", "dn", "NULL", "0", "none", "NULL"},
      {"GroupWise", "groupwise", "site", "OLD", "home-mta", "LME-GWISE", "1", "class",
       "First Routing Group"},
      {"Internet", "smtp", "site", "OLD", "bridgehead", "SMTPSVC", "1", "class",
       "First Routing Group"},
      {"Nobody's", "smtp", "site", "NULL", "none", "NULL", "0", "none", "First Routing Group"},
      {"Odd", "unknown", "site", "NULL", "none", "NULL", "0", "none", "First Routing Group"},
      {"Silent", "smtp", "site", "MUTE", "bridgehead", "NULL", "0", "none", "First Routing Group"},
      {"To Hamburg", "routing-group", "site", "OLD", "bridgehead", "NULL", "0", "none",
       "First Routing Group"},
      {"To partners", "smtp", "site", "HUB", "bridgehead", "MSExchangeTransport", "1", "class",
       "First Routing Group"},
      {"X400 to Bremen", "x400", "site", "OLD", "home-mta", "NULL", "0", "none",
       "First Routing Group"},
  };
  CHECK(open.rows("SELECT name, type, level, server, server_rule, service_key, needs_service, "
                  "join_rule, routing_group FROM connectors ORDER BY name, server") == wanted);
  CHECK(open.value("SELECT DISTINCT organization || '/' || site FROM connectors") ==
        "Nordwind/Kiel");
  CHECK(open.value("SELECT address_spaces FROM connectors WHERE name = 'Internet'") ==
        R"(["SMTP:*;1"])");
  CHECK(open.value("SELECT class FROM connectors WHERE name = 'Fax'") == "vendorFaxGateway");
  CHECK(open.value("SELECT class FROM objects WHERE rdn = 'To partners'") ==
        "msExchRoutingSMTPConnector");
}

TEST_CASE("Connections containers inside Active Directory have their level by what holds them") {
  const TempFolder folder;
  folder.write("ad.ldf", directory());
  import_into(folder / "case", folder / "ad.ldf");
  OpenCase open(folder / "case");
  CHECK(open.rows("SELECT level, ldap_dn FROM containers JOIN objects USING (object_id) "
                  "WHERE containers.rdn = 'Connections' ORDER BY level") ==
        Rows{{"organization", "cn=Connections," + std::string("cn=Nordwind,cn=Microsoft Exchange,"
                                                              "cn=Services,cn=Configuration,"
                                                              "dc=nord,dc=example")},
             {"site", open.value("SELECT ldap_dn FROM objects WHERE class = 'msExchConnectors'")}});
  CHECK(open.value("SELECT scope FROM containers WHERE level = 'site'") ==
        "/dc=example/dc=nord/cn=Configuration/cn=Services/cn=Microsoft Exchange/cn=Nordwind/"
        "cn=Administrative Groups/cn=Kiel");
}

TEST_CASE("a transport service that is missing is found, one that the version lacks is not asked") {
  const std::vector<std::string> core = {"EventLog", "MSExchangeSA", "MSExchangeIS"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), core.begin(), core.end());
    return more;
  };
  const TempFolder folder;
  folder.write("backup/ad.ldf", directory());
  SECTION("everything there: SMTPSVC on 2003, no SMTPSVC on later ones") {
    folder.write("backup/old.reg",
                 registry("OLD", with({"SMTPSVC", "LME-GWISE", "MSExchangeCoCo"})));
    folder.write("backup/hub.reg", registry("HUB", with({"MSExchangeTransport"})));
    folder.write("backup/front.reg", registry("FRONT", with({"MSExchangeFrontEndTransport"})));
    folder.write("backup/mute.reg", registry("MUTE", core));
    import_into(folder / "case", folder / "backup");
    OpenCase open(folder / "case");
    CHECK(findings(open).empty());
    CHECK(open.value("SELECT service_key FROM connectors WHERE name = 'Default FRONT'") ==
          "MSExchangeFrontEndTransport");
  }
  SECTION("a rebuilt 2003 server without the SMTP service of Windows") {
    folder.write("backup/old.reg", registry("OLD", with({"LME-GWISE", "MSExchangeCoCo"})));
    import_into(folder / "case", folder / "backup");
    OpenCase open(folder / "case");
    CHECK(findings(open) == std::set<std::string>{"1: SMTPSVC", "Internet: SMTPSVC"});
  }
  SECTION("a rebuilt 2007 server without the transport service") {
    folder.write("backup/hub.reg", registry("HUB", with({"SMTPSVC"})));
    import_into(folder / "case", folder / "backup");
    OpenCase open(folder / "case");
    CHECK(findings(open) == std::set<std::string>{"Default HUB: MSExchangeTransport",
                                                  "To partners: MSExchangeTransport"});
  }
  SECTION("a server of unknown version is taken by the service it has") {
    folder.write("backup/mute.reg", registry("MUTE", with({"MSExchangeTransport"})));
    import_into(folder / "case", folder / "backup");
    OpenCase open(folder / "case");
    CHECK(findings(open).empty());
    CHECK(open.value("SELECT service_key FROM connectors WHERE name = 'Silent'") ==
          "MSExchangeTransport");
  }
}

}  // namespace
}  // namespace dirsnap::test
