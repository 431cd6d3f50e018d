// SPDX-License-Identifier: MIT
#include "importers/directory/schema.h"

#include <algorithm>
#include <array>
#include <set>

#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

// Credentials by number, so that they are hidden even where no schema row names them, and by LDAP
// name, for those whose number differs from forest to forest.
constexpr std::array<std::uint32_t, 14> kSecretIds = {
    589851,  // currentValue
    589879,  // dBCSPwd
    589914,  // unicodePwd
    589918,  // ntPwdHistory
    589924,  // priorValue
    589949,  // supplementalCredentials
    589953,  // trustAuthIncoming
    589959,  // trustAuthOutgoing
    589984,  // lmPwdHistory
    590363,  // initialAuthIncoming
    590364,  // initialAuthOutgoing
    590689,  // pekList
    591734,  // msDS-ExecuteScriptPassword
    591788,  // msFVE-KeyPackage
};
// Names in lower case without dashes, so that LDAP and X.500 names look alike.
constexpr std::array<std::string_view, 18> kSecretPrefixes = {
    "currentvalue", "dbcspwd",         "unicodepwd",     "ntpwdhistory",
    "lmpwdhistory", "priorvalue",      "supplementalcr", "trustauth",
    "initialauth",  "peklist",         "msdsmanagedpas", "msdsexecutescriptpassword",
    "msmcsadmpwd",  "mslaps",          "msfve",          "userpassword",
    "userpkcs12",   "krbprincipalkey",
};
constexpr std::array<std::string_view, 2> kSecretEndings = {"password", "passwordconfirm"};

bool is_secret_name(std::string_view text) {
  std::string name = to_lower_ascii(text);
  name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
  return std::any_of(kSecretPrefixes.begin(), kSecretPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); }) ||
         std::any_of(kSecretEndings.begin(), kSecretEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

bool is_secret(const Attribute& attribute) {
  return std::find(kSecretIds.begin(), kSecretIds.end(), attribute.id) != kSecretIds.end() ||
         is_secret_name(attribute.ldap_name) || is_secret_name(attribute.x500_name);
}

// Attribute-Syntax rows hold 2.5.5.n as a number: prefix index 8, last arc n.
std::uint8_t syntax_of(std::uint32_t number) {
  constexpr std::uint32_t kSyntaxPrefix = 8;
  const std::uint32_t n = number & 0xFFFF;
  return (number >> 16) == kSyntaxPrefix && n >= 1 && n <= 17 ? static_cast<std::uint8_t>(n) : 0;
}

// The readable X.500 name that a schema row gives, or nothing.
std::string readable_name(const SchemaRow& row) {
  if (!row.common_name.empty() && !is_machine_name(row.common_name)) return row.common_name;
  return row.admin_display_name;
}

// The names of a schema row win over those the entry has; silence leaves them.
template <class Entry>
void take_names(const SchemaRow& row, const std::string& fallback, Entry& entry) {
  if (const std::string name = readable_name(row); !name.empty()) {
    entry.x500_name = name;
    entry.origin = Origin::kSchema;
  }
  if (!row.ldap_display_name.empty()) {
    entry.ldap_name = row.ldap_display_name;
    entry.origin = Origin::kSchema;
  } else if (!entry.x500_name.empty() && entry.ldap_name == fallback) {
    entry.ldap_name = entry.x500_name;
  }
}

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : text; }

}  // namespace

const char* to_string(Origin origin) {
  switch (origin) {
    case Origin::kNone:
      return "none";
    case Origin::kBuiltin:
      return "builtin";
    case Origin::kSchema:
      return "schema";
    case Origin::kOverride:
      return "override";
  }
  return "none";
}

bool is_machine_name(std::string_view name) {
  const std::size_t blank = name.find(' ');
  if (blank == std::string_view::npos) return false;
  const std::string_view word = name.substr(0, blank);
  if (!equal_ascii_nocase(word, "Attribute") && !equal_ascii_nocase(word, "Class")) return false;
  const std::string_view rest = name.substr(blank + 1);
  return !rest.empty() && rest.find('-') != std::string_view::npos &&
         rest.find_first_not_of("0123456789-") == std::string_view::npos;
}

Schema::Schema(Generation generation) {
  const std::span ad_attributes(kActiveDirectoryAttributes, kActiveDirectoryAttributeCount);
  const std::span ad_classes(kActiveDirectoryClasses, kActiveDirectoryClassCount);
  if (generation == Generation::kActiveDirectory) {
    add_builtin(ad_attributes);
    add_builtin(ad_classes);
  }
  add_builtin(std::span(kBuiltinAttributes, kBuiltinAttributeCount));
  add_builtin(std::span(kBuiltinClasses, kBuiltinClassCount));
  if (generation == Generation::kExchange) {
    add_builtin(ad_attributes);
    add_builtin(ad_classes);
  }
}

// Numbers that have an entry keep it.
void Schema::add_builtin(std::span<const BuiltinAttribute> attributes) {
  std::set<std::string> taken;
  for (const auto& [id, entry] : attributes_) taken.insert(to_lower_ascii(entry.ldap_name));
  for (const BuiltinAttribute& b : attributes) {
    Attribute entry{.id = b.id,
                    .ldap_name = text_or_empty(b.ldap_name),
                    .x500_name = b.x500_name,
                    .oid = text_or_empty(b.oid),
                    .syntax = b.syntax,
                    .single = b.single,
                    .link_id = std::nullopt,
                    .mapi_id = std::nullopt,
                    .origin = Origin::kBuiltin,
                    .column = {}};
    // A name leads to one attribute: of several candidates the first that nobody has.
    const auto is_taken = [&](const std::string& name) {
      return name.empty() || taken.contains(to_lower_ascii(name));
    };
    if (is_taken(entry.ldap_name)) entry.ldap_name = entry.x500_name;
    if (is_taken(entry.ldap_name)) entry.ldap_name.clear();
    if (entry.oid.empty()) entry.oid = prefixes_.oid_of(b.id).value_or("");
    if (b.link_id >= 0) entry.link_id = b.link_id;
    if (b.mapi_id >= 0) entry.mapi_id = b.mapi_id;
    entry.secret = is_secret(entry);
    const bool is_fresh = attributes_.emplace(b.id, std::move(entry)).second;
    if (is_fresh && b.link_id >= 0) links_.emplace(static_cast<std::uint32_t>(b.link_id), b.id);
  }
}

void Schema::add_builtin(std::span<const BuiltinClass> classes) {
  std::map<std::string_view, std::uint32_t> by_name;
  for (const BuiltinClass& b : classes) by_name.emplace(b.x500_name, b.id);
  for (const BuiltinClass& b : classes) {
    Class entry{.id = b.id,
                .ldap_name = text_or_empty(b.ldap_name),
                .x500_name = b.x500_name,
                .oid = text_or_empty(b.oid),
                .parent = std::nullopt,
                .origin = Origin::kBuiltin};
    if (entry.ldap_name.empty()) entry.ldap_name = entry.x500_name;
    if (entry.oid.empty()) entry.oid = prefixes_.oid_of(b.id).value_or("");
    if (b.parent_x500 != nullptr) {
      const auto parent = by_name.find(b.parent_x500);
      if (parent != by_name.end()) entry.parent = parent->second;
    }
    classes_.emplace(b.id, std::move(entry));
  }
}

std::string Schema::fallback_name(std::uint32_t id) const {
  return prefixes_.oid_of(id).value_or(std::to_string(static_cast<std::int32_t>(id)));
}

Attribute& Schema::attribute(std::uint32_t id) {
  const auto [at, fresh] = attributes_.try_emplace(id);
  Attribute& entry = at->second;
  if (fresh) {
    entry.id = id;
    entry.oid = prefixes_.oid_of(id).value_or("");
    entry.ldap_name = fallback_name(id);
    entry.secret = is_secret(entry);
  }
  return entry;
}

Class& Schema::object_class(std::uint32_t id) {
  const auto [at, fresh] = classes_.try_emplace(id);
  Class& entry = at->second;
  if (fresh) {
    entry.id = id;
    entry.oid = prefixes_.oid_of(id).value_or("");
    entry.ldap_name = fallback_name(id);
  }
  return entry;
}

void Schema::add_attribute_row(const SchemaRow& row) {
  if (!row.id) return;
  Attribute& entry = attribute(row.int_id.value_or(*row.id));
  if (entry.origin == Origin::kOverride) return;
  take_names(row, fallback_name(entry.id), entry);
  if (const auto oid = prefixes_.oid_of(*row.id)) entry.oid = *oid;
  if (row.syntax && syntax_of(*row.syntax) != 0) entry.syntax = syntax_of(*row.syntax);
  if (row.single_valued) entry.single = *row.single_valued ? 1 : 0;
  if (row.mapi_id) entry.mapi_id = row.mapi_id;
  if (row.link_id && *row.link_id >= 0) {
    entry.link_id = row.link_id;
    links_.insert_or_assign(static_cast<std::uint32_t>(*row.link_id), entry.id);
  }
  entry.secret = is_secret(entry);
}

void Schema::add_class_row(const SchemaRow& row) {
  if (!row.id) return;
  Class& entry = object_class(*row.id);
  if (entry.origin == Origin::kOverride) return;
  take_names(row, fallback_name(entry.id), entry);
  if (row.sub_class_of) entry.parent = row.sub_class_of;
}

void Schema::override_attribute(const Attribute& from) {
  Attribute& entry = attribute(from.id);
  if (!from.ldap_name.empty()) entry.ldap_name = from.ldap_name;
  if (!from.x500_name.empty()) entry.x500_name = from.x500_name;
  if (!from.oid.empty()) entry.oid = from.oid;
  if (from.syntax != 0) entry.syntax = from.syntax;
  if (from.single >= 0) entry.single = from.single;
  if (!from.column.empty()) entry.column = from.column;
  if (from.mapi_id) entry.mapi_id = from.mapi_id;
  if (from.link_id) {
    entry.link_id = from.link_id;
    links_.insert_or_assign(static_cast<std::uint32_t>(*from.link_id), entry.id);
  }
  entry.origin = Origin::kOverride;
  entry.secret = entry.secret || is_secret(entry);
}

void Schema::override_class(const Class& from) {
  Class& entry = object_class(from.id);
  if (!from.ldap_name.empty()) entry.ldap_name = from.ldap_name;
  if (!from.x500_name.empty()) entry.x500_name = from.x500_name;
  if (!from.oid.empty()) entry.oid = from.oid;
  if (from.parent) entry.parent = from.parent;
  entry.origin = Origin::kOverride;
}

void Schema::mark_secret(Attribute& entry) { entry.secret = entry.secret || is_secret(entry); }

Attribute* Schema::link_attribute(std::uint32_t base) {
  const auto found = links_.find(2 * base);
  return found == links_.end() ? nullptr : &attributes_.at(found->second);
}

}  // namespace dirsnap::directory
