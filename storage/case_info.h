// SPDX-License-Identifier: MIT
//
// What a sealed snapshot holds and how much room it takes, for `dirsnap info`.
// Units: bytes of the stored records without LMDB's own pages. Rows that snapshots have in common
// count with the snapshot that stores them first; those added since, with the one that has added
// rows last.
// Threads: one thread per ReadTxn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/base/result.h"

namespace dirsnap {

class ReadTxn;
class Txn;

struct RelationInfo {
  std::string name;
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  std::uint64_t chunk_bytes = 0;  // values
  std::uint64_t index_bytes = 0;  // indexes
};

// The relations of a sealed snapshot in the order of their first use. Reads every key of the
// snapshot, no values. Fails with kNotFound, kCorrupt.
Result<std::vector<RelationInfo>> relation_infos(const ReadTxn& txn, std::uint64_t snapshot_id);

// The same below ReadTxn, private to storage/.
Result<std::vector<RelationInfo>> read_relation_infos(const Txn& txn, std::uint64_t snapshot_id);

}  // namespace dirsnap
