// SPDX-License-Identifier: MIT
//
// The queries over the rows of query_rows.h that benchmarks ask: each kind that a user has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/query_rows.h"

namespace dirsnap::bench {

struct Query {
  std::string name;
  double bar = 1;                        // least speed against ordinary SQLite
  std::vector<std::string> ours;         // statements, run one after the other
  std::vector<std::string> native = {};  // empty: the same
  // False: a report, whose statement has no place for a snapshot's number. Users restrict it by
  // opening the one snapshot.
  bool takes_snapshot = true;
};

// `snapshot`: the one (snapshots.snapshot_id) that `ours` asks about; without, statements name
// none. Names sought are those of the rows of day 0, which every day has.
std::vector<Query> query_list(const RowCounts& counts,
                              std::optional<std::uint64_t> snapshot = std::nullopt);

struct PrivateMemory {
  double mib = 0;
  std::string query;  // the name of the one that took it
};

// The most that the program takes for the first statement of any of the queries.
PrivateMemory most_private_memory(const std::filesystem::path& case_path,
                                  const std::vector<Query>& queries);

}  // namespace dirsnap::bench
