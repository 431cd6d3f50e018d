// SPDX-License-Identifier: MIT
//
// Connectors, the state of the services they need, and the containers above them.
// The state follows the rule of the report connectors-without-services: a key that is absent proves
// nothing unless the registry of that server shows keys that every such server has.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "shell/review/review_model.h"
#include "shell/review/review_query.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

// judged: one row per connector with the gravest state of its services, numbered as ServiceState;
// states: one row per service it needs.
constexpr std::string_view kStates = R"sql(
WITH
  own AS MATERIALIZED (
    SELECT object_id, name, server, service_key, coalesce(needs_service, 0) AS needs_service,
           is_deleted
    FROM connectors WHERE snapshot_id = :snapshot
  ),
  covered AS MATERIALIZED (
    SELECT DISTINCT server FROM services
    WHERE snapshot_id = :snapshot AND is_current = 1 AND name IN ('MSExchangeSA', 'EventLog')
  ),
  loaded AS MATERIALIZED (
    SELECT server FROM services WHERE snapshot_id = :snapshot
    UNION
    SELECT server FROM sources
    WHERE snapshot_id = :snapshot AND role = 'registry' AND server IS NOT NULL
  ),
  needed AS (
    SELECT object_id, server, service_key AS key FROM own
    WHERE is_deleted = 0 AND needs_service = 1 AND service_key IS NOT NULL
    UNION ALL
    SELECT object_id, server, 'MSExchangeCoCo' FROM own
    WHERE is_deleted = 0 AND needs_service = 1
      AND (service_key LIKE 'LME-%' OR service_key LIKE '%-LME-%')
  ),
  keys AS (
    SELECT n.object_id, n.server, n.key, count(s.name) AS found,
           max(s.image_path IS NOT NULL) AS can_run,
           min(iif(s.image_path IS NULL, NULL, s.start)) AS start,
           min(iif(s.image_path IS NULL, NULL, s.start_type)) AS start_type,
           min(s.disabled_in_profiles) AS profiles, max(s.marked_for_deletion) AS marked
    FROM needed n
    LEFT JOIN services s ON s.snapshot_id = :snapshot AND s.server = n.server
      AND s.name IN (n.key, n.server || '-' || n.key) AND s.is_current = 1
    GROUP BY n.object_id, n.key
  ),
  states AS MATERIALIZED (
    SELECT k.*, EXISTS (SELECT 1 FROM loaded l WHERE l.server = k.server) AS is_loaded,
           CASE WHEN can_run = 1 AND start = 4 THEN 1
                WHEN can_run = 1 THEN 3
                WHEN EXISTS (SELECT 1 FROM covered c WHERE c.server = k.server) THEN 0
                ELSE 2 END AS state
    FROM keys k
  ),
  worst AS (SELECT object_id, min(state) AS state FROM states GROUP BY object_id),
  judged AS MATERIALIZED (
    SELECT o.object_id, o.name,
           CASE WHEN o.is_deleted = 1 THEN 5 WHEN o.needs_service = 0 THEN 4
                ELSE coalesce(w.state, 2) END AS state
    FROM own o LEFT JOIN worst w ON w.object_id = o.object_id
  )
)sql";

constexpr std::string_view kCounts = "SELECT state, count(*) FROM judged GROUP BY state";

constexpr std::string_view kConnectors = R"sql(
SELECT j.object_id, o.parent_id, c.dn, c.name, c.type, c.server,
       iif(json_valid(c.address_spaces),
           (SELECT group_concat(value, ', ') FROM json_each(c.address_spaces)),
           c.address_spaces), j.state,
       s.key, s.state, s.start_type, s.profiles, s.found, s.marked, s.is_loaded
FROM (SELECT * FROM judged ORDER BY state, name, object_id LIMIT :limit) j
JOIN connectors c ON c.snapshot_id = :snapshot AND c.object_id = j.object_id
LEFT JOIN objects o ON o.snapshot_id = :snapshot AND o.object_id = j.object_id
LEFT JOIN states s ON s.object_id = j.object_id
ORDER BY j.state, j.name, j.object_id, s.key
)sql";

constexpr std::string_view kServerNames = R"sql(
  servers AS MATERIALIZED (
    SELECT o.rdn AS server FROM objects o
    JOIN objects p ON p.snapshot_id = o.snapshot_id AND p.object_id = o.parent_id
    WHERE o.snapshot_id = :snapshot AND o.class_x500 = 'Computer' AND o.is_deleted = 0
      AND p.rdn = 'Servers'
    UNION
    SELECT server FROM own WHERE server IS NOT NULL AND is_deleted = 0
    UNION
    SELECT server FROM loaded WHERE server IS NOT NULL
  )
)sql";

constexpr std::string_view kServers = R"sql(
SELECT v.server, EXISTS (SELECT 1 FROM covered c WHERE c.server = v.server),
       EXISTS (SELECT 1 FROM loaded l WHERE l.server = v.server),
       (SELECT min(path) FROM sources r WHERE r.snapshot_id = :snapshot AND r.role = 'registry'
          AND r.server = v.server),
       (SELECT count(*) FROM services s WHERE s.snapshot_id = :snapshot AND s.server = v.server
          AND s.is_current = 1),
       (SELECT count(*) FROM own o WHERE o.server = v.server AND o.is_deleted = 0)
FROM servers v ORDER BY v.server LIMIT :limit
)sql";

// Containers that hold connectors or could, and all above them. UNION ends loops of parents.
constexpr std::string_view kContainers = R"sql(
WITH RECURSIVE
  first AS (
    SELECT object_id AS id FROM containers
    WHERE snapshot_id = :snapshot AND rdn = 'Connections'
    UNION
    SELECT o.parent_id FROM connectors c
    JOIN objects o ON o.snapshot_id = c.snapshot_id AND o.object_id = c.object_id
    WHERE c.snapshot_id = :snapshot AND o.parent_id IS NOT NULL
  ),
  up(id) AS (
    SELECT id FROM (SELECT id FROM first LIMIT :limit)
    UNION
    SELECT o.parent_id FROM up
    JOIN objects o ON o.snapshot_id = :snapshot AND o.object_id = up.id
    WHERE o.parent_id IS NOT NULL
    LIMIT :limit
  )
SELECT u.id, o.parent_id, o.rdn, o.rdn_type, o.class, k.level
FROM up u
JOIN objects o ON o.snapshot_id = :snapshot AND o.object_id = u.id
LEFT JOIN containers k ON k.snapshot_id = :snapshot AND k.object_id = u.id
  AND k.rdn = 'Connections'
ORDER BY o.rdn, u.id
)sql";

std::string states_and(std::string_view tail) { return std::string(kStates).append(tail); }

ServiceState state_of(std::int64_t number) { return static_cast<ServiceState>(number); }

ReviewConnector connector_of(const ReviewRow& row) {
  ReviewConnector connector;
  connector.object_id = row.integer(0);
  connector.parent_id = row.integer(1);
  connector.dn = row.text(2);
  connector.name = row.text(3);
  connector.type = row.text(4);
  connector.server = row.text(5);
  connector.address_spaces = row.text(6);
  connector.state = state_of(row.integer(7));
  return connector;
}

ReviewService service_of(const ReviewRow& row) {
  ReviewService service;
  service.key = row.text(8);
  service.state = state_of(row.integer(9));
  service.start_type = row.text(10);
  service.disabled_in_profiles = row.text(11);
  service.is_stub = service.state == ServiceState::kMissing && row.integer(12) > 0;
  service.is_marked_for_deletion = row.integer(13) != 0;
  service.is_registry_loaded = row.integer(14) != 0;
  return service;
}

Result<void> gather_connectors(Engine& engine, const QueryValues& values, ConnectorTree& tree) {
  return for_each_row(engine, states_and(kConnectors), values, [&](const ReviewRow& row) {
    if (tree.connectors.empty() || tree.connectors.back().object_id != row.integer(0))
      tree.connectors.push_back(connector_of(row));
    if (!row.is_null(8)) tree.connectors.back().services.push_back(service_of(row));
  });
}

Result<void> gather_servers(Engine& engine, const QueryValues& values, ConnectorTree& tree) {
  const std::string with = states_and(", ").append(kServerNames);
  DIRSNAP_CHECK(
      for_each_row(engine, with + std::string(kServers), values, [&](const ReviewRow& row) {
        ReviewServer server;
        server.name = row.text(0);
        server.registry = row.integer(1) != 0   ? ReviewServer::Registry::kLoaded
                          : row.integer(2) != 0 ? ReviewServer::Registry::kPartial
                                                : ReviewServer::Registry::kAbsent;
        server.registry_source = row.text(3);
        server.services = row.integer(4);
        server.connectors = row.integer(5);
        tree.servers.push_back(std::move(server));
      }));
  DIRSNAP_TRY(const auto all, number_of(engine, with + "SELECT count(*) FROM servers", values));
  tree.servers_left = left_over(all, tree.servers.size());
  return {};
}

// A container as it is read, before the tree is put together.
struct ReadNode {
  std::int64_t id = 0;
  std::int64_t parent = 0;
};

NodeKind kind_of(const ReviewRow& row) {
  const std::string type = row.text(3);
  const std::string name = row.text(4);  // of the class
  if (!row.is_null(5)) return NodeKind::kConnections;
  if (type == "o" || name == "msExchOrganizationContainer") return NodeKind::kOrganization;
  if (name == "msExchAdminGroup") return NodeKind::kAdminGroup;
  if (name == "msExchRoutingGroup") return NodeKind::kRoutingGroup;
  if (type == "ou") return NodeKind::kSite;
  return NodeKind::kContainer;
}

class TreeBuilder {
 public:
  explicit TreeBuilder(ConnectorTree& tree) : tree_(tree) {}

  void add(const ReviewRow& row) {
    read_.push_back({row.integer(0), row.integer(1)});
    index_.emplace(row.integer(0), tree_.nodes.size());
    tree_.nodes.push_back({kind_of(row), row.text(2), row.text(5), {}, {}});
  }

  void build() {
    for (std::size_t i = 0; i < read_.size(); ++i) {
      const auto parent = index_.find(read_[i].parent);
      if (parent == index_.end()) {
        tree_.roots.push_back(i);
      } else {
        tree_.nodes[parent->second].children.push_back(i);
      }
    }
    const std::vector<std::size_t> roots = tree_.roots;
    for (const std::size_t root : roots) visit(root);
    // What no root leads to hangs in a loop of parents; it is cut where it is met first.
    for (std::size_t i = 0; i < read_.size(); ++i) {
      if (seen_.count(i) != 0) continue;
      tree_.roots.push_back(i);
      visit(i);
    }
    for (TreeNode& node : tree_.nodes) sort_children(node);
    place_connectors();
  }

 private:
  // Names the kind of what lies below and drops children that were reached before.
  void visit(std::size_t root) {
    std::vector<std::size_t> open = {root};
    seen_.insert(root);
    while (!open.empty()) {
      TreeNode& node = tree_.nodes[open.back()];
      open.pop_back();
      auto& children = node.children;
      children.erase(std::remove_if(children.begin(), children.end(),
                                    [&](std::size_t child) { return !seen_.insert(child).second; }),
                     children.end());
      for (const std::size_t child : children) {
        TreeNode& below = tree_.nodes[child];
        if (node.kind == NodeKind::kSite && below.kind == NodeKind::kContainer &&
            equal_folded(below.name, "Configuration"))
          below.kind = NodeKind::kConfiguration;
        open.push_back(child);
      }
    }
  }

  void sort_children(TreeNode& node) const {
    const auto rank = [&](std::size_t child) {
      switch (tree_.nodes[child].kind) {
        case NodeKind::kConnections:
          return 0;
        case NodeKind::kConfiguration:
          return 1;
        case NodeKind::kContainer:
          return 2;
        default:
          return 3;
      }
    };
    std::stable_sort(node.children.begin(), node.children.end(),
                     [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  }

  void place_connectors() {
    for (std::size_t i = 0; i < tree_.connectors.size(); ++i) {
      const auto parent = index_.find(tree_.connectors[i].parent_id);
      if (parent == index_.end()) {
        tree_.lost.push_back(i);
      } else {
        tree_.nodes[parent->second].connectors.push_back(i);
      }
    }
  }

  ConnectorTree& tree_;
  std::vector<ReadNode> read_;  // parallel to the tree's nodes
  std::unordered_map<std::int64_t, std::size_t> index_;
  std::set<std::size_t> seen_;
};

}  // namespace

Result<void> gather_connector_counts(Engine& engine, ReviewModel& model) {
  const std::string sql = states_and(kCounts);
  for (const ReviewSnapshot& snapshot : model.snapshots) {
    ConnectorCounts& counts = model.connectors.emplace_back();
    counts.snapshot_id = snapshot.id;
    DIRSNAP_CHECK(
        for_each_row(engine, sql, {.snapshot_id = snapshot.id}, [&](const ReviewRow& row) {
          counts.states.at(static_cast<std::size_t>(row.integer(0))) = row.integer(1);
        }));
  }
  return {};
}

Result<ConnectorTree> gather_tree(Engine& engine,
                                  std::int64_t snapshot_id,
                                  const ReviewLimits& limits) {
  ConnectorTree tree;
  tree.snapshot_id = snapshot_id;
  DIRSNAP_CHECK(gather_connectors(engine, {snapshot_id, limits.connectors}, tree));
  DIRSNAP_TRY(const auto all,
              number_of(engine, states_and("SELECT count(*) FROM own"), {snapshot_id, 0}));
  tree.connectors_left = left_over(all, tree.connectors.size());
  TreeBuilder builder(tree);
  std::size_t containers = 0;
  DIRSNAP_CHECK(for_each_row(engine, kContainers, {snapshot_id, limits.containers},
                             [&](const ReviewRow& row) {
                               builder.add(row);
                               ++containers;
                             }));
  tree.is_cut = containers >= limits.containers;
  builder.build();
  DIRSNAP_CHECK(gather_servers(engine, {snapshot_id, limits.servers}, tree));
  return tree;
}

}  // namespace dirsnap
