// SPDX-License-Identifier: MIT
#include "query/relation_table.h"

#include <algorithm>
#include <utility>

namespace dirsnap {
namespace {

// Statistics look at this many parts that have rows; the rest is taken to be alike.
constexpr std::size_t kSampledParts = 8;
// Of more snapshots, about so many are counted.
constexpr std::uint64_t kCountedSnapshots = 12;

std::vector<std::int32_t> column_map(const Relation& relation,
                                     const TableShape& shape,
                                     const TablePart& part) {
  if (!part.columns.empty()) return part.columns;
  std::vector<std::int32_t> map;
  map.reserve(shape.columns.size());
  for (const TableColumn& column : shape.columns) {
    const auto found =
        column.origin == ColumnOrigin::kStored ? relation.column(column.name) : std::nullopt;
    map.push_back(found ? static_cast<std::int32_t>(*found) : -1);
  }
  return map;
}

}  // namespace

OpenPart::OpenPart(ReadSession& session,
                   Relation relation,
                   std::vector<std::int32_t> columns,
                   std::shared_ptr<StoredColumns> stored)
    : rows_(relation.rows()),
      shown_rows_(relation.shown_rows()),
      shown_(relation.shown()),
      columns_(std::move(columns)),
      owner_(std::move(stored)),
      relation_(std::move(relation)),
      session_(session) {
  if (owner_->empty()) {
    for (const ColumnDef& column : relation_.def().columns) {
      owner_->push_back(
          {.access = column.access, .is_by_kind = column.sharing == Sharing::kByKind});
    }
  }
  stored_ = *owner_;
}

ParsedColumn& OpenPart::cache(std::int32_t column) {
  std::unique_ptr<ParsedColumn>& parsed = stored_[static_cast<std::size_t>(column)].parsed;
  if (!parsed) {
    parsed = std::make_unique<ParsedColumn>();
    if (rows() > kChunkRows) parsed->more_chunks.resize((rows() - 1) / kChunkRows);
  }
  return *parsed;
}

Result<const ChunkView*> OpenPart::chunk(std::int32_t column, std::uint64_t chunk_no) {
  ParsedColumn& entry = cache(column);
  ChunkView& slot = chunk_no == 0 ? entry.first_chunk : entry.more_chunks[chunk_no - 1];
  if (slot.rows() == 0) {
    DIRSNAP_TRY(slot, relation_.chunk(static_cast<std::uint32_t>(column), chunk_no));
    session_.count_kept();
  }
  return &slot;
}

Result<ValueView> OpenPart::value(std::int32_t column, std::uint64_t row) {
  DIRSNAP_TRY(const ChunkView* view, chunk(column, row / kChunkRows));
  return view->value(static_cast<std::uint32_t>(row % kChunkRows));
}

Result<const IndexView*> OpenPart::index(std::int32_t column) {
  std::optional<IndexView>& slot = cache(column).index;
  if (!slot) {
    DIRSNAP_TRY(slot, relation_.index(static_cast<std::uint32_t>(column)));
  }
  return &*slot;
}

Result<const HashIndexView*> OpenPart::hash_index(std::int32_t column) {
  std::optional<HashIndexView>& slot = cache(column).hash_index;
  if (!slot) {
    DIRSNAP_TRY(slot, relation_.hash_index(static_cast<std::uint32_t>(column)));
  }
  return &*slot;
}

Result<void> OpenPart::read_fences(std::int32_t column) {
  ParsedColumn& entry = cache(column);
  const std::uint64_t chunks = entry.more_chunks.size() + 1;
  entry.fences.reserve(chunks);
  for (std::uint64_t i = 0; i < chunks; ++i) {
    DIRSNAP_TRY(const ValueView first, value(column, i * kChunkRows));
    entry.fences.push_back(first.integer);
  }
  return {};
}

Result<std::uint64_t> OpenPart::sorted_bound(std::int32_t column, std::int64_t wanted) {
  ParsedColumn& entry = cache(column);
  if (entry.fences.empty() && rows() > 0) DIRSNAP_CHECK(read_fences(column));
  const auto before = [wanted](std::int64_t v) { return v < wanted; };
  // The bound lies in the last chunk that begins before it, or right behind that chunk.
  const auto fence = std::partition_point(entry.fences.begin(), entry.fences.end(), before);
  if (fence == entry.fences.begin()) return 0;
  const auto chunk_no = static_cast<std::uint64_t>(fence - entry.fences.begin() - 1);
  DIRSNAP_TRY(const ChunkView* view, chunk(column, chunk_no));
  std::uint32_t low = 0;
  std::uint32_t high = view->rows();
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (before(view->value(middle).integer)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return chunk_no * kChunkRows + low;
}

Result<std::uint64_t> OpenPart::sorted_end(std::int32_t column,
                                           std::int64_t value,
                                           std::uint64_t begin) {
  if (begin == rows()) return begin;
  const std::uint64_t chunk_no = begin / kChunkRows;
  DIRSNAP_TRY(const ChunkView* view, chunk(column, chunk_no));
  const auto is_same = [view, value](std::uint32_t row) {
    return view->value(row).integer <= value;
  };
  // Steps of growing width up to a greater value, then halves of the last step.
  auto low = static_cast<std::uint32_t>(begin % kChunkRows);
  std::uint32_t step = 1;
  for (; low + step <= view->rows() && is_same(low + step - 1); step *= 2) low += step;
  std::uint32_t high = std::min(low + step - 1, view->rows());
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (is_same(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low < view->rows()) return chunk_no * kChunkRows + low;
  // The value may go on in later chunks.
  return value == INT64_MAX ? rows() : sorted_bound(column, value + 1);
}

RelationTable::RelationTable(ReadSession& session, TableShape shape)
    : session_(session),
      shape_(std::move(shape)),
      slots_(shape_.parts.size()),
      rows_per_value_(shape_.columns.size()) {
  for (const TablePart& part : shape_.parts) whole_parts_ += part.piece == 0 ? 1 : 0;
}

Result<OpenPart*> RelationTable::part(std::size_t index) {
  DIRSNAP_TRY(const ReadTxn* txn, session_.txn());
  if (epoch_ != session_.epoch()) {
    for (Slot& slot : slots_) slot = {};
    stored_.clear();
    epoch_ = session_.epoch();
  }
  Slot& slot = slots_[index];
  if (!slot.looked_up) {
    const TablePart& part = shape_.parts[index];
    DIRSNAP_TRY(auto relation, txn->piece(part.snapshot_id, part.relation, part.piece));
    if (relation) {
      auto& stored = stored_[relation->storage_no()];
      if (stored == nullptr) stored = std::make_shared<StoredColumns>();
      auto columns = column_map(*relation, shape_, part);
      slot.part =
          std::make_unique<OpenPart>(session_, *std::move(relation), std::move(columns), stored);
    }
    slot.looked_up = true;
  }
  return slot.part.get();
}

namespace {

// The row of one piece; nullopt: not there, or of other snapshots alone.
Result<std::optional<std::uint64_t>> row_in(OpenPart& part, int column, std::int64_t number) {
  using Row = std::optional<std::uint64_t>;
  const std::int32_t stored = part.stored(column);
  if (stored < 0 || number < 1) return Row();
  const auto is_shown = [&part](std::uint64_t row) {
    return part.shown() == nullptr || part.shown()->test(row);
  };
  if (part.access(stored) == Access::kDense) {
    const std::uint64_t row = static_cast<std::uint64_t>(number) - 1;
    return row < part.rows() && is_shown(row) ? Row(row) : Row();
  }
  DIRSNAP_TRY(const IndexView* index, part.index(stored));
  DIRSNAP_TRY(const auto ordinal, index->find(ValueView::of(number)));
  if (!ordinal) return Row();
  for (std::uint64_t at = index->begin_of(*ordinal); at < index->begin_of(*ordinal + 1); ++at) {
    if (is_shown(index->row_at(at))) return Row(index->row_at(at));
  }
  return Row();
}

}  // namespace

Result<std::optional<RelationTable::Place>> RelationTable::place_of(std::size_t part,
                                                                    int column,
                                                                    std::int64_t number) {
  const std::size_t first = part - shape_.parts[part].piece;
  for (std::size_t i = first; i < slots_.size() && (i == first || shape_.parts[i].piece != 0);
       ++i) {
    DIRSNAP_TRY(OpenPart * open, this->part(i));
    if (open == nullptr) continue;
    DIRSNAP_TRY(const auto row, row_in(*open, column, number));
    if (row) return std::optional(Place{.part = i, .row = *row});
  }
  return std::optional<Place>();
}

// Of many snapshots some tell how large they all are, and only these are opened.
Result<std::uint64_t> RelationTable::total_rows() {
  if (total_rows_) return *total_rows_;
  const std::uint64_t stride = 1 + whole_parts_ / kCountedSnapshots;
  std::uint64_t sum = 0;
  std::uint64_t whole = 0;  // parts met so far; the second piece of one follows it
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    whole += shape_.parts[i].piece == 0 ? 1 : 0;
    if ((whole - 1) % stride != 0) continue;
    DIRSNAP_TRY(OpenPart * open, part(i));
    if (open == nullptr) continue;
    DIRSNAP_TRY(const std::uint64_t rows, shown_rows(*open));
    sum += rows;
  }
  const std::uint64_t counted = (whole_parts_ + stride - 1) / stride;
  total_rows_ = counted == 0 ? 0 : sum * whole_parts_ / counted;
  return *total_rows_;
}

// Rows of a part that the table shows.
Result<std::uint64_t> RelationTable::shown_rows(OpenPart& part) const {
  if (!shape_.only) return part.shown_rows();
  const std::int32_t stored = part.stored(shape_.only->column);
  if (stored < 0) return 0;
  DIRSNAP_TRY(const IndexView* index, part.index(stored));
  DIRSNAP_TRY(const auto ordinal, index->find(ValueView::text(shape_.only->text)));
  return ordinal ? index->count_of(*ordinal) : 0;
}

Result<double> RelationTable::rows_per_value(int column) {
  double& known = rows_per_value_[static_cast<std::size_t>(column)];
  if (known != 0) return known;
  double rows = 0;
  double values = 0;
  std::size_t sampled = 0;
  for (std::size_t i = 0; i < slots_.size() && sampled < kSampledParts; ++i) {
    DIRSNAP_TRY(OpenPart * open, part(i));
    if (open == nullptr || open->rows() == 0 || open->stored(column) < 0) continue;
    ++sampled;
    if (shape_.columns[static_cast<std::size_t>(column)].access == Access::kHash) {
      DIRSNAP_TRY(const HashIndexView* index, open->hash_index(open->stored(column)));
      rows += static_cast<double>(index->total());
      values += static_cast<double>(index->total()) / index->rows_per_value();
      continue;
    }
    DIRSNAP_TRY(const IndexView* index, open->index(open->stored(column)));
    rows += static_cast<double>(index->total());
    values += index->distinct();
  }
  known = std::max(1.0, values == 0 ? 1.0 : rows / values);
  return known;
}

Result<std::shared_ptr<const ScanPlan>> RelationTable::plan(std::string_view text) {
  const auto known = plans_.find(text);
  if (known != plans_.end()) return known->second;
  DIRSNAP_TRY(ScanPlan parsed, parse_plan(text, shape_));
  if (plans_.size() == kMostPlans) plans_.clear();
  auto plan = std::make_shared<const ScanPlan>(std::move(parsed));
  plans_.emplace(text, plan);
  return plan;
}

std::optional<double> RelationTable::recall(const std::string& key) const {
  const auto known = remembered_.find(key);
  return known == remembered_.end() ? std::nullopt : std::optional(known->second);
}

void RelationTable::remember(const std::string& key, double rows) {
  if (remembered_.size() == kMostRemembered) remembered_.clear();
  remembered_.emplace(key, rows);
}

}  // namespace dirsnap
