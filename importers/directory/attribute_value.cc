// SPDX-License-Identifier: MIT
#include "importers/directory/attribute_value.h"

#include <algorithm>
#include <array>

#include "importers/directory/well_known.h"
#include "importers/ese/cell_value.h"
#include "storage/base/identifiers.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap::directory {
namespace {

// Syntaxes 2.5.5.n that change what a value means.
constexpr std::uint8_t kDnSyntax = 1;
constexpr std::uint8_t kOidSyntax = 2;
constexpr std::uint8_t kBooleanSyntax = 8;
constexpr std::uint8_t kTimeSyntax = 11;
constexpr std::uint8_t kLargeIntegerSyntax = 16;
constexpr std::uint8_t kSidSyntax = 17;

constexpr std::uint32_t kAssocNtAccount = 131284;  // a SID in ordinary byte order

// OID-valued attributes whose values are shown by the name of the class or attribute they mean;
// the others are shown as dotted OIDs. By LDAP name, as they differ between the generations.
constexpr std::array<std::string_view, 6> kClassValued = {"objectClass",    "subClassOf",
                                                          "possSuperiors",  "systemPossSuperiors",
                                                          "auxiliaryClass", "systemAuxiliaryClass"};
constexpr std::array<std::string_view, 5> kAttributeValued = {
    "mustContain", "systemMustContain", "mayContain", "systemMayContain", "rDNAttID"};

// Large integers that are FILETIMEs.
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

bool is_guid_attribute(const Attribute& a) {
  return a.id == attr::kObjectGuid || ends_in_guid(a.ldap_name) || ends_in_guid(a.x500_name) ||
         equal_ascii_nocase(a.x500_name, "Invocation-Id") ||
         equal_ascii_nocase(a.x500_name, "DSA-Signature");
}

std::string oid_text(std::uint32_t number, const Schema& schema) {
  return schema.prefixes().oid_of(number).value_or(std::to_string(number));
}

// Readable text of an integer.
std::optional<std::string> integer_text(const Attribute& attribute,
                                        const ese::CellView& cell,
                                        std::int64_t value,
                                        ValueContext& context) {
  switch (attribute.syntax) {
    case kDnSyntax:
      if (const auto dn = context.dn_of(static_cast<std::int32_t>(value))) return std::string(*dn);
      return std::nullopt;
    case kOidSyntax: {
      const auto number = static_cast<std::uint32_t>(value);
      if (named(attribute, kClassValued) || attribute.id == attr::kObjectClass) {
        return context.schema.object_class(number).ldap_name;
      }
      if (named(attribute, kAttributeValued)) return context.schema.attribute(number).ldap_name;
      return oid_text(number, context.schema);
    }
    case kBooleanSyntax:
      return value != 0 ? "TRUE" : "FALSE";
    case kTimeSyntax:
      return time_of_cell(cell);
    case kLargeIntegerSyntax: {
      const bool is_time = named(attribute, kFileTimes) && value > 0 && value != INT64_MAX;
      if (is_time) {
        if (auto text = iso_from_filetime(static_cast<std::uint64_t>(value))) return text;
      }
      return std::to_string(value);
    }
    default:
      return std::to_string(value);
  }
}

std::optional<std::string> octets_text(const Attribute& attribute,
                                       const ese::CellView& cell,
                                       ValueContext& context) {
  const Bytes bytes = cell.bytes;
  if (attribute.syntax == kSidSyntax) return sid_text(bytes, true);
  if (attribute.id == kAssocNtAccount) return sid_text(bytes);
  if (is_guid_attribute(attribute)) return guid_text(bytes);
  if (attribute.syntax == kOidSyntax) {
    const auto oid = oid_from_der(bytes);
    if (!oid) return std::nullopt;
    const auto number = context.schema.prefixes().number_of(*oid);
    const bool is_class = named(attribute, kClassValued) || attribute.id == attr::kObjectClass;
    return number && is_class ? context.schema.object_class(*number).ldap_name : *oid;
  }
  return std::nullopt;
}

std::optional<std::string> readable_text(const Attribute& attribute,
                                         const ese::CellView& cell,
                                         const ValueView& value,
                                         ValueContext& context) {
  switch (value.type) {
    case ValueType::kInteger:
      return integer_text(attribute, cell, value.integer, context);
    case ValueType::kText:
      return attribute.syntax == kTimeSyntax ? iso_from_asn1_time(value.bytes) : std::nullopt;
    case ValueType::kBlob:
      return octets_text(attribute, cell, context);
    case ValueType::kNull:
    case ValueType::kReal:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> number_of_cell(const ese::CellView& cell, const Schema& schema) {
  if (const auto value = ese::integer_value(*cell.column, cell.bytes))
    return static_cast<std::uint32_t>(*value);
  const auto oid = oid_from_der(cell.bytes);
  return oid ? schema.prefixes().number_of(*oid) : std::nullopt;
}

std::optional<std::string> time_of_cell(const ese::CellView& cell) {
  // Seconds since 1601 stay below this until the year 9999; a FILETIME passed it in 1601.
  constexpr std::int64_t kMaxSeconds = 265'000'000'000;
  if (ese::is_text(cell.column->type)) return iso_from_asn1_time(as_chars(cell.bytes));
  if (const auto value = ese::integer_value(*cell.column, cell.bytes)) {
    if (*value <= 0) return std::nullopt;
    if (cell.bytes.size() == 4) return iso_from_unix_us(*value * 1'000'000);
    if (*value > kMaxSeconds) return iso_from_filetime(static_cast<std::uint64_t>(*value));
    return iso_from_seconds_1601(*value);
  }
  if (const auto bits = ese::datetime_bits(*cell.column, cell.bytes)) return datetime_text(*bits);
  return std::nullopt;
}

AttributeValue attribute_value(const Attribute& attribute,
                               const ese::CellView& cell,
                               ValueContext& context) {
  if (attribute.secret) {
    return {ValueView::null(), ValueView::text(context.arena.keep(secret_text(cell.bytes.size())))};
  }
  AttributeValue result{sql_value(cell, context.arena), ValueView::null()};
  if (const auto text = readable_text(attribute, cell, result.value, context)) {
    result.text = ValueView::text(context.arena.keep(*text));
  } else if (result.value.type == ValueType::kText) {
    result.text = result.value;
  }
  return result;
}

AttributeValue link_value(std::int32_t target_dnt, ValueContext& context) {
  AttributeValue result{ValueView::of(target_dnt), ValueView::null()};
  if (const auto dn = context.dn_of(target_dnt))
    result.text = ValueView::text(context.arena.keep(*dn));
  return result;
}

}  // namespace dirsnap::directory
