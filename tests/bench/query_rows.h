// SPDX-License-Identifier: MIT
//
// A generated directory with its server's registry and private store, as decoded rows: the same for
// every store that query_bench loads.
// Shapes: `objects` objects below 50 sites of one organization, 14 attribute values each, one in
// fifty a tombstone; registry values and services beside them; connectors of which some lack
// their service; mailboxes of which some lack their owner, and users who lack a mailbox.
// Everything is a function of the row's number and the day.
// Days: each day after day 0 changes 1 % of the objects, registry values, connectors and mailboxes,
// every day others for a hundred days, and adds a thousandth of the objects behind the last one.
// What a day changed stays as it is until a later one changes it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "storage/relation.h"
#include "storage/table_spec.h"

namespace dirsnap::bench {

struct RowCounts {
  std::uint32_t objects = 1'000'000;
  std::uint32_t registry_values = 200'000;
  std::uint32_t day = 0;  // `objects` are those of day 0
};

// Gets each row; cells of the table's columns that have values, borrowed until it returns.
using RowSink = std::function<void(const TableSpec& table, const std::vector<Cell>& cells)>;

void make_rows(const RowCounts& counts, const RowSink& sink);

// Names that queries look for.
std::string person(std::uint32_t row);           // relative name
std::string container_dn(std::uint32_t number);  // holds kChildren persons
std::string person_dn(std::uint32_t row);

inline constexpr std::uint32_t kChildren = 200;  // objects of one container
inline constexpr std::uint32_t kSites = 50;
inline constexpr std::uint32_t kDepartment = 100;  // objects of one department
inline constexpr std::uint32_t kCity = 10'000;     // objects of one city
inline constexpr std::uint32_t kConnectors = 400;

// Numbers of the organization, the sites and the containers come first.
std::uint32_t first_person(const RowCounts& counts);
std::uint32_t containers(const RowCounts& counts);
// Objects on the day, with those that came since day 0.
std::uint32_t objects_of_day(const RowCounts& counts);

}  // namespace dirsnap::bench
