// SPDX-License-Identifier: MIT
#include "tests/support/exchange_site_builder.h"

#include <algorithm>
#include <utility>

#include "tests/support/bytes.h"
#include "tests/support/exchange_values.h"

namespace dirsnap::support {
namespace {

constexpr std::uint32_t kFirstDnt = 3;
constexpr std::uint32_t kRootDnt = 2;
constexpr std::uint32_t kSyntaxPrefix = 8 << 16;  // ids of syntaxes 2.5.5.n

std::string_view rdn_prefix(std::uint32_t type) {
  if (type == attr::kOrganizationName) return "/o=";
  return type == attr::kOrganizationalUnitName ? "/ou=" : "/cn=";
}

// The number by which other programs know a syntax (X/Open).
std::int64_t om_syntax(Syntax syntax) {
  switch (syntax) {
    case Syntax::kDn:
    case Syntax::kOrName:
      return 127;
    case Syntax::kObjectId:
      return 6;
    case Syntax::kTeletex:
      return 20;
    case Syntax::kPrintable:
      return 19;
    case Syntax::kBoolean:
      return 1;
    case Syntax::kInteger:
      return 2;
    case Syntax::kOctets:
      return 4;
    case Syntax::kUtcTime:
      return 23;
    case Syntax::kUnicode:
      return 64;
  }
  return 0;
}

// A replication partner as Reps-From and Reps-To hold it: head, invocation id, server name.
std::string replica_link(std::string_view invocation_id, std::string_view server) {
  std::string bytes;
  append_le(bytes, std::uint32_t{0});
  append_le(bytes, std::uint32_t{112});
  append_le(bytes, std::uint32_t{16});
  append_le(bytes, std::uint32_t{8483});
  return bytes.append(invocation_id).append(server).append(1, '\0');
}

}  // namespace

SiteBuilder::SiteBuilder(const SiteSpec& spec) : spec_(spec) {
  for (std::size_t i = 0; i < spec.servers.size(); ++i) signatures.push_back(noise(i + 1, 16));
}

// The first server of a site writes its objects.
std::string_view SiteBuilder::signature_of(std::size_t site) const {
  for (std::size_t i = 0; i < spec_.servers.size(); ++i) {
    if (spec_.servers[i].site == site) return signatures[i];
  }
  return signatures.front();
}

SiteObject& SiteBuilder::add(std::uint32_t parent, std::string rdn, std::string_view class_name) {
  SiteObject object;
  object.dnt = kFirstDnt + static_cast<std::uint32_t>(objects.size());
  object.parent = parent;
  object.rdn = std::move(rdn);
  object.class_name = class_name;
  if (class_name == "Organization") object.rdn_type = attr::kOrganizationName;
  if (class_name == "Organizational-Unit") object.rdn_type = attr::kOrganizationalUnitName;
  std::size_t site = 0;
  if (parent == kRootDnt) {
    object.naming_context = kRootDnt;
  } else {
    const SiteObject& above = at(parent);
    object.dn = above.dn;
    object.ancestors = above.ancestors;
    // Organisation, site and Configuration are naming contexts of their own.
    const bool is_head =
        above.class_name == "Organization" || above.class_name == "Organizational-Unit";
    object.naming_context = is_head ? parent : above.naming_context;
    if (above.rdn == "Configuration") object.naming_context = parent;
    const auto found = std::find_if(sites_.begin(), sites_.end(), [&](std::uint32_t dnt) {
      return std::find(object.ancestors.begin(), object.ancestors.end(), dnt) !=
             object.ancestors.end();
    });
    if (found != sites_.end()) site = static_cast<std::size_t>(found - sites_.begin());
  }
  object.dn.append(rdn_prefix(object.rdn_type)).append(object.rdn);
  object.ancestors.push_back(object.dnt);
  add_common(object, signature_of(site));
  objects.push_back(std::move(object));
  return objects.back();
}

std::uint32_t SiteBuilder::container(std::uint32_t parent, std::string rdn) {
  SiteObject& made = add(parent, std::move(rdn), "Container");
  add_text(made, attr::kAdminDisplayName, made.rdn);
  return made.dnt;
}

void SiteBuilder::build() {
  SiteObject& organization = add(kRootDnt, spec_.organization, "Organization");
  add_octets(organization, attr::kNTSecurityDescriptor, security_descriptor(1000, 2));
  organization_ = organization.dnt;
  if (spec_.has_three_connections_containers) {
    organization_connections_ = container(organization_, "Connections");
  }
  for (std::size_t site = 0; site < spec_.sites.size(); ++site) build_site(site);
  build_connectors();
}

void SiteBuilder::build_site(std::size_t site) {
  SiteObject& unit = add(organization_, spec_.sites[site], "Organizational-Unit");
  add_text(unit, attr::kAdminDisplayName, unit.rdn);
  add_octets(unit, attr::kNTSecurityDescriptor, security_descriptor(1000, 3));
  for (std::size_t i = 0; i < spec_.servers.size(); ++i) {
    if (spec_.servers[i].site != site) continue;
    add_octets(unit, attr::kRepsFrom, replica_link(signatures[i], spec_.servers[i].name));
  }
  const std::uint32_t dnt = unit.dnt;
  sites_.push_back(dnt);
  if (site == 0) build_schema(dnt);
  if (spec_.has_three_connections_containers) {
    site_connections_.push_back(container(dnt, "Connections"));
  }
  const std::uint32_t configuration = container(dnt, "Configuration");
  build_addressing(configuration, site);
  connections_.push_back(container(configuration, "Connections"));
  replication_.push_back(container(configuration, "Dir-Repl"));
  container(configuration, "Monitors");
  const std::uint32_t protocols = container(configuration, "Protocols");
  for (const char* name : {"HTTP", "IMAP4", "LDAP", "NNTP", "POP3"}) {
    add(protocols, name, "Protocol-Cfg");
  }
  const std::uint32_t servers = container(configuration, "Servers");
  stores.resize(spec_.servers.size());
  mtas.resize(spec_.servers.size());
  stacks_.resize(spec_.servers.size());
  for (std::size_t i = 0; i < spec_.servers.size(); ++i) {
    if (spec_.servers[i].site == site) build_server(servers, i);
  }
  build_site_settings(configuration, site);
  recipients.push_back(container(dnt, "Recipients"));
}

// Common names of schema objects are machine strings; the readable name stands elsewhere.
void SiteBuilder::build_schema(std::uint32_t site) {
  SiteObject& head = add(site, "Microsoft DMD", "DMD");
  add_text(head, attr::kAdminDisplayName, "Schema");
  const std::uint32_t schema = head.dnt;
  for (const SchemaAttribute& of : schema_attributes()) {
    SiteObject& object = add(schema, "Attribute " + object_id_text(of.id, '-'), "Attribute-Schema");
    add_text(object, attr::kAdminDisplayName, std::string(of.name));
    add_text(object, attr::kLDAPDisplayName, std::string(of.ldap_name));
    add_number(object, attr::kAttributeID, of.id);
    add_number(object, attr::kAttributeSyntax,
               static_cast<std::int64_t>(kSyntaxPrefix | static_cast<std::uint32_t>(of.syntax)));
    add_number(object, attr::kOMSyntax, om_syntax(of.syntax));
    add_number(object, attr::kIsSingleValued, of.single_valued ? 1 : 0);
    if (of.link_id != 0) add_number(object, attr::kLinkID, of.link_id);
    if (of.mapi_id != 0) add_number(object, attr::kMAPIID, of.mapi_id);
  }
  for (const SchemaClass& of : schema_classes()) {
    SiteObject& object = add(schema, "Class " + object_id_text(of.id, '-'), "Class-Schema");
    add_text(object, attr::kAdminDisplayName, std::string(of.name));
    add_text(object, attr::kLDAPDisplayName, std::string(of.ldap_name));
    add_number(object, attr::kGovernsID, of.id);
    add_number(object, attr::kSubClassOf, of.superior);
    add_number(object, attr::kRDNAttID, attr::kCommonName);
    add_number(object, attr::kObjectClassCategory, of.id == of.superior ? 2 : 1);
    add_number(object, attr::kMustContain, attr::kObjectClass);
    for (const std::uint32_t id : {attr::kDescription, attr::kDisplayName, attr::kExtensionName}) {
      add_number(object, attr::kMayContain, id);
    }
  }
}

void SiteBuilder::build_addressing(std::uint32_t configuration, std::size_t site) {
  const std::uint32_t add_ins = container(configuration, "Add-Ins");
  const std::uint32_t addressing = container(configuration, "Addressing");
  const std::uint32_t templates = container(container(addressing, "Address-Templates"), "409");
  const std::uint32_t types = container(addressing, "Address-Types");
  const std::uint32_t displays = container(container(addressing, "Display-Templates"), "409");
  const std::string version("\x05\0\x05\0\0\0\xA9\x0A", 8);
  for (const char* name : {"SMTP", "MS", "CCMAIL", "X400"}) {
    const std::string type(name);
    SiteObject& generator = add(types, type + ":i386", "Addr-Type");
    add_text(generator, attr::kProxyGeneratorDLL, type + "PXY.DLL");
    add_octets(generator, attr::kFileVersion, version);
    SiteObject& one_off = add(templates, type, "Address-Template");
    add_text(one_off, attr::kDisplayName, type + " address");
  }
  add(displays, "0", "Display-Template");
  if (site != 0) return;
  SiteObject& extension = add(add_ins, "SMTP:i386", "Admin-Extension");
  add_text(extension, attr::kExtensionName, "SMTP");
  add_octets(extension, attr::kFileVersion, version);
}

void SiteBuilder::build_server(std::uint32_t servers, std::size_t server) {
  const std::string& name = spec_.servers[server].name;
  const std::string lower = [&] {
    std::string text = name;
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
  }();
  SiteObject& computer = add(servers, name, "Computer");
  add_text(computer, attr::kComputerName, name);
  add_text(computer, attr::kNetworkAddress, "netbios:" + name);
  add_text(computer, attr::kNetworkAddress, "ncacn_ip_tcp:" + lower + "." + spec_.domain);
  add_number(computer, attr::kHeuristics, 0);
  const std::uint32_t dnt = computer.dnt;
  SiteObject& agent = add(dnt, "Microsoft DSA", "MSFT-DSA");
  add_octets(agent, attr::kInvocationId, signatures[server]);
  add_reference(agent, attr::kHasMasterNCs, sites_[spec_.servers[server].site]);
  add_text(agent, attr::kDiagnosticRegKey, "MSExchangeDS");
  SiteObject& transfer = add(dnt, "Microsoft MTA", "MTA");
  add_text(transfer, attr::kMTALocalDesig, name);
  mtas[server] = transfer.dnt;
  SiteObject& store = add(dnt, "Microsoft Private MDB", "Information-Store-Cfg");
  add_text(store, attr::kDisplayName, "Private Information Store");
  stores[server] = store.dnt;
  SiteObject& folders = add(dnt, "Microsoft Public MDB", "Information-Store-Cfg");
  add_text(folders, attr::kDisplayName, "Public Information Store");
  SiteObject& attendant = add(dnt, "Microsoft System Attendant", "Exchange-Admin-Service");
  add_text(attendant, attr::kDisplayName, "System Attendant");
  add(dnt, "Microsoft DXA", "Local-DXA");
  SiteObject& stack = add(dnt, "TCP (" + name + ")", "RFC1006-Stack");
  add_octets(stack, attr::kTSelector, "");
  stacks_[server] = stack.dnt;
}

void SiteBuilder::build_site_settings(std::uint32_t configuration, std::size_t site) {
  SiteObject& addressing = add(configuration, "site-addressing", "Site-Addressing");
  add_text(addressing, attr::kGatewayProxy, "SMTP:@" + spec_.domain);
  add_text(addressing, attr::kGatewayProxy, "MS:QUILL/" + spec_.sites[site]);
  // Long enough to leave the record.
  add_octets(addressing, attr::kGatewayRoutingTree, noise(700 + site, 9000));
  const auto server = std::find_if(spec_.servers.begin(), spec_.servers.end(),
                                   [site](const ServerSpec& of) { return of.site == site; });
  if (server != spec_.servers.end()) {
    const auto index = static_cast<std::size_t>(server - spec_.servers.begin());
    add_reference(addressing, attr::kRidServer, mtas[index]);
  }
  SiteObject& directory = add(configuration, "DS Site Configuration", "Directory-Cfg");
  add_number(directory, attr::kTombstoneLifetime, 30);
  add_number(directory, attr::kGarbageCollPeriod, 12);
  add(configuration, "Information Store Site Configuration", "Information-Store-Cfg");
  add(configuration, "MTA Site Configuration", "MTA-Cfg");
}

}  // namespace dirsnap::support
