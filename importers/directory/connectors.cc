// SPDX-License-Identifier: MIT
#include "importers/directory/connectors.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "storage/base/dn.h"
#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

constexpr ConnectorKind kImc{"imc", "MSExchangeIMC"};
constexpr ConnectorKind kMsMail{"msmail", "MSExchangeMSMI"};
constexpr ConnectorKind kCcMail{"ccmail", "MSExchangeCCMC"};
constexpr ConnectorKind kNotes{"notes", "LME-NOTES"};
constexpr ConnectorKind kSnads{"snads", "LME-SNADS"};
constexpr ConnectorKind kProfs{"profs", "LME-PROFS"};
constexpr ConnectorKind kGroupWise{"groupwise", "LME-GWISE"};
constexpr ConnectorKind kCalendar{"calendar", "MSExchangeCalCon"};
constexpr ConnectorKind kFreeBusy{"freebusy", "MSExchangeFB"};
constexpr ConnectorKind kX400{"x400", nullptr};
constexpr ConnectorKind kSite{"site", nullptr};
constexpr ConnectorKind kRas{"ras", nullptr};
constexpr ConnectorKind kDirRep{"dirrep", nullptr};
constexpr ConnectorKind kDirSync{"dirsync", nullptr};
constexpr ConnectorKind kNewsfeed{"newsfeed", nullptr};
constexpr ConnectorKind kSmtp{"smtp", nullptr};
constexpr ConnectorKind kRoutingGroup{"routing-group", nullptr};
constexpr ConnectorKind kGateway{"gateway", nullptr};

struct ClassKind {
  std::string_view name;  // X.500 or LDAP name, compared without case
  const ConnectorKind* kind;
};
constexpr std::array kClassKinds = {
    ClassKind{"Mail-Connector", &kImc},
    ClassKind{"mailConnector", &kImc},
    ClassKind{"MS-Mail-Connector", &kMsMail},
    ClassKind{"mSMailConnector", &kMsMail},
    ClassKind{"RAS-X400-Link", &kRas},
    ClassKind{"rASX400Link", &kRas},
    ClassKind{"RFC1006-X400-Link", &kX400},
    ClassKind{"rFC1006X400Link", &kX400},
    ClassKind{"TP4-X400-Link", &kX400},
    ClassKind{"tP4X400Link", &kX400},
    ClassKind{"X25-X400-Link", &kX400},
    ClassKind{"Eicon-X25-X400-Link", &kX400},
    ClassKind{"x25X400Link", &kX400},
    ClassKind{"X400-Link", &kX400},
    ClassKind{"x400Link", &kX400},
    ClassKind{"Site-Connector", &kSite},
    ClassKind{"siteConnector", &kSite},
    ClassKind{"Replication-Connector", &kDirRep},
    ClassKind{"replicationConnector", &kDirRep},
    ClassKind{"DX-Requestor", &kDirSync},
    ClassKind{"dXRequestor", &kDirSync},
    ClassKind{"DX-Server-Conn", &kDirSync},
    ClassKind{"dXServerConn", &kDirSync},
    ClassKind{"Remote-DXA", &kDirSync},
    ClassKind{"remoteDXA", &kDirSync},
    ClassKind{"DXA-Site-Server", &kDirSync},
    ClassKind{"dXASiteServer", &kDirSync},
    ClassKind{"Newsfeed", &kNewsfeed},
    ClassKind{"NNTP-Newsfeed", &kNewsfeed},
    ClassKind{"msExchNNTPNewsfeed", &kNewsfeed},
    ClassKind{"msExchRoutingSMTPConnector", &kSmtp},
    ClassKind{"msExchSmtpReceiveConnector", &kSmtp},
    ClassKind{"protocolCfgSMTPServer", &kSmtp},
    ClassKind{"msExchRoutingGroupConnector", &kRoutingGroup},
    ClassKind{"msExchGroupWiseConnector", &kGroupWise},
    ClassKind{"msExchNotesConnector", &kNotes},
    ClassKind{"msExchCalendarConnector", &kCalendar},
    ClassKind{"msExchccMailConnector", &kCcMail},
    ClassKind{"msExchSNADSConnector", &kSnads},
    ClassKind{"msExchPROFSConnector", &kProfs},
    ClassKind{"msExchSchedulePlusConnector", &kFreeBusy},
    ClassKind{"Mail-Gateway", &kGateway},
    ClassKind{"mailGateway", &kGateway},
    ClassKind{"msExchConnector", &kGateway},
};

struct NameKind {
  std::string_view part;  // lower case
  bool at_start;          // the name begins with it; otherwise it stands anywhere
  const ConnectorKind* kind;
};
constexpr std::array kNameKinds = {
    NameKind{"internet mail connector", true, &kImc},
    NameKind{"internet mail service", true, &kImc},
    NameKind{"ms mail connector", true, &kMsMail},
    NameKind{"microsoft mail connector", true, &kMsMail},
    NameKind{"cc:mail", false, &kCcMail},
    NameKind{"notes", false, &kNotes},
    NameKind{"snads", false, &kSnads},
    NameKind{"profs", false, &kProfs},
    NameKind{"ov/vm", false, &kProfs},
    NameKind{"groupwise", false, &kGroupWise},
    NameKind{"calendar connector", false, &kCalendar},
    NameKind{"free/busy", false, &kFreeBusy},
};

constexpr std::array<std::string_view, 20> kServiceKeys = {
    "MSExchangeSA", "MSExchangeDS",  "MSExchangeIS",   "MSExchangeMTA",   "MSExchangeDX",
    "MSExchangeFB", "MSExchangeIMC", "MSExchangeMSMI", "MSExchangeATMTA", "MSExchangeKMS",
    "MSExchangeES", "MSExchangeINS", "MSExchangeCCMC", "MSExchangeCoCo",  "MSExchangeCalCon",
    "LME-NOTES",    "LME-SNADS",     "LME-PROFS",      "LME-GWISE",       "MSExchangeGWRtr",
};

// The services that carry SMTP, by generation.
constexpr std::string_view kSmtpService = "SMTPSVC";
constexpr std::string_view kTransport = "MSExchangeTransport";
constexpr std::string_view kFrontEndTransport = "MSExchangeFrontEndTransport";
constexpr int kFirstOwnTransport = 8;  // Exchange 2007
constexpr int kFirstActiveDirectory = 6;

// What a class makes of its connector in the generation of MSExchangeTransport.
constexpr std::string_view kReceiveConnector = "msExchSmtpReceiveConnector";
constexpr std::string_view kVirtualServer = "protocolCfgSMTPServer";

// Services that every Exchange server runs: a diagnostics key of one of them says nothing about a
// service of the connector's own.
constexpr std::array<std::string_view, 4> kCoreKeys = {"MSExchangeSA", "MSExchangeDS",
                                                       "MSExchangeIS", "MSExchangeMTA"};

template <std::size_t N>
bool is_one_of(std::string_view key, const std::array<std::string_view, N>& keys) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](std::string_view k) { return equal_ascii_nocase(k, key); });
}

struct ServerChoice {
  std::optional<std::string> server;
  const char* rule;
};

// Without the blanks around it; nullopt where nothing is left.
std::optional<std::string> name_in(const std::optional<std::string>& text) {
  const std::string_view name = text ? trim_blanks(*text) : std::string_view();
  return name.empty() ? std::nullopt : std::optional(std::string(name));
}

ServerChoice choose_server(const ConnectorCandidate& c, std::string_view type) {
  if (const auto name = name_in(c.home_mta_server)) return {name, "home-mta"};
  if (const auto name = name_in(c.home_server)) return {name, "home-server"};
  if (const auto name = name_in(c.computer_name)) return {name, "computer-name"};
  if (const auto name = name_in(c.bridgehead_server)) return {name, "bridgehead"};
  if (const auto name = name_in(c.own_server)) return {name, "dn"};
  // "Site Connector (Branch)" and the like name a site, not a server.
  const bool names_a_server = type != kSite.type && type != kDirRep.type;
  const std::string_view text = names_a_server ? text_in_parentheses(c.name) : std::string_view();
  if (!text.empty()) return {std::string(text), "name"};
  return {std::nullopt, "none"};
}

std::string json_array(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    if (out.size() > 1) out += ',';
    out += '"' + escape_json(item) + '"';
  }
  return out + ']';
}

}  // namespace

const ConnectorKind* connector_kind_of_class(std::string_view class_name) {
  for (const ClassKind& entry : kClassKinds) {
    if (equal_ascii_nocase(entry.name, class_name)) return entry.kind;
  }
  return nullptr;
}

bool names_a_connector(std::string_view class_name) {
  constexpr std::string_view kEnding = "Connector";
  const bool ends_so =
      class_name.size() >= kEnding.size() &&
      equal_ascii_nocase(class_name.substr(class_name.size() - kEnding.size()), kEnding);
  return ends_so || connector_kind_of_class(class_name) != nullptr;
}

const ConnectorKind* connector_kind_of_name(std::string_view rdn) {
  const std::string name = to_lower_ascii(rdn);
  for (const NameKind& entry : kNameKinds) {
    const std::size_t at = name.find(entry.part);
    if (at == 0 || (at != std::string::npos && !entry.at_start)) return entry.kind;
  }
  return nullptr;
}

bool is_plain_container(std::string_view class_name) {
  constexpr std::array<std::string_view, 7> kContainers = {
      "Container",           "msExchConnectors",   "ms-Exch-Connectors", "msExchContainer",
      "Organizational-Unit", "organizationalUnit", "Organization"};
  return is_one_of(class_name, kContainers);
}

bool is_known_service_key(std::string_view key) { return is_one_of(key, kServiceKeys); }

std::string_view key_of_diagnostic(std::string_view value) {
  std::string_view text = trim_blanks(value);
  const std::string lower = to_lower_ascii(text);
  constexpr std::string_view kServices = "services\\";
  const std::size_t at = lower.find(kServices);
  if (at != std::string::npos) text.remove_prefix(at + kServices.size());
  return text.substr(0, text.find('\\'));
}

std::string_view text_in_parentheses(std::string_view rdn) {
  rdn = trim_blanks(rdn);
  if (rdn.empty() || rdn.back() != ')') return {};
  const std::size_t open = rdn.rfind('(');
  if (open == std::string_view::npos) return {};
  return trim_blanks(rdn.substr(open + 1, rdn.size() - open - 2));
}

std::string site_of_dn(std::string_view x500_dn) {
  const auto names = parse_dn_x500(x500_dn);
  if (!names) return {};
  for (const Rdn& name : *names) {
    if (equal_ascii_nocase(name.type, "ou")) return name.value;
  }
  return {};
}

int exchange_version(std::string_view serial_number) {
  constexpr std::string_view kVersion = "version ";
  constexpr int kMost = 99;
  std::string_view text = trim_blanks(serial_number);
  if (!equal_ascii_nocase(text.substr(0, kVersion.size()), kVersion)) return 0;
  text.remove_prefix(kVersion.size());
  int major = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), major);
  const bool is_version = error == std::errc{} && end != text.data() + text.size() && *end == '.';
  return is_version && major > 0 && major <= kMost ? major : 0;
}

ServiceJoin join_service(const std::vector<std::string>& class_names,
                         std::string_view rdn,
                         const std::optional<std::string>& diagnostic_reg_key,
                         const std::function<bool(std::string_view)>& key_exists) {
  const ConnectorKind* by_class = nullptr;
  for (const std::string& name : class_names) {
    by_class = connector_kind_of_class(name);
    if (by_class != nullptr) break;
  }
  const bool generic = by_class == nullptr || by_class == &kGateway;
  const ConnectorKind* by_name = generic ? connector_kind_of_name(rdn) : nullptr;
  const ConnectorKind* kind = by_name != nullptr ? by_name : by_class;
  const char* type = kind == nullptr ? "unknown" : kind->type;
  // Connectors that run inside another service never need one of their own.
  const bool white_listed = kind != nullptr && kind->service_key == nullptr && kind != &kGateway;
  if (white_listed) return {type, false, std::nullopt, "none"};

  if (diagnostic_reg_key) {
    const std::string_view key = key_of_diagnostic(*diagnostic_reg_key);
    const bool usable = !key.empty() && !is_one_of(key, kCoreKeys) &&
                        (is_known_service_key(key) || key_exists(key));
    if (usable) return {type, true, std::string(key), "diagnostic-reg-key"};
  }
  if (kind == nullptr || kind->service_key == nullptr) return {type, false, std::nullopt, "none"};
  return {type, true, kind->service_key, by_name != nullptr ? "name" : "class"};
}

ServiceJoin join_transport(const std::vector<std::string>& class_names,
                           int version,
                           const std::function<bool(std::string_view)>& has_service) {
  const auto is_a = [&](std::string_view wanted) {
    return std::any_of(class_names.begin(), class_names.end(),
                       [&](const std::string& name) { return equal_ascii_nocase(name, wanted); });
  };
  const auto needs = [](std::string_view key) {
    return ServiceJoin{kSmtp.type, true, std::string(key), "class"};
  };
  ServiceJoin nothing{kSmtp.type, false, std::nullopt, "none"};
  const bool is_old = version >= kFirstActiveDirectory && version < kFirstOwnTransport;
  if (is_old || is_a(kVirtualServer)) {
    // Later versions have no use for a virtual server that stayed behind.
    const bool is_known = is_old || (version == 0 && has_service(kSmtpService));
    return is_known ? needs(kSmtpService) : nothing;
  }
  if (version >= kFirstOwnTransport || is_a(kReceiveConnector)) {
    // From 2013 on a server may have no more than the front end of it.
    const bool has_front_end_only = !has_service(kTransport) && has_service(kFrontEndTransport);
    return needs(has_front_end_only ? kFrontEndTransport : kTransport);
  }
  for (const std::string_view key : {kTransport, kSmtpService}) {
    if (version == 0 && has_service(key)) return needs(key);
  }
  return nothing;
}

namespace {

// Type and service of a candidate whose server is known, if it is.
ServiceJoin join_candidate(const ConnectorCandidate& c,
                           const ImportContext& context,
                           std::optional<std::string>& server,
                           const char*& server_rule) {
  const auto key_exists = [&context](std::string_view key) {
    return std::any_of(context.services.begin(), context.services.end(),
                       [&](const ServiceRecord& s) { return equal_folded(s.name, key); });
  };
  ServiceJoin join = join_service(c.class_names, c.name, c.diagnostic_reg_key, key_exists);
  ServerChoice choice = choose_server(c, join.type);
  server = std::move(choice.server);
  server_rule = choice.rule;
  if (std::string_view(join.type) != kSmtp.type || !server) return join;
  const auto version = context.exchange_versions.find(to_lower_ascii(*server));
  const auto has_service = [&](std::string_view key) {
    return std::any_of(
        context.services.begin(), context.services.end(), [&](const ServiceRecord& s) {
          return s.server && equal_folded(*s.server, *server) && equal_folded(s.name, key);
        });
  };
  return join_transport(
      c.class_names, version == context.exchange_versions.end() ? 0 : version->second, has_service);
}

}  // namespace

Result<void> write_connectors(ImportContext& context) {
  namespace t = tables::connectors;
  DIRSNAP_TRY(RelationWriter* const table, context.table(t::kSpec));
  for (const ConnectorCandidate& c : context.connectors) {
    std::optional<std::string> server;
    const char* server_rule = "none";
    const ServiceJoin join = join_candidate(c, context, server, server_rule);
    const std::string spaces = json_array(c.address_spaces);
    std::vector<Cell> row = {
        {t::kObjectId, ValueView::of(c.object_id)},
        {t::kDn, ValueView::text(c.dn)},
        {t::kName, ValueView::text(c.name)},
        {t::kType, ValueView::text(join.type)},
        {t::kClass, ValueView::text(c.class_name)},
        {t::kLevel, ValueView::text(c.level)},
        {t::kServerRule, ValueView::text(server_rule)},
        {t::kNeedsService, ValueView::of(join.needs_service ? 1 : 0)},
        {t::kAddressSpaces, ValueView::text(spaces)},
        {t::kIsDeleted, ValueView::of(c.is_deleted ? 1 : 0)},
        {t::kJoinRule, ValueView::text(join.rule)},
        {t::kSourceId, ValueView::of(c.source_id)},
    };
    if (!c.organization.empty()) row.push_back({t::kOrganization, ValueView::text(c.organization)});
    if (c.site) row.push_back({t::kSite, ValueView::text(*c.site)});
    if (c.routing_group) row.push_back({t::kRoutingGroup, ValueView::text(*c.routing_group)});
    if (server) row.push_back({t::kServer, ValueView::text(*server)});
    if (join.key) row.push_back({t::kServiceKey, ValueView::text(*join.key)});
    DIRSNAP_CHECK(table->append(row));
  }
  return {};
}

}  // namespace dirsnap::directory
