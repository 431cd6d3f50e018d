// SPDX-License-Identifier: MIT
//
// What the review page tells of a case, gathered by SQL into plain structures of bounded size.
// Text is as the case holds it: untrusted, to be escaped where it is written; NULL is empty unless
// said otherwise.
// Units: sizes are bytes, times ISO 8601 UTC. Lifetime: plain values. Threads: one per Engine.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "query/engine.h"
#include "shell/review/review.h"
#include "storage/base/result.h"

namespace dirsnap {

struct ReviewSnapshot {
  std::int64_t id = 0;
  std::string name;
  std::string server;
  std::string organization;
  std::string taken_at;
  std::string imported_at;
  std::int64_t sources = 0;
  std::int64_t issues = 0;
  std::string seal;
};

struct ReviewSource {
  std::int64_t snapshot_id = 0;
  std::int64_t source_id = 0;
  std::string kind;
  std::string role;
  std::string server;
  std::string path;
  std::string container_path;
  std::int64_t size_bytes = 0;
  std::string sha256;
  std::string modified_at;
  std::string imported_at;
  std::string program_version;
  std::string state;
  std::optional<std::int64_t> records;
  std::int64_t issues = 0;
};

struct IssueGroup {
  std::int64_t snapshot_id = 0;
  std::string source;    // path
  std::string severity;  // loss, doubt, note
  std::string code;
  std::int64_t count = 0;
  std::string example;  // message of one of them
};

// What is known of the service a connector needs, gravest first.
enum class ServiceState : std::uint8_t {
  kMissing,    // the registry is loaded, the key is not in it or cannot run
  kDisabled,   // the key is there, its start type keeps it from running
  kUnknown,    // no registry that could prove it: never shown as present, nor as missing
  kPresent,    // the key is there and can run
  kNotNeeded,  // the connector has no service of its own
  kDeleted,    // the connector is a tombstone
};
inline constexpr std::size_t kServiceStates = 6;

// One service a connector needs.
struct ReviewService {
  std::string key;
  ServiceState state = ServiceState::kUnknown;
  std::string start_type;
  std::string disabled_in_profiles;  // JSON array of hardware profiles
  bool is_stub = false;              // missing, although a key of that name is there
  bool is_marked_for_deletion = false;
  bool is_registry_loaded = false;  // unknown: the registry is there, but only in part
};

struct ReviewConnector {
  std::int64_t object_id = 0;
  std::int64_t parent_id = 0;  // 0: none
  std::string dn;
  std::string name;
  std::string type;
  std::string server;
  std::string address_spaces;                     // one after the other
  ServiceState state = ServiceState::kNotNeeded;  // gravest of its services
  std::vector<ReviewService> services;
};

// A server of a snapshot, and how far its registry proves the absence of a service.
struct ReviewServer {
  std::string name;
  enum class Registry : std::uint8_t { kLoaded, kPartial, kAbsent } registry = Registry::kAbsent;
  std::string registry_source;  // path
  std::int64_t services = 0;    // of the control set in force
  std::int64_t connectors = 0;  // live objects at home here
};

enum class NodeKind : std::uint8_t {
  kOrganization,
  kSite,
  kAdminGroup,    // Exchange 2000 and later
  kRoutingGroup,  // Exchange 2000 and later
  kConfiguration,
  kConnections,
  kContainer,  // any other
};

// A container of the tree. Children and connectors are indexes into the ConnectorTree.
struct TreeNode {
  NodeKind kind = NodeKind::kContainer;
  std::string name;
  std::string level;  // of a Connections container: organization, site, configuration, other
  std::vector<std::size_t> children;
  std::vector<std::size_t> connectors;
};

// The part of one snapshot's tree that leads to connectors. A forest: no node is reached twice.
struct ConnectorTree {
  std::int64_t snapshot_id = 0;
  std::vector<TreeNode> nodes;
  std::vector<std::size_t> roots;
  std::vector<ReviewConnector> connectors;
  std::vector<std::size_t> lost;  // connectors whose container is not drawn
  std::uint64_t connectors_left = 0;
  std::vector<ReviewServer> servers;
  std::uint64_t servers_left = 0;
  bool is_cut = false;  // more containers than are drawn
};

// Connectors of a snapshot by the state of their services.
struct ConnectorCounts {
  std::int64_t snapshot_id = 0;
  std::array<std::int64_t, kServiceStates> states{};
};

struct ChangeBar {
  std::string label;  // 1998-03-02, 1998-03 or 1998
  std::int64_t changed = 0;
  std::int64_t deleted = 0;  // tombstones, by the time of deletion
};

// When the objects of a snapshot were last changed.
struct ChangeChart {
  std::int64_t snapshot_id = 0;
  enum class Unit : std::uint8_t { kDay, kMonth, kYear } unit = Unit::kDay;
  std::vector<ChangeBar> bars;  // without gaps
  std::int64_t earlier = 0;     // before the first bar
  std::int64_t later = 0;       // after the last bar
  std::int64_t undated = 0;     // no such time in the source
  std::string first;            // earliest and latest day of all
  std::string last;
};

struct ClassRow {
  std::string name;                  // empty: objects without a class
  std::vector<std::int64_t> counts;  // parallel to ReviewModel::class_snapshots
};

struct ReviewModel {
  std::vector<ReviewSnapshot> snapshots;
  std::uint64_t snapshots_left = 0;
  std::vector<ReviewSource> sources;
  std::uint64_t sources_left = 0;
  std::vector<ConnectorCounts> connectors;  // of every snapshot listed
  std::vector<ConnectorTree> trees;         // in the order of the snapshots
  std::uint64_t trees_left = 0;             // snapshots with connectors that are not drawn
  std::vector<ChangeChart> charts;
  std::uint64_t charts_left = 0;
  std::vector<std::int64_t> class_snapshots;
  std::vector<ClassRow> classes;
  std::uint64_t classes_left = 0;
  std::vector<IssueGroup> issues;
  std::uint64_t issues_left = 0;
};

// Fails as Statement::step() does.
Result<ReviewModel> gather_review(Engine& engine, const ReviewLimits& limits);

// Behind gather_review, one per file.
Result<void> gather_connector_counts(Engine& engine, ReviewModel& model);
Result<ConnectorTree> gather_tree(Engine& engine,
                                  std::int64_t snapshot_id,
                                  const ReviewLimits& limits);
Result<ChangeChart> gather_changes(Engine& engine,
                                   std::int64_t snapshot_id,
                                   const ReviewLimits& limits);

}  // namespace dirsnap
