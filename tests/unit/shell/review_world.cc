// SPDX-License-Identifier: MIT
#include "review_world.h"

#include "storage/tables/connectors.h"
#include "storage/tables/containers.h"
#include "storage/tables/import_issues.h"
#include "storage/tables/objects.h"
#include "storage/tables/services.h"
#include "storage/tables/sources.h"

namespace dirsnap::test {
namespace {

namespace connectors = tables::connectors;
namespace containers = tables::containers;
namespace issues = tables::import_issues;
namespace objects = tables::objects;
namespace services = tables::services;
namespace sources = tables::sources;

using Values = std::vector<std::pair<unsigned, Cell>>;

Cell text_or_null(const std::string& text) {
  Cell cell;
  if (!text.empty()) cell = text;
  return cell;
}

Cell id_or_null(std::int64_t id) {
  Cell cell;
  if (id != 0) cell = id;
  return cell;
}

RelationRows rows_of(const TableSpec& spec, const std::vector<Values>& values) {
  RelationRows relation{relation_of(spec)};
  for (const Values& cells : values) {
    Row& row = relation.rows.emplace_back(relation.def.columns.size());
    for (const auto& cell : cells) row[cell.first] = cell.second;
  }
  return relation;
}

}  // namespace

std::int64_t ReviewWorld::object(std::int64_t parent,
                                 const std::string& rdn_type,
                                 const std::string& rdn) {
  const auto id = static_cast<std::int64_t>(objects_.size()) + 1;
  objects_.push_back({{objects::kObjectId, id},
                      {objects::kParentId, id_or_null(parent)},
                      {objects::kRdn, rdn},
                      {objects::kRdnType, rdn_type},
                      {objects::kDn, "/" + rdn_type + "=" + rdn},
                      {objects::kIsDeleted, std::int64_t{0}},
                      {objects::kIsPhantom, std::int64_t{0}},
                      {objects::kClass, std::string("container")}});
  return id;
}

std::int64_t ReviewWorld::connector(std::int64_t parent, const WorldConnector& connector) {
  const std::int64_t id = object(parent, "cn", connector.name);
  connectors_.push_back({{connectors::kObjectId, id},
                         {connectors::kDn, "/o=Org/cn=" + connector.name},
                         {connectors::kName, connector.name},
                         {connectors::kType, connector.type},
                         {connectors::kServer, text_or_null(connector.server)},
                         {connectors::kServiceKey, text_or_null(connector.key)},
                         {connectors::kNeedsService, std::int64_t{connector.key.empty() ? 0 : 1}},
                         {connectors::kAddressSpaces, std::string("[\"SMTP:*;;1\"]")},
                         {connectors::kIsDeleted, std::int64_t{connector.is_deleted ? 1 : 0}}});
  return id;
}

std::int64_t ReviewWorld::connections(std::int64_t parent, const std::string& level) {
  const std::int64_t id = object(parent, "cn", "Connections");
  containers_.push_back({{containers::kObjectId, id},
                         {containers::kRdn, std::string("Connections")},
                         {containers::kLevel, level}});
  return id;
}

void ReviewWorld::service(const std::string& server,
                          const std::string& name,
                          std::int64_t start,
                          const std::string& image) {
  services_.push_back({{services::kServer, server},
                       {services::kName, name},
                       {services::kStart, start},
                       {services::kStartType, std::string(start == 4 ? "disabled" : "automatic")},
                       {services::kImagePath, text_or_null(image)},
                       {services::kIsCurrent, std::int64_t{1}}});
}

void ReviewWorld::source(const std::string& role,
                         const std::string& server,
                         const std::string& path) {
  sources_.push_back({{sources::kSourceId, static_cast<std::int64_t>(sources_.size()) + 1},
                      {sources::kKind, std::string("ese")},
                      {sources::kRole, role},
                      {sources::kServer, text_or_null(server)},
                      {sources::kPath, path},
                      {sources::kSizeBytes, std::int64_t{1253376}},
                      {sources::kSha256, std::string(64, 'a')}});
}

void ReviewWorld::issue(const std::string& severity,
                        const std::string& code,
                        const std::string& message) {
  issues_.push_back({{issues::kSourceId, std::int64_t{1}},
                     {issues::kSeverity, severity},
                     {issues::kCode, code},
                     {issues::kMessage, message},
                     {issues::kRepeated, std::int64_t{0}}});
}

void ReviewWorld::changed(std::int64_t count, const std::string& day, bool is_deleted) {
  for (std::int64_t i = 0; i < count; ++i) {
    object(0, "cn", "changed");
    objects_.back().emplace_back(objects::kChangedAt, day + "T07:05:00Z");
    objects_.back().emplace_back(objects::kIsDeleted, std::int64_t{is_deleted ? 1 : 0});
  }
}

void ReviewWorld::parent_of(std::int64_t object, std::int64_t parent) {
  objects_[static_cast<std::size_t>(object - 1)].emplace_back(objects::kParentId, parent);
}

SnapshotRows ReviewWorld::snapshot(const std::string& name) const {
  return {name,
          {rows_of(objects::kSpec, objects_), rows_of(connectors::kSpec, connectors_),
           rows_of(containers::kSpec, containers_), rows_of(services::kSpec, services_),
           rows_of(sources::kSpec, sources_), rows_of(issues::kSpec, issues_)}};
}

ThreeContainers::ThreeContainers() {
  const std::int64_t org = world.object(0, "o", "Org");
  const std::int64_t hq = world.object(org, "ou", "HQ");
  const std::int64_t config = world.object(hq, "cn", "Configuration");
  organization = world.connections(org, "organization");
  site = world.connections(hq, "site");
  configuration = world.connections(config, "configuration");
}

}  // namespace dirsnap::test
