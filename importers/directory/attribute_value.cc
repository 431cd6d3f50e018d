// SPDX-License-Identifier: MIT
#include "importers/directory/attribute_value.h"

#include <algorithm>
#include <array>
#include <charconv>

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

Meaning find_meaning(const Attribute& attribute) {
  if (named(attribute, kClassValued) || attribute.id == attr::kObjectClass) return Meaning::kClass;
  if (named(attribute, kAttributeValued)) return Meaning::kAttribute;
  if (named(attribute, kFileTimes)) return Meaning::kFileTime;
  return is_guid_attribute(attribute) ? Meaning::kGuid : Meaning::kPlain;
}

std::string oid_text(std::uint32_t number, const Schema& schema) {
  return schema.prefixes().oid_of(number).value_or(std::to_string(number));
}

ValueView kept(std::string_view text, RowArena& arena) { return ValueView::text(arena.keep(text)); }

ValueView kept_if(const std::optional<std::string>& text, RowArena& arena) {
  return text ? kept(*text, arena) : ValueView::null();
}

ValueView digits(std::int64_t value, RowArena& arena) {
  std::array<char, 24> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return kept(std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data())),
              arena);
}

// What a class, attribute or OID number stands for.
ValueView meaning_of_number(const Attribute& attribute,
                            std::uint32_t number,
                            ValueContext& context) {
  switch (attribute.meaning) {
    case Meaning::kClass:
      return kept(context.schema.object_class(number).ldap_name, context.arena);
    case Meaning::kAttribute:
      return kept(context.schema.attribute(number).ldap_name, context.arena);
    default:
      return kept(oid_text(number, context.schema), context.arena);
  }
}

// Readable text of an integer.
ValueView integer_text(const Attribute& attribute,
                       const ese::CellView& cell,
                       std::int64_t value,
                       ValueContext& context) {
  RowArena& arena = context.arena;
  switch (attribute.syntax) {
    case kDnSyntax: {
      const auto dn = context.dn_of(static_cast<std::int32_t>(value));
      return dn ? kept(*dn, arena) : ValueView::null();
    }
    case kOidSyntax:
      return meaning_of_number(attribute, static_cast<std::uint32_t>(value), context);
    case kBooleanSyntax:
      return ValueView::text(value != 0 ? "TRUE" : "FALSE");
    case kTimeSyntax:
      return kept_if(time_of_cell(cell), arena);
    case kLargeIntegerSyntax: {
      const bool is_time = attribute.meaning == Meaning::kFileTime && value > 0;
      if (is_time && value != INT64_MAX) {
        const auto text = iso_from_filetime(static_cast<std::uint64_t>(value));
        if (text) return kept(*text, arena);
      }
      return digits(value, arena);
    }
    default:
      return digits(value, arena);
  }
}

std::optional<std::string> octets_text(const Attribute& attribute,
                                       const ese::CellView& cell,
                                       ValueContext& context) {
  const Bytes bytes = cell.bytes;
  if (attribute.syntax == kSidSyntax) return sid_text(bytes, true);
  if (attribute.id == kAssocNtAccount) return sid_text(bytes);
  if (attribute.meaning == Meaning::kGuid) return guid_text(bytes);
  if (attribute.syntax == kOidSyntax) {
    const auto oid = oid_from_der(bytes);
    if (!oid) return std::nullopt;
    const auto number = context.schema.prefixes().number_of(*oid);
    return number && attribute.meaning == Meaning::kClass
               ? context.schema.object_class(*number).ldap_name
               : *oid;
  }
  return std::nullopt;
}

ValueView readable_text(const Attribute& attribute,
                        const ese::CellView& cell,
                        const ValueView& value,
                        ValueContext& context) {
  switch (value.type) {
    case ValueType::kInteger:
      return integer_text(attribute, cell, value.integer, context);
    case ValueType::kText: {
      if (attribute.syntax != kTimeSyntax) return value;
      const auto time = iso_from_asn1_time(value.bytes);
      return time ? kept(*time, context.arena) : value;
    }
    case ValueType::kBlob:
      return kept_if(octets_text(attribute, cell, context), context.arena);
    case ValueType::kNull:
    case ValueType::kReal:
      return ValueView::null();
  }
  return ValueView::null();
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

AttributeValue attribute_value(Attribute& attribute,
                               const ese::CellView& cell,
                               const ValueView& native,
                               ValueContext& context) {
  if (attribute.secret) {
    return {ValueView::null(), kept(secret_text(cell.bytes.size()), context.arena)};
  }
  if (attribute.meaning == Meaning::kUnset) attribute.meaning = find_meaning(attribute);
  return {native, readable_text(attribute, cell, native, context)};
}

AttributeValue link_value(std::int32_t target_dnt, ValueContext& context) {
  AttributeValue result{ValueView::of(target_dnt), ValueView::null()};
  if (const auto dn = context.dn_of(target_dnt))
    result.text = ValueView::text(context.arena.keep(*dn));
  return result;
}

}  // namespace dirsnap::directory
