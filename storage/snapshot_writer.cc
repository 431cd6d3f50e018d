// SPDX-License-Identifier: MIT
#include "storage/snapshot_writer.h"

#include <algorithm>
#include <malloc.h>
#include <string>
#include <unordered_map>

#include "storage/base/time.h"
#include "storage/batch_writer.h"
#include "storage/case_impl.h"
#include "storage/chunk_pipeline.h"
#include "storage/common_bases.h"
#include "storage/common_rows_writer.h"
#include "storage/index_writer.h"
#include "storage/record_walk.h"
#include "storage/records.h"
#include "storage/relation_writer.h"
#include "storage/seal.h"
#include "storage/sweep.h"

namespace dirsnap {
namespace {

constexpr std::string_view kNextIdKey = "next_snapshot_id";

std::vector<std::byte> encode_id(std::uint64_t id) {
  const auto raw = as_bytes({reinterpret_cast<const char*>(&id), sizeof id});
  return {raw.begin(), raw.end()};
}

tl::unexpected<Error> write_failed(int rc) {
  return tl::unexpected<Error>(lmdb_error(rc, "write the case"));
}

// All snapshot records, sealed or not.
Result<std::vector<StoredSnapshot>> read_snapshots(Env& env) {
  DIRSNAP_TRY(const Txn txn, Txn::begin(env, Txn::Kind::kRead));
  std::vector<StoredSnapshot> snapshots;
  DIRSNAP_CHECK(each_snapshot(txn, [&](StoredSnapshot snapshot) -> Result<void> {
    snapshots.push_back(std::move(snapshot));
    return {};
  }));
  return snapshots;
}

// Says who holds the case.
Error busy_error(const CaseFile& file) {
  std::string text = file.path().string() + " is being written by another process";
  if (const auto snapshots = read_snapshots(*file.impl().env); snapshots) {
    for (const StoredSnapshot& snapshot : *snapshots) {
      if (snapshot.state == SnapshotState::kSealed) continue;
      text += " (process " + std::to_string(snapshot.writer.pid) + " on " + snapshot.writer.host +
              ", since " + snapshot.writer.started_at + ")";
    }
  }
  return Error{Code::kBusy, 0, std::move(text)};
}

// One relation of the snapshot: stored in full from the first row on, or perhaps not.
struct Part {
  [[nodiscard]] RelationWriter* writer() const {
    return plain != nullptr ? static_cast<RelationWriter*>(plain.get()) : common.get();
  }
  // The writer of the relation, where it is stored in full; null where it refers to a base.
  // REQUIRES, as for the others: the relation is finished.
  [[nodiscard]] StoredRelationWriter* full() const {
    return plain != nullptr ? plain.get() : common->plain();
  }
  // The writer of rows that are stored under a key of this snapshot; null: there are none.
  [[nodiscard]] StoredRelationWriter* stored() const {
    StoredRelationWriter* const writer = full();
    return writer != nullptr ? writer : common->added();
  }

  RelationDef def;
  std::unique_ptr<StoredRelationWriter> plain;  // one of the two
  std::unique_ptr<CommonRowsWriter> common;
};

class StoredSnapshotWriter final : public SnapshotWriter {
 public:
  explicit StoredSnapshotWriter(CaseFile& file)
      : file_(file), batch_(*file.impl().env, file.impl().work_path), bases_(*file.impl().env) {}

  Result<void> start(const SnapshotRecord& facts);

  [[nodiscard]] std::uint64_t snapshot_id() const override { return facts_.snapshot_id; }
  Result<RelationWriter*> relation(const RelationDef& def) override;
  void set_facts(const SnapshotRecord& facts) override;
  Result<SnapshotRecord> seal() override;

 private:
  [[nodiscard]] Env& env() const { return *file_.impl().env; }
  Result<void> lock();
  Result<void> sweep_and_check_name(const std::string& name);
  Result<void> reserve_id();
  Result<void> write_relations();
  Result<void> add_referring(CommonRowsWriter& relation, SealBuilder& seal);
  Result<void> add_digests(SealBuilder& seal);
  Result<void> write_seal();
  void sweep_replaced();

  CaseFile& file_;
  FileHandle lock_;  // held while this writer lives; none for a case nobody knows yet
  BatchWriter batch_;
  SnapshotRecord facts_;
  bool sealed_ = false;
  std::vector<Part> relations_;
  std::unordered_map<std::string, std::size_t> by_name_;  // in relations_
  CommonBases bases_;
  ChunkPipeline pipeline_{batch_};  // after what its worker uses
};

Result<void> StoredSnapshotWriter::start(const SnapshotRecord& facts) {
  DIRSNAP_CHECK(lock());
  DIRSNAP_CHECK(sweep_and_check_name(facts.name));
  set_facts(facts);
  if (facts_.imported_at.empty()) facts_.imported_at = iso_now();
  return reserve_id();
}

Result<void> StoredSnapshotWriter::lock() {
  if (file_.impl().new_file.is_open()) return {};
  DIRSNAP_TRY(lock_, open_regular_file(file_.impl().work_path));
  Result<void> locked = lock_file(lock_);
  if (!locked && locked.error().code == Code::kBusy) {
    return tl::unexpected<Error>(busy_error(file_));
  }
  return locked;
}

// The lock is held: a snapshot without seal has no living writer.
Result<void> StoredSnapshotWriter::sweep_and_check_name(const std::string& name) {
  DIRSNAP_TRY(const auto snapshots, read_snapshots(env()));
  for (const StoredSnapshot& snapshot : snapshots) {
    if (snapshot.state != SnapshotState::kSealed) {
      DIRSNAP_CHECK(sweep_snapshot(env(), snapshot.record.snapshot_id));
    } else if (snapshot.record.name == name) {
      return fail(Code::kUsage, "the case has a snapshot named '" + name +
                                    "' already; snapshots are sealed and cannot be replaced");
    }
  }
  return sweep_additions(env());
}

Result<void> StoredSnapshotWriter::reserve_id() {
  DIRSNAP_TRY(Txn txn, Txn::begin(env(), Txn::Kind::kWrite));
  DIRSNAP_TRY(const std::optional<Bytes> stored, txn.get(Db::kMeta, as_bytes(kNextIdKey)));
  std::uint64_t id = 1;
  if (stored) {
    DIRSNAP_TRY(id, u64(*stored, 0));
  }
  facts_.snapshot_id = id;
  const StoredSnapshot record{
      .state = SnapshotState::kImporting, .record = facts_, .writer = this_writer()};
  int rc = txn.put(Db::kMeta, as_bytes(kNextIdKey), encode_id(id + 1));
  if (rc == 0) rc = txn.put(Db::kSnapshots, snapshot_key(id).bytes(), encode_snapshot(record));
  if (rc == 0) rc = txn.commit();
  return rc == 0 ? Result<void>{} : write_failed(rc);
}

Result<RelationWriter*> StoredSnapshotWriter::relation(const RelationDef& def) {
  if (sealed_) return fail(Code::kUsage, "the snapshot is sealed");
  if (const auto known = by_name_.find(def.name); known != by_name_.end()) {
    const Part& part = relations_[known->second];
    if (part.def == def) return part.writer();
    return fail(Code::kUsage, "relation " + def.name + " was declared otherwise before");
  }
  std::vector<CommonBase> bases;
  if (def.in_common) {
    DIRSNAP_TRY(bases, bases_.find(def));
  }
  const BaseRef self{facts_.snapshot_id, static_cast<std::uint32_t>(relations_.size())};
  Part part{.def = def, .plain = nullptr, .common = nullptr};
  if (bases.empty()) {
    const Key key = relation_key(self.snapshot_id, self.relation_no);
    part.plain = std::make_unique<StoredRelationWriter>(def, key, pipeline_);
  } else {
    part.common = std::make_unique<CommonRowsWriter>(def, self, std::move(bases), env(), pipeline_);
  }
  by_name_.emplace(def.name, relations_.size());
  relations_.push_back(std::move(part));
  return relations_.back().writer();
}

void StoredSnapshotWriter::set_facts(const SnapshotRecord& facts) {
  const std::uint64_t id = facts_.snapshot_id;
  const std::string imported_at = facts_.imported_at;
  facts_ = facts;
  facts_.snapshot_id = id;
  if (facts_.imported_at.empty()) facts_.imported_at = imported_at;
  facts_.seal.clear();
  facts_.two_pieces.clear();
}

Result<void> StoredSnapshotWriter::write_relations() {
  for (const Part& part : relations_) {
    DIRSNAP_CHECK(part.plain != nullptr ? part.plain->finish() : part.common->finish());
  }
  DIRSNAP_CHECK(pipeline_.drain());
  std::vector<StoredRelationWriter*> stored;
  for (const Part& part : relations_) {
    if (part.full() == nullptr) DIRSNAP_CHECK(part.common->put_records(batch_));
    StoredRelationWriter* const writer = part.stored();
    if (writer == nullptr) continue;
    DIRSNAP_CHECK(batch_.put(Db::kRelations, writer->key(), encode_relation(writer->stored())));
    stored.push_back(writer);
  }
  DIRSNAP_CHECK(batch_.flush());
#ifdef __GLIBC__
  malloc_trim(0);  // what reading the evidence needed, before the indexes need theirs
#endif
  DIRSNAP_CHECK(write_indexes(env(), stored, batch_));
  return batch_.flush();
}

// The transaction ends here: while one is open the map cannot grow.
Result<void> StoredSnapshotWriter::add_referring(CommonRowsWriter& relation, SealBuilder& seal) {
  std::optional<AdditionsRecord> additions;
  Digest added_rows{};
  {
    const auto map = env().keep_map();
    DIRSNAP_TRY(const Txn txn, Txn::begin(env(), Txn::Kind::kRead));
    DIRSNAP_TRY(added_rows, relation.digest_added(txn));
    if (relation.added() != nullptr) {
      DIRSNAP_TRY(additions, relation.additions_record(txn));
    }
  }
  const std::string name = relation.stored().def.name;
  seal.add_referring(name, relation.digest(), relation.base().seal, added_rows);
  if (relation.has_two_pieces()) facts_.two_pieces.push_back(name);
  if (!additions) return {};
  const BaseRef& base = relation.base().ref;
  return batch_.put(Db::kMeta, additions_key(base.snapshot_id, base.relation_no),
                    encode_additions(*additions));
}

// Where additions stand from now on goes into the batch: the same one that seals the snapshot.
Result<void> StoredSnapshotWriter::add_digests(SealBuilder& seal) {
  for (const Part& part : relations_) {
    StoredRelationWriter* const full = part.full();
    if (full == nullptr) {
      DIRSNAP_CHECK(add_referring(*part.common, seal));
    } else {
      seal.add(part.def.name, full->digest().finish(encode_relation(full->stored())));
    }
  }
  std::sort(facts_.two_pieces.begin(), facts_.two_pieces.end());
  return {};
}

// The last transaction: after it, and not before, readers see the snapshot (INV-1).
Result<void> StoredSnapshotWriter::write_seal() {
  SealBuilder seal;
  DIRSNAP_CHECK(add_digests(seal));
  facts_.seal = seal.finish();
  const StoredSnapshot record{
      .state = SnapshotState::kSealed, .record = facts_, .writer = this_writer()};
  DIRSNAP_CHECK(
      batch_.put(Db::kSnapshots, snapshot_key(facts_.snapshot_id), encode_snapshot(record)));
  return batch_.flush();
}

// The last versions of the additions that have new ones. The snapshot is sealed: what cannot be
// deleted now is left to the next writer.
void StoredSnapshotWriter::sweep_replaced() {
  for (const Part& part : relations_) {
    if (part.full() != nullptr || part.common->added() == nullptr) continue;
    const std::optional<Additions>& replaced = part.common->base().additions;
    if (replaced && !sweep_relation(env(), replaced->place.key)) return;
  }
}

Result<SnapshotRecord> StoredSnapshotWriter::seal() {
  if (sealed_) return fail(Code::kUsage, "the snapshot is sealed already");
  DIRSNAP_CHECK(write_relations());
  DIRSNAP_CHECK(write_seal());
  sealed_ = true;
  sweep_replaced();
  DIRSNAP_CHECK(file_.impl().publish());
  return facts_;
}

}  // namespace

Result<std::unique_ptr<SnapshotWriter>> SnapshotWriter::begin(CaseFile& file,
                                                              const SnapshotRecord& facts) {
  CaseFile::Impl& impl = file.impl();
  if (impl.mode != OpenMode::kReadWrite || impl.env == nullptr) {
    return fail(Code::kUsage, "the case was opened for reading");
  }
  auto writer = std::make_unique<StoredSnapshotWriter>(file);
  DIRSNAP_CHECK(writer->start(facts));
  return std::unique_ptr<SnapshotWriter>(std::move(writer));
}

}  // namespace dirsnap
