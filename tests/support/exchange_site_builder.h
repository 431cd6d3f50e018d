// SPDX-License-Identifier: MIT
//
// Builds the objects of a synthetic organisation that are not mailboxes: containers, schema,
// servers, connectors. Used by ExchangeSite alone.
// Threads: one builder, one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/exchange_site.h"

namespace dirsnap::support {

class SiteBuilder {
 public:
  explicit SiteBuilder(const SiteSpec& spec);

  // Everything that comes before the mailboxes.
  void build();

  std::vector<SiteObject> objects;
  std::vector<std::uint32_t> recipients;  // by site
  std::vector<std::uint32_t> stores;      // by server
  std::vector<std::uint32_t> mtas;        // by server
  std::vector<std::string> signatures;    // by server

 private:
  SiteObject& add(std::uint32_t parent, std::string rdn, std::string_view class_name);
  std::uint32_t container(std::uint32_t parent, std::string rdn);
  const SiteObject& at(std::uint32_t dnt) const { return objects[dnt - 3]; }
  std::string_view signature_of(std::size_t site) const;
  void build_site(std::size_t site);
  void build_schema(std::uint32_t site);
  void build_addressing(std::uint32_t configuration, std::size_t site);
  void build_server(std::uint32_t servers, std::size_t server);
  void build_site_settings(std::uint32_t configuration, std::size_t site);
  void build_connectors();
  void build_connector(const ConnectorSpec& spec, std::uint32_t parent);
  void fill_connector(const ConnectorSpec& spec, SiteObject& object) const;

  const SiteSpec& spec_;
  std::uint32_t organization_ = 0;
  std::uint32_t organization_connections_ = 0;
  std::vector<std::uint32_t> sites_;
  std::vector<std::uint32_t> site_connections_;
  std::vector<std::uint32_t> connections_;  // below Configuration, by site
  std::vector<std::uint32_t> replication_;  // Dir-Repl, by site
  std::vector<std::uint32_t> stacks_;       // TCP stack, by server
};

}  // namespace dirsnap::support
