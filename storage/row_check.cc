// SPDX-License-Identifier: MIT
#include "storage/row_check.h"

#include <string>
#include <utility>

#include "storage/row_batch.h"

namespace dirsnap {
namespace {

// Row numbers of an index are 32 bits wide.
constexpr std::uint64_t kMostRows = UINT32_MAX;

// Less than 2^32, as row_batch.h wants it of each value.
constexpr std::size_t kMostRowBytes = std::size_t{1} << 32;

bool is_ordered(Access access) { return access == Access::kDense || access == Access::kSorted; }

}  // namespace

RowCheck::RowCheck(const RelationDef& def, std::uint64_t rows) : def_(def), rows_(rows) {
  for (const ColumnDef& column : def.columns) {
    columns_.push_back({.access = column.access});
    Trait& trait = traits_.emplace_back(Trait::kPlain);
    if (column.sharing == Sharing::kTwin) trait = Trait::kTwin;
    if (is_ordered(column.access)) trait = Trait::kOrdered;
    if (column.sharing == Sharing::kByKind) trait = Trait::kByKind;
    if (trait == Trait::kOrdered) ++ordered_;
    if (trait == Trait::kByKind) has_kinds_ = true;
  }
}

Result<void> RowCheck::check_kind(std::span<const Cell> cells) {
  DIRSNAP_CHECK(check_names(cells));
  for (const Cell& cell : cells) {
    if (traits_[cell.column] == Trait::kByKind) continue;
    return fail(Code::kUsage,
                def_.name + ": column " + def_.columns[cell.column].name + " has no kinds");
  }
  return {};
}

void RowCheck::part(std::span<const Cell> cells,
                    std::vector<Cell>& of_kind,
                    std::vector<Cell>& of_row) {
  of_kind.clear();
  of_row.clear();
  for (const Cell& cell : cells) {
    const bool by_kind = cell.column < traits_.size() && traits_[cell.column] == Trait::kByKind;
    (by_kind ? of_kind : of_row).push_back(cell);
  }
}

// The columns exist, and none has two cells in this row.
Result<void> RowCheck::check_names(std::span<const Cell> cells) {
  ++checks_;
  for (const Cell& cell : cells) {
    const bool is_first = cell.column < columns_.size() &&
                          std::exchange(columns_[cell.column].last_append, checks_) != checks_;
    if (!is_first) return misnamed(cell);
  }
  return {};
}

tl::unexpected<Error> RowCheck::misnamed(const Cell& cell) const {
  if (cell.column >= columns_.size()) {
    return fail(Code::kUsage, def_.name + ": a cell of a column that does not exist");
  }
  return fail(Code::kUsage,
              def_.name + ": column " + def_.columns[cell.column].name + " given twice");
}

// Everything that can be wrong with a row is found before any of it is taken.
Result<std::size_t> RowCheck::check(std::span<const Cell> cells) {
  if (rows_ == kMostRows) return fail(Code::kLimit, def_.name + ": too many rows");
  std::size_t bytes = 0;
  std::size_t in_order = 0;
  std::size_t least = 0;  // column that may come next in the usual row, where they ascend
  bool ascends = true;
  for (const Cell& cell : cells) {
    ascends = ascends && cell.column >= least;
    least = cell.column + std::size_t{1};
    if (cell.column >= columns_.size()) return misnamed(cell);
    bytes += RowBatch::cell_bytes(cell.value);
    if (traits_[cell.column] <= Trait::kTwin) continue;
    DIRSNAP_CHECK(check_trait(cell));
    ++in_order;
  }
  if (!ascends) DIRSNAP_CHECK(check_names(cells));
  if (in_order != ordered_) {
    return fail(Code::kUsage, def_.name + ": a dense or sorted column has no value in row " +
                                  std::to_string(rows_));
  }
  if (bytes >= kMostRowBytes) return fail(Code::kLimit, def_.name + ": a row is too large");
  return bytes;
}

// A cell of a column that is neither plain nor a twin.
Result<void> RowCheck::check_trait(const Cell& cell) {
  if (traits_[cell.column] == Trait::kOrdered) return check_order(cell);
  return fail(Code::kUsage,
              def_.name + ": column " + def_.columns[cell.column].name + " goes by kind");
}

Result<void> RowCheck::check_order(const Cell& cell) {
  const Column& column = columns_[cell.column];
  const bool dense = column.access == Access::kDense;
  const bool fits = cell.value.type == ValueType::kInteger &&
                    (dense ? cell.value.integer == static_cast<std::int64_t>(rows_) + 1
                           : cell.value.integer >= column.last_value);
  if (fits) return {};
  return fail(Code::kUsage, def_.name + ": row " + std::to_string(rows_) + " breaks the " +
                                (dense ? "numbering" : "order") + " of column " +
                                def_.columns[cell.column].name);
}

void RowCheck::note_order(std::span<const Cell> cells) {
  for (const Cell& cell : cells) {
    if (traits_[cell.column] == Trait::kOrdered) {
      columns_[cell.column].last_value = cell.value.integer;
    }
  }
}

}  // namespace dirsnap
