// SPDX-License-Identifier: MIT
//
// The seal of a snapshot computed from what is stored.
// Threads: one thread per transaction.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "storage/lmdb_env.h"
#include "storage/records.h"

namespace dirsnap {

// Bases whose additions were found to be as they were written, so that snapshots that share them
// need not read them again.
using CheckedBases = std::set<BaseRef>;

// Fails with kCorrupt, kIo: also where additions differ from what their digest says.
Result<std::string> compute_snapshot_seal(const Txn& txn,
                                          std::uint64_t snapshot_id,
                                          CheckedBases& checked);

}  // namespace dirsnap
