// SPDX-License-Identifier: MIT
#include "storage/common_rows_writer.h"

#include <algorithm>
#include <utility>

namespace dirsnap {
namespace {

// Additions to the rows of a base that has served; and where a new one could refer to so much of
// its chunks.
constexpr double kAddedOfBase = 0.4;
constexpr double kAddedOfLikeBase = 0.1;
constexpr double kAlikeShare = 0.5;

// Adds a row to a batch.
void put_row(RowBatch& batch, std::span<const Cell> cells, std::size_t bytes, const Cell* kind) {
  batch.begin_row(bytes + (kind == nullptr ? 0 : RowBatch::cell_bytes(kind->value)));
  for (const Cell& cell : cells) batch.append(cell);
  if (kind != nullptr) batch.append(*kind);
}

}  // namespace

CommonRowsWriter::CommonRowsWriter(RelationDef def,
                                   const BaseRef& self,
                                   std::vector<CommonBase> bases,
                                   Env& env,
                                   ChunkPipeline& pipeline)
    : def_(std::move(def)),
      self_(self),
      bases_(std::move(bases)),
      env_(env),
      pipeline_(pipeline),
      check_(def_, 0) {}

Result<std::uint64_t> CommonRowsWriter::append(std::span<const Cell> cells) {
  if (plain_ != nullptr) return plain_->append(cells);
  if (!check_.has_kinds()) return append(0, cells);
  check_.part(cells, of_kind_, of_row_);
  DIRSNAP_TRY(const std::uint32_t number, kind(of_kind_));
  return append(number, of_row_);
}

Result<std::uint32_t> CommonRowsWriter::kind(std::span<const Cell> cells) {
  if (plain_ != nullptr) return plain_->kind(cells);
  DIRSNAP_CHECK(check_.check_kind(cells));
  return kinds_.number_of(cells);
}

Result<std::uint64_t> CommonRowsWriter::append(std::uint32_t kind, std::span<const Cell> cells) {
  if (plain_ != nullptr) return plain_->append(kind, cells);
  if (check_.has_kinds() && kind >= kinds_.size()) {
    return fail(Code::kUsage, def_.name + ": a kind that was not named");
  }
  DIRSNAP_TRY(const std::size_t bytes, check_.check(cells));
  const Cell kind_cell{kind_column(def_), ValueView::of(kind)};
  put_row(open_, cells, bytes, check_.has_kinds() ? &kind_cell : nullptr);
  check_.take(cells);
  const std::uint64_t number = check_.rows() - 1;
  if (is_full()) DIRSNAP_CHECK(hand_over());
  return number;
}

bool CommonRowsWriter::is_full() const {
  return open_.rows() >= (base_ == nullptr ? kProbeRows : kBatchRows) ||
         open_.size_bytes() >= kBatchBytes;
}

Result<void> CommonRowsWriter::hand_over() {
  if (failure_) return tl::unexpected<Error>(*failure_);
  Result<void> done = take_batch();
  if (!done) failure_ = done.error();
  return done;
}

Result<void> CommonRowsWriter::take_batch() {
  if (base_ == nullptr) DIRSNAP_CHECK(choose());
  bases_.clear();
  return base_ == nullptr ? become_plain() : match();
}

// The base that has most of the rows kept so far, if one has half of them; null: none. Older ones
// are not asked where one has nearly all.
Result<const CommonBase*> CommonRowsWriter::find_best() {
  const CommonBase* best = nullptr;
  std::uint64_t most = 0;
  for (const CommonBase& base : bases_) {
    DIRSNAP_TRY(const std::uint64_t count, RowMatcher(env_, base, kinds_).count_common(open_));
    if (count > most) best = &base;
    most = std::max(count, most);
    if (10 * most >= 9 * std::uint64_t{open_.rows()}) break;
  }
  return 2 * most < open_.rows() ? nullptr : best;
}

// A base with many additions is slower to read, since every look at a snapshot passes all of them.
// It is given up for a new one, the sooner the less that one costs.
Result<bool> CommonRowsWriter::has_served(const CommonBase& base) {
  const double added = base.added_share();
  if (added <= kAddedOfLikeBase) return false;
  if (added > kAddedOfBase) return true;
  DIRSNAP_TRY(const double alike, RowMatcher(env_, base, kinds_).alike_share(open_));
  return alike >= kAlikeShare;
}

// Which base the rows go to; none: chunks that the best one has as well are not stored again.
Result<void> CommonRowsWriter::choose() {
  DIRSNAP_TRY(const CommonBase* const best, find_best());
  if (best == nullptr) return {};
  DIRSNAP_TRY(const bool is_done, has_served(*best));
  if (is_done) {
    alike_ = best->ref;
    return {};
  }
  base_ = std::make_unique<CommonBase>(*best);
  matcher_ = std::make_unique<RowMatcher>(env_, *base_, kinds_);
  return {};
}

Result<void> CommonRowsWriter::become_plain() {
  const Key key = relation_key(self_.snapshot_id, self_.relation_no);
  plain_ = std::make_unique<StoredRelationWriter>(def_, key, pipeline_);
  if (alike_) plain_->refer_to(relation_key(alike_->snapshot_id, alike_->relation_no));
  for (std::uint32_t i = 0; i < kinds_.size(); ++i) DIRSNAP_CHECK(plain_->kind(kinds_.cells(i)));
  RowCells row(open_, kind_column(def_));
  for (std::uint32_t i = 0; i < open_.rows(); ++i) {
    row.next();
    DIRSNAP_CHECK(plain_->append(row.kind(), row.cells()));
  }
  open_ = {};
  kinds_ = {};
  return {};
}

Result<void> CommonRowsWriter::match() {
  DIRSNAP_TRY(const std::vector<bool> found, matcher_->match(open_));
  RowCells row(open_, kind_column(def_));
  for (const bool is_found : found) {
    row.next();
    if (!is_found) DIRSNAP_CHECK(add(row));
  }
  open_.clear();
  return {};
}

Result<void> CommonRowsWriter::add(const RowCells& row) {
  if (added_ == nullptr) DIRSNAP_CHECK(begin_additions());
  std::uint32_t kind = 0;
  if (check_.has_kinds()) {
    added_kinds_.resize(kinds_.size());
    std::optional<std::uint32_t>& slot = added_kinds_[row.kind()];
    if (!slot) {
      DIRSNAP_TRY(slot, added_->kind(kinds_.cells(row.kind())));
    }
    kind = *slot;
  }
  DIRSNAP_TRY(const std::uint64_t number, added_->append(kind, row.cells()));
  matcher_->shown_of_additions().mark(number);
  return {};
}

// Full chunks of the last version stay where they are; the rows behind them come again.
Result<void> CommonRowsWriter::begin_additions() {
  const std::uint64_t rows = base_->additions ? base_->additions->stored.rows : 0;
  const std::uint64_t full = rows - rows % kChunkRows;
  added_ = std::make_unique<StoredRelationWriter>(
      additions_def(def_), additions_place(base_->ref, owner()), pipeline_, full);
  if (rows == 0) return {};
  DIRSNAP_CHECK(copy_kinds());
  DIRSNAP_CHECK(copy_hashes());
  for (std::uint64_t next = full; next < rows;) {
    RowBatch batch;
    DIRSNAP_TRY(next, copy_rows(next, batch));
    RowCells row(batch, kind_column(def_));
    for (std::uint32_t i = 0; i < batch.rows(); ++i) {
      row.next();
      DIRSNAP_CHECK(added_->append(row.kind(), row.cells()));
    }
  }
  return {};
}

// Kinds keep their numbers. Transactions of these three end before the pipeline is used: while one
// is open the map cannot grow.
Result<void> CommonRowsWriter::copy_kinds() {
  const auto map = env_.keep_map();
  DIRSNAP_TRY(const Txn txn, Txn::begin(env_, Txn::Kind::kRead));
  RelationChunks chunks(txn, base_->additions->place, base_->additions->stored);
  std::uint32_t expected = 0;
  return each_kind(chunks, [&](std::span<const Cell> cells) -> Result<void> {
    DIRSNAP_TRY(const std::uint32_t number, added_->kind(cells));
    if (number != expected++) return fail(Code::kCorrupt, def_.name + ": a kind stands twice");
    return {};
  });
}

Result<void> CommonRowsWriter::copy_hashes() {
  const auto map = env_.keep_map();
  DIRSNAP_TRY(const Txn txn, Txn::begin(env_, Txn::Kind::kRead));
  RelationChunks chunks(txn, base_->additions->place, base_->additions->stored);
  RowHashes& hashes = added_->hashes();
  for (std::uint64_t i = 0; i < added_->rows() / kChunkRows; ++i) {
    std::vector<std::pair<std::uint32_t, ChunkView>> columns;
    for (std::uint32_t column = 0; column < def_.columns.size(); ++column) {
      if (!hashes.wants(column)) continue;
      DIRSNAP_TRY(ChunkView view, chunks.fetch(column, i));
      columns.emplace_back(column, std::move(view));
    }
    for (std::uint32_t row = 0; row < kChunkRows; ++row) {
      hashes.begin_row();
      for (const auto& [column, view] : columns) {
        const ValueView value = view.value(row);
        if (!value.is_null()) hashes.take(column, value);
      }
    }
  }
  return {};
}

// Copies rows of the last version until the batch is full; returns the row behind them.
Result<std::uint64_t> CommonRowsWriter::copy_rows(std::uint64_t first, RowBatch& batch) {
  const auto map = env_.keep_map();
  DIRSNAP_TRY(const Txn txn, Txn::begin(env_, Txn::Kind::kRead));
  RelationChunks chunks(txn, base_->additions->place, base_->additions->stored);
  DIRSNAP_TRY(const ChunkRows rows, ChunkRows::read(chunks, first / kChunkRows));
  auto row = static_cast<std::uint32_t>(first % kChunkRows);
  std::vector<Cell> cells;
  for (; row < rows.rows() && batch.size_bytes() < kBatchBytes; ++row) {
    cells.clear();
    rows.append_cells(row, cells);
    std::size_t bytes = 0;
    for (const Cell& cell : cells) bytes += RowBatch::cell_bytes(cell.value);
    const Cell kind_cell{kind_column(def_), ValueView::of(rows.kind(row))};
    put_row(batch, cells, bytes, check_.has_kinds() ? &kind_cell : nullptr);
  }
  return first - first % kChunkRows + row;
}

Result<void> CommonRowsWriter::finish() {
  if (failure_) return tl::unexpected<Error>(*failure_);
  if (plain_ == nullptr && base_ == nullptr && check_.rows() < kLeastCommonRows) {
    DIRSNAP_CHECK(become_plain());
  } else if (plain_ == nullptr && open_.rows() != 0) {
    DIRSNAP_CHECK(hand_over());
  }
  if (plain_ != nullptr) return plain_->finish();
  open_ = {};
  matcher_->close();
  return added_ != nullptr ? added_->finish() : Result<void>{};
}

StoredRelation CommonRowsWriter::stored() const {
  return {.def = def_, .rows = check_.rows(), .base = base_->ref};
}

bool CommonRowsWriter::has_two_pieces() const {
  return matcher_->shown_of_additions().count() != 0;
}

// The newest version, that of this snapshot or an earlier one. REQUIRES: there is one.
Additions CommonRowsWriter::additions() const {
  if (added_ == nullptr) return *base_->additions;
  return {.record = {.owner = owner()}, .place = added_->place(), .stored = added_->stored()};
}

Result<void> CommonRowsWriter::put_records(BatchWriter& batch) {
  const Key key = relation_key(self_.snapshot_id, self_.relation_no);
  const auto put = [&](std::uint32_t piece, std::vector<std::byte> record) {
    const Key record_key = shown_rows_key(key, piece);
    digest_.add_chunk(record_key.bytes().subspan(kRelationKeySize), record);
    return batch.put(Db::kChunks, record_key, std::move(record));
  };
  const std::uint64_t base_rows = base_->stored.rows;
  if (matcher_->shown_of_base().count() != base_rows) {
    DIRSNAP_CHECK(put(0, matcher_->shown_of_base().encode(base_rows)));
  }
  if (has_two_pieces()) {
    shown_added_ = matcher_->shown_of_additions().encode(additions().stored.rows);
    DIRSNAP_CHECK(put(1, shown_added_));
  }
  return batch.put(Db::kRelations, key, encode_relation(stored()));
}

Digest CommonRowsWriter::digest() { return digest_.finish(encode_relation(stored())); }

Result<Digest> CommonRowsWriter::digest_added(const Txn& txn) {
  if (shown_added_.empty()) return Sha256().finish();
  const Additions all = additions();
  DIRSNAP_TRY(const ShownRows shown, ShownRows::parse(shown_added_, all.stored.rows));
  return digest_rows(txn, all, shown);
}

Result<AdditionsRecord> CommonRowsWriter::additions_record(const Txn& txn) const {
  Additions all = additions();
  DIRSNAP_TRY(all.record.digest, digest_additions(txn, all));
  return all.record;
}

}  // namespace dirsnap
