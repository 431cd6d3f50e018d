// SPDX-License-Identifier: MIT
#include "tests/support/exchange_schema.h"

#include <algorithm>

namespace dirsnap::support {
namespace {

// Ascending by id.
constexpr SchemaAttribute kAttributes[] = {
    {"Object-Class", "objectClass", attr::kObjectClass, 0, 0, Syntax::kObjectId, false},
    {"Common-Name", "rdn", attr::kCommonName, 0, 0x3A0F, Syntax::kTeletex, true},
    {"Surname", "sn", attr::kSurname, 0, 0x3A11, Syntax::kUnicode, true},
    {"Locality-Name", "l", attr::kLocalityName, 0, 0x3A27, Syntax::kUnicode, true},
    {"Organization-Name", "o", attr::kOrganizationName, 0, 0x8101, Syntax::kUnicode, false},
    {"Organizational-Unit-Name", "ou", attr::kOrganizationalUnitName, 0, 0x8102, Syntax::kUnicode,
     false},
    {"Title", "title", attr::kTitle, 0, 0x3A17, Syntax::kUnicode, true},
    {"Description", "description", attr::kDescription, 0, 0x806F, Syntax::kUnicode, false},
    {"Telephone-Number", "Telephone-Number", attr::kTelephoneNumber, 0, 0x8012, Syntax::kUnicode,
     false},
    {"Member", "member", attr::kMember, 2, 0x8009, Syntax::kOrName, false},
    {"Outbound-Sites", "outboundSites", attr::kOutboundSites, 0, 0x8105, Syntax::kDn, false},
    {"Instance-Type", "Instance-Type", attr::kInstanceType, 0, 0x80BD, Syntax::kInteger, true},
    {"When-Created", "createTimestamp", attr::kWhenCreated, 0, 0x3007, Syntax::kUtcTime, true},
    {"When-Changed", "modifyTimestamp", attr::kWhenChanged, 0, 0x3008, Syntax::kUtcTime, true},
    {"Poss-Superiors", "possSuperiors", attr::kPossSuperiors, 0, 0, Syntax::kObjectId, false},
    {"Display-Name", "cn", attr::kDisplayName, 0, 0, Syntax::kUnicode, true},
    {"Has-Master-NCs", "hasMasterNCs", attr::kHasMasterNCs, 0, 0x80B6, Syntax::kDn, false},
    {"USN-Created", "uSNCreated", attr::kUSNCreated, 0, 0x8154, Syntax::kInteger, true},
    {"Computer-Name", "computerName", attr::kComputerName, 0, 0x8065, Syntax::kTeletex, true},
    {"Sub-Class-Of", "subClassOf", attr::kSubClassOf, 0, 0, Syntax::kObjectId, true},
    {"Governs-ID", "Governs-ID", attr::kGovernsID, 0, 0, Syntax::kObjectId, true},
    {"Must-Contain", "mustContain", attr::kMustContain, 0, 0, Syntax::kObjectId, false},
    {"May-Contain", "mayContain", attr::kMayContain, 0, 0, Syntax::kObjectId, false},
    {"RDN-Att-ID", "rDNAttID", attr::kRDNAttID, 0, 0, Syntax::kObjectId, true},
    {"Remote-Site", "remoteSite", attr::kRemoteSite, 0, 0x811D, Syntax::kDn, true},
    {"Supporting-Stack", "supportingStack", attr::kSupportingStack, 0, 0x813E, Syntax::kDn, false},
    {"Gateway-Local-Desig", "gatewayLocalDesig", attr::kGatewayLocalDesig, 0, 0x80B1,
     Syntax::kPrintable, true},
    {"Attribute-ID", "attributeID", attr::kAttributeID, 0, 0, Syntax::kObjectId, true},
    {"Attribute-Syntax", "attributeSyntax", attr::kAttributeSyntax, 0, 0, Syntax::kObjectId, true},
    {"Is-Single-Valued", "isSingleValued", attr::kIsSingleValued, 0, 0x80C1, Syntax::kBoolean,
     true},
    {"Given-Name", "givenName", attr::kGivenName, 0, 0x3A06, Syntax::kUnicode, true},
    {"Is-Deleted", "Is-Deleted", attr::kIsDeleted, 0, 0x80C0, Syntax::kBoolean, true},
    {"MAPI-ID", "mAPIID", attr::kMAPIID, 0, 0x80CE, Syntax::kInteger, true},
    {"Link-ID", "linkID", attr::kLinkID, 0, 0x80C5, Syntax::kInteger, true},
    {"Obj-Dist-Name", "distinguishedName", attr::kObjDistName, 0, 0x803C, Syntax::kDn, true},
    {"Tombstone-Lifetime", "tombstoneLifetime", attr::kTombstoneLifetime, 0, 0x8145,
     Syntax::kInteger, true},
    {"Inbound-Sites", "inboundSites", attr::kInboundSites, 0, 0x80BC, Syntax::kDn, false},
    {"Activation-Style", "activationStyle", attr::kActivationStyle, 0, 0x8046, Syntax::kInteger,
     true},
    {"DSA-Signature", "DSA-Signature", attr::kDSASignature, 0, 0x8077, Syntax::kOctets, true},
    {"Object-Version", "Object-Version", attr::kObjectVersion, 0, 0x80F7, Syntax::kInteger, true},
    {"Reps-To", "repsTo", attr::kRepsTo, 0, 0, Syntax::kOctets, false},
    {"Reps-From", "Reps-From", attr::kRepsFrom, 0, 0, Syntax::kOctets, false},
    {"Is-Member-Of-DL", "memberOf", attr::kIsMemberOfDL, 3, 0x8008, Syntax::kDn, false},
    {"Invocation-Id", "invocationId", attr::kInvocationId, 0, 0x80BF, Syntax::kOctets, true},
    {"Telephone-Office1", "telephoneNumber", attr::kTelephoneOffice1, 0, 0x3A08, Syntax::kUnicode,
     true},
    {"USN-Changed", "USN-Changed", attr::kUSNChanged, 0, 0x8029, Syntax::kInteger, true},
    {"Text-Country", "co", attr::kTextCountry, 0, 0x3A26, Syntax::kUnicode, true},
    {"Transfer-Retry-Interval", "transferRetryInterval", attr::kTransferRetryInterval, 0, 0x8149,
     Syntax::kInteger, true},
    {"Department", "department", attr::kDepartment, 0, 0x3A18, Syntax::kUnicode, true},
    {"Company", "Company", attr::kCompany, 0, 0x3A16, Syntax::kUnicode, true},
    {"Gateway-Routing-Tree", "gatewayRoutingTree", attr::kGatewayRoutingTree, 0, 0x80B3,
     Syntax::kOctets, true},
    {"Hide-From-Address-Book", "Hide-From-Address-Book", attr::kHideFromAddressBook, 0, 0x80B9,
     Syntax::kBoolean, true},
    {"Home-MTA", "Home-MTA", attr::kHomeMTA, 0, 0x8007, Syntax::kDn, true},
    {"File-Version", "fileVersion", attr::kFileVersion, 0, 0x80AC, Syntax::kOctets, true},
    {"Diagnostic-Reg-Key", "diagnosticRegKey", attr::kDiagnosticRegKey, 0, 0x8071, Syntax::kUnicode,
     true},
    {"Remote-Bridge-Head", "remoteBridgeHead", attr::kRemoteBridgeHead, 0, 0x811A, Syntax::kTeletex,
     true},
    {"Admin-Display-Name", "adminDisplayName", attr::kAdminDisplayName, 0, 0x804B, Syntax::kUnicode,
     true},
    {"Proxy-Addresses", "Proxy-Addresses", attr::kProxyAddresses, 0, 0x800F, Syntax::kTeletex,
     false},
    {"Connected-Domains", "connectedDomains", attr::kConnectedDomains, 0, 0x8066, Syntax::kTeletex,
     false},
    {"Assoc-NT-Account", "Assoc-NT-Account", attr::kAssocNTAccount, 0, 0x8027, Syntax::kOctets,
     true},
    {"Activation-Schedule", "activationSchedule", attr::kActivationSchedule, 0, 0x8045,
     Syntax::kOctets, true},
    {"N-Address-Type", "nAddressType", attr::kNAddressType, 0, 0x80F2, Syntax::kInteger, true},
    {"Extension-Name", "extensionName", attr::kExtensionName, 0, 0x80A9, Syntax::kUnicode, false},
    {"OM-Syntax", "oMSyntax", attr::kOMSyntax, 0, 0x80FE, Syntax::kInteger, true},
    {"Delivery-Mechanism", "mailPreferenceOption", attr::kDeliveryMechanism, 0, 0x806E,
     Syntax::kInteger, true},
    {"Home-MDB", "Home-MDB", attr::kHomeMDB, 32, 0x8006, Syntax::kDn, true},
    {"Address", "streetAddress", attr::kAddress, 0, 0x3A29, Syntax::kUnicode, true},
    {"MTA-Local-Desig", "mTALocalDesig", attr::kMTALocalDesig, 0, 0x80F0, Syntax::kPrintable, true},
    {"NT-Security-Descriptor", "NT-Security-Descriptor", attr::kNTSecurityDescriptor, 0, 0x8013,
     Syntax::kOctets, true},
    {"N-Address", "nAddress", attr::kNAddress, 0, 0x80F1, Syntax::kOctets, true},
    {"T-Selector", "tSelector", attr::kTSelector, 0, 0x8140, Syntax::kOctets, true},
    {"Garbage-Coll-Period", "garbageCollPeriod", attr::kGarbageCollPeriod, 0, 0x80AF,
     Syntax::kInteger, true},
    {"Gateway-Proxy", "gatewayProxy", attr::kGatewayProxy, 0, 0x80B2, Syntax::kUnicode, false},
    {"Local-Bridge-Head", "localBridgeHead", attr::kLocalBridgeHead, 0, 0x80C6, Syntax::kTeletex,
     true},
    {"Proxy-Generator-DLL", "proxyGeneratorDLL", attr::kProxyGeneratorDLL, 0, 0x810F,
     Syntax::kUnicode, true},
    {"Search-Flags", "searchFlags", attr::kSearchFlags, 0, 0x812D, Syntax::kInteger, true},
    {"Manager", "manager", attr::kManager, 42, 0x8005, Syntax::kDn, true},
    {"Rid-Server", "ridServer", attr::kRidServer, 0, 0x8124, Syntax::kDn, true},
    {"Target-Address", "targetAddress", attr::kTargetAddress, 0, 0x8011, Syntax::kUnicode, true},
    {"Display-Name-Printable", "name", attr::kDisplayNamePrintable, 0, 0x39FF, Syntax::kPrintable,
     true},
    {"Routing-List", "routingList", attr::kRoutingList, 0, 0x8126, Syntax::kTeletex, false},
    {"Object-Class-Category", "objectClassCategory", attr::kObjectClassCategory, 0, 0x80F6,
     Syntax::kInteger, true},
    {"USN-Source", "USN-Source", attr::kUSNSource, 0, 0x8157, Syntax::kInteger, true},
    {"Home-MDB-BL", "homeMDBBL", attr::kHomeMDBBL, 33, 0x8014, Syntax::kDn, false},
    {"Initials", "initials", attr::kInitials, 0, 0x3A0A, Syntax::kUnicode, true},
    {"Mail-nickname", "uid", attr::kMailNickname, 0, 0x3A00, Syntax::kUnicode, true},
    {"Heuristics", "heuristics", attr::kHeuristics, 0, 0x80B7, Syntax::kInteger, true},
    {"Site-Folder-Server", "siteFolderServer", attr::kSiteFolderServer, 0, 0x8167, Syntax::kDn,
     true},
    {"Network-Address", "networkAddress", attr::kNetworkAddress, 0, 0x8170, Syntax::kTeletex,
     false},
    {"LDAP-Display-Name", "systemAttribute1", attr::kLDAPDisplayName, 0, 0x8171, Syntax::kUnicode,
     false},
};

// Ascending by id.
constexpr SchemaClass kClasses[] = {
    {"Top", "top", 65536, 65536},
    {"Organization", "organization", 65540, 65536},
    {"Organizational-Unit", "organizationalUnit", 65541, 65536},
    {"Site-Addressing", "siteAddressing", 196608, 65536},
    {"Local-DXA", "localDXA", 196609, 196654},
    {"MTA-Cfg", "mTACfg", 196611, 65536},
    {"Information-Store-Cfg", "Information-Store-Cfg", 196613, 65536},
    {"MSFT-DSA", "MSFT-DSA", 196616, 196654},
    {"DMD", "dMD", 196617, 65536},
    {"Class-Schema", "Class-Schema", 196621, 65536},
    {"Attribute-Schema", "attributeSchema", 196622, 65536},
    {"Public-Folder", "publicFolder", 196623, 196654},
    {"Transport-Stack", "transportStack", 196626, 65536},
    {"Admin-Extension", "adminExtension", 196629, 65536},
    {"Mailbox", "organizationalPerson", 196630, 196654},
    {"Container", "container", 196631, 65536},
    {"RFC1006-Stack", "rFC1006Stack", 196632, 196626},
    {"X400-Link", "x400Link", 196637, 196659},
    {"Computer", "computer", 196638, 65536},
    {"MS-Mail-Connector", "mSMailConnector", 196639, 196659},
    {"RFC1006-X400-Link", "rFC1006X400Link", 196640, 196637},
    {"Mail-Recipient", "person", 196654, 65536},
    {"MTA", "mTA", 196657, 196654},
    {"Site-Connector", "siteConnector", 196658, 65536},
    {"Mail-Gateway", "mailGateway", 196659, 65536},
    {"Addr-Type", "addrType", 196665, 65536},
    {"Address-Template", "addressTemplate", 196666, 196667},
    {"Display-Template", "displayTemplate", 196667, 65536},
    {"Mail-Connector", "mailConnector", 196669, 196659},
    {"Exchange-Admin-Service", "exchangeAdminService", 196670, 65536},
    {"Protocol-Cfg", "protocolCfg", 196676, 65536},
    {"Distribution-List", "groupOfNames", 196801, 196654},
    {"Remote-Address", "remote-address", 196802, 196654},
    {"Replication-Connector", "replicationConnector", 196803, 65536},
    {"Directory-Cfg", "directoryCfg", 196804, 65536},
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
