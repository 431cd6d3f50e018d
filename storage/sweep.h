// SPDX-License-Identifier: MIT
//
// Deletes what dead writers and replaced versions of additions have left, in transactions of
// bounded size, so that a sweep cut short is taken up again.
// Threads: one thread, which holds the case's writer lock.
#pragma once

#include <cstdint>

#include "storage/keys.h"
#include "storage/lmdb_env.h"

namespace dirsnap {

// All records of a snapshot that is not sealed.
Result<void> sweep_snapshot(Env& env, std::uint64_t snapshot_id);
// All records of a relation.
Result<void> sweep_relation(Env& env, const Key& relation);
// In sealed snapshots, what belongs to no version of additions that counts.
// REQUIRES: snapshots that are not sealed are swept.
Result<void> sweep_additions(Env& env);

}  // namespace dirsnap
