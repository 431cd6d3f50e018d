// SPDX-License-Identifier: MIT
//
// Attribute and class numbers that every directory database of the family shares; they are what
// the schema is bootstrapped from. A column is matched by the number in its name, never by its
// syntax letter or its place.
// Facts: [MS-ADA1..3] attribute definitions and the Exchange Server Programmer's Reference.
#pragma once

#include <cstdint>

namespace dirsnap::directory {

namespace attr {
inline constexpr std::uint32_t kObjectClass = 0;
inline constexpr std::uint32_t kCommonName = 3;
inline constexpr std::uint32_t kSerialNumber = 5;
inline constexpr std::uint32_t kCountry = 6;
inline constexpr std::uint32_t kLocality = 7;
inline constexpr std::uint32_t kOrganization = 10;
inline constexpr std::uint32_t kOrganizationalUnit = 11;
inline constexpr std::uint32_t kWhenCreated = 131074;
inline constexpr std::uint32_t kWhenChanged = 131075;
inline constexpr std::uint32_t kUsnCreated = 131091;
inline constexpr std::uint32_t kComputerName = 131092;
inline constexpr std::uint32_t kSubClassOf = 131093;
inline constexpr std::uint32_t kGovernsId = 131094;
inline constexpr std::uint32_t kAttributeId = 131102;
inline constexpr std::uint32_t kAttributeSyntax = 131104;
inline constexpr std::uint32_t kIsSingleValued = 131105;
inline constexpr std::uint32_t kIsDeleted = 131120;
inline constexpr std::uint32_t kMapiId = 131121;
inline constexpr std::uint32_t kLinkId = 131122;
inline constexpr std::uint32_t kDsaSignature = 131146;
inline constexpr std::uint32_t kObjectVersion = 131148;
inline constexpr std::uint32_t kInvocationId = 131187;
inline constexpr std::uint32_t kUsnChanged = 131192;
inline constexpr std::uint32_t kHomeMta = 131243;
inline constexpr std::uint32_t kDiagnosticRegKey = 131261;
inline constexpr std::uint32_t kAdminDisplayName = 131266;
inline constexpr std::uint32_t kExtensionName = 131299;
inline constexpr std::uint32_t kHomeMdb = 131316;
inline constexpr std::uint32_t kNtSecurityDescriptor = 131353;
inline constexpr std::uint32_t kRoutingList = 131426;
inline constexpr std::uint32_t kUsnSource = 131446;
inline constexpr std::uint32_t kLdapDisplayName = 131532;
inline constexpr std::uint32_t kRdn = 589825;
inline constexpr std::uint32_t kObjectGuid = 589826;
inline constexpr std::uint32_t kReplPropertyMetaData = 589827;
inline constexpr std::uint32_t kPrefixMap = 590362;
inline constexpr std::uint32_t kObjectCategory = 590606;
inline constexpr std::uint32_t kMsDsIntId = 591540;
inline constexpr std::uint32_t kDomainComponent = 1376281;
inline constexpr std::uint32_t kUserId = 1376257;
}  // namespace attr

namespace cls {
inline constexpr std::uint32_t kTop = 65536;
inline constexpr std::uint32_t kClassSchema = 196621;
inline constexpr std::uint32_t kAttributeSchema = 196622;
}  // namespace cls

// Rows that a new database holds before any object.
inline constexpr std::int32_t kNotAnObjectDnt = 1;
inline constexpr std::int32_t kRootDnt = 2;

// What never-set fixed columns of template rows hold: bytes 0x2A, seen as an integer.
inline constexpr std::int32_t kFill32 = 0x2A2A2A2A;
inline constexpr std::int64_t kFill64 = 0x2A2A2A2A2A2A2A2A;

}  // namespace dirsnap::directory
