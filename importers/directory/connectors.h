// SPDX-License-Identifier: MIT
//
// What is known of connectors: which classes and names they have, which of them run as a Windows
// NT service of their own, and under which key. From Exchange 2000 on the connectors that stand
// where the Internet Mail Connector stood run inside the transport service of their server: SMTPSVC
// of Windows in 2000 and 2003, MSExchangeTransport from 2007 on. A routing group connector has no
// service that every one of its kind needs.
// Facts: the class and service tables of the Exchange Server Programmer's Reference and Microsoft
// Knowledge Base articles; Q188632, Q185061, Q196305, Q165505, Q160572, Q199412 among them. For
// 2000 and later: the Exchange 2003 platform documentation, the schema of Exchange 2000 and 2007,
// and the Exchange Server Analyzer (serialNumber, msExchSourceBridgeheadServersDN).
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"

namespace dirsnap::directory {

// A kind of connector: the text of connectors.type, and its service key or null if it has none.
struct ConnectorKind {
  const char* type;
  const char* service_key;
};

// The kind that a class stands for, by its X.500 or LDAP name; null if it is no connector class.
const ConnectorKind* connector_kind_of_class(std::string_view class_name);

// The kind that a relative name tells ("Internet Mail Connector (EX1)"); null if none.
const ConnectorKind* connector_kind_of_name(std::string_view rdn);

// True for a class that makes its objects connectors, and those of classes derived from it: one of
// the above, or one whose name ends in "Connector", by its X.500 or LDAP name.
bool names_a_connector(std::string_view class_name);

// True for classes of plain containers, which are no connectors even inside Connections.
bool is_plain_container(std::string_view class_name);

// True if the key is the service key of a connector or of an Exchange service.
bool is_known_service_key(std::string_view key);

// The key a Diagnostic-Reg-Key value names: the part after "Services\", or the value itself.
std::string_view key_of_diagnostic(std::string_view value);

// "EX1" of "Internet Mail Connector (EX1)"; empty if the name does not end in parentheses.
std::string_view text_in_parentheses(std::string_view rdn);

// The site in an X.500 name, its first ou; empty if there is none.
std::string site_of_dn(std::string_view x500_dn);

// The major version in the serial number of a server's object, "Version 6.5 (Build 7638.2: …)": 6
// is Exchange 2000 and 2003, 8 is 2007. 0 where the text is no such thing.
int exchange_version(std::string_view serial_number);

// Decides type, service key and rule of a candidate whose class names (most derived first) and
// relative name are known; `key_exists` tells whether some registry of the snapshot has a key.
struct ServiceJoin {
  const char* type;
  bool needs_service;
  std::optional<std::string> key;
  const char* rule;  // connectors.join_rule
};
ServiceJoin join_service(const std::vector<std::string>& class_names,
                         std::string_view rdn,
                         const std::optional<std::string>& diagnostic_reg_key,
                         const std::function<bool(std::string_view)>& key_exists);

// The same for a connector that the transport service of Exchange 2000 or later runs. `version`:
// the server's major one, 0 if unknown; `has_service` tells whether the server's registry has a
// key. Nothing is claimed where neither tells the generation.
ServiceJoin join_transport(const std::vector<std::string>& class_names,
                           int version,
                           const std::function<bool(std::string_view)>& has_service);

// Writes the rows of `connectors` for all candidates of the snapshot. Call once, after all sources.
Result<void> write_connectors(ImportContext& context);

}  // namespace dirsnap::directory
