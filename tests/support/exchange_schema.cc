// SPDX-License-Identifier: MIT
#include "tests/support/exchange_schema.h"

#include <algorithm>

namespace dirsnap::support {
namespace {

// Ascending by id.
constexpr SchemaAttribute kAttributes[] = {
    {attr::kObjectClass, "Object-Class", "objectClass", Syntax::kObjectId, false, 0, 0},
    {attr::kCommonName, "Common-Name", "rdn", Syntax::kTeletex, true, 0, 0x3A0F},
    {attr::kSurname, "Surname", "sn", Syntax::kUnicode, true, 0, 0x3A11},
    {attr::kLocalityName, "Locality-Name", "l", Syntax::kUnicode, true, 0, 0x3A27},
    {attr::kOrganizationName, "Organization-Name", "o", Syntax::kUnicode, false, 0, 0x8101},
    {attr::kOrganizationalUnitName, "Organizational-Unit-Name", "ou", Syntax::kUnicode, false, 0,
     0x8102},
    {attr::kTitle, "Title", "title", Syntax::kUnicode, true, 0, 0x3A17},
    {attr::kDescription, "Description", "description", Syntax::kUnicode, false, 0, 0x806F},
    {attr::kTelephoneNumber, "Telephone-Number", "Telephone-Number", Syntax::kUnicode, false, 0,
     0x8012},
    {attr::kMember, "Member", "member", Syntax::kOrName, false, 2, 0x8009},
    {attr::kOutboundSites, "Outbound-Sites", "outboundSites", Syntax::kDn, false, 0, 0x8105},
    {attr::kInstanceType, "Instance-Type", "Instance-Type", Syntax::kInteger, true, 0, 0x80BD},
    {attr::kWhenCreated, "When-Created", "createTimestamp", Syntax::kUtcTime, true, 0, 0x3007},
    {attr::kWhenChanged, "When-Changed", "modifyTimestamp", Syntax::kUtcTime, true, 0, 0x3008},
    {attr::kPossSuperiors, "Poss-Superiors", "possSuperiors", Syntax::kObjectId, false, 0, 0},
    {attr::kDisplayName, "Display-Name", "cn", Syntax::kUnicode, true, 0, 0},
    {attr::kHasMasterNCs, "Has-Master-NCs", "hasMasterNCs", Syntax::kDn, false, 0, 0x80B6},
    {attr::kUSNCreated, "USN-Created", "uSNCreated", Syntax::kInteger, true, 0, 0x8154},
    {attr::kComputerName, "Computer-Name", "computerName", Syntax::kTeletex, true, 0, 0x8065},
    {attr::kSubClassOf, "Sub-Class-Of", "subClassOf", Syntax::kObjectId, true, 0, 0},
    {attr::kGovernsID, "Governs-ID", "Governs-ID", Syntax::kObjectId, true, 0, 0},
    {attr::kMustContain, "Must-Contain", "mustContain", Syntax::kObjectId, false, 0, 0},
    {attr::kMayContain, "May-Contain", "mayContain", Syntax::kObjectId, false, 0, 0},
    {attr::kRDNAttID, "RDN-Att-ID", "rDNAttID", Syntax::kObjectId, true, 0, 0},
    {attr::kRemoteSite, "Remote-Site", "remoteSite", Syntax::kDn, true, 0, 0x811D},
    {attr::kSupportingStack, "Supporting-Stack", "supportingStack", Syntax::kDn, false, 0, 0x813E},
    {attr::kGatewayLocalDesig, "Gateway-Local-Desig", "gatewayLocalDesig", Syntax::kPrintable, true,
     0, 0x80B1},
    {attr::kAttributeID, "Attribute-ID", "attributeID", Syntax::kObjectId, true, 0, 0},
    {attr::kAttributeSyntax, "Attribute-Syntax", "attributeSyntax", Syntax::kObjectId, true, 0, 0},
    {attr::kIsSingleValued, "Is-Single-Valued", "isSingleValued", Syntax::kBoolean, true, 0,
     0x80C1},
    {attr::kGivenName, "Given-Name", "givenName", Syntax::kUnicode, true, 0, 0x3A06},
    {attr::kIsDeleted, "Is-Deleted", "Is-Deleted", Syntax::kBoolean, true, 0, 0x80C0},
    {attr::kMAPIID, "MAPI-ID", "mAPIID", Syntax::kInteger, true, 0, 0x80CE},
    {attr::kLinkID, "Link-ID", "linkID", Syntax::kInteger, true, 0, 0x80C5},
    {attr::kObjDistName, "Obj-Dist-Name", "distinguishedName", Syntax::kDn, true, 0, 0x803C},
    {attr::kTombstoneLifetime, "Tombstone-Lifetime", "tombstoneLifetime", Syntax::kInteger, true, 0,
     0x8145},
    {attr::kInboundSites, "Inbound-Sites", "inboundSites", Syntax::kDn, false, 0, 0x80BC},
    {attr::kActivationStyle, "Activation-Style", "activationStyle", Syntax::kInteger, true, 0,
     0x8046},
    {attr::kDSASignature, "DSA-Signature", "DSA-Signature", Syntax::kOctets, true, 0, 0x8077},
    {attr::kObjectVersion, "Object-Version", "Object-Version", Syntax::kInteger, true, 0, 0x80F7},
    {attr::kRepsTo, "Reps-To", "repsTo", Syntax::kOctets, false, 0, 0},
    {attr::kRepsFrom, "Reps-From", "Reps-From", Syntax::kOctets, false, 0, 0},
    {attr::kIsMemberOfDL, "Is-Member-Of-DL", "memberOf", Syntax::kDn, false, 3, 0x8008},
    {attr::kInvocationId, "Invocation-Id", "invocationId", Syntax::kOctets, true, 0, 0x80BF},
    {attr::kTelephoneOffice1, "Telephone-Office1", "telephoneNumber", Syntax::kUnicode, true, 0,
     0x3A08},
    {attr::kUSNChanged, "USN-Changed", "USN-Changed", Syntax::kInteger, true, 0, 0x8029},
    {attr::kTextCountry, "Text-Country", "co", Syntax::kUnicode, true, 0, 0x3A26},
    {attr::kTransferRetryInterval, "Transfer-Retry-Interval", "transferRetryInterval",
     Syntax::kInteger, true, 0, 0x8149},
    {attr::kDepartment, "Department", "department", Syntax::kUnicode, true, 0, 0x3A18},
    {attr::kCompany, "Company", "Company", Syntax::kUnicode, true, 0, 0x3A16},
    {attr::kGatewayRoutingTree, "Gateway-Routing-Tree", "gatewayRoutingTree", Syntax::kOctets, true,
     0, 0x80B3},
    {attr::kHideFromAddressBook, "Hide-From-Address-Book", "Hide-From-Address-Book",
     Syntax::kBoolean, true, 0, 0x80B9},
    {attr::kHomeMTA, "Home-MTA", "Home-MTA", Syntax::kDn, true, 0, 0x8007},
    {attr::kFileVersion, "File-Version", "fileVersion", Syntax::kOctets, true, 0, 0x80AC},
    {attr::kDiagnosticRegKey, "Diagnostic-Reg-Key", "diagnosticRegKey", Syntax::kUnicode, true, 0,
     0x8071},
    {attr::kRemoteBridgeHead, "Remote-Bridge-Head", "remoteBridgeHead", Syntax::kTeletex, true, 0,
     0x811A},
    {attr::kAdminDisplayName, "Admin-Display-Name", "adminDisplayName", Syntax::kUnicode, true, 0,
     0x804B},
    {attr::kProxyAddresses, "Proxy-Addresses", "Proxy-Addresses", Syntax::kTeletex, false, 0,
     0x800F},
    {attr::kConnectedDomains, "Connected-Domains", "connectedDomains", Syntax::kTeletex, false, 0,
     0x8066},
    {attr::kAssocNTAccount, "Assoc-NT-Account", "Assoc-NT-Account", Syntax::kOctets, true, 0,
     0x8027},
    {attr::kActivationSchedule, "Activation-Schedule", "activationSchedule", Syntax::kOctets, true,
     0, 0x8045},
    {attr::kNAddressType, "N-Address-Type", "nAddressType", Syntax::kInteger, true, 0, 0x80F2},
    {attr::kExtensionName, "Extension-Name", "extensionName", Syntax::kUnicode, false, 0, 0x80A9},
    {attr::kOMSyntax, "OM-Syntax", "oMSyntax", Syntax::kInteger, true, 0, 0x80FE},
    {attr::kDeliveryMechanism, "Delivery-Mechanism", "mailPreferenceOption", Syntax::kInteger, true,
     0, 0x806E},
    {attr::kHomeMDB, "Home-MDB", "Home-MDB", Syntax::kDn, true, 32, 0x8006},
    {attr::kAddress, "Address", "streetAddress", Syntax::kUnicode, true, 0, 0x3A29},
    {attr::kMTALocalDesig, "MTA-Local-Desig", "mTALocalDesig", Syntax::kPrintable, true, 0, 0x80F0},
    {attr::kNTSecurityDescriptor, "NT-Security-Descriptor", "NT-Security-Descriptor",
     Syntax::kOctets, true, 0, 0x8013},
    {attr::kNAddress, "N-Address", "nAddress", Syntax::kOctets, true, 0, 0x80F1},
    {attr::kTSelector, "T-Selector", "tSelector", Syntax::kOctets, true, 0, 0x8140},
    {attr::kGarbageCollPeriod, "Garbage-Coll-Period", "garbageCollPeriod", Syntax::kInteger, true,
     0, 0x80AF},
    {attr::kGatewayProxy, "Gateway-Proxy", "gatewayProxy", Syntax::kUnicode, false, 0, 0x80B2},
    {attr::kLocalBridgeHead, "Local-Bridge-Head", "localBridgeHead", Syntax::kTeletex, true, 0,
     0x80C6},
    {attr::kProxyGeneratorDLL, "Proxy-Generator-DLL", "proxyGeneratorDLL", Syntax::kUnicode, true,
     0, 0x810F},
    {attr::kSearchFlags, "Search-Flags", "searchFlags", Syntax::kInteger, true, 0, 0x812D},
    {attr::kManager, "Manager", "manager", Syntax::kDn, true, 42, 0x8005},
    {attr::kRidServer, "Rid-Server", "ridServer", Syntax::kDn, true, 0, 0x8124},
    {attr::kTargetAddress, "Target-Address", "targetAddress", Syntax::kUnicode, true, 0, 0x8011},
    {attr::kDisplayNamePrintable, "Display-Name-Printable", "name", Syntax::kPrintable, true, 0,
     0x39FF},
    {attr::kRoutingList, "Routing-List", "routingList", Syntax::kTeletex, false, 0, 0x8126},
    {attr::kObjectClassCategory, "Object-Class-Category", "objectClassCategory", Syntax::kInteger,
     true, 0, 0x80F6},
    {attr::kUSNSource, "USN-Source", "USN-Source", Syntax::kInteger, true, 0, 0x8157},
    {attr::kHomeMDBBL, "Home-MDB-BL", "homeMDBBL", Syntax::kDn, false, 33, 0x8014},
    {attr::kInitials, "Initials", "initials", Syntax::kUnicode, true, 0, 0x3A0A},
    {attr::kMailNickname, "Mail-nickname", "uid", Syntax::kUnicode, true, 0, 0x3A00},
    {attr::kHeuristics, "Heuristics", "heuristics", Syntax::kInteger, true, 0, 0x80B7},
    {attr::kSiteFolderServer, "Site-Folder-Server", "siteFolderServer", Syntax::kDn, true, 0,
     0x8167},
    {attr::kNetworkAddress, "Network-Address", "networkAddress", Syntax::kTeletex, false, 0,
     0x8170},
    {attr::kLDAPDisplayName, "LDAP-Display-Name", "systemAttribute1", Syntax::kUnicode, false, 0,
     0x8171},
};

// Ascending by id.
constexpr SchemaClass kClasses[] = {
    {65536, "Top", "top", 65536},
    {65540, "Organization", "organization", 65536},
    {65541, "Organizational-Unit", "organizationalUnit", 65536},
    {196608, "Site-Addressing", "siteAddressing", 65536},
    {196609, "Local-DXA", "localDXA", 196654},
    {196611, "MTA-Cfg", "mTACfg", 65536},
    {196613, "Information-Store-Cfg", "Information-Store-Cfg", 65536},
    {196616, "MSFT-DSA", "MSFT-DSA", 196654},
    {196617, "DMD", "dMD", 65536},
    {196621, "Class-Schema", "Class-Schema", 65536},
    {196622, "Attribute-Schema", "attributeSchema", 65536},
    {196623, "Public-Folder", "publicFolder", 196654},
    {196626, "Transport-Stack", "transportStack", 65536},
    {196629, "Admin-Extension", "adminExtension", 65536},
    {196630, "Mailbox", "organizationalPerson", 196654},
    {196631, "Container", "container", 65536},
    {196632, "RFC1006-Stack", "rFC1006Stack", 196626},
    {196637, "X400-Link", "x400Link", 196659},
    {196638, "Computer", "computer", 65536},
    {196639, "MS-Mail-Connector", "mSMailConnector", 196659},
    {196640, "RFC1006-X400-Link", "rFC1006X400Link", 196637},
    {196654, "Mail-Recipient", "person", 65536},
    {196657, "MTA", "mTA", 196654},
    {196658, "Site-Connector", "siteConnector", 65536},
    {196659, "Mail-Gateway", "mailGateway", 65536},
    {196665, "Addr-Type", "addrType", 65536},
    {196666, "Address-Template", "addressTemplate", 196667},
    {196667, "Display-Template", "displayTemplate", 65536},
    {196669, "Mail-Connector", "mailConnector", 196659},
    {196670, "Exchange-Admin-Service", "exchangeAdminService", 65536},
    {196676, "Protocol-Cfg", "protocolCfg", 65536},
    {196801, "Distribution-List", "groupOfNames", 196654},
    {196802, "Remote-Address", "remote-address", 196654},
    {196803, "Replication-Connector", "replicationConnector", 65536},
    {196804, "Directory-Cfg", "directoryCfg", 65536},
};

// The object identifiers that the high half of an id stands for.
constexpr std::string_view kPrefixes[] = {
    "2.5.4",
    "2.5.6",
    "1.2.840.113556.1.2",
    "1.2.840.113556.1.3",
};

}  // namespace

std::span<const SchemaAttribute> schema_attributes() { return kAttributes; }

std::span<const SchemaClass> schema_classes() { return kClasses; }

const SchemaAttribute* find_attribute(std::uint32_t id) {
  const auto* const found = std::lower_bound(
      std::begin(kAttributes), std::end(kAttributes), id,
      [](const SchemaAttribute& a, std::uint32_t wanted) { return a.id < wanted; });
  return found != std::end(kAttributes) && found->id == id ? found : nullptr;
}

const SchemaClass* find_class(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kClasses), std::end(kClasses),
                                         [name](const SchemaClass& c) { return c.name == name; });
  return found != std::end(kClasses) ? found : nullptr;
}

std::vector<std::uint32_t> class_chain(const SchemaClass& of) {
  std::vector<std::uint32_t> chain{of.id};
  for (const SchemaClass* at = &of; at != nullptr && at->superior != at->id;) {
    chain.push_back(at->superior);
    const std::uint32_t wanted = at->superior;
    const auto* const next =
        std::find_if(std::begin(kClasses), std::end(kClasses),
                     [wanted](const SchemaClass& c) { return c.id == wanted; });
    at = next != std::end(kClasses) ? next : nullptr;
  }
  return chain;
}

std::string object_id_text(std::uint32_t id, char separator) {
  std::string text(kPrefixes[(id >> 16) % std::size(kPrefixes)]);
  text.append(1, separator).append(std::to_string(id & 0xFFFF));
  std::replace(text.begin(), text.end(), '.', separator);
  return text;
}

}  // namespace dirsnap::support
