// SPDX-License-Identifier: MIT
#include "storage/snapshot_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <unordered_map>

#include "storage/additions.h"
#include "storage/case_impl.h"
#include "storage/column_reader.h"
#include "storage/index_impl.h"
#include "storage/keys.h"
#include "storage/record_walk.h"
#include "storage/records.h"
#include "storage/seal_check.h"

namespace dirsnap {
namespace {

using NameMap = std::map<std::string, std::uint32_t, std::less<>>;

// Parsed chunks of a transaction, so that repeated looks cost neither a search in the file nor a
// check. A slot holds the latest chunk that fell on it: bounded, and no list to keep in order.
class ChunkCache {
 public:
  struct Place {
    std::uint32_t relation = 0;  // number given by the transaction, from 1
    std::uint32_t column = 0;
    std::uint32_t chunk_no = 0;
    bool operator==(const Place&) const = default;
  };

  // The slot of a place; holds another chunk if its place differs.
  struct Slot {
    Place place;
    ChunkView chunk;
  };
  Slot& slot(const Place& place) {
    const std::uint64_t mixed = (std::uint64_t{place.relation} << 40) ^
                                (std::uint64_t{place.column} << 20) ^ place.chunk_no;
    const std::uint64_t number = (mixed * 0x9E3779B97F4A7C15U) >> (64 - kBits);
    auto& block = blocks_[number / kBlock];
    if (block == nullptr) block = std::make_unique<std::array<Slot, kBlock>>();
    return (*block)[number % kBlock];
  }

 private:
  static constexpr unsigned kBits = 13;
  static constexpr std::size_t kBlock = 64;
  std::array<std::unique_ptr<std::array<Slot, kBlock>>, (1U << kBits) / kBlock> blocks_;
};

}  // namespace

// Rows as they are stored, for one snapshot or many.
struct StoredRows final : RowValues {
  StoredRows(const Txn& transaction, const RelationPlace& at) : txn(&transaction), place(at) {}

  const Txn* txn;
  ChunkCache* cache = nullptr;
  std::uint32_t cache_no = 0;
  RelationPlace place;
  StoredRelation stored;
  mutable std::optional<RelationChunks> chunks;
  std::unordered_map<std::string_view, std::uint32_t> columns;
  mutable std::unordered_map<std::uint32_t, IndexView> indexes;

  // Valid until another chunk takes its slot.
  [[nodiscard]] Result<const ChunkView*> chunk(std::uint32_t column, std::uint64_t chunk_no) const;
  [[nodiscard]] Result<ValueView> value(std::uint32_t column, std::uint64_t row) const override;
};

// What a snapshot has of them.
struct Relation::Impl {
  std::shared_ptr<const StoredRows> rows;
  std::uint64_t snapshot_id = 0;
  bool is_shared = false;          // stored for another snapshot
  std::optional<ShownRows> shown;  // none: all
};

struct ReadTxn::Impl {
  explicit Impl(Txn transaction) : txn(std::move(transaction)) {}

  Result<void> load_snapshots();
  Result<const NameMap*> names_of(std::uint64_t snapshot_id);
  Result<std::shared_ptr<const StoredRows>> open_rows(const RelationPlace& place);
  Result<std::shared_ptr<const Relation::Impl>> open_relation(const BaseRef& ref,
                                                              std::uint32_t piece);
  Result<std::shared_ptr<const Relation::Impl>> open_referring(const BaseRef& ref,
                                                               const StoredRelation& stored,
                                                               std::uint32_t piece);
  // The snapshot's record; null if it is not sealed.
  [[nodiscard]] const SnapshotRecord* sealed(std::uint64_t snapshot_id) const;
  [[nodiscard]] bool is_sealed(std::uint64_t snapshot_id) const;
  [[nodiscard]] bool has_two_pieces(std::uint64_t snapshot_id, std::string_view name) const;

  Txn txn;
  std::vector<SnapshotRecord> snapshots;
  ChunkCache cache;
  std::uint32_t opened = 0;
  std::unordered_map<std::uint64_t, NameMap> names;  // relation numbers by snapshot and name
  std::map<std::string, std::shared_ptr<const StoredRows>, std::less<>> stored_rows;  // by key
  std::map<std::pair<BaseRef, std::uint32_t>, std::shared_ptr<const Relation::Impl>> relations;
  CheckedBases checked;
};

Result<const ChunkView*> StoredRows::chunk(std::uint32_t column, std::uint64_t chunk_no) const {
  const ChunkCache::Place wanted{
      .relation = cache_no, .column = column, .chunk_no = static_cast<std::uint32_t>(chunk_no)};
  ChunkCache::Slot& slot = cache->slot(wanted);
  if (slot.place != wanted) {
    DIRSNAP_TRY(slot.chunk, chunks->fetch(column, chunk_no));
    slot.place = wanted;
  }
  return &slot.chunk;
}

Result<ValueView> StoredRows::value(std::uint32_t column, std::uint64_t row) const {
  if (column >= stored.def.columns.size() || row >= stored.rows) {
    return fail(Code::kCorrupt, row, stored.def.name + ": a row or column past the end");
  }
  DIRSNAP_TRY(const ChunkView* view, chunk(column, row / kChunkRows));
  return view->value(static_cast<std::uint32_t>(row % kChunkRows));
}

const RelationDef& Relation::def() const { return impl_->rows->stored.def; }
std::uint64_t Relation::snapshot_id() const { return impl_->snapshot_id; }
std::uint64_t Relation::rows() const { return impl_->rows->stored.rows; }
const ShownRows* Relation::shown() const { return impl_->shown ? &*impl_->shown : nullptr; }
std::uint64_t Relation::shown_rows() const { return impl_->shown ? impl_->shown->count() : rows(); }
std::uint32_t Relation::storage_no() const { return impl_->rows->cache_no; }

std::optional<std::uint32_t> Relation::column(std::string_view name) const {
  const auto found = impl_->rows->columns.find(name);
  if (found == impl_->rows->columns.end()) return std::nullopt;
  return found->second;
}

Result<ChunkView> Relation::chunk(std::uint32_t column, std::uint64_t chunk_no) const {
  if (column >= impl_->rows->stored.def.columns.size() || chunk_no >= chunk_count(rows())) {
    return fail(Code::kCorrupt, chunk_no, def().name + ": a chunk or column past the end");
  }
  DIRSNAP_TRY(const ChunkView* view, impl_->rows->chunk(column, chunk_no));
  return *view;
}

Result<ValueView> Relation::value(std::uint32_t column, std::uint64_t row) const {
  return impl_->rows->value(column, row);
}

Result<IndexView> Relation::index(std::uint32_t column) const {
  if (const auto found = impl_->rows->indexes.find(column); found != impl_->rows->indexes.end()) {
    return found->second;
  }
  if (column >= def().columns.size() || def().columns[column].access != Access::kIndex) {
    return fail(Code::kNotFound, def().name + ": no index on this column");
  }
  IndexView::Impl facts;
  facts.values = impl_->rows.get();
  facts.column = column;
  facts.relation_rows = rows();
  facts.collation = def().columns[column].collation;
  facts.kinds_column = kinds_index_column(def());
  const IndexArrays arrays(*impl_->rows->txn, impl_->rows->place.key, column);
  DIRSNAP_TRY(auto opened, IndexView::Impl::open(arrays, facts));
  return impl_->rows->indexes.emplace(column, IndexView(std::move(opened))).first->second;
}

Result<HashIndexView> Relation::hash_index(std::uint32_t column) const {
  if (column >= def().columns.size() || def().columns[column].access != Access::kHash) {
    return fail(Code::kNotFound, def().name + ": no hash index on this column");
  }
  return HashIndexView::open(IndexArrays(*impl_->rows->txn, impl_->rows->place.key, column),
                             rows());
}

Result<void> ReadTxn::Impl::load_snapshots() {
  return each_snapshot(txn, [this](StoredSnapshot stored) -> Result<void> {
    if (stored.state == SnapshotState::kSealed)
      snapshots.push_back(std::move(stored.record));  // INV-1
    return {};
  });
}

const SnapshotRecord* ReadTxn::Impl::sealed(std::uint64_t snapshot_id) const {
  const auto place = std::lower_bound(
      snapshots.begin(), snapshots.end(), snapshot_id,
      [](const SnapshotRecord& record, std::uint64_t id) { return record.snapshot_id < id; });
  return place != snapshots.end() && place->snapshot_id == snapshot_id ? &*place : nullptr;
}

bool ReadTxn::Impl::is_sealed(std::uint64_t snapshot_id) const {
  return sealed(snapshot_id) != nullptr;
}

bool ReadTxn::Impl::has_two_pieces(std::uint64_t snapshot_id, std::string_view name) const {
  const SnapshotRecord* const record = sealed(snapshot_id);
  return record != nullptr &&
         std::binary_search(record->two_pieces.begin(), record->two_pieces.end(), name);
}

Result<const NameMap*> ReadTxn::Impl::names_of(std::uint64_t snapshot_id) {
  if (const auto known = names.find(snapshot_id); known != names.end()) return &known->second;
  NameMap found;
  if (!is_sealed(snapshot_id)) return &names.emplace(snapshot_id, std::move(found)).first->second;
  DIRSNAP_TRY(Cursor cursor, Cursor::open(txn, Db::kRelations));
  DIRSNAP_TRY(bool more, cursor.seek(relation_key(snapshot_id, 0).bytes()));
  while (more) {
    const Bytes key = cursor.key();
    if (key.size() != kRelationKeySize) {
      return fail(Code::kCorrupt, "the key of a relation is damaged");
    }
    if (load_be<std::uint64_t>(key, 0) != snapshot_id) break;
    if ((load_be<std::uint32_t>(key, 8) & kAdditionsBit) != 0) break;  // none of its own
    DIRSNAP_TRY(const std::string_view name, parse_relation_name(cursor.value()));
    found.emplace(name, load_be<std::uint32_t>(key, 8));
    DIRSNAP_TRY(more, cursor.next());
  }
  return &names.emplace(snapshot_id, std::move(found)).first->second;
}

Result<std::shared_ptr<const StoredRows>> ReadTxn::Impl::open_rows(const RelationPlace& place) {
  auto& slot = stored_rows[std::string(as_chars(place.key.bytes()))];
  if (slot != nullptr) return slot;
  auto rows = std::make_shared<StoredRows>(txn, place);
  DIRSNAP_TRY(const std::optional<Bytes> record, txn.get(Db::kRelations, place.key.bytes()));
  DIRSNAP_TRY(rows->stored, parse_relation(record.value_or(Bytes())));
  rows->chunks.emplace(txn, place, rows->stored);
  rows->cache = &cache;
  rows->cache_no = ++opened;
  std::uint32_t number = 0;
  for (const ColumnDef& column : rows->stored.def.columns) {
    rows->columns.emplace(column.name, number++);
  }
  slot = std::move(rows);
  return slot;
}

Result<std::shared_ptr<const Relation::Impl>> ReadTxn::Impl::open_relation(const BaseRef& ref,
                                                                           std::uint32_t piece) {
  auto& slot = relations[{ref, piece}];
  if (slot != nullptr) return slot;
  DIRSNAP_TRY(const StoredRelation own, read_relation(txn, ref));
  if (own.base) {
    DIRSNAP_TRY(slot, open_referring(ref, own, piece));
    return slot;
  }
  if (piece != 0) return fail(Code::kCorrupt, own.def.name + ": one piece is missing");
  auto relation = std::make_shared<Relation::Impl>();
  DIRSNAP_TRY(relation->rows, open_rows(relation_key(ref.snapshot_id, ref.relation_no)));
  relation->snapshot_id = ref.snapshot_id;
  slot = std::move(relation);
  return slot;
}

Result<std::shared_ptr<const Relation::Impl>> ReadTxn::Impl::open_referring(
    const BaseRef& ref, const StoredRelation& own, std::uint32_t piece) {
  auto relation = std::make_shared<Relation::Impl>();
  relation->snapshot_id = ref.snapshot_id;
  relation->is_shared = true;
  const BaseRef& base = *own.base;
  DIRSNAP_TRY(relation->rows, open_rows(relation_key(base.snapshot_id, base.relation_no)));
  const StoredRelation& stored_base = relation->rows->stored;
  if (!is_sealed(base.snapshot_id) || stored_base.base || stored_base.def != own.def) {
    return fail(Code::kCorrupt, own.def.name + ": the relation that has its rows is another one");
  }
  if (piece != 0) {
    DIRSNAP_TRY(const std::optional<Additions> additions, find_additions(txn, base, own.def));
    if (!additions) return fail(Code::kCorrupt, own.def.name + ": one piece is missing");
    DIRSNAP_TRY(relation->rows, open_rows(additions->place));
  }
  const Key key = shown_rows_key(relation_key(ref.snapshot_id, ref.relation_no), piece);
  DIRSNAP_TRY(const std::optional<Bytes> record, txn.get(Db::kChunks, key.bytes()));
  if (record) {
    DIRSNAP_TRY(relation->shown, ShownRows::parse(*record, relation->rows->stored.rows));
  } else if (piece != 0) {
    return fail(Code::kCorrupt, own.def.name + ": rows are missing");
  }
  return relation;
}

ReadTxn::ReadTxn(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReadTxn::~ReadTxn() = default;

Result<std::unique_ptr<ReadTxn>> ReadTxn::begin(const CaseFile& file) {
  if (file.impl().env == nullptr) return fail(Code::kIo, "the case is not open");
  DIRSNAP_TRY(Txn txn, Txn::begin(*file.impl().env, Txn::Kind::kRead));
  auto impl = std::make_unique<Impl>(std::move(txn));
  DIRSNAP_CHECK(impl->load_snapshots());
  return std::unique_ptr<ReadTxn>(new ReadTxn(std::move(impl)));
}

void ReadTxn::park() { impl_->txn.park(); }
Result<bool> ReadTxn::resume() { return impl_->txn.resume(); }

const std::vector<SnapshotRecord>& ReadTxn::snapshots() const { return impl_->snapshots; }

Result<std::optional<Relation>> ReadTxn::relation(std::uint64_t snapshot_id,
                                                  std::string_view name) const {
  DIRSNAP_TRY(std::optional<Relation> found, piece(snapshot_id, name, 0));
  if (found && found->impl_->is_shared) {
    return fail(Code::kUnsupported, std::string(name) + ": rows are shared between snapshots");
  }
  return found;
}

Result<std::optional<Relation>> ReadTxn::piece(std::uint64_t snapshot_id,
                                               std::string_view name,
                                               std::uint32_t number) const {
  DIRSNAP_TRY(const auto* names, impl_->names_of(snapshot_id));
  const auto found = names->find(name);
  if (found == names->end()) return std::optional<Relation>();
  if (number != 0 && (number != 1 || !impl_->has_two_pieces(snapshot_id, name))) {
    return std::optional<Relation>();
  }
  DIRSNAP_TRY(auto relation, impl_->open_relation({snapshot_id, found->second}, number));
  return std::optional<Relation>(Relation(std::move(relation)));
}

Result<std::vector<std::string>> ReadTxn::relation_names(std::uint64_t snapshot_id) const {
  DIRSNAP_TRY(const auto* names, impl_->names_of(snapshot_id));
  std::vector<std::string> list;
  for (const auto& entry : *names) list.push_back(entry.first);
  return list;
}

Result<std::vector<RelationInfo>> relation_infos(const ReadTxn& txn, std::uint64_t snapshot_id) {
  if (!txn.impl_->is_sealed(snapshot_id)) return fail(Code::kNotFound, "no such snapshot");
  return read_relation_infos(txn.impl_->txn, snapshot_id);
}

Result<std::string> ReadTxn::compute_seal(std::uint64_t snapshot_id) const {
  if (!impl_->is_sealed(snapshot_id)) return fail(Code::kNotFound, "no such snapshot");
  return compute_snapshot_seal(impl_->txn, snapshot_id, impl_->checked);
}

}  // namespace dirsnap
