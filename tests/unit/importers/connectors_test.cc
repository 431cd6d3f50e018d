// SPDX-License-Identifier: MIT
#include "importers/directory/connectors.h"

#include <catch2/catch.hpp>

#include "storage/base/dn.h"

namespace dirsnap::directory {
namespace {

const auto kNoKeys = [](std::string_view) { return false; };

TEST_CASE("a connector's service key comes from its Diagnostic-Reg-Key, its class, or its name") {
  SECTION("a known key in Diagnostic-Reg-Key") {
    const auto join = join_service({"Mail-Connector"}, "x", "MSExchangeIMC", kNoKeys);
    CHECK(std::string(join.type) == "imc");
    CHECK(join.key == "MSExchangeIMC");
    CHECK(std::string(join.rule) == "diagnostic-reg-key");
    CHECK(join.needs_service);
  }
  SECTION("a path in Diagnostic-Reg-Key") {
    const auto join =
        join_service({"Mail-Connector"}, "x",
                     R"(SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics)", kNoKeys);
    CHECK(join.key == "MSExchangeIMC");
    CHECK(std::string(join.rule) == "diagnostic-reg-key");
  }
  SECTION("a vendor's key that a registry of the snapshot has") {
    const auto exists = [](std::string_view key) { return key == "VendorFax"; };
    const auto join = join_service({"Mail-Gateway"}, "ToFax:i386", "VendorFax", exists);
    CHECK(std::string(join.type) == "gateway");
    CHECK(join.key == "VendorFax");
  }
  SECTION("a vendor's key that no registry has is no evidence") {
    const auto join = join_service({"Mail-Gateway"}, "ToFax:i386", "VendorFax", kNoKeys);
    CHECK_FALSE(join.needs_service);
    CHECK_FALSE(join.key.has_value());
  }
  SECTION("the key of a core service says nothing about a service of its own") {
    const auto join = join_service({"MS-Mail-Connector"}, "x", "MSExchangeMTA", kNoKeys);
    CHECK(join.key == "MSExchangeMSMI");
    CHECK(std::string(join.rule) == "class");
  }
  SECTION("a superior class counts where the most derived one is unknown") {
    const auto join =
        join_service({"Vendor-Link", "RFC1006-X400-Link", "X400-Link"}, "x", std::nullopt, kNoKeys);
    CHECK(std::string(join.type) == "x400");
  }
  SECTION("a generic gateway is told by its name") {
    const auto join =
        join_service({"Mail-Gateway"}, "cc:Mail Connector (EX1)", std::nullopt, kNoKeys);
    CHECK(std::string(join.type) == "ccmail");
    CHECK(join.key == "MSExchangeCCMC");
    CHECK(std::string(join.rule) == "name");
  }
  SECTION("an object of unknown class and name needs nothing") {
    const auto join = join_service({"Odd-Thing"}, "odd", std::nullopt, kNoKeys);
    CHECK(std::string(join.type) == "unknown");
    CHECK_FALSE(join.needs_service);
    CHECK(std::string(join.rule) == "none");
  }
}

TEST_CASE("connectors that run inside another service need none, whatever their diagnostics key") {
  for (const char* name : {"Site-Connector", "RFC1006-X400-Link", "RAS-X400-Link", "TP4-X400-Link",
                           "Replication-Connector", "DX-Requestor", "siteConnector"}) {
    CAPTURE(name);
    const auto join =
        join_service({name}, "x", "MSExchangeIMC", [](std::string_view) { return true; });
    CHECK_FALSE(join.needs_service);
    CHECK_FALSE(join.key.has_value());
  }
}

TEST_CASE("the transport service follows from the server's version, else from its registry") {
  const std::vector<std::string> send = {"msExchRoutingSMTPConnector", "mailGateway"};
  const std::vector<std::string> receive = {"msExchSmtpReceiveConnector"};
  const std::vector<std::string> virtual_server = {"protocolCfgSMTPServer", "protocolCfgSMTP"};
  const auto has = [](std::string_view wanted) {
    return [wanted](std::string_view key) { return key == wanted; };
  };
  CHECK(join_transport(send, 6, kNoKeys).key == "SMTPSVC");
  CHECK(join_transport(virtual_server, 6, kNoKeys).key == "SMTPSVC");
  CHECK(join_transport(send, 8, kNoKeys).key == "MSExchangeTransport");
  CHECK(join_transport(send, 15, has("SMTPSVC")).key == "MSExchangeTransport");
  CHECK(join_transport(receive, 15, has("MSExchangeFrontEndTransport")).key ==
        "MSExchangeFrontEndTransport");
  CHECK_FALSE(join_transport(virtual_server, 8, kNoKeys).needs_service);
  // Unknown version.
  CHECK(join_transport(receive, 0, kNoKeys).key == "MSExchangeTransport");
  CHECK(join_transport(send, 0, has("SMTPSVC")).key == "SMTPSVC");
  CHECK(join_transport(send, 0, has("MSExchangeTransport")).key == "MSExchangeTransport");
  CHECK_FALSE(join_transport(send, 0, kNoKeys).needs_service);
  CHECK_FALSE(join_transport(virtual_server, 0, kNoKeys).needs_service);
  CHECK(std::string(join_transport(send, 0, kNoKeys).rule) == "none");
}

TEST_CASE("an Exchange version is the major number of a server's serial number") {
  CHECK(exchange_version("Version 6.5 (Build 7638.2: Service Pack 2)") == 6);
  CHECK(exchange_version("version 15.2 (Build 30986.5)") == 15);
  CHECK(exchange_version("Version 6") == 0);
  CHECK(exchange_version("Version -6.5") == 0);
  CHECK(exchange_version("Version 4000000000.5") == 0);
  CHECK(exchange_version("6.5") == 0);
  CHECK(exchange_version("") == 0);
}

TEST_CASE("classes make connectors by what they are, or by a name that says so") {
  CHECK(names_a_connector("Mail-Gateway"));
  CHECK(names_a_connector("msExchSmtpReceiveConnector"));
  CHECK(names_a_connector("Vendor-Fax-Connector"));
  CHECK(names_a_connector("Connector"));
  CHECK_FALSE(names_a_connector("msExchConnectors"));
  CHECK_FALSE(names_a_connector("Container"));
  CHECK_FALSE(names_a_connector(""));
}

TEST_CASE("names tell the kind only where they should") {
  CHECK(std::string(connector_kind_of_name("INTERNET MAIL CONNECTOR (EX1)")->type) == "imc");
  CHECK(std::string(connector_kind_of_name("Internet Mail Service (EX1)")->type) == "imc");
  CHECK(std::string(connector_kind_of_name("Lotus Notes Connector")->type) == "notes");
  CHECK(connector_kind_of_name("My Internet Mail Connector") == nullptr);
  CHECK(connector_kind_of_name("") == nullptr);
}

TEST_CASE("the server is read from DNs and trailing parentheses") {
  CHECK(dn_server("/o=O/ou=S/cn=Configuration/cn=Servers/cn=EX1/cn=Microsoft MTA") == "EX1");
  CHECK(dn_server("/o=O/ou=S/cn=configuration/CN=SERVERS/cn=EX1") == "EX1");
  CHECK_FALSE(dn_server("/o=O/cn=Servers"));
  CHECK(dn_server("CN=1,CN=SMTP,CN=Protocols,CN=EX1,CN=Servers,CN=Kiel,DC=x") == "EX1");
  CHECK_FALSE(dn_server("no name"));
  CHECK(site_of_dn("/o=O/ou=S/cn=Configuration") == "S");
  CHECK(site_of_dn("/o=O/cn=x").empty());
  CHECK(text_in_parentheses("Internet Mail Connector (EX1) ") == "EX1");
  CHECK(text_in_parentheses("a (b) c").empty());
  CHECK(text_in_parentheses(")").empty());
}

}  // namespace
}  // namespace dirsnap::directory
