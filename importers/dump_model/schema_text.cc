// SPDX-License-Identifier: MIT
#include "importers/dump_model/schema_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "importers/dump_model/name_lookup.h"
#include "importers/dump_model/text_value.h"
#include "storage/base/identifiers.h"
#include "storage/base/text.h"

namespace dirsnap::dump_model {
namespace {

constexpr std::size_t kMaxClassLists = 10'000;
constexpr std::size_t kMaxSchemaRows = 1'000'000;

struct KnownName {
  std::string_view name;  // lower case
  Known known;
};
constexpr std::array kKnownNames = {
    KnownName{"objectclass", Known::kObjectClass},
    KnownName{"object-class", Known::kObjectClass},
    KnownName{"isdeleted", Known::kIsDeleted},
    KnownName{"is-deleted", Known::kIsDeleted},
    KnownName{"cn", Known::kDisplayName},
    KnownName{"rdn", Known::kCommonName},
    KnownName{"common-name", Known::kCommonName},
    KnownName{"attributeid", Known::kAttributeId},
    KnownName{"attribute-id", Known::kAttributeId},
    KnownName{"governsid", Known::kGovernsId},
    KnownName{"governs-id", Known::kGovernsId},
    KnownName{"attributesyntax", Known::kAttributeSyntax},
    KnownName{"attribute-syntax", Known::kAttributeSyntax},
    KnownName{"issinglevalued", Known::kIsSingleValued},
    KnownName{"is-single-valued", Known::kIsSingleValued},
    KnownName{"linkid", Known::kLinkId},
    KnownName{"link-id", Known::kLinkId},
    KnownName{"mapiid", Known::kMapiId},
    KnownName{"mapi-id", Known::kMapiId},
    KnownName{"msds-intid", Known::kMsDsIntId},
    KnownName{"ldapdisplayname", Known::kLdapDisplayName},
    KnownName{"ldap-display-name", Known::kLdapDisplayName},
    KnownName{"systemattribute1", Known::kLdapDisplayName},
    KnownName{"admindisplayname", Known::kAdminDisplayName},
    KnownName{"admin-display-name", Known::kAdminDisplayName},
    KnownName{"subclassof", Known::kSubClassOf},
    KnownName{"sub-class-of", Known::kSubClassOf},
    KnownName{"prefixmap", Known::kPrefixMap},
    KnownName{"invocationid", Known::kInvocationId},
    KnownName{"invocation-id", Known::kInvocationId},
};

std::optional<std::int32_t> small_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool fits = error == std::errc{} && end == text.data() + text.size() &&
                    value >= INT32_MIN && value <= UINT32_MAX;
  if (!fits) return std::nullopt;
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
}

bool is_class(const std::vector<std::string>& classes,
              std::string_view ldap_name,
              std::string_view x500_name) {
  return std::any_of(classes.begin(), classes.end(), [&](const std::string& name) {
    return equal_ascii_nocase(name, ldap_name) || equal_ascii_nocase(name, x500_name);
  });
}

// The row as the schema takes it, but for what needs names.
template <class Row>
directory::SchemaRow numbers_of(const Row& row, const directory::PrefixMap& prefixes) {
  directory::SchemaRow out;
  out.id = prefixes.number_of(row.id);
  if (const auto id = small_number(row.int_id)) out.int_id = static_cast<std::uint32_t>(*id);
  // In Exchange 5.5 cn is the display name; where there is another common name it is that.
  out.common_name = row.common_name.empty() ? row.display_name : row.common_name;
  out.admin_display_name = row.admin_display_name;
  out.ldap_display_name = row.ldap_display_name;
  out.syntax = prefixes.number_of(row.syntax);
  if (!row.single_valued.empty()) {
    out.single_valued = equal_ascii_nocase(row.single_valued, "TRUE") || row.single_valued == "1";
  }
  out.link_id = small_number(row.link_id);
  out.mapi_id = small_number(row.mapi_id);
  return out;
}

}  // namespace

Known known_attribute(std::string_view name) {
  constexpr std::size_t kLongest = 20;
  if (name.size() > kLongest) return Known::kNone;
  const std::string lower = to_lower_ascii(name);
  for (const KnownName& entry : kKnownNames) {
    if (entry.name == lower) return entry.known;
  }
  return Known::kNone;
}

void SchemaText::take(Known attribute, const dump::EntryValue& value) {
  const auto set = [&value](std::string& field) {
    if (field.empty()) field = value.bytes;
  };
  const auto set_oid = [&value](std::string& field) {
    if (!field.empty()) return;
    const bool may_be_hex = value.form == dump::ValueForm::kHexText;
    const auto oid = may_be_hex ? oid_of_hex(value.bytes) : std::nullopt;
    field = oid ? *oid : std::string(value.bytes);
  };
  switch (attribute) {
    case Known::kAttributeId:
    case Known::kGovernsId:
      return set_oid(row_.id);
    case Known::kAttributeSyntax:
      return set_oid(row_.syntax);
    case Known::kIsSingleValued:
      return set(row_.single_valued);
    case Known::kLinkId:
      return set(row_.link_id);
    case Known::kMapiId:
      return set(row_.mapi_id);
    case Known::kMsDsIntId:
      return set(row_.int_id);
    case Known::kCommonName:
      return set(row_.common_name);
    case Known::kDisplayName:
      return set(row_.display_name);
    case Known::kLdapDisplayName:
      return set(row_.ldap_display_name);
    case Known::kAdminDisplayName:
      return set(row_.admin_display_name);
    case Known::kSubClassOf:
      return set_oid(row_.sub_class_of);
    case Known::kPrefixMap:
      prefix_map_ = value.bytes;
      prefix_map_is_text_ = value.form == dump::ValueForm::kText;
      return;
    case Known::kNone:
    case Known::kObjectClass:
    case Known::kIsDeleted:
    case Known::kInvocationId:
      return;
  }
}

void SchemaText::finish_record(const std::vector<std::string>& classes) {
  if (!row_.id.empty() && attributes_.size() + classes_.size() < kMaxSchemaRows) {
    if (is_class(classes, "attributeSchema", "Attribute-Schema")) attributes_.push_back(row_);
    if (is_class(classes, "classSchema", "Class-Schema")) classes_.push_back(row_);
  }
  row_ = {};
  if (classes.size() > 1 && class_lists_.size() < kMaxClassLists) class_lists_.insert(classes);
}

// "0:2.5.4;1:2.5.6;…" as Samba shows it, or the directory's own octets.
void SchemaText::add_prefixes(directory::Schema& schema) const {
  if (!prefix_map_is_text_) {
    schema.prefixes().add_blob(as_bytes(prefix_map_));
    return;
  }
  std::string_view rest = prefix_map_;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view entry = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t colon = std::min(entry.find(':'), entry.size());
    std::uint16_t index = 0;
    const auto [stop, error] = std::from_chars(entry.data(), entry.data() + colon, index);
    if (error != std::errc{} || stop != entry.data() + colon || colon == entry.size()) continue;
    schema.prefixes().add(index, entry.substr(colon + 1));
  }
}

// Superiors that schema objects name, then those that the order of objectClass tells.
void SchemaText::add_superiors(directory::Schema& schema) const {
  NameLookup names(schema);
  for (const Row& row : classes_) {
    if (row.sub_class_of.empty() || row.ldap_display_name.empty()) continue;
    directory::Class& entry = schema.object_class(names.object_class(row.ldap_display_name));
    if (entry.origin != directory::Origin::kOverride) {
      entry.parent = names.object_class(row.sub_class_of);
    }
  }
  for (std::vector<std::string> list : class_lists_) {
    if (equal_ascii_nocase(list.back(), "top")) std::reverse(list.begin(), list.end());
    if (!equal_ascii_nocase(list.front(), "top")) continue;
    for (std::size_t i = 1; i < list.size(); ++i) {
      directory::Class& entry = schema.object_class(names.object_class(list[i]));
      if (!entry.parent) entry.parent = names.object_class(list[i - 1]);
    }
  }
}

void SchemaText::apply_to(directory::Schema& schema) const {
  add_prefixes(schema);
  std::uint32_t made_up = directory::kFirstMadeUpId;
  for (const Row& row : attributes_) {
    directory::SchemaRow numbers = numbers_of(row, schema.prefixes());
    const bool has_number = numbers.id.has_value();
    if (!has_number) numbers.id = numbers.int_id ? *numbers.int_id : made_up++;
    schema.add_attribute_row(numbers);
    if (!has_number) schema.attribute(numbers.int_id.value_or(*numbers.id)).oid = row.id;
  }
  for (const Row& row : classes_) {
    directory::SchemaRow numbers = numbers_of(row, schema.prefixes());
    const bool has_number = numbers.id.has_value();
    if (!has_number) numbers.id = made_up++;
    schema.add_class_row(numbers);
    if (!has_number) schema.object_class(*numbers.id).oid = row.id;
  }
  add_superiors(schema);
}

}  // namespace dirsnap::dump_model
