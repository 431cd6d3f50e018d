// SPDX-License-Identifier: MIT
//
// What values mean by the syntax and the name of their attribute: the readable forms that are the
// same for every kind of source, database or text dump.
// Facts: [MS-ADTS] 3.1.1.2.2.2 (syntaxes 2.5.5.n); which large integers are times: public readers.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "importers/directory/schema.h"
#include "storage/base/byte_reader.h"

namespace dirsnap::directory {

// The n of 2.5.5.n.
namespace syntax {
inline constexpr std::uint8_t kDn = 1;
inline constexpr std::uint8_t kOid = 2;
inline constexpr std::uint8_t kDnBinary = 7;  // in Exchange 5.5: OR-name
inline constexpr std::uint8_t kBoolean = 8;
inline constexpr std::uint8_t kInteger = 9;
inline constexpr std::uint8_t kOctets = 10;
inline constexpr std::uint8_t kTime = 11;
inline constexpr std::uint8_t kPresentationAddress = 13;
inline constexpr std::uint8_t kDnString = 14;  // in Exchange 5.5: access point
inline constexpr std::uint8_t kSecurityDescriptor = 15;
inline constexpr std::uint8_t kLargeInteger = 16;
inline constexpr std::uint8_t kSid = 17;
}  // namespace syntax

inline constexpr std::uint32_t kAssocNtAccount = 131284;  // a SID in ordinary byte order

// OID-valued attributes whose values are shown by the name of the class or attribute they mean;
// the others are shown as dotted OIDs.
bool holds_classes(const Attribute& attribute);
bool holds_attributes(const Attribute& attribute);

// Large integers that are FILETIMEs.
bool holds_filetimes(const Attribute& attribute);

// Octets that are a GUID where there are 16 of them.
bool holds_guids(const Attribute& attribute);

// All of these by the attribute's names; Attribute::meaning keeps the answer.
Meaning find_meaning(const Attribute& attribute);

// Readable text of a number: OID or its name, TRUE and FALSE, FILETIME, decimal digits. Not for
// names and times, whose meaning depends on the source.
std::string integer_form(const Attribute& attribute, std::int64_t value, Schema& schema);

// Readable text of octets: SID, GUID, OID, OSI addresses; nullopt for plain octets.
std::optional<std::string> octets_form(const Attribute& attribute, Bytes bytes, Schema& schema);

// A DN with data in its text form, taken apart.
struct DataName {
  char kind = 'B';        // B: octets, S: text
  std::string_view data;  // hex digits of the octets, or the text
  std::string_view dn;
};
// Of "B:8:0000000D:DN" or "S:5:hello:DN"; nullopt for other texts.
std::optional<DataName> split_data_name(std::string_view text);

// What stands for an OR-name: "X400:c=US;a= ;p=Org;#DN", without "#DN" where `dn` is empty; nullopt
// where the octets are no O/R address. That Exchange 5.5 keeps one there is inferred.
std::optional<std::string> or_name_form(Bytes address, std::string_view dn);

// What stands for a DN with data: an OR-name, or "B:16:0123456789ABCDEF:DN" for octets. `dn` in
// X.500 form.
std::string dn_binary_form(Bytes data, std::string_view dn);
// "S:5:hello:DN" for text.
std::string dn_string_form(std::string_view data, std::string_view dn);

}  // namespace dirsnap::directory
