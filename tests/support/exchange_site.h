// SPDX-License-Identifier: MIT
//
// A synthetic Exchange 5.5 organisation: the objects of its directory as plain structures, from
// which a directory database, registry exports and text dumps are made. Tests compare what they
// read back with these structures.
// All names are invented. The tree follows the published containers of 5.5; what nobody published
// (some ids, the class of the Internet Mail Connector) is assumed, see exchange_schema.h.
// Units: DNT = number of an object (rows 1 and 2 of a database are placeholders, so objects start
// at 3); times are seconds since 1970. Threads: const methods are safe together.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "storage/base/result.h"
#include "tests/support/exchange_schema.h"

namespace dirsnap::support {

// One value of an attribute.
struct SiteValue {
  enum class Kind : std::uint8_t {
    kNumber,     // integers, booleans (0 or 1), ids of classes and attributes, times
    kText,       // UTF-8
    kOctets,     // raw bytes in `text`
    kReference,  // DNT of another object in `number`
  };
  Kind kind = Kind::kNumber;
  std::int64_t number = 0;
  std::string text;
};

struct SiteAttribute {
  std::uint32_t id = 0;
  std::vector<SiteValue> values;
};

// One object of the directory.
struct SiteObject {
  std::uint32_t dnt = 0;
  std::uint32_t parent = 0;          // DNT; 2 for the organisation
  std::uint32_t naming_context = 0;  // DNT of its head
  std::uint32_t rdn_type = attr::kCommonName;
  std::string rdn;
  std::string dn;  // /o=…/ou=…/cn=…; partial for an object without a known parent
  std::string_view class_name;
  bool is_deleted = false;
  bool has_known_parents = true;         // false: the chain of parents breaks or loops
  std::vector<std::uint32_t> ancestors;  // from the organisation to the object itself
  std::int64_t changed_at = 0;
  std::vector<SiteAttribute> attributes;  // links (Member, Home-MDB) among them

  // Values of an attribute, nullptr if there are none.
  const SiteAttribute* find(std::uint32_t id) const;
};

enum class ConnectorKind : std::uint8_t {
  kInternetMail,  // Internet Mail Connector (SERVER), service MSExchangeIMC
  kMsMail,        // MS Mail Connector (SERVER), service MSExchangeMSMI
  kCcMail,        // cc:Mail Connector (SERVER), service MSExchangeCCMC
  kX400,          // X.400 over TCP/IP: no service of its own
  kSite,          // Site Connector: no service of its own
  kDirectoryReplication,
};

struct ConnectorSpec {
  ConnectorKind kind = ConnectorKind::kInternetMail;
  std::size_t server = 0;      // index into SiteSpec::servers
  bool is_deleted = false;     // a tombstone
  std::size_t other_site = 0;  // kSite, kDirectoryReplication: index of the site it leads to
};

struct ServerSpec {
  std::string name;
  std::size_t site = 0;  // index into SiteSpec::sites
};

// What to generate.
struct SiteSpec {
  std::string organization = "Quillmark Papers";
  std::string domain = "quillmark.example";
  std::vector<std::string> sites{"Harbour"};
  std::vector<ServerSpec> servers{{"SRV1", 0}};
  std::vector<ConnectorSpec> connectors;
  std::uint32_t mailboxes = 0;                    // dealt to the servers in turn
  bool has_three_connections_containers = false;  // the connectors stand in each of them
  bool has_lost_parent = false;                   // a mailbox whose parent is in no row
  bool has_parent_loop = false;                   // two containers that are each other's parent
  bool has_deleted_mailbox = false;
  std::uint32_t purged_mailboxes = 0;  // rows that are deleted but still on their pages
  // Each day after day 0 changes a telephone number of 1 % of the mailboxes, every day others for a
  // hundred days, with their times and numbers of change. Nothing changes its length.
  std::uint32_t day = 0;
};

// The sample of the repository: KB Q188632 at server SRV1.
SiteSpec sample_spec();
// An organisation of `mailboxes` mailboxes on eight servers in two sites.
SiteSpec large_spec(std::uint32_t mailboxes);

class ExchangeSite {
 public:
  explicit ExchangeSite(SiteSpec spec);

  const SiteSpec& spec() const { return spec_; }
  // Calls `visit` for every object in the order of their DNT; mailboxes are made on the way.
  Result<void> for_each(const std::function<Result<void>(const SiteObject&)>& visit) const;
  // All of it at once; for small specs.
  std::vector<SiteObject> objects() const;
  std::uint32_t object_count() const;
  // What the purged rows hold; none of them is among objects(). Their DNTs come last.
  std::vector<SiteObject> purged() const;

  // The DN of an object; empty if there is no such object.
  std::string dn_of(std::uint32_t dnt) const;
  // DN of a server's object below its site's Configuration.
  std::string server_dn(std::size_t server) const;

 private:
  SiteObject mailbox(std::uint32_t index, std::uint32_t dnt) const;
  SiteObject late_object(std::uint32_t parent, std::string rdn, std::string_view class_name) const;
  void build_lists();
  void build_faults();

  SiteSpec spec_;
  std::vector<SiteObject> infrastructure_;  // DNT 3 and up, before the mailboxes
  std::vector<SiteObject> epilogue_;        // lists and faults, behind the mailboxes
  std::vector<std::uint32_t> recipients_;   // Recipients container of each site
  std::vector<std::uint32_t> stores_;       // Private MDB of each server
  std::vector<std::uint32_t> mtas_;         // Microsoft MTA of each server
  std::vector<std::string> signatures_;     // Invocation-Id of each server
  std::uint32_t first_mailbox_ = 0;         // DNT
};

}  // namespace dirsnap::support
