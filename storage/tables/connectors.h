// SPDX-License-Identifier: MIT
//
// The table connectors. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::connectors {

enum Col : unsigned {
  kObjectId,
  kDn,
  kName,
  kType,
  kClass,
  kLevel,
  kOrganization,
  kSite,
  kServer,
  kServerRule,
  kServiceKey,
  kNeedsService,
  kAddressSpaces,
  kIsDeleted,
  kJoinRule,
  kSourceId,
  kRoutingGroup,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"object_id", ColumnType::kInteger, "The connector (objects.object_id).", Access::kIndex},
    {"dn", ColumnType::kText, "Distinguished name in X.500 form.", Access::kIndex,
     Collation::kFold},
    {"name", ColumnType::kText, "The connector's relative name.", Access::kIndex, Collation::kFold},
    {"type", ColumnType::kText,
     "imc, msmail, ccmail, notes, groupwise, snads, profs, x400, site, ras, dirrep, dirsync, "
     "newsfeed, calendar, freebusy, smtp, routing-group, gateway or unknown."},
    {"class", ColumnType::kText, "X.500 name of the class, LDAP name where there is none.",
     Access::kScan, Collation::kFold},
    {"level", ColumnType::kText,
     "Level of the container it stands in: organization, site, configuration or other."},
    {"organization", ColumnType::kText, "Name of the organization.", Access::kScan,
     Collation::kFold},
    {"site", ColumnType::kText, "Site of the container, else of the home server.", Access::kScan,
     Collation::kFold},
    {"server", ColumnType::kText, "Home server.", Access::kIndex, Collation::kFold},
    {"server_rule", ColumnType::kText,
     "How the server was found: home-mta, home-server, computer-name, bridgehead (the first of its "
     "source bridgeheads), dn (it stands below the server), name or none."},
    {"service_key", ColumnType::kText,
     "Name of the service key it needs, NULL where it needs none.", Access::kIndex,
     Collation::kFold},
    {"needs_service", ColumnType::kInteger,
     "1 if the connector cannot work without that service: one of its own, or the transport "
     "service "
     "of its server's version."},
    {"address_spaces", ColumnType::kText, "JSON array of its address spaces (Routing-List)."},
    {"is_deleted", ColumnType::kInteger, "1 for a tombstone."},
    {"join_rule", ColumnType::kText,
     "How the service key was found: diagnostic-reg-key, class, name or none."},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"routing_group", ColumnType::kText, "Routing group it stands in (Exchange 2000 and later).",
     Access::kScan, Collation::kFold},
};
static_assert(covers(kColumnSpecs, kRoutingGroup));

inline constexpr const char* kExamples[] = {
    "SELECT name, type, server, service_key, level FROM connectors ORDER BY name, level",
};

inline constexpr TableSpec kSpec{
    .name = "connectors",
    .doc = "One row per connector object, one for each container it stands in.",
    .columns = kColumnSpecs,
    .examples = kExamples,
    .in_common = true};

}  // namespace dirsnap::tables::connectors
