// SPDX-License-Identifier: MIT
#include <algorithm>

#include "query/modules.h"
#include "query/sql_value.h"

namespace dirsnap {
namespace {

struct SnapshotColumn {
  const char* name;
  const char* type;
  const char* doc;
};

struct SnapshotsColumn {
  enum : int {
    kSnapshotId,
    kName,
    kServer,
    kOrganization,
    kTakenAt,
    kImportedAt,
    kSources,
    kIssues,
    kSeal,
  };
};

constexpr SnapshotColumn kSnapshotsColumns[] = {
    {"snapshot_id", "INTEGER", "Number of the snapshot in the case; never used again."},
    {"name", "TEXT", "Name given at import."},
    {"server", "TEXT", "Server the backup is of, NULL where it is not known."},
    {"organization", "TEXT", "Name of the directory's organization."},
    {"taken_at", "TEXT", "When the backup was taken, ISO 8601 UTC."},
    {"imported_at", "TEXT", "When the import began, ISO 8601 UTC."},
    {"sources", "INTEGER", "Number of sources, skipped files included."},
    {"issues", "INTEGER", "Number of import issues, repetitions included."},
    {"seal", "TEXT", "SHA-256 over the snapshot's rows, lower-case hex."},
};
static_assert(std::size(kSnapshotsColumns) == SnapshotsColumn::kSeal + 1);

constexpr const char* kExample =
    "SELECT snapshot_id, name, server, taken_at, issues FROM snapshots";

ValueView optional_text(const std::optional<std::string>& text) {
  return text ? ValueView::text(*text) : ValueView::null();
}

ValueView count(std::uint64_t number) { return ValueView::of(static_cast<std::int64_t>(number)); }

ValueView value_of(const SnapshotRecord& snapshot, int column) {
  switch (column) {
    case SnapshotsColumn::kSnapshotId:
      return count(snapshot.snapshot_id);
    case SnapshotsColumn::kName:
      return ValueView::text(snapshot.name);
    case SnapshotsColumn::kServer:
      return optional_text(snapshot.server);
    case SnapshotsColumn::kOrganization:
      return optional_text(snapshot.organization);
    case SnapshotsColumn::kTakenAt:
      return optional_text(snapshot.taken_at);
    case SnapshotsColumn::kImportedAt:
      return ValueView::text(snapshot.imported_at);
    case SnapshotsColumn::kSources:
      return count(snapshot.sources);
    case SnapshotsColumn::kIssues:
      return count(snapshot.issues);
    case SnapshotsColumn::kSeal:
      return ValueView::text(snapshot.seal);
    default:
      return ValueView::null();
  }
}

bool is_text(int column) { return std::string_view(kSnapshotsColumns[column].type) == "TEXT"; }

}  // namespace

TableInfo SnapshotsTable::info() {
  TableInfo info{
      .name = "snapshots", .doc = "One row per sealed snapshot of the case.", .theme = "snapshots"};
  for (const SnapshotColumn& column : kSnapshotsColumns) {
    info.columns.push_back(
        {.name = column.name,
         .type = column.type,
         .doc = column.doc,
         .indexed = &column == &kSnapshotsColumns[SnapshotsColumn::kSnapshotId]});
  }
  info.examples = {kExample};
  return info;
}

std::string SnapshotsModule::declaration(SnapshotsTable& /*table*/) {
  std::string sql = "CREATE TABLE x(";
  for (const SnapshotColumn& column : kSnapshotsColumns) {
    if (sql.back() != '(') sql += ", ";
    sql.append(column.name).append(" ").append(column.type);
    // Names are looked up case-insensitively everywhere.
    if (is_text(static_cast<int>(&column - kSnapshotsColumns))) sql += " COLLATE FOLD";
  }
  return sql + ")";
}

// One access path, snapshot_id = value; the plan's text is "snapshot_id(=)" or "SCAN".
Result<void> SnapshotsModule::best_index(SnapshotsTable& table,
                                         sqlite3* /*db*/,
                                         sqlite3_index_info& info,
                                         bool& /*unusable*/) {
  const auto rows = static_cast<double>(table.session().scope().size());
  info.estimatedRows = static_cast<sqlite3_int64>(std::max(1.0, rows));
  info.estimatedCost = rows + 1;
  const char* plan = "SCAN";
  for (int i = 0; i < info.nConstraint && table.session().push_down(); ++i) {
    const auto& constraint = info.aConstraint[i];
    const bool key = constraint.usable != 0 && constraint.iColumn == SnapshotsColumn::kSnapshotId &&
                     constraint.op == SQLITE_INDEX_CONSTRAINT_EQ;
    if (!key) continue;
    info.aConstraintUsage[i].argvIndex = 1;
    info.aConstraintUsage[i].omit = 1;
    info.estimatedRows = 1;
    info.estimatedCost = 1;
    info.idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
    plan = "snapshot_id(=)";
    break;
  }
  info.idxStr = sqlite3_mprintf("%s", plan);
  info.needToFreeIdxStr = 1;
  return {};
}

Result<void> SnapshotsModule::Cursor::filter(sqlite3* /*db*/,
                                             std::string_view /*plan*/,
                                             std::span<sqlite3_value*> arguments) {
  ++session_.counters().filter_calls;
  at_ = 0;
  end_ = session_.scope().size();
  if (!arguments.empty()) {
    const CompiledPredicate test({.op = Op::kEq, .value = numeric_view_of(arguments[0])});
    while (at_ < end_ &&
           !test.matches(value_of(session_.scope()[at_], SnapshotsColumn::kSnapshotId)))
      ++at_;
    end_ = std::min(end_, at_ + 1);
  }
  session_.counters().rows_visited += at_ < end_ ? 1 : 0;
  return {};
}

Result<void> SnapshotsModule::Cursor::next() {
  ++at_;
  session_.counters().rows_visited += at_ < end_ ? 1 : 0;
  return {};
}

Result<void> SnapshotsModule::Cursor::column(sqlite3_context* context, int index) {
  set_result(context, value_of(session_.scope()[at_], index));
  return {};
}

std::int64_t SnapshotsModule::Cursor::rowid() const {
  return static_cast<std::int64_t>(session_.scope()[at_].snapshot_id);
}

}  // namespace dirsnap
