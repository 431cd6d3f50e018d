// SPDX-License-Identifier: MIT
#include "tests/support/exchange_site.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "tests/support/exchange_site_builder.h"
#include "tests/support/exchange_values.h"

namespace dirsnap::support {
namespace {

constexpr std::uint32_t kFirstDnt = 3;
constexpr std::uint32_t kUnknownParent = 0x00FFFFF0;  // a DNT that no row has
constexpr std::size_t kListMembers = 40;              // of each distribution list, at most

constexpr std::array<std::string_view, 16> kGivenNames = {
    "Astrid", "Bj\u00F8rn",  "Carla", "Dieter", "Elif",    "Fran\u00E7ois", "Greta", "H\u00E5kon",
    "Ines",   "J\u00FCrgen", "Katya", "Lucia",  "Mateusz", "Noor",          "Otto",  "Priya"};
constexpr std::array<std::string_view, 16> kSurnames = {
    "Albrecht", "Barros", "Castell", "Dahl",      "Eklund", "Fontaine", "Gr\u00FCn", "Hollis",
    "Ivanova",  "Jansen", "Kowal",   "Lindqvist", "Moreau", "Nakata",   "Okafor",    "Peltz"};
constexpr std::array<std::string_view, 8> kDepartments = {
    "Accounts", "Bindery", "Design", "Dispatch", "Ink laboratory", "Legal", "Paper mill", "Sales"};
constexpr std::array<std::string_view, 6> kTitles = {
    "Clerk", "Head of department", "Engineer", "Apprentice", "Assistant", "Consultant"};

// The day on which a mailbox changed last, 0: it is as it was made.
std::uint32_t last_change(std::uint32_t index, std::uint32_t day) {
  constexpr std::uint32_t kCycle = 100;  // days until all have changed
  const std::uint32_t first = (index * 2'654'435'761U >> 16U) % kCycle;
  return day <= first ? 0 : day - (day - 1 - first) % kCycle;
}

// An exchange with three digits.
std::string office_number(std::uint32_t index, std::uint32_t change) {
  return "+47 " + std::to_string(555 + change % 400) + " " + std::to_string(10000 + index);
}

// Names never seen in ASCII-only aliases.
std::string alias_of(std::uint32_t index) {
  std::string digits = std::to_string(index);
  if (digits.size() < 5) digits.insert(0, 5 - digits.size(), '0');
  return "user" + digits;
}

}  // namespace

const SiteAttribute* SiteObject::find(std::uint32_t id) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(),
                   [id](const SiteAttribute& attribute) { return attribute.id == id; });
  return found != attributes.end() ? &*found : nullptr;
}

SiteSpec sample_spec() {
  SiteSpec spec;
  spec.sites = {"Harbour", "Hillside"};
  spec.servers = {{"SRV1", 0}, {"SRV2", 0}, {"SRV3", 1}};
  spec.connectors = {
      {ConnectorKind::kInternetMail, 0, false, 0},
      {ConnectorKind::kInternetMail, 1, false, 0},
      {ConnectorKind::kMsMail, 1, false, 0},
      {ConnectorKind::kMsMail, 0, true, 0},
      {ConnectorKind::kCcMail, 0, false, 0},
      {ConnectorKind::kX400, 1, false, 0},
      {ConnectorKind::kSite, 0, false, 1},
      {ConnectorKind::kSite, 2, false, 0},
      {ConnectorKind::kDirectoryReplication, 0, false, 1},
      {ConnectorKind::kDirectoryReplication, 2, false, 0},
  };
  spec.mailboxes = 24;
  spec.has_three_connections_containers = true;
  spec.has_deleted_mailbox = true;
  return spec;
}

SiteSpec large_spec(std::uint32_t mailboxes) {
  SiteSpec spec;
  spec.sites = {"Harbour", "Hillside"};
  spec.servers.clear();
  for (std::size_t i = 0; i < 8; ++i) {
    spec.servers.push_back({"SRV" + std::to_string(i + 1), i / 4});
    spec.connectors.push_back({ConnectorKind::kInternetMail, i, false, 0});
  }
  spec.connectors.push_back({ConnectorKind::kSite, 0, false, 1});
  spec.connectors.push_back({ConnectorKind::kSite, 4, false, 0});
  spec.mailboxes = mailboxes;
  return spec;
}

ExchangeSite::ExchangeSite(SiteSpec spec) : spec_(std::move(spec)) {
  assert(!spec_.sites.empty() && !spec_.servers.empty());
  SiteBuilder builder(spec_);
  builder.build();
  infrastructure_ = std::move(builder.objects);
  recipients_ = std::move(builder.recipients);
  stores_ = std::move(builder.stores);
  mtas_ = std::move(builder.mtas);
  signatures_ = std::move(builder.signatures);
  first_mailbox_ = kFirstDnt + static_cast<std::uint32_t>(infrastructure_.size());
  build_lists();
  build_faults();
}

std::uint32_t ExchangeSite::object_count() const {
  return static_cast<std::uint32_t>(infrastructure_.size() + epilogue_.size()) + spec_.mailboxes;
}

// An object behind the mailboxes; the caller completes it.
SiteObject ExchangeSite::late_object(std::uint32_t parent,
                                     std::string rdn,
                                     std::string_view class_name) const {
  SiteObject object;
  object.dnt = first_mailbox_ + spec_.mailboxes + static_cast<std::uint32_t>(epilogue_.size());
  object.parent = parent;
  object.rdn = std::move(rdn);
  object.class_name = class_name;
  if (parent - kFirstDnt < infrastructure_.size()) {
    const SiteObject& above = infrastructure_[parent - kFirstDnt];
    object.naming_context = above.naming_context;
    object.ancestors = above.ancestors;
    object.dn = above.dn;
  }
  object.ancestors.push_back(object.dnt);
  object.dn += "/cn=" + object.rdn;
  add_common(object, signatures_.front());
  return object;
}

// One list and one remote recipient for each site.
void ExchangeSite::build_lists() {
  for (std::size_t site = 0; site < spec_.sites.size(); ++site) {
    const std::string name = "All " + spec_.sites[site];
    SiteObject list = late_object(recipients_[site], name, "Distribution-List");
    add_text(list, attr::kDisplayName, name);
    add_text(list, attr::kMailNickname, "all-" + std::to_string(site));
    add_proxies(list, spec_, site, "all-" + std::to_string(site), name);
    std::size_t members = 0;
    for (std::uint32_t i = 0; i < spec_.mailboxes && members < kListMembers; ++i) {
      if (spec_.servers[i % spec_.servers.size()].site != site) continue;
      add_reference(list, attr::kMember, first_mailbox_ + i);
      ++members;
    }
    epilogue_.push_back(std::move(list));
    SiteObject remote = late_object(recipients_[site], "Ferrywell Postmaster", "Remote-Address");
    add_text(remote, attr::kDisplayName, remote.rdn);
    add_text(remote, attr::kTargetAddress, "SMTP:postmaster@ferrywell.example");
    epilogue_.push_back(std::move(remote));
  }
}

void ExchangeSite::build_faults() {
  if (spec_.has_deleted_mailbox) {
    SiteObject gone = late_object(recipients_.front(), "leaver", "Mailbox");
    add_text(gone, attr::kDisplayName, "Leaver, Lena");
    make_tombstone(gone);
    epilogue_.push_back(std::move(gone));
  }
  if (spec_.has_lost_parent) {
    SiteObject lost = late_object(kUnknownParent, "stray", "Mailbox");
    add_text(lost, attr::kDisplayName, "Stray, Stella");
    lost.has_known_parents = false;
    epilogue_.push_back(std::move(lost));
  }
  if (spec_.has_parent_loop) {
    for (const char* name : {"Ouro", "Boros"}) {
      SiteObject half = late_object(recipients_.front(), name, "Container");
      half.has_known_parents = false;
      half.dn = "/cn=" + half.rdn;
      epilogue_.push_back(std::move(half));
    }
    SiteObject& first = epilogue_[epilogue_.size() - 2];
    SiteObject& second = epilogue_.back();
    first.parent = second.dnt;
    second.parent = first.dnt;
  }
}

SiteObject ExchangeSite::mailbox(std::uint32_t index, std::uint32_t dnt) const {
  const std::size_t server = index % spec_.servers.size();
  const std::size_t site = spec_.servers[server].site;
  const SiteObject& above = infrastructure_[recipients_[site] - kFirstDnt];
  const std::string given(kGivenNames[index % kGivenNames.size()]);
  const std::string surname(kSurnames[index / kGivenNames.size() % kSurnames.size()]);
  const std::string alias = alias_of(index);
  SiteObject object;
  object.dnt = dnt;
  object.parent = above.dnt;
  object.naming_context = above.naming_context;
  object.rdn = alias;
  object.dn = above.dn + "/cn=" + alias;
  object.class_name = "Mailbox";
  object.ancestors = above.ancestors;
  object.ancestors.push_back(object.dnt);
  add_common(object, signatures_[server]);
  add_text(object, attr::kDisplayName, surname + ", " + given);
  add_text(object, attr::kGivenName, given);
  add_text(object, attr::kSurname, surname);
  add_text(object, attr::kInitials, given.substr(0, 1) + surname.substr(0, 1));
  add_text(object, attr::kDisplayNamePrintable, alias + " of " + spec_.sites[site]);
  add_text(object, attr::kMailNickname, alias);
  const std::string department(kDepartments[index % kDepartments.size()]);
  const std::string title(kTitles[index % kTitles.size()]);
  add_text(object, attr::kDepartment, department);
  add_text(object, attr::kTitle, title);
  add_text(object, attr::kDescription,
           title + " in " + department + " since 1998, desk " + std::to_string(index % 400));
  add_text(object, attr::kTelephoneNumber, "+47 555 " + std::to_string(20000 + index));
  add_text(object, attr::kTelephoneNumber, "+47 556 " + std::to_string(30000 + index));
  add_text(object, attr::kCompany, spec_.organization);
  add_text(object, attr::kLocalityName, spec_.sites[site]);
  const std::uint32_t change = last_change(index, spec_.day);
  add_text(object, attr::kTelephoneOffice1, office_number(index, change));
  if (change != 0) make_changed(object, change);
  add_text(object, attr::kTextCountry, "Norway");
  add_text(
      object, attr::kAddress,
      std::to_string(1 + index % 90) + " Paper Street\r\nFloor " + std::to_string(1 + index % 7));
  add_proxies(object, spec_, site, alias, surname);
  add_reference(object, attr::kHomeMTA, mtas_[server]);
  add_reference(object, attr::kHomeMDB, stores_[server]);
  add_octets(object, attr::kAssocNTAccount, account_sid(2000 + index));
  add_octets(object, attr::kNTSecurityDescriptor, security_descriptor(2000 + index, 8));
  return object;
}

Result<void> ExchangeSite::for_each(
    const std::function<Result<void>(const SiteObject&)>& visit) const {
  for (const SiteObject& object : infrastructure_) DIRSNAP_CHECK(visit(object));
  for (std::uint32_t i = 0; i < spec_.mailboxes; ++i) {
    DIRSNAP_CHECK(visit(mailbox(i, first_mailbox_ + i)));
  }
  for (const SiteObject& object : epilogue_) DIRSNAP_CHECK(visit(object));
  return {};
}

std::vector<SiteObject> ExchangeSite::objects() const {
  std::vector<SiteObject> all;
  all.reserve(object_count());
  const auto collected = for_each([&all](const SiteObject& object) -> Result<void> {
    all.push_back(object);
    return {};
  });
  assert(collected.has_value());
  static_cast<void>(collected);
  return all;
}

std::vector<SiteObject> ExchangeSite::purged() const {
  std::vector<SiteObject> gone;
  const std::uint32_t first = kFirstDnt + object_count();
  for (std::uint32_t i = 0; i < spec_.purged_mailboxes; ++i) {
    gone.push_back(mailbox(spec_.mailboxes + i, first + i));
  }
  return gone;
}

std::string ExchangeSite::dn_of(std::uint32_t dnt) const {
  if (dnt < kFirstDnt) return {};
  std::uint32_t at = dnt - kFirstDnt;
  if (at < infrastructure_.size()) return infrastructure_[at].dn;
  at -= static_cast<std::uint32_t>(infrastructure_.size());
  if (at < spec_.mailboxes) return mailbox(at, dnt).dn;
  at -= spec_.mailboxes;
  return at < epilogue_.size() ? epilogue_[at].dn : std::string();
}

std::string ExchangeSite::server_dn(std::size_t server) const {
  const ServerSpec& of = spec_.servers[server];
  return "/o=" + spec_.organization + "/ou=" + spec_.sites[of.site] +
         "/cn=Configuration/cn=Servers/cn=" + of.name;
}

}  // namespace dirsnap::support
