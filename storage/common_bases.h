// SPDX-License-Identifier: MIT
//
// The relations of earlier snapshots whose rows a new one may have in common.
// Memory: 16 bytes for each such relation of the case.
// Threads: one thread, that of the case's writer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/additions.h"
#include "storage/lmdb_env.h"
#include "storage/records.h"

namespace dirsnap {

// Smaller relations are always stored in full.
inline constexpr std::uint64_t kLeastCommonRows = 512;

struct CommonBase {
  BaseRef ref;
  std::string seal;  // of its snapshot
  StoredRelation stored;
  std::optional<Additions> additions = std::nullopt;  // as earlier snapshots have left them

  // Rows of the additions to those of the base.
  [[nodiscard]] double added_share() const {
    return additions
               ? static_cast<double>(additions->stored.rows) / static_cast<double>(stored.rows)
               : 0;
  }

  [[nodiscard]] RelationPlace place() const {
    return relation_key(ref.snapshot_id, ref.relation_no);
  }
};

class CommonBases {
 public:
  // REQUIRES: `env` outlives it; nobody else writes to the case.
  explicit CommonBases(Env& env) : env_(env) {}

  // Those of the definition, the newest first. Fails with kCorrupt, kIo.
  Result<std::vector<CommonBase>> find(const RelationDef& def);

 private:
  Result<void> load(const Txn& txn);
  Result<void> load_relations(const Txn& txn, std::uint64_t snapshot_id);
  Result<std::optional<CommonBase>> open(const Txn& txn,
                                         const BaseRef& ref,
                                         const RelationDef& def);

  Env& env_;
  bool is_loaded_ = false;
  std::map<std::uint64_t, std::string> seals_;                        // of sealed snapshots
  std::map<std::string, std::vector<BaseRef>, std::less<>> by_name_;  // the oldest first
};

}  // namespace dirsnap
