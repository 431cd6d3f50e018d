// SPDX-License-Identifier: MIT
//
// A small organization, row by row: what the tests of the review page look at.
// Lifetime: plain values. Threads: one thread.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/query/query_case.h"

namespace dirsnap::test {

struct WorldConnector {
  std::string name;
  std::string type = "imc";
  std::string server = "EX1";         // empty: not known
  std::string key = "MSExchangeIMC";  // empty: needs no service
  bool is_deleted = false;
};

class ReviewWorld {
 public:
  // Each gives the object's id. A parent of 0 is none.
  std::int64_t object(std::int64_t parent, const std::string& rdn_type, const std::string& rdn);
  std::int64_t connector(std::int64_t parent, const WorldConnector& connector);
  // A container named Connections, at a level.
  std::int64_t connections(std::int64_t parent, const std::string& level);
  // start 2 is automatic, 4 disabled; an empty image makes a stub.
  void service(const std::string& server,
               const std::string& name,
               std::int64_t start = 2,
               const std::string& image = "exe");
  void source(const std::string& role, const std::string& server, const std::string& path);
  void issue(const std::string& severity, const std::string& code, const std::string& message);
  // Objects without a place in the tree, changed on a day.
  void changed(std::int64_t count, const std::string& day, bool is_deleted = false);
  void parent_of(std::int64_t object, std::int64_t parent);

  [[nodiscard]] SnapshotRows snapshot(const std::string& name) const;

 private:
  using Values = std::vector<std::pair<unsigned, Cell>>;

  std::vector<Values> objects_;
  std::vector<Values> connectors_;
  std::vector<Values> containers_;
  std::vector<Values> services_;
  std::vector<Values> sources_;
  std::vector<Values> issues_;
};

// /o=Org with site HQ and the three Connections containers of KB Q188632.
struct ThreeContainers {
  ThreeContainers();
  ReviewWorld world;
  std::int64_t organization = 0;  // its Connections container
  std::int64_t site = 0;
  std::int64_t configuration = 0;
};

}  // namespace dirsnap::test
