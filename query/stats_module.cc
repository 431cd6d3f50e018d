// SPDX-License-Identifier: MIT
#include "query/stats_module.h"

#include "query/sql_value.h"
#include "storage/tables/attributes.h"
#include "storage/tables/objects.h"

namespace dirsnap {
namespace {

enum Column : int { kSnapshotId, kValue, kCount };

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

Result<std::vector<StatsTable::Row>> StatsTable::rows(
    std::optional<std::int64_t> snapshot_id) const {
  std::vector<Row> rows;
  const auto& parts = counted_.shape().parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = static_cast<std::int64_t>(parts[i].snapshot_id);
    if (snapshot_id && number != *snapshot_id) continue;
    DIRSNAP_TRY(OpenPart * part, counted_.part(i));
    if (part == nullptr || part->stored(column_) < 0) continue;
    DIRSNAP_TRY(const IndexView* index, part->index(part->stored(column_)));
    const std::uint64_t without = part->rows() - index->total();
    if (without != 0) {
      rows.push_back({number, ValueView::null(), static_cast<std::int64_t>(without)});
    }
    for (std::uint32_t ordinal = 0; ordinal < index->distinct(); ++ordinal) {
      const std::uint32_t first = index->row_at(index->begin_of(ordinal));
      DIRSNAP_TRY(const ValueView value, part->value(part->stored(column_), first));
      rows.push_back({number, value, std::int64_t{index->count_of(ordinal)}});
    }
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
  if (has_key(plan, table_.subject().columns[kSnapshotId]) && !arguments.empty()) {
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
  if (index == kSnapshotId) {
    sqlite3_result_int64(context, row.snapshot_id);
  } else if (index == kCount) {
    sqlite3_result_int64(context, row.count);
  } else {
    set_result(context, row.value);
  }
  return {};
}

}  // namespace dirsnap
