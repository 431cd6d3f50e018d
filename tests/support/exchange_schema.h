// SPDX-License-Identifier: MIT
//
// The part of the Exchange 5.5 directory schema that the synthetic directories use.
// Facts: names, ids and syntaxes as published (Programmer's Reference, and the later Active
// Directory schema where that kept them). Invented, because nobody published them: the ids of the
// classes at 196801 and above, and the id of Member. Threads: constant data.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dirsnap::support {

// The last arc of an attribute's syntax 2.5.5.n; also the place of its column letter after 'a'.
enum class Syntax : std::uint8_t {
  kDn = 1,
  kObjectId = 2,
  kTeletex = 4,
  kPrintable = 5,
  kOrName = 7,
  kBoolean = 8,
  kInteger = 9,
  kOctets = 10,
  kUtcTime = 11,
  kUnicode = 12,
};

struct SchemaAttribute {
  std::string_view name;
  std::string_view ldap_name;
  std::uint32_t id;
  std::uint32_t link_id;  // 0: none; even: forward, odd: back link
  std::uint32_t mapi_id;  // 0: none
  Syntax syntax;
  bool single_valued;
};

struct SchemaClass {
  std::string_view name;
  std::string_view ldap_name;
  std::uint32_t id;
  std::uint32_t superior;  // id of the class it is derived from; Top names itself
};

std::span<const SchemaAttribute> schema_attributes();
std::span<const SchemaClass> schema_classes();

// nullptr: no such attribute or class.
const SchemaAttribute* find_attribute(std::uint32_t id);
const SchemaClass* find_class(std::string_view name);

// Ids of the class and of those it is derived from, most special first, down to Top.
std::vector<std::uint32_t> class_chain(const SchemaClass& of);

// The object identifier behind an id, with arcs joined by `separator`.
std::string object_id_text(std::uint32_t id, char separator);

// Attribute ids, by name.
namespace attr {
inline constexpr std::uint32_t kObjectClass = 0;
inline constexpr std::uint32_t kCommonName = 3;
inline constexpr std::uint32_t kSurname = 4;
inline constexpr std::uint32_t kLocalityName = 7;
inline constexpr std::uint32_t kOrganizationName = 10;
inline constexpr std::uint32_t kOrganizationalUnitName = 11;
inline constexpr std::uint32_t kTitle = 12;
inline constexpr std::uint32_t kDescription = 13;
inline constexpr std::uint32_t kTelephoneNumber = 20;
inline constexpr std::uint32_t kMember = 31;
inline constexpr std::uint32_t kOutboundSites = 131072;
inline constexpr std::uint32_t kInstanceType = 131073;
inline constexpr std::uint32_t kWhenCreated = 131074;
inline constexpr std::uint32_t kWhenChanged = 131075;
inline constexpr std::uint32_t kPossSuperiors = 131080;
inline constexpr std::uint32_t kDisplayName = 131085;
inline constexpr std::uint32_t kHasMasterNCs = 131086;
inline constexpr std::uint32_t kUSNCreated = 131091;
inline constexpr std::uint32_t kComputerName = 131092;
inline constexpr std::uint32_t kSubClassOf = 131093;
inline constexpr std::uint32_t kGovernsID = 131094;
inline constexpr std::uint32_t kMustContain = 131096;
inline constexpr std::uint32_t kMayContain = 131097;
inline constexpr std::uint32_t kRDNAttID = 131098;
inline constexpr std::uint32_t kRemoteSite = 131099;
inline constexpr std::uint32_t kSupportingStack = 131100;
inline constexpr std::uint32_t kGatewayLocalDesig = 131101;
inline constexpr std::uint32_t kAttributeID = 131102;
inline constexpr std::uint32_t kAttributeSyntax = 131104;
inline constexpr std::uint32_t kIsSingleValued = 131105;
inline constexpr std::uint32_t kGivenName = 131113;
inline constexpr std::uint32_t kIsDeleted = 131120;
inline constexpr std::uint32_t kMAPIID = 131121;
inline constexpr std::uint32_t kLinkID = 131122;
inline constexpr std::uint32_t kObjDistName = 131123;
inline constexpr std::uint32_t kTombstoneLifetime = 131126;
inline constexpr std::uint32_t kInboundSites = 131143;
inline constexpr std::uint32_t kActivationStyle = 131145;
inline constexpr std::uint32_t kDSASignature = 131146;
inline constexpr std::uint32_t kObjectVersion = 131148;
inline constexpr std::uint32_t kRepsTo = 131155;
inline constexpr std::uint32_t kRepsFrom = 131163;
inline constexpr std::uint32_t kIsMemberOfDL = 131174;
inline constexpr std::uint32_t kInvocationId = 131187;
inline constexpr std::uint32_t kTelephoneOffice1 = 131190;
inline constexpr std::uint32_t kUSNChanged = 131192;
inline constexpr std::uint32_t kTextCountry = 131203;
inline constexpr std::uint32_t kTransferRetryInterval = 131205;
inline constexpr std::uint32_t kDepartment = 131213;
inline constexpr std::uint32_t kCompany = 131218;
inline constexpr std::uint32_t kGatewayRoutingTree = 131239;
inline constexpr std::uint32_t kHideFromAddressBook = 131241;
inline constexpr std::uint32_t kHomeMTA = 131243;
inline constexpr std::uint32_t kFileVersion = 131250;
inline constexpr std::uint32_t kDiagnosticRegKey = 131261;
inline constexpr std::uint32_t kRemoteBridgeHead = 131263;
inline constexpr std::uint32_t kAdminDisplayName = 131266;
inline constexpr std::uint32_t kProxyAddresses = 131282;
inline constexpr std::uint32_t kConnectedDomains = 131283;
inline constexpr std::uint32_t kAssocNTAccount = 131284;
inline constexpr std::uint32_t kActivationSchedule = 131285;
inline constexpr std::uint32_t kNAddressType = 131294;
inline constexpr std::uint32_t kExtensionName = 131299;
inline constexpr std::uint32_t kOMSyntax = 131303;
inline constexpr std::uint32_t kDeliveryMechanism = 131313;
inline constexpr std::uint32_t kHomeMDB = 131316;
inline constexpr std::uint32_t kAddress = 131328;
inline constexpr std::uint32_t kMTALocalDesig = 131343;
inline constexpr std::uint32_t kNTSecurityDescriptor = 131353;
inline constexpr std::uint32_t kNAddress = 131354;
inline constexpr std::uint32_t kTSelector = 131355;
inline constexpr std::uint32_t kGarbageCollPeriod = 131373;
inline constexpr std::uint32_t kGatewayProxy = 131374;
inline constexpr std::uint32_t kLocalBridgeHead = 131383;
inline constexpr std::uint32_t kProxyGeneratorDLL = 131400;
inline constexpr std::uint32_t kSearchFlags = 131406;
inline constexpr std::uint32_t kManager = 131407;
inline constexpr std::uint32_t kRidServer = 131418;
inline constexpr std::uint32_t kTargetAddress = 131424;
inline constexpr std::uint32_t kDisplayNamePrintable = 131425;
inline constexpr std::uint32_t kRoutingList = 131426;
inline constexpr std::uint32_t kObjectClassCategory = 131442;
inline constexpr std::uint32_t kUSNSource = 131446;
inline constexpr std::uint32_t kHomeMDBBL = 131465;
inline constexpr std::uint32_t kInitials = 131470;
inline constexpr std::uint32_t kMailNickname = 131519;
inline constexpr std::uint32_t kHeuristics = 131524;
inline constexpr std::uint32_t kSiteFolderServer = 131529;
inline constexpr std::uint32_t kNetworkAddress = 131531;
inline constexpr std::uint32_t kLDAPDisplayName = 131532;
}  // namespace attr

}  // namespace dirsnap::support
