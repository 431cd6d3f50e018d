// SPDX-License-Identifier: MIT
#include "storage/row_matcher.h"

#include <algorithm>

#include "storage/row_cells.h"

namespace dirsnap {
namespace {

// Chunks looked at around the row found last: those behind it, which may still have rows to come,
// and those before, where the next row stands if the last one had only moved.
constexpr std::uint64_t kChunksBehind = 8;
constexpr std::uint64_t kChunksBefore = 8;
// Chunks at the beginning of a base that tell whether it is one.
constexpr std::uint64_t kProbedChunks = 2;
// Rows of a hash that are looked at, whether they are taken already or compared.
constexpr int kMostLooks = 64;
// Of kRecent rows, those that must be in a chunk for the others to be expected behind it.
constexpr std::size_t kLeastAhead = 16;

// Which columns are the same in pairs of rows.
class LikeColumns {
 public:
  explicit LikeColumns(std::size_t columns) : columns_(columns) {}

  // REQUIRES: both ascend by column.
  void take(std::span<const Cell> row, std::span<const Cell> other) {
    for (const Cell& cell : row) {
      while (!other.empty() && other.front().column < cell.column) skip(other);
      columns_[cell.column].bytes += RowBatch::cell_bytes(cell.value);
      const bool has_both = !other.empty() && other.front().column == cell.column;
      if (!has_both || !is_same_value(cell.value, other.front().value)) {
        columns_[cell.column].differs = true;
      }
      if (has_both) other = other.subspan(1);
    }
    while (!other.empty()) skip(other);
  }

  [[nodiscard]] double share() const {
    std::uint64_t all = 0;
    std::uint64_t alike = 0;
    for (const Column& column : columns_) {
      all += column.bytes;
      if (!column.differs) alike += column.bytes;
    }
    return all == 0 ? 0 : static_cast<double>(alike) / static_cast<double>(all);
  }

 private:
  struct Column {
    std::uint64_t bytes = 0;
    bool differs = false;
  };
  // A value that the first row lacks.
  void skip(std::span<const Cell>& other) {
    columns_[other.front().column].differs = true;
    other = other.subspan(1);
  }

  std::vector<Column> columns_;
};

}  // namespace

void HashList::sort() { std::sort(entries_.begin(), entries_.end()); }

std::span<const std::uint64_t> HashList::find(std::uint64_t hash) const {
  const std::uint64_t least = hash << 32;
  const auto begin = std::lower_bound(entries_.begin(), entries_.end(), least);
  auto end = begin;
  for (int i = 0; i < kMostLooks && end != entries_.end() && (*end ^ least) >> 32 == 0; ++i) ++end;
  return {begin, end};
}

Result<const ChunkRows*> RowMatcher::Side::chunk(std::uint64_t chunk_no) {
  const auto known = read.find(chunk_no);
  if (known != read.end()) return &known->second;
  DIRSNAP_TRY(ChunkRows rows, ChunkRows::read(chunks, chunk_no));
  return &read.emplace(chunk_no, std::move(rows)).first->second;
}

// Kinds, and the hashes of all additions.
Result<void> RowMatcher::open(Side& base, Side* additions) {
  if (is_open_) return {};
  base_kinds_ = {};
  DIRSNAP_CHECK(base_kinds_.read(base.chunks));
  is_open_ = true;
  if (additions == nullptr) return {};
  DIRSNAP_CHECK(added_kinds_.read(additions->chunks));
  for (std::uint64_t i = 0; i < chunk_count(additions->chunks.stored().rows); ++i) {
    DIRSNAP_TRY(const ChunkRows rows, ChunkRows::read(additions->chunks, i));
    std::uint64_t row = i * kChunkRows;
    for (const std::uint64_t hash : rows.hashes(added_kinds_)) added_.add(hash, row++);
  }
  added_.sort();
  return {};
}

Result<HashList> RowMatcher::read_hashes(Side& base, std::uint64_t chunk_no) {
  DIRSNAP_TRY(const ChunkRows* rows, base.chunk(chunk_no));
  HashList list;
  std::uint64_t row = chunk_no * kChunkRows;
  for (const std::uint64_t hash : rows->hashes(base_kinds_)) list.add(hash, row++);
  list.sort();
  return list;
}

// Those named since the last batch. Rows without kinds are all of one that both know.
void RowMatcher::learn_kinds() {
  if (kinds_.size() == 0 && known_kinds_.empty()) known_kinds_.push_back({0, 0});
  for (std::size_t i = known_kinds_.size(); i < kinds_.size(); ++i) {
    const std::string& packed = kinds_.packed(static_cast<std::uint32_t>(i));
    known_kinds_.push_back({base_kinds_.find(packed), added_kinds_.find(packed)});
  }
}

std::uint64_t RowMatcher::hash_of(const Row& row) const {
  std::uint64_t hash = kinds_.size() == 0 ? 0 : kinds_.hash(row.kind);
  for (const Cell& cell : row.cells) hash += cell_hash(cell.column, cell.value);
  return hash;
}

Result<std::uint64_t> RowMatcher::count_common(const RowBatch& batch) {
  const auto map = env_.keep_map();
  DIRSNAP_TRY(const Txn txn, Txn::begin(env_, Txn::Kind::kRead));
  Side base(txn, base_.place(), base_.stored);
  std::optional<Side> added;
  if (base_.additions) added.emplace(txn, base_.additions->place, base_.additions->stored);
  DIRSNAP_CHECK(open(base, added ? &*added : nullptr));
  std::vector<HashList> lists = {added_};
  for (std::uint64_t i = 0; i < std::min(kProbedChunks, chunk_count(base_.stored.rows)); ++i) {
    DIRSNAP_TRY(HashList list, read_hashes(base, i));
    lists.push_back(std::move(list));
  }
  std::uint64_t count = 0;
  RowCells rows(batch, kind_column(base_.stored.def));
  for (std::uint32_t i = 0; i < batch.rows(); ++i) {
    rows.next();
    const std::uint64_t hash = hash_of({.cells = rows.cells(), .kind = rows.kind(), .known = {}});
    const auto has_row = [hash](const HashList& list) { return !list.find(hash).empty(); };
    if (std::any_of(lists.begin(), lists.end(), has_row)) ++count;
  }
  return count;
}

Result<double> RowMatcher::alike_share(const RowBatch& batch) {
  const auto map = env_.keep_map();
  DIRSNAP_TRY(const Txn txn, Txn::begin(env_, Txn::Kind::kRead));
  RelationChunks chunks(txn, base_.place(), base_.stored);
  DIRSNAP_TRY(const ChunkRows first, ChunkRows::read(chunks, 0));
  LikeColumns columns(base_.stored.def.columns.size());
  RowCells rows(batch, kind_column(base_.stored.def));
  std::vector<Cell> here;
  for (std::uint32_t i = 0; i < std::min(batch.rows(), first.rows()); ++i) {
    rows.next();
    here.clear();
    first.append_cells(i, here);
    columns.take(rows.cells(), here);
  }
  return columns.share();
}

// The transaction ends here: while one is open the map cannot grow.
Result<std::vector<bool>> RowMatcher::match(const RowBatch& batch) {
  std::vector<bool> found(batch.rows());
  const auto map = env_.keep_map();
  DIRSNAP_TRY(const Txn txn, Txn::begin(env_, Txn::Kind::kRead));
  Side base(txn, base_.place(), base_.stored);
  std::optional<Side> added;
  if (base_.additions) added.emplace(txn, base_.additions->place, base_.additions->stored);
  Side* const additions = added ? &*added : nullptr;
  DIRSNAP_CHECK(open(base, additions));
  learn_kinds();
  RowCells rows(batch, kind_column(base_.stored.def));
  for (std::uint32_t i = 0; i < batch.rows(); ++i) {
    rows.next();
    const std::uint32_t kind = rows.kind();
    const Row row{.cells = rows.cells(), .kind = kind, .known = known_kinds_[kind]};
    DIRSNAP_TRY(found[i], find(base, additions, row));
  }
  return found;
}

Result<bool> RowMatcher::find(Side& base, Side* additions, const Row& row) {
  DIRSNAP_TRY(bool found, find_next(base, additions, row));
  if (found) return true;
  const std::uint64_t hash = hash_of(row);
  if (row.known.of_base) {
    DIRSNAP_TRY(found, find_in_base(base, row, hash));
    if (found) return true;
  }
  if (additions != nullptr && row.known.of_additions) {
    DIRSNAP_TRY(found, find_in_additions(*additions, row, hash));
    if (found) return true;
  }
  DIRSNAP_CHECK(note_missed(base, hash));
  return false;
}

// Where the row stands if nothing has changed.
Result<bool> RowMatcher::find_next(Side& base, Side* additions, const Row& row) {
  if (row.known.of_base) {
    for (const std::uint64_t number : {next_, next_ + 1}) {
      DIRSNAP_TRY(const bool found, take_base(base, number, row));
      if (found) return true;
    }
  }
  if (additions == nullptr || !row.known.of_additions) return false;
  return take_added(*additions, next_added_, row);
}

Result<bool> RowMatcher::find_in_base(Side& base, const Row& row, std::uint64_t hash) {
  const std::uint64_t chunks = chunk_count(base_.stored.rows);
  const std::uint64_t here = std::min(next_ / kChunkRows, chunks - 1);
  int looks = 0;
  for (std::uint64_t i = here; i < std::min(here + kChunksBehind, chunks); ++i) {
    DIRSNAP_TRY(const bool found, find_in_chunk(base, i, row, hash, looks));
    if (found) return true;
  }
  for (std::uint64_t i = here; i-- > first_chunk_;) {
    DIRSNAP_TRY(const bool found, find_in_chunk(base, i, row, hash, looks));
    if (found) return true;
  }
  return false;
}

Result<bool> RowMatcher::find_in_chunk(
    Side& base, std::uint64_t chunk_no, const Row& row, std::uint64_t hash, int& looks) {
  auto list = window_.find(chunk_no);
  if (list == window_.end()) {
    DIRSNAP_TRY(HashList hashes, read_hashes(base, chunk_no));
    list = window_.emplace(chunk_no, std::move(hashes)).first;
  }
  for (const std::uint64_t entry : list->second.find(hash)) {
    if (looks++ == kMostLooks) return false;
    DIRSNAP_TRY(const bool found, take_base(base, HashList::row_of(entry), row));
    if (found) return true;
  }
  return false;
}

Result<bool> RowMatcher::find_in_additions(Side& additions, const Row& row, std::uint64_t hash) {
  for (const std::uint64_t entry : added_.find(hash)) {
    DIRSNAP_TRY(const bool found, take_added(additions, HashList::row_of(entry), row));
    if (found) return true;
  }
  return false;
}

// Takes a row of the base if it is equal and not taken yet.
Result<bool> RowMatcher::take_base(Side& base, std::uint64_t number, const Row& row) {
  if (number >= base_.stored.rows || shown_of_base_.test(number)) return false;
  DIRSNAP_TRY(const ChunkRows* rows, base.chunk(number / kChunkRows));
  const auto in_chunk = static_cast<std::uint32_t>(number % kChunkRows);
  if (rows->kind(in_chunk) != *row.known.of_base || !rows->has_cells(in_chunk, row.cells))
    return false;
  shown_of_base_.mark(number);
  next_ = number + 1;
  missed_ = 0;
  const std::uint64_t chunk_no = number / kChunkRows;
  if (chunk_no > first_chunk_ + kChunksBefore) begin_window(chunk_no - kChunksBefore);
  return true;
}

void RowMatcher::begin_window(std::uint64_t chunk_no) {
  first_chunk_ = chunk_no;
  window_.erase(window_.begin(), window_.lower_bound(chunk_no));
}

Result<bool> RowMatcher::take_added(Side& additions, std::uint64_t number, const Row& row) {
  if (number >= base_.additions->stored.rows || shown_of_additions_.test(number)) return false;
  DIRSNAP_TRY(const ChunkRows* rows, additions.chunk(number / kChunkRows));
  const auto in_chunk = static_cast<std::uint32_t>(number % kChunkRows);
  if (rows->kind(in_chunk) != *row.known.of_additions || !rows->has_cells(in_chunk, row.cells)) {
    return false;
  }
  shown_of_additions_.mark(number);
  next_added_ = number + 1;
  return true;
}

Result<void> RowMatcher::note_missed(Side& base, std::uint64_t hash) {
  recent_[missed_ % kRecent] = hash;
  if (++missed_ < look_ahead_at_) return {};
  look_ahead_at_ *= 4;
  return look_ahead(base);
}

// Many rows of the base may have gone: finds the chunk where those that came last stand.
Result<void> RowMatcher::look_ahead(Side& base) {
  const std::uint64_t chunks = chunk_count(base_.stored.rows);
  for (std::uint64_t i = next_ / kChunkRows + kChunksBehind; i < chunks; ++i) {
    DIRSNAP_TRY(const HashList list, read_hashes(base, i));
    base.read.erase(i);
    const auto count = static_cast<std::size_t>(std::count_if(
        recent_.begin(), recent_.end(), [&](std::uint64_t h) { return !list.find(h).empty(); }));
    if (count < kLeastAhead) continue;
    next_ = i * kChunkRows;
    begin_window(i);
    return {};
  }
  return {};
}

void RowMatcher::close() {
  window_.clear();
  added_ = {};
  base_kinds_ = {};
  added_kinds_ = {};
  is_open_ = false;
}

}  // namespace dirsnap
