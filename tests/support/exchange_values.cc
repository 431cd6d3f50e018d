// SPDX-License-Identifier: MIT
#include "tests/support/exchange_values.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tests/support/bytes.h"

namespace dirsnap::support {
namespace {

constexpr std::int64_t kStart = 889000000;          // 1998-03-04, the day of the installation
constexpr std::int64_t kObjectSpacing = 40;         // seconds between two objects
constexpr std::int64_t kDeletionDelay = 7'776'000;  // 90 days, until tombstones were made
constexpr std::int64_t kDay = 86'400;               // seconds
constexpr std::uint32_t kFirstUsn = 1000;
constexpr std::int64_t kWritableInstance = 5;

// What a tombstone keeps.
constexpr std::uint32_t kKept[] = {attr::kObjectClass,     attr::kCommonName, attr::kInstanceType,
                                   attr::kWhenCreated,     attr::kUSNCreated, attr::kUSNChanged,
                                   attr::kObjDistName,     attr::kUSNSource,  attr::kDSASignature,
                                   attr::kAdminDisplayName};

SiteAttribute& attribute_of(SiteObject& object, std::uint32_t id) {
  const auto found =
      std::lower_bound(object.attributes.begin(), object.attributes.end(), id,
                       [](const SiteAttribute& a, std::uint32_t wanted) { return a.id < wanted; });
  if (found != object.attributes.end() && found->id == id) return *found;
  return *object.attributes.insert(found, SiteAttribute{id, {}});
}

}  // namespace

void add_text(SiteObject& object, std::uint32_t id, std::string text) {
  attribute_of(object, id).values.push_back({SiteValue::Kind::kText, 0, std::move(text)});
}

void add_number(SiteObject& object, std::uint32_t id, std::int64_t number) {
  attribute_of(object, id).values.push_back({SiteValue::Kind::kNumber, number, {}});
}

void add_octets(SiteObject& object, std::uint32_t id, std::string bytes) {
  attribute_of(object, id).values.push_back({SiteValue::Kind::kOctets, 0, std::move(bytes)});
}

void add_reference(SiteObject& object, std::uint32_t id, std::uint32_t dnt) {
  attribute_of(object, id).values.push_back({SiteValue::Kind::kReference, dnt, {}});
}

void add_common(SiteObject& object, std::string_view signature) {
  const SchemaClass* const of = find_class(object.class_name);
  if (of != nullptr) {
    for (const std::uint32_t id : class_chain(*of)) add_number(object, attr::kObjectClass, id);
  }
  object.changed_at = kStart + kObjectSpacing * object.dnt;
  add_text(object, object.rdn_type, object.rdn);
  add_number(object, attr::kInstanceType, kWritableInstance);
  add_number(object, attr::kWhenCreated, object.changed_at);
  add_number(object, attr::kWhenChanged, object.changed_at);
  add_number(object, attr::kUSNCreated, kFirstUsn + object.dnt);
  add_number(object, attr::kUSNChanged, kFirstUsn + object.dnt);
  add_number(object, attr::kUSNSource, kFirstUsn + object.dnt);
  add_number(object, attr::kObjectVersion, 1);
  add_reference(object, attr::kObjDistName, object.dnt);
  add_octets(object, attr::kDSASignature, std::string(signature));
}

std::string noise(std::uint64_t seed, std::size_t count) {
  std::string bytes;
  std::uint64_t state = seed * 0x9E3779B97F4A7C15 + 0x1234567;
  while (bytes.size() < count) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    append_le(bytes, state);
  }
  bytes.resize(count);
  return bytes;
}

std::string account_sid(std::uint32_t relative_id) {
  std::string sid("\x01\x05\0\0\0\0\0\x05", 8);
  for (const std::uint32_t part : {21U, 1935412001U, 220523388U, 839522115U, relative_id}) {
    append_le(sid, part);
  }
  return sid;
}

std::string security_descriptor(std::uint32_t owner, std::size_t entries) {
  const std::string sid = account_sid(owner);
  const std::size_t ace_size = 8 + sid.size();
  const std::size_t acl_size = 8 + entries * ace_size;
  std::string bytes("\x01\x00\x04\x80", 4);  // revision; self-relative, with a DACL
  append_le(bytes, static_cast<std::uint32_t>(20 + acl_size));
  append_le(bytes, static_cast<std::uint32_t>(20 + acl_size + sid.size()));
  append_le(bytes, std::uint32_t{0});
  append_le(bytes, std::uint32_t{20});
  append_le(bytes, std::uint16_t{2});
  append_le(bytes, static_cast<std::uint16_t>(acl_size));
  append_le(bytes, static_cast<std::uint32_t>(entries));
  for (std::size_t i = 0; i < entries; ++i) {
    bytes.append(2, '\0');  // an entry that allows
    append_le(bytes, static_cast<std::uint16_t>(ace_size));
    append_le(bytes, std::uint32_t{0x00020014});
    bytes.append(account_sid(i == 0 ? owner : 512 + static_cast<std::uint32_t>(i)));
  }
  return bytes.append(sid).append(account_sid(513));
}

void add_proxies(SiteObject& object,
                 const SiteSpec& spec,
                 std::size_t site,
                 std::string_view alias,
                 std::string_view surname) {
  const std::string who(alias);
  const std::string& place = spec.sites[site];
  std::string company = spec.organization.substr(0, spec.organization.find(' '));
  add_text(object, attr::kProxyAddresses, "SMTP:" + who + "@" + spec.domain);
  add_text(object, attr::kProxyAddresses,
           "X400:c=NO;a= ;p=" + company + ";o=" + place + ";s=" + std::string(surname) +
               ";g=" + who + ";");
  std::transform(company.begin(), company.end(), company.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  add_text(object, attr::kProxyAddresses, "MS:" + company + "/" + place + "/" + who);
  add_text(object, attr::kProxyAddresses, "CCMAIL:" + who + " at " + place);
}

void make_changed(SiteObject& object, std::uint32_t day) {
  object.changed_at += kDay * day;
  const auto set = [&object](std::uint32_t id, std::int64_t number) {
    attribute_of(object, id).values.front().number = number;
  };
  set(attr::kWhenChanged, object.changed_at);
  set(attr::kObjectVersion, 2);
  for (const std::uint32_t id : {attr::kUSNChanged, attr::kUSNSource}) {
    set(id, std::int64_t{kFirstUsn} + object.dnt + std::int64_t{kUsnsOfDay} * day);
  }
}

// A tombstone keeps its name and the replication state, nothing else.
void make_tombstone(SiteObject& object) {
  const auto is_kept = [](const SiteAttribute& attribute) {
    return std::find(std::begin(kKept), std::end(kKept), attribute.id) != std::end(kKept);
  };
  std::vector<SiteAttribute> kept;
  std::copy_if(object.attributes.begin(), object.attributes.end(), std::back_inserter(kept),
               is_kept);
  object.attributes = std::move(kept);
  object.is_deleted = true;
  object.changed_at += kDeletionDelay;
  add_number(object, attr::kIsDeleted, 1);
  add_number(object, attr::kObjectVersion, 2);
  add_number(object, attr::kWhenChanged, object.changed_at);
}

}  // namespace dirsnap::support
