// SPDX-License-Identifier: MIT
#include "storage/common_bases.h"

#include "storage/record_walk.h"

namespace dirsnap {
namespace {

constexpr std::size_t kMostBases = 8;

}  // namespace

Result<void> CommonBases::load_relations(const Txn& txn, std::uint64_t snapshot_id) {
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, Db::kRelations));
  DIRSNAP_TRY(bool more, cursor.seek(relation_key(snapshot_id, 0).bytes()));
  while (more && cursor.key().size() == kRelationKeySize &&
         load_be<std::uint64_t>(cursor.key(), 0) == snapshot_id) {
    const BaseRef ref{snapshot_id, load_be<std::uint32_t>(cursor.key(), 8)};
    if ((ref.relation_no & kAdditionsBit) != 0) break;
    DIRSNAP_TRY(const StoredRelation stored, parse_relation(cursor.value()));
    if (stored.def.in_common && !stored.base && stored.rows >= kLeastCommonRows) {
      by_name_[stored.def.name].push_back(ref);
    }
    DIRSNAP_TRY(more, cursor.next());
  }
  return {};
}

Result<void> CommonBases::load(const Txn& txn) {
  DIRSNAP_CHECK(each_snapshot(txn, [&](StoredSnapshot snapshot) -> Result<void> {
    if (snapshot.state != SnapshotState::kSealed) return {};
    const std::uint64_t id = snapshot.record.snapshot_id;
    seals_.emplace(id, std::move(snapshot.record.seal));
    return load_relations(txn, id);
  }));
  is_loaded_ = true;
  return {};
}

Result<std::optional<CommonBase>> CommonBases::open(const Txn& txn,
                                                    const BaseRef& ref,
                                                    const RelationDef& def) {
  CommonBase base{.ref = ref, .seal = seals_[ref.snapshot_id], .stored = {}};
  DIRSNAP_TRY(base.stored, read_relation(txn, ref));
  if (base.stored.def != def) return std::optional<CommonBase>();
  DIRSNAP_TRY(base.additions, find_additions(txn, ref, def));
  return std::optional(std::move(base));
}

// The transaction ends here: while one is open the map cannot grow.
Result<std::vector<CommonBase>> CommonBases::find(const RelationDef& def) {
  std::vector<CommonBase> bases;
  const auto map = env_.keep_map();
  DIRSNAP_TRY(const Txn txn, Txn::begin(env_, Txn::Kind::kRead));
  if (!is_loaded_) DIRSNAP_CHECK(load(txn));
  const auto known = by_name_.find(def.name);
  if (known == by_name_.end()) return bases;
  const std::vector<BaseRef>& refs = known->second;
  for (auto ref = refs.rbegin(); ref != refs.rend() && bases.size() < kMostBases; ++ref) {
    DIRSNAP_TRY(std::optional<CommonBase> base, open(txn, *ref, def));
    if (base) bases.push_back(std::move(*base));
  }
  return bases;
}

}  // namespace dirsnap
