// SPDX-License-Identifier: MIT
#include "tests/bench/query_rows.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "storage/tables/attributes.h"
#include "storage/tables/connectors.h"
#include "storage/tables/mailboxes.h"
#include "storage/tables/objects.h"
#include "storage/tables/registry_keys.h"
#include "storage/tables/registry_values.h"
#include "storage/tables/services.h"
#include "storage/tables/sources.h"

namespace dirsnap::bench {
namespace {

namespace at = tables::attributes;
namespace ob = tables::objects;

constexpr std::array<const char*, 5> kClasses = {"user", "contact", "group", "computer",
                                                 "remoteAddress"};
constexpr std::string_view kOrganization = "/o=Northwind Traders";

struct AttributeName {
  const char* ldap;
  const char* x500;
  const char* oid;
  const char* syntax;
};
enum Attribute : unsigned {
  kObjectClass,
  kCn,
  kDisplayName,
  kGivenName,
  kSn,
  kMail,
  kProxyAddresses,
  kDepartmentName,
  kCityName,
  kTelephone,
  kManager,
  kUserAccountControl,
  kDescription,
  kAttributes,
};
constexpr AttributeName kNames[kAttributes] = {
    {"objectClass", "Object-Class", "2.5.4.0", "2.5.5.2"},
    {"cn", "Common-Name", "2.5.4.3", "2.5.5.12"},
    {"displayName", "Display-Name", "1.2.840.113556.1.2.13", "2.5.5.12"},
    {"givenName", "Given-Name", "2.5.4.42", "2.5.5.12"},
    {"sn", "Surname", "2.5.4.4", "2.5.5.12"},
    {"mail", "E-mail-Addresses", "0.9.2342.19200300.100.1.3", "2.5.5.12"},
    {"proxyAddresses", "Proxy-Addresses", "1.2.840.113556.1.2.210", "2.5.5.12"},
    {"department", "Department", "1.2.840.113556.1.2.141", "2.5.5.12"},
    {"l", "Locality-Name", "2.5.4.7", "2.5.5.12"},
    {"telephoneNumber", "Telephone-Number", "2.5.4.20", "2.5.5.12"},
    {"manager", "Manager", "0.9.2342.19200300.100.1.10", "2.5.5.1"},
    {"userAccountControl", "User-Account-Control", "1.2.840.113556.1.4.8", "2.5.5.9"},
    {"description", "Description", "2.5.4.13", "2.5.5.12"},
};

// Scatters row numbers.
std::uint32_t scatter(std::uint32_t row) {
  return static_cast<std::uint32_t>((std::uint64_t{row} * 2'654'435'761U) >> 8U) & 0xFFFFFFU;
}

// The day on which a row changed last, 0: it is as on day 0.
std::uint32_t last_change(std::uint32_t row, std::uint32_t day) {
  constexpr std::uint32_t kCycle = 100;                    // days until all rows have changed
  const std::uint32_t first = scatter(row) / 64 % kCycle;  // low bits tell what a row is like
  return day <= first ? 0 : day - (day - 1 - first) % kCycle;
}

// New objects of each day.
std::uint32_t newcomers(const RowCounts& counts) { return std::max(1U, counts.objects / 1000); }

std::string time_of(std::uint32_t number) {
  return fmt::format("199{}-{:02}-{:02}T{:02}:{:02}:00Z", number % 10, number / 10 % 12 + 1,
                     number / 120 % 28 + 1, number / 3360 % 24, number % 60);
}

// Times and numbers of changes after day 0 are later and larger than all of day 0.
std::string time_on(std::uint32_t day, std::uint32_t number) {
  const std::uint32_t month = (day - 1) / 28;
  return fmt::format("{}-{:02}-{:02}T{:02}:{:02}:00Z", 2000 + month / 12, month % 12 + 1,
                     (day - 1) % 28 + 1, number % 24, number / 24 % 60);
}

std::int64_t usn_on(std::uint32_t day, std::uint32_t number) {
  constexpr std::uint32_t kNumbersOfDay = 1 << 24;
  return std::int64_t{day} * kNumbersOfDay + number % kNumbersOfDay;
}

std::string site_dn(std::uint32_t site) {
  return fmt::format("{}/ou=Site {}", kOrganization, site);
}

std::string ldap_form(std::string_view dn) {
  std::string out;
  while (!dn.empty()) {
    const std::size_t slash = dn.rfind('/');
    if (!out.empty()) out += ',';
    out += dn.substr(slash + 1);
    dn = dn.substr(0, slash);
  }
  return out;
}

class Maker {
 public:
  Maker(const RowCounts& counts, const RowSink& sink) : counts_(counts), sink_(sink) {}

  void sources() {
    namespace so = tables::sources;
    std::int64_t number = 0;
    for (const char* role : {"directory", "registry", "private-store"}) {
      sink_(so::kSpec, {{so::kSourceId, ValueView::of(++number)},
                        {so::kRole, ValueView::text(role)},
                        {so::kServer, ValueView::text("ALPHA")},
                        {so::kPath, ValueView::text(role)}});
    }
  }

  void directory() {
    add_object({std::string(kOrganization), "Northwind Traders", "organization", 0}, "o");
    for (std::uint32_t i = 0; i < kSites; ++i) {
      add_object({site_dn(i), fmt::format("Site {}", i), "organizationalUnit", 1}, "ou");
    }
    for (std::uint32_t i = 0; i < containers(counts_); ++i) {
      add_object({container_dn(i), fmt::format("Recipients {}", i), "container", 2 + i % kSites},
                 "cn");
    }
    while (row_ < objects_of_day(counts_)) add_person();
  }

  // The mailboxes of most users, tombstones among them, and some whose owner never was.
  void private_store() {
    const std::uint32_t persons = objects_of_day(counts_) - first_person(counts_);
    for (std::uint32_t number = 0; number < persons; ++number) {
      const bool is_user = std::string_view(class_of(number)) == kClasses[0];
      if (is_user && scatter(number) % 97 != 0) add_mailbox(number, person_name(number));
      if (number % 500 == 1) add_mailbox(number, site_dn(7) + fmt::format("/cn=Gone {}", number));
    }
  }

  void registry() {
    namespace rk = tables::registry_keys;
    namespace rv = tables::registry_values;
    for (std::uint32_t i = 0; i < counts_.registry_values; ++i) {
      constexpr std::uint32_t kPerKey = 10;
      const std::uint32_t key = i / kPerKey;
      const std::string name = fmt::format("Service {}", key);
      const std::string path = "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\" + name;
      if (i % kPerKey == 0) {
        sink_(rk::kSpec, {{rk::kKeyId, ValueView::of(std::int64_t{key} + 1)},
                          {rk::kSourceId, ValueView::of(2)},
                          {rk::kPath, ValueView::text(path)},
                          {rk::kName, ValueView::text(name)},
                          {rk::kValueCount, ValueView::of(std::int64_t{kPerKey})}});
        add_service(name, path, key);
      }
      const std::string value_name = fmt::format("Value {}", i % kPerKey);
      std::string value = fmt::format("text of value {}", i);
      const std::uint32_t change = last_change(i, counts_.day);
      if (change != 0) value += fmt::format(", day {}", change);
      sink_(rv::kSpec, {{rv::kKeyId, ValueView::of(std::int64_t{key} + 1)},
                        {rv::kSourceId, ValueView::of(2)},
                        {rv::kKeyPath, ValueView::text(path)},
                        {rv::kName, ValueView::text(value_name)},
                        {rv::kType, ValueView::text("REG_SZ")},
                        {rv::kTypeId, ValueView::of(1)},
                        {rv::kValue, ValueView::text(value)},
                        {rv::kOffsetBytes, ValueView::of(std::int64_t{i} * 64)}});
    }
    add_service("MSExchangeSA", "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\MSExchangeSA",
                0);
  }

  // Every second one has no service.
  void connectors() {
    namespace c = tables::connectors;
    for (std::uint32_t i = 0; i < kConnectors; ++i) {
      const std::string dn = fmt::format("{}/cn=Connector {}", site_dn(i % kSites), i);
      const std::string name = fmt::format("Connector {}", i);
      const std::string key = (i % 2 == 0 ? "Service " : "Gone ") + std::to_string(i);
      std::vector<Cell> cells = {{c::kObjectId, ValueView::of(std::int64_t{i} + 1)},
                                 {c::kDn, ValueView::text(dn)},
                                 {c::kName, ValueView::text(name)},
                                 {c::kType, ValueView::text("gateway")},
                                 {c::kServer, ValueView::text("ALPHA")},
                                 {c::kServiceKey, ValueView::text(key)},
                                 {c::kNeedsService, ValueView::of(1)},
                                 {c::kIsDeleted, ValueView::of(0)},
                                 {c::kSourceId, ValueView::of(1)}};
      const std::uint32_t change = last_change(i, counts_.day);
      const std::string spaces = fmt::format("[\"SMTP:day{}.northwind.example;1\"]", change);
      if (change != 0) cells.push_back({c::kAddressSpaces, ValueView::text(spaces)});
      sink_(c::kSpec, cells);
    }
  }

 private:
  struct Object {
    std::string dn;
    std::string rdn;
    const char* object_class = "";
    std::uint32_t parent = 0;  // object_id, 0: none
  };

  // 0: it was there on day 0.
  std::uint32_t day_of_birth(std::uint32_t row) const {
    return row < counts_.objects ? 0 : (row - counts_.objects) / newcomers(counts_) + 1;
  }

  // The day that made the object what it is.
  std::uint32_t day_of(std::uint32_t row) const {
    return std::max(day_of_birth(row), last_change(row, counts_.day));
  }

  // Newcomers are scattered over all containers.
  std::uint32_t container_of(std::uint32_t number) const {
    const std::uint32_t row = number + first_person(counts_);
    return row < counts_.objects ? number / kChildren : scatter(number) % containers(counts_);
  }

  // The DN of a person, newcomers among them.
  std::string person_name(std::uint32_t number) const {
    return fmt::format("{}/cn={}", container_dn(container_of(number)), person(number));
  }

  static const char* class_of(std::uint32_t number) {
    return kClasses[number % 10 == 0 ? 4 : number % 4];
  }

  // A store keeps its owners' names in upper case.
  void add_mailbox(std::uint32_t number, std::string owner) {
    namespace m = tables::mailboxes;
    for (char& c : owner) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const std::string name = person(number);
    const std::uint32_t change = day_of(number + first_person(counts_));
    const std::string logon = change == 0 ? time_of(number) : time_on(change, number);
    const std::int64_t messages = scatter(number) % 500 + change;
    sink_(m::kSpec, {{m::kSourceId, ValueView::of(3)},
                     {m::kMailboxId, ValueView::of(++mailboxes_)},
                     {m::kDisplayName, ValueView::text(name)},
                     {m::kOwnerDn, ValueView::text(owner)},
                     {m::kKind, ValueView::text("user")},
                     {m::kKindRule, ValueView::text("none")},
                     {m::kMessages, ValueView::of(messages)},
                     {m::kSizeBytes, ValueView::of(messages * 4096)},
                     {m::kLastLogonAt, ValueView::text(logon)}});
  }

  void add_person() {
    const std::uint32_t number = row_ - first_person(counts_);
    const std::uint32_t parent = first_person(counts_) - containers(counts_) + container_of(number);
    const Object object{person_name(number), person(number), class_of(number), parent + 1};
    const std::uint32_t id = row_ + 1;
    // A change gives one value of two another text of the same kind.
    const std::uint32_t change = day_of(row_);
    const std::uint32_t other_phone = number % 2 == 0 ? change : 0;
    const std::uint32_t other_desk = number % 2 == 1 ? change : 0;
    add_object(object, "cn");
    const std::string& name = object.rdn;
    const std::string mail = fmt::format("p{}@northwind.example", scatter(number));
    add_value(id, kDisplayName, name + " (Northwind)");
    add_value(id, kGivenName, fmt::format("Given{}", number % 997));
    add_value(id, kSn, fmt::format("Surname{}", scatter(number) % 20'011));
    add_value(id, kMail, mail);
    add_value(id, kProxyAddresses, "SMTP:" + mail, 0);
    add_value(id, kProxyAddresses, fmt::format("X400:c=US;a= ;p=Northwind;o=Site;s=P{};", number),
              1);
    add_value(id, kDepartmentName, fmt::format("Department {}", scatter(number) % departments()));
    add_value(id, kCityName, fmt::format("City {}", scatter(number) % cities()));
    add_value(id, kTelephone,
              fmt::format("+1 425 {:07}", (scatter(number) + other_phone) % 10'000'000));
    add_value(id, kManager, person_dn(scatter(number) % (number / 8 + 1)));
    add_number(id, kUserAccountControl, number % 3 == 0 ? 514 : 512);
    add_value(id, kDescription,
              fmt::format("Entry {} of the address book, kept by desk {}", number,
                          (number + other_desk) % 311));
  }

  std::uint32_t departments() const { return std::max(1U, counts_.objects / kDepartment); }
  std::uint32_t cities() const { return std::max(1U, counts_.objects / kCity); }

  void add_object(const Object& object, const char* rdn_type) {
    const std::uint32_t row = row_++;
    const std::string ldap_dn = ldap_form(object.dn);
    const std::uint32_t birth = day_of_birth(row);
    const std::uint32_t change = day_of(row);
    const std::string changed =
        change == 0 ? time_of(scatter(row) % 200'000) : time_on(change, scatter(row));
    const std::string created = birth == 0 ? time_of(row % 100'000) : time_on(birth, row);
    const std::int64_t usn_created = birth == 0 ? std::int64_t{row} + 1000 : usn_on(birth, row);
    const std::int64_t usn_changed = usn_on(change, scatter(row));
    const std::string guid =
        fmt::format("{:08x}-0000-4000-8000-{:012x}", scatter(row), std::uint64_t{row} * 40503U);
    std::vector<Cell> cells = {
        {ob::kObjectId, ValueView::of(std::int64_t{row} + 1)},
        {ob::kDnt, ValueView::of(std::int64_t{row} * 2 + 17)},
        {ob::kClass, ValueView::text(object.object_class)},
        {ob::kRdn, ValueView::text(object.rdn)},
        {ob::kRdnType, ValueView::text(rdn_type)},
        {ob::kDn, ValueView::text(object.dn)},
        {ob::kLdapDn, ValueView::text(ldap_dn)},
        {ob::kIsDeleted, ValueView::of(scatter(row) % 50 == 0 && row > 1000 ? 1 : 0)},
        {ob::kIsPhantom, ValueView::of(0)},
        {ob::kCreatedAt, ValueView::text(created)},
        {ob::kChangedAt, ValueView::text(changed)},
        {ob::kUsnCreated, ValueView::of(usn_created)},
        {ob::kUsnChanged, ValueView::of(usn_changed)},
        {ob::kGuid, ValueView::text(guid)},
        {ob::kSourceId, ValueView::of(1)}};
    if (object.parent != 0) {
      cells.push_back({ob::kParentId, ValueView::of(std::int64_t{object.parent})});
    }
    sink_(ob::kSpec, cells);
    add_value(row + 1, kObjectClass, object.object_class);
    add_value(row + 1, kCn, object.rdn);
  }

  void add_value(std::uint32_t id, Attribute attribute, const std::string& text, int seq = 0) {
    add(id, attribute, ValueView::text(text), text, seq);
  }
  void add_number(std::uint32_t id, Attribute attribute, std::int64_t value) {
    add(id, attribute, ValueView::of(value), std::to_string(value), 0);
  }
  void add(std::uint32_t id,
           Attribute attribute,
           const ValueView& value,
           const std::string& text,
           int seq) {
    const AttributeName& name = kNames[attribute];
    sink_(at::kSpec, {{at::kObjectId, ValueView::of(std::int64_t{id})},
                      {at::kAttribute, ValueView::text(name.ldap)},
                      {at::kAttributeX500, ValueView::text(name.x500)},
                      {at::kAttributeId, ValueView::of(std::int64_t{attribute})},
                      {at::kOid, ValueView::text(name.oid)},
                      {at::kSeq, ValueView::of(seq)},
                      {at::kSyntax, ValueView::text(name.syntax)},
                      {at::kValue, value},
                      {at::kText, ValueView::text(text)},
                      {at::kNameOrigin, ValueView::text("schema")},
                      {at::kSourceId, ValueView::of(1)}});
  }

  void add_service(const std::string& name, const std::string& path, std::uint32_t number) {
    namespace s = tables::services;
    const std::string image = fmt::format("C:\\winnt\\system32\\svc{}.exe", number);
    sink_(s::kSpec, {{s::kServer, ValueView::text("ALPHA")},
                     {s::kName, ValueView::text(name)},
                     {s::kDisplayName, ValueView::text(name)},
                     {s::kStart, ValueView::of(std::int64_t{number % 5})},
                     {s::kImagePath, ValueView::text(image)},
                     {s::kIsCurrent, ValueView::of(1)},
                     {s::kKeyPath, ValueView::text(path)},
                     {s::kSourceId, ValueView::of(2)}});
  }

  RowCounts counts_;
  const RowSink& sink_;
  std::uint32_t row_ = 0;
  std::int64_t mailboxes_ = 0;  // made so far
};

}  // namespace

std::uint32_t containers(const RowCounts& counts) {
  return std::max(1U, counts.objects / (kChildren + 1));
}

std::uint32_t first_person(const RowCounts& counts) { return 1 + kSites + containers(counts); }

std::uint32_t objects_of_day(const RowCounts& counts) {
  return counts.objects + counts.day * newcomers(counts);
}

std::string person(std::uint32_t row) {
  return fmt::format("Person {} Number {}", scatter(row) % 1'000, row);
}

std::string container_dn(std::uint32_t number) {
  return fmt::format("{}/cn=Recipients {}", site_dn(number % kSites), number);
}

std::string person_dn(std::uint32_t row) {
  return fmt::format("{}/cn={}", container_dn(row / kChildren), person(row));
}

void make_rows(const RowCounts& counts, const RowSink& sink) {
  Maker maker(counts, sink);
  maker.sources();
  maker.directory();
  maker.private_store();
  maker.registry();
  maker.connectors();
}

}  // namespace dirsnap::bench
