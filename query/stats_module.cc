// SPDX-License-Identifier: MIT
#include "query/stats_module.h"

#include <algorithm>
#include <utility>

#include "query/sql_value.h"
#include "storage/tables/attributes.h"
#include "storage/tables/objects.h"
#include "storage/value_order.h"

namespace dirsnap {
namespace {

struct StatsColumn {
  enum : int { kSnapshotId, kValue, kCount };
};

constexpr ModuleColumn kClassColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the objects belong to (snapshots.snapshot_id).", true},
    {"class", "TEXT", "LDAP name of the class, NULL for objects without one."},
    {"object_count", "INTEGER", "Number of its objects, tombstones and phantoms included."},
};
constexpr ModuleColumn kAttributeColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the values belong to (snapshots.snapshot_id).", true},
    {"attribute", "TEXT", "LDAP name of the attribute, NULL for values without one."},
    {"value_count", "INTEGER", "Number of its values in all objects."},
};

constexpr StatsTable::Subject kSubjects[] = {
    {"class_stats", "One row per class of objects with their number, without counting them.",
     tables::objects::kSpec.name, "class", kClassColumns,
     "SELECT class, object_count FROM class_stats ORDER BY object_count DESC LIMIT 20"},
    {"attribute_stats", "One row per attribute with the number of its values, without counting.",
     tables::attributes::kSpec.name, "attribute", kAttributeColumns,
     "SELECT attribute, value_count FROM attribute_stats ORDER BY value_count DESC LIMIT 20"},
};

struct Counted {
  std::int64_t rows = 0;
  std::uint32_t first = 0;
};

// The rows of one value that a snapshot has, which is `shown` of them; null: all.
Counted count_shown(const IndexView& index, std::uint32_t ordinal, const ShownRows* shown) {
  const std::uint64_t begin = index.begin_of(ordinal);
  if (shown == nullptr) return {.rows = index.count_of(ordinal), .first = index.row_at(begin)};
  Counted counted;
  const std::uint64_t end = index.begin_of(ordinal + 1);
  for (std::uint64_t at = begin; at < end; ++at) {
    const std::uint32_t row = index.row_at(at);
    if (!shown->test(row)) continue;
    if (counted.rows++ == 0) counted.first = row;
  }
  return counted;
}

}  // namespace

std::span<const StatsTable::Subject> StatsTable::subjects() { return kSubjects; }

StatsTable::StatsTable(const Subject& subject, RelationTable& counted)
    : subject_(subject),
      counted_(counted),
      column_(counted.shape().find_column(subject.of_column).value_or(-1)) {}

TableInfo StatsTable::info(const Subject& subject) {
  TableInfo info{.name = subject.name, .doc = subject.doc, .theme = "directory"};
  describe_columns(subject.columns, info);
  info.examples = {subject.example};
  return info;
}

// The values of one part in the index's order.
Result<std::vector<StatsTable::Row>> StatsTable::count_part(std::size_t number,
                                                            OpenPart& part) const {
  std::vector<Row> rows;
  const auto snapshot = static_cast<std::int64_t>(counted_.shape().parts[number].snapshot_id);
  const std::int32_t column = part.stored(column_);
  DIRSNAP_TRY(const IndexView* index, part.index(column));
  std::int64_t without = static_cast<std::int64_t>(part.shown_rows());
  rows.push_back({snapshot, ValueView::null(), 0});
  for (std::uint32_t ordinal = 0; ordinal < index->distinct(); ++ordinal) {
    const Counted counted = count_shown(*index, ordinal, part.shown());
    if (counted.rows == 0) continue;
    without -= counted.rows;
    DIRSNAP_TRY(const ValueView value, part.value(column, counted.first));
    rows.push_back({snapshot, value, counted.rows});
    DIRSNAP_CHECK(session().cancel().check());
  }
  rows.front().count = without;
  if (without == 0) rows.erase(rows.begin());
  return rows;
}

Result<std::vector<StatsTable::Row>> StatsTable::counts_of(std::size_t number) {
  DIRSNAP_TRY(OpenPart * part, counted_.part(number));
  if (part == nullptr || part->stored(column_) < 0) return std::vector<Row>();
  if (part->shown() == nullptr) return count_part(number, *part);
  if (std::exchange(epoch_, session().epoch()) != session().epoch()) known_.clear();
  if (const auto known = known_.find(number); known != known_.end()) return known->second;
  DIRSNAP_TRY(auto rows, count_part(number, *part));
  return known_.emplace(number, std::move(rows)).first->second;
}

// Adds the counts of a second piece to those of the first, which begin at `first`.
void StatsTable::add_piece(const std::vector<Row>& piece,
                           std::size_t first,
                           std::vector<Row>& rows) const {
  const Collation collation = counted_.shape().columns[static_cast<std::size_t>(column_)].collation;
  const auto less = [collation](const Row& a, const Row& b) {
    return compare_values(a.value, b.value, collation) < 0;
  };
  const auto begin = static_cast<std::ptrdiff_t>(first);
  const auto middle = static_cast<std::ptrdiff_t>(rows.size());
  rows.insert(rows.end(), piece.begin(), piece.end());
  std::inplace_merge(rows.begin() + begin, rows.begin() + middle, rows.end(), less);
  std::size_t kept = first;
  for (std::size_t i = first; i < rows.size(); ++i) {
    if (kept > first && !less(rows[kept - 1], rows[i])) {
      rows[kept - 1].count += rows[i].count;
    } else {
      rows[kept++] = rows[i];
    }
  }
  rows.resize(kept);
}

Result<std::vector<StatsTable::Row>> StatsTable::rows(std::optional<std::int64_t> snapshot_id) {
  std::vector<Row> rows;
  std::size_t first = 0;  // of the present snapshot
  const auto& parts = counted_.shape().parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (snapshot_id && static_cast<std::int64_t>(parts[i].snapshot_id) != *snapshot_id) continue;
    DIRSNAP_TRY(const auto piece, counts_of(i));
    if (parts[i].piece == 0) first = rows.size();
    add_piece(piece, first, rows);
    DIRSNAP_CHECK(session().cancel().check());
  }
  return rows;
}

Result<void> StatsModule::best_index(StatsTable& table,
                                     sqlite3* /*db*/,
                                     sqlite3_index_info& info,
                                     bool& /*unusable*/) {
  bool has_argument = false;
  const bool one = take_keys(table.subject().columns, info, has_argument) != 0;
  info.estimatedRows = one ? 300 : 3000;
  info.estimatedCost = static_cast<double>(info.estimatedRows);
  return {};
}

Result<void> StatsModule::Cursor::filter(sqlite3* /*db*/,
                                         std::string_view plan,
                                         std::span<sqlite3_value*> arguments) {
  ++table_.session().counters().filter_calls;
  at_ = 0;
  rows_.clear();
  std::optional<std::int64_t> snapshot_id;
  if (has_key(plan, table_.subject().columns[StatsColumn::kSnapshotId]) && !arguments.empty()) {
    const auto number = as_integer(numeric_view_of(arguments[0]));
    if (!number) return {};
    snapshot_id = number;
  }
  DIRSNAP_TRY(rows_, table_.rows(snapshot_id));
  table_.session().counters().rows_visited += static_cast<std::uint64_t>(!rows_.empty());
  return {};
}

Result<void> StatsModule::Cursor::next() {
  if (++at_ < rows_.size()) ++table_.session().counters().rows_visited;
  return {};
}

Result<void> StatsModule::Cursor::column(sqlite3_context* context, int index) {
  const StatsTable::Row& row = rows_[at_];
  if (index == StatsColumn::kSnapshotId) {
    sqlite3_result_int64(context, row.snapshot_id);
  } else if (index == StatsColumn::kCount) {
    sqlite3_result_int64(context, row.count);
  } else {
    set_result(context, row.value);
  }
  return {};
}

}  // namespace dirsnap
