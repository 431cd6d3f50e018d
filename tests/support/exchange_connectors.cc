// SPDX-License-Identifier: MIT
//
// The connectors of a synthetic organisation.
#include "tests/support/exchange_site_builder.h"
#include "tests/support/exchange_values.h"

namespace dirsnap::support {
namespace {

// The name under which a connector stands in its container.
std::string connector_rdn(const SiteSpec& spec, const ConnectorSpec& connector) {
  const std::string& server = spec.servers[connector.server].name;
  const std::string& other = spec.sites[connector.other_site];
  switch (connector.kind) {
    case ConnectorKind::kInternetMail:
      return "Internet Mail Connector (" + server + ")";
    case ConnectorKind::kMsMail:
      return "MS Mail Connector (" + server + ")";
    case ConnectorKind::kCcMail:
      return "cc:Mail Connector (" + server + ")";
    case ConnectorKind::kX400:
      return "X400 to Ferrywell";
    case ConnectorKind::kSite:
      return "Site Connector (" + other + ")";
    case ConnectorKind::kDirectoryReplication:
      return "Directory Replication Connector (" + other + ")";
  }
  return {};
}

std::string_view connector_class(ConnectorKind kind) {
  switch (kind) {
    case ConnectorKind::kInternetMail:
      return "Mail-Connector";
    case ConnectorKind::kMsMail:
      return "MS-Mail-Connector";
    case ConnectorKind::kCcMail:
      return "Mail-Gateway";
    case ConnectorKind::kX400:
      return "RFC1006-X400-Link";
    case ConnectorKind::kSite:
      return "Site-Connector";
    case ConnectorKind::kDirectoryReplication:
      return "Replication-Connector";
  }
  return "Top";
}

}  // namespace

void SiteBuilder::build_connectors() {
  for (const ConnectorSpec& connector : spec_.connectors) {
    const std::size_t site = spec_.servers[connector.server].site;
    if (connector.kind == ConnectorKind::kDirectoryReplication) {
      build_connector(connector, replication_[site]);
      continue;
    }
    build_connector(connector, connections_[site]);
    if (!spec_.has_three_connections_containers || connector.is_deleted) continue;
    build_connector(connector, site_connections_[site]);
    build_connector(connector, organization_connections_);
  }
}

void SiteBuilder::build_connector(const ConnectorSpec& spec, std::uint32_t parent) {
  SiteObject& object = add(parent, connector_rdn(spec_, spec), connector_class(spec.kind));
  add_text(object, attr::kAdminDisplayName, object.rdn);
  fill_connector(spec, object);
  if (spec.is_deleted) make_tombstone(object);
}

void SiteBuilder::fill_connector(const ConnectorSpec& spec, SiteObject& object) const {
  const std::string& server = spec_.servers[spec.server].name;
  add_text(object, attr::kComputerName, server);
  add_number(object, attr::kActivationStyle, 2);
  const auto gateway = [&](const char* type, const char* key, const char* space) {
    add_reference(object, attr::kHomeMTA, mtas[spec.server]);
    add_reference(object, attr::kHomeMDB, stores[spec.server]);
    add_number(object, attr::kDeliveryMechanism, 2);
    add_text(object, attr::kExtensionName, type);
    add_text(object, attr::kDiagnosticRegKey, key);
    add_text(object, attr::kRoutingList, space);
  };
  switch (spec.kind) {
    case ConnectorKind::kInternetMail:
      gateway("SMTP", "MSExchangeIMC", "SMTP:*;;1");
      return;
    case ConnectorKind::kMsMail:
      gateway("MS", "MSExchangeMSMI", "MS:QUILL/*;;1");
      return;
    case ConnectorKind::kCcMail:
      gateway("CCMAIL", "MSExchangeCCMC", "CCMAIL:* at Ferrywell;;1");
      return;
    case ConnectorKind::kX400:
      add_reference(object, attr::kHomeMTA, mtas[spec.server]);
      add_number(object, attr::kDeliveryMechanism, 3);
      add_text(object, attr::kRoutingList, "X400:c=NO;a= ;p=Ferrywell;;1");
      add_reference(object, attr::kSupportingStack, stacks_[spec.server]);
      add_octets(object, attr::kNAddress, "192.0.2.25");
      add_number(object, attr::kNAddressType, 1);
      add_text(object, attr::kGatewayLocalDesig, "FERRYWELLMTA");
      add_number(object, attr::kTransferRetryInterval, 120);
      return;
    case ConnectorKind::kSite: {
      add_reference(object, attr::kHomeMTA, mtas[spec.server]);
      const std::string& other = spec_.sites[spec.other_site];
      add_text(object, attr::kConnectedDomains,
               spec_.organization + "\u00A7" + other + "\u00A7" + "1");
      return;
    }
    case ConnectorKind::kDirectoryReplication:
      add_reference(object, attr::kRemoteSite, sites_[spec.other_site]);
      add_reference(object, attr::kInboundSites, sites_[spec.other_site]);
      add_reference(object, attr::kOutboundSites, sites_[spec_.servers[spec.server].site]);
      add_text(object, attr::kLocalBridgeHead, server);
      for (const ServerSpec& remote : spec_.servers) {
        if (remote.site != spec.other_site) continue;
        add_text(object, attr::kRemoteBridgeHead, remote.name);
        break;
      }
      return;
  }
}

}  // namespace dirsnap::support
