// SPDX-License-Identifier: MIT
#include "importers/directory/syntax.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "importers/directory/osi_address.h"
#include "importers/directory/well_known.h"
#include "storage/base/identifiers.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap::directory {
namespace {

// By LDAP name, as the numbers differ between the generations.
constexpr std::array<std::string_view, 6> kClassValued = {"objectClass",    "subClassOf",
                                                          "possSuperiors",  "systemPossSuperiors",
                                                          "auxiliaryClass", "systemAuxiliaryClass"};
constexpr std::array<std::string_view, 6> kAttributeValued = {
    "mustContain",      "systemMustContain", "mayContain",
    "systemMayContain", "rDNAttID",          "transportAddressAttribute"};

constexpr std::array<std::string_view, 9> kFileTimes = {
    "pwdLastSet",     "lastLogon",   "lastLogonTimestamp", "lastLogoff",  "badPasswordTime",
    "accountExpires", "lockoutTime", "creationTime",       "lastSetTime",
};

template <std::size_t N>
bool named(const Attribute& attribute, const std::array<std::string_view, N>& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return equal_ascii_nocase(attribute.ldap_name, name);
  });
}

bool ends_in_guid(std::string_view name) {
  return name.size() >= 4 && equal_ascii_nocase(name.substr(name.size() - 4), "guid");
}

// Found once for the attributes of a database, each time for those of a dump.
Meaning meaning_of(const Attribute& attribute) {
  return attribute.meaning == Meaning::kUnset ? find_meaning(attribute) : attribute.meaning;
}

std::string oid_text(std::uint32_t number, const Schema& schema) {
  return schema.prefixes().oid_of(number).value_or(std::to_string(number));
}

}  // namespace

bool holds_classes(const Attribute& attribute) {
  return attribute.id == attr::kObjectClass || named(attribute, kClassValued);
}

bool holds_attributes(const Attribute& attribute) { return named(attribute, kAttributeValued); }

bool holds_filetimes(const Attribute& attribute) { return named(attribute, kFileTimes); }

bool holds_guids(const Attribute& a) {
  return a.id == attr::kObjectGuid || ends_in_guid(a.ldap_name) || ends_in_guid(a.x500_name) ||
         equal_ascii_nocase(a.x500_name, "Invocation-Id") ||
         equal_ascii_nocase(a.x500_name, "DSA-Signature");
}

Meaning find_meaning(const Attribute& attribute) {
  if (holds_classes(attribute)) return Meaning::kClass;
  if (holds_attributes(attribute)) return Meaning::kAttribute;
  if (holds_filetimes(attribute)) return Meaning::kFileTime;
  return holds_guids(attribute) ? Meaning::kGuid : Meaning::kPlain;
}

std::string integer_form(const Attribute& attribute, std::int64_t value, Schema& schema) {
  switch (attribute.syntax) {
    case syntax::kOid: {
      const auto number = static_cast<std::uint32_t>(value);
      if (meaning_of(attribute) == Meaning::kClass) return schema.object_class(number).ldap_name;
      if (meaning_of(attribute) == Meaning::kAttribute) return schema.attribute(number).ldap_name;
      return oid_text(number, schema);
    }
    case syntax::kBoolean:
      return value != 0 ? "TRUE" : "FALSE";
    case syntax::kLargeInteger:
      if (value > 0 && value != INT64_MAX && meaning_of(attribute) == Meaning::kFileTime) {
        if (auto text = iso_from_filetime(static_cast<std::uint64_t>(value))) return *text;
      }
      return std::to_string(value);
    default:
      return std::to_string(value);
  }
}

std::optional<std::string> octets_form(const Attribute& attribute, Bytes bytes, Schema& schema) {
  if (attribute.syntax == syntax::kSid) return sid_text(bytes, true);
  if (attribute.id == kAssocNtAccount) return sid_text(bytes);
  if (attribute.syntax == syntax::kPresentationAddress) return presentation_address_text(bytes);
  if (attribute.syntax == syntax::kDnBinary) return or_name_form(bytes, "");
  if (meaning_of(attribute) == Meaning::kGuid) {
    // Some writers store the readable form.
    const std::string_view chars = as_chars(bytes);
    const bool is_text = chars.size() == 36 && chars.find_first_not_of("0123456789abcdefABCDEF-") ==
                                                   std::string_view::npos;
    return is_text ? to_lower_ascii(chars) : guid_text(bytes);
  }
  if (attribute.syntax == syntax::kOid) {
    const auto oid = oid_from_der(bytes);
    if (!oid) return std::nullopt;
    const auto number = schema.prefixes().number_of(*oid);
    return number && meaning_of(attribute) == Meaning::kClass
               ? schema.object_class(*number).ldap_name
               : *oid;
  }
  return std::nullopt;
}

std::optional<DataName> split_data_name(std::string_view text) {
  const bool is_data = text.size() > 2 && (text[0] == 'B' || text[0] == 'S') && text[1] == ':';
  if (!is_data) return std::nullopt;
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), size);
  if (error != std::errc{} || end == text.data() + text.size() || *end != ':') return std::nullopt;
  const auto at = static_cast<std::size_t>(end - text.data()) + 1;  // of the data
  if (size >= text.size() - at || text[at + size] != ':') return std::nullopt;
  return DataName{text[0], text.substr(at, size), text.substr(at + size + 1)};
}

std::optional<std::string> or_name_form(Bytes address, std::string_view dn) {
  const auto text = or_address_text(address);
  if (!text) return std::nullopt;
  std::string form = "X400:" + *text;
  if (!dn.empty()) form.append("#").append(dn);
  return form;
}

std::string dn_binary_form(Bytes data, std::string_view dn) {
  if (auto form = or_name_form(data, dn)) return *std::move(form);
  std::string text = "B:" + std::to_string(2 * data.size()) + ':';
  for (const char c : to_hex(data)) text += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  return text.append(":").append(dn);
}

std::string dn_string_form(std::string_view data, std::string_view dn) {
  std::string text = "S:" + std::to_string(data.size()) + ':';
  return text.append(data).append(":").append(dn);
}

}  // namespace dirsnap::directory
