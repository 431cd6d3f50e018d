// SPDX-License-Identifier: MIT
#include "storage/snapshot_writer.h"

#include <malloc.h>
#include <string>
#include <unordered_map>

#include "storage/base/time.h"
#include "storage/batch_writer.h"
#include "storage/case_impl.h"
#include "storage/chunk_pipeline.h"
#include "storage/index_writer.h"
#include "storage/records.h"
#include "storage/relation_writer.h"
#include "storage/seal.h"

namespace dirsnap {
namespace {

constexpr std::string_view kNextIdKey = "next_snapshot_id";
constexpr std::uint64_t kSweepBatch = 1000;  // records deleted in one transaction

std::vector<std::byte> encode_id(std::uint64_t id) {
  const auto raw = as_bytes({reinterpret_cast<const char*>(&id), sizeof id});
  return {raw.begin(), raw.end()};
}

tl::unexpected<Error> write_failed(int rc) {
  return tl::unexpected<Error>(lmdb_error(rc, "write the case"));
}

bool is_of_snapshot(Bytes key, std::uint64_t id) {
  return key.size() >= kSnapshotKeySize && load_be<std::uint64_t>(key, 0) == id;
}

// Deletes up to kSweepBatch records of the snapshot; false: there were no more.
Result<bool> sweep_some(Txn& txn, Db db, std::uint64_t id) {
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, db));
  DIRSNAP_TRY(bool more, cursor.seek(snapshot_key(id).bytes()));
  for (std::uint64_t i = 0; more && is_of_snapshot(cursor.key(), id); ++i) {
    if (i == kSweepBatch) return true;
    DIRSNAP_CHECK(cursor.erase());
    DIRSNAP_TRY(more, cursor.seek(snapshot_key(id).bytes()));
  }
  return false;
}

// Rows go before the snapshot's record, so that a sweep cut short is taken up again.
Result<void> sweep_snapshot(Env& env, std::uint64_t id) {
  for (const Db db : {Db::kChunks, Db::kIndexes, Db::kRelations, Db::kSnapshots}) {
    for (bool more = true; more;) {
      DIRSNAP_TRY(Txn txn, Txn::begin(env, Txn::Kind::kWrite));
      DIRSNAP_TRY(more, sweep_some(txn, db, id));
      if (const int rc = txn.commit(); rc != 0) return write_failed(rc);
    }
  }
  return {};
}

// All snapshot records, sealed or not.
Result<std::vector<StoredSnapshot>> read_snapshots(const Txn& txn) {
  std::vector<StoredSnapshot> snapshots;
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, Db::kSnapshots));
  DIRSNAP_TRY(bool more, cursor.seek(snapshot_key(0).bytes()));
  while (more) {
    if (cursor.key().size() != kSnapshotKeySize) {
      return fail(Code::kCorrupt, "the key of a snapshot is damaged");
    }
    DIRSNAP_TRY(StoredSnapshot snapshot, parse_snapshot(cursor.value()));
    snapshot.record.snapshot_id = load_be<std::uint64_t>(cursor.key(), 0);
    snapshots.push_back(std::move(snapshot));
    DIRSNAP_TRY(more, cursor.next());
  }
  return snapshots;
}

Result<std::vector<StoredSnapshot>> read_snapshots(Env& env) {
  DIRSNAP_TRY(const Txn txn, Txn::begin(env, Txn::Kind::kRead));
  return read_snapshots(txn);
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

class StoredSnapshotWriter final : public SnapshotWriter {
 public:
  explicit StoredSnapshotWriter(CaseFile& file)
      : file_(file), batch_(*file.impl().env, file.impl().work_path) {}

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
  Result<void> write_seal();

  CaseFile& file_;
  FileHandle lock_;  // held while this writer lives; none for a case nobody knows yet
  BatchWriter batch_;
  SnapshotRecord facts_;
  bool sealed_ = false;
  std::vector<std::unique_ptr<StoredRelationWriter>> relations_;
  std::unordered_map<std::string, StoredRelationWriter*> by_name_;
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
  return {};
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
  const auto [place, is_new] = by_name_.try_emplace(def.name);
  if (!is_new) {
    if (place->second->stored().def == def) return place->second;
    return fail(Code::kUsage, "relation " + def.name + " was declared otherwise before");
  }
  const Key key = relation_key(facts_.snapshot_id, static_cast<std::uint32_t>(relations_.size()));
  relations_.push_back(std::make_unique<StoredRelationWriter>(def, key, pipeline_));
  place->second = relations_.back().get();
  return place->second;
}

void StoredSnapshotWriter::set_facts(const SnapshotRecord& facts) {
  const std::uint64_t id = facts_.snapshot_id;
  const std::string imported_at = facts_.imported_at;
  facts_ = facts;
  facts_.snapshot_id = id;
  if (facts_.imported_at.empty()) facts_.imported_at = imported_at;
  facts_.seal.clear();
}

Result<void> StoredSnapshotWriter::write_relations() {
  for (const auto& relation : relations_) DIRSNAP_CHECK(relation->finish());
  DIRSNAP_CHECK(pipeline_.drain());
  for (const auto& relation : relations_) {
    DIRSNAP_CHECK(batch_.put(Db::kRelations, relation->key(), encode_relation(relation->stored())));
  }
  DIRSNAP_CHECK(batch_.flush());
#ifdef __GLIBC__
  malloc_trim(0);  // what reading the evidence needed, before the indexes need theirs
#endif
  std::vector<StoredRelationWriter*> relations;
  for (const auto& relation : relations_) relations.push_back(relation.get());
  DIRSNAP_CHECK(write_indexes(env(), relations, batch_));
  return batch_.flush();
}

// The last transaction: after it, and not before, readers see the snapshot (INV-1).
Result<void> StoredSnapshotWriter::write_seal() {
  SealBuilder seal;
  for (const auto& relation : relations_) {
    seal.add(relation->stored().def.name, encode_relation(relation->stored()),
             std::move(relation->digest()));
  }
  facts_.seal = seal.finish();
  const StoredSnapshot record{
      .state = SnapshotState::kSealed, .record = facts_, .writer = this_writer()};
  DIRSNAP_CHECK(
      batch_.put(Db::kSnapshots, snapshot_key(facts_.snapshot_id), encode_snapshot(record)));
  return batch_.flush();
}

Result<SnapshotRecord> StoredSnapshotWriter::seal() {
  if (sealed_) return fail(Code::kUsage, "the snapshot is sealed already");
  DIRSNAP_CHECK(write_relations());
  DIRSNAP_CHECK(write_seal());
  sealed_ = true;
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
