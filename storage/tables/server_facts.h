// SPDX-License-Identifier: MIT
//
// The table server_facts: what registries tell about their servers, one fact a row.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::server_facts {

enum Col : unsigned {
  kSourceId,
  kServer,
  kFact,
  kValue,
  kPlace,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"server", ColumnType::kText,
     "Server the fact is about, as in sources.server; NULL where the source does not tell.",
     Access::kScan, Collation::kFold},
    {"fact", ColumnType::kText,
     "What is told: computer_name, domain, control_set, product_name, product_version, "
     "product_build, product_type, service_pack, system_root, time_zone, "
     "time_zone_bias_minutes, hardware_profile, exchange_organization, exchange_site, "
     "exchange_server, exchange_store_server, exchange_server_dn, exchange_path, exchange_build "
     "and so on."},
    {"value", ColumnType::kText, "The value as text; numbers in decimal, times as ISO 8601 UTC."},
    {"place", ColumnType::kText, "Path of the key and, after a backslash, name of the value."},
};
static_assert(covers(kColumnSpecs, kPlace));

inline constexpr const char* kExamples[] = {
    "SELECT server, fact, value FROM server_facts WHERE fact IN ('product_name', "
    "'service_pack', 'time_zone') ORDER BY server",
};

inline constexpr TableSpec kSpec{
    .name = "server_facts",
    .doc =
        "One row per fact about a server: names, product, time zone, Exchange setup. Facts of "
        "a control set are those of the one in force.",
    .columns = kColumnSpecs,
    .examples = kExamples};

}  // namespace dirsnap::tables::server_facts
