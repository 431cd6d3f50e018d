// SPDX-License-Identifier: MIT
#include "importers/dump_model/name_lookup.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "storage/base/text.h"

namespace dirsnap::dump_model {
namespace {

bool is_oid(std::string_view name) {
  return !name.empty() && name.front() >= '0' && name.front() <= '9' &&
         name.find_first_not_of("0123456789.") == std::string_view::npos &&
         name.find('.') != std::string_view::npos;
}

// "Home-MTA" and "homeMTA" are one name: LDAP names of later generations were made of X.500 names.
std::string squeezed(std::string_view name) {
  std::string out = to_lower_ascii(name);
  out.erase(std::remove(out.begin(), out.end(), '-'), out.end());
  return out;
}

// Enters the names of all entries; the first entry to claim a name keeps it. In Exchange 5.5 some
// of its own classes share their LDAP names with X.500 classes (Mailbox is organizationalPerson);
// its own have the higher numbers, so classes are entered from the highest number down.
template <class Entries>
void enter_names(const Entries& entries, std::unordered_map<std::string, std::uint32_t>& names) {
  const auto enter = [&](const std::string& name, std::uint32_t id) {
    if (!name.empty()) names.emplace(to_lower_ascii(name), id);
  };
  std::vector<const typename Entries::mapped_type*> order;
  order.reserve(entries.size());
  for (const auto& [id, entry] : entries) order.push_back(&entry);
  if (std::is_same_v<typename Entries::mapped_type, directory::Class>) {
    std::reverse(order.begin(), order.end());
  }
  for (const bool own : {true, false}) {
    const auto is_meant = [own](directory::Origin origin) {
      const bool is_own =
          origin == directory::Origin::kSchema || origin == directory::Origin::kOverride;
      return is_own == own;
    };
    for (const auto* entry : order) {
      if (is_meant(entry->origin)) enter(entry->ldap_name, entry->id);
    }
    for (const auto* entry : order) {
      if (!is_meant(entry->origin)) continue;
      enter(entry->x500_name, entry->id);
      enter(entry->oid, entry->id);
    }
  }
  for (const auto* entry : order) {
    if (!entry->x500_name.empty()) names.emplace(squeezed(entry->x500_name), entry->id);
  }
}

std::uint32_t next_made_up(const directory::Schema& schema) {
  std::uint32_t next = directory::kFirstMadeUpId;
  const auto pass = [&](std::uint32_t id) {
    if (directory::is_made_up(id)) next = std::max(next, id + 1);
  };
  for (const auto& [id, entry] : schema.attributes()) pass(id);
  for (const auto& [id, entry] : schema.classes()) pass(id);
  return next;
}

}  // namespace

NameLookup::NameLookup(directory::Schema& schema)
    : schema_(schema), next_id_(next_made_up(schema)) {
  enter_names(schema.attributes(), attributes_);
  enter_names(schema.classes(), classes_);
}

directory::Attribute& NameLookup::make_attribute(const std::string& key, std::string_view name) {
  const std::string_view oid = name.starts_with("OID.") ? name.substr(4) : name;
  const auto number = is_oid(oid) ? schema_.prefixes().number_of(oid) : std::nullopt;
  directory::Attribute& entry = schema_.attribute(number ? *number : next_id_++);
  if (!number) {
    entry.ldap_name = name;
    if (is_oid(oid)) entry.oid = oid;
    directory::Schema::mark_secret(entry);
  }
  attributes_.emplace(key, entry.id);
  return entry;
}

directory::Attribute& NameLookup::attribute(std::string_view name) {
  const std::string key = to_lower_ascii(name);
  const auto found = attributes_.find(key);
  return found != attributes_.end() ? schema_.attribute(found->second) : make_attribute(key, name);
}

directory::Attribute& NameLookup::attribute(std::string_view name, std::string_view options) {
  if (options.empty()) return attribute(name);
  const std::string full = std::string(name).append(options);
  const std::string key = to_lower_ascii(full);
  if (const auto found = attributes_.find(key); found != attributes_.end()) {
    return schema_.attribute(found->second);
  }
  const directory::Attribute& plain = attribute(name);
  directory::Attribute& entry = schema_.attribute(next_id_++);
  const std::uint32_t id = entry.id;
  entry = plain;
  entry.id = id;
  entry.ldap_name = plain.ldap_name + std::string(options);
  entry.link_id.reset();
  entry.value_count = 0;
  attributes_.emplace(key, id);
  return entry;
}

std::uint32_t NameLookup::object_class(std::string_view name) {
  const std::string key = to_lower_ascii(name);
  if (const auto found = classes_.find(key); found != classes_.end()) return found->second;
  const auto number = is_oid(name) ? schema_.prefixes().number_of(name) : std::nullopt;
  directory::Class& entry = schema_.object_class(number ? *number : next_id_++);
  if (!number) {
    entry.ldap_name = name;
    if (is_oid(name)) entry.oid = name;
  }
  classes_.emplace(key, entry.id);
  return entry.id;
}

}  // namespace dirsnap::dump_model
