// SPDX-License-Identifier: MIT
#include "query/raw_tables.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

#include "storage/base/text.h"
#include "storage/tables/ese_tables.h"

namespace dirsnap {
namespace {

constexpr std::size_t kRawKeyColumns = 4;  // _snapshot_id, _source_id, _record, _page
constexpr std::string_view kLivePrefix = "ese/";
constexpr std::string_view kRecoveredPrefix = "ese_recovered/";
// The database's own columns that a table shows: what importers call `shown` in ese_columns.
constexpr std::size_t kShownColumns = 1995;
static_assert(kRawKeyColumns + kShownColumns <= kMaxSqlColumns);

// Columns every raw table has besides the database's own.
void add_hidden_columns(TableShape& shape, bool recovered) {
  shape.columns.push_back({.name = "_snapshot_id",
                           .type = ColumnType::kInteger,
                           .origin = ColumnOrigin::kSnapshot,
                           .hidden = true,
                           .doc = "Snapshot the row belongs to (snapshots.snapshot_id)."});
  shape.columns.push_back({.name = "_source_id",
                           .type = ColumnType::kInteger,
                           .origin = ColumnOrigin::kSource,
                           .hidden = true,
                           .doc = "Source the row was read from (sources.source_id)."});
  shape.columns.push_back({.name = "_record",
                           .type = ColumnType::kInteger,
                           .hidden = true,
                           .doc = "Number of the record in its table, in key order."});
  shape.columns.push_back({.name = "_page",
                           .type = ColumnType::kInteger,
                           .hidden = true,
                           .doc = "Page of the database the record stands on."});
  if (!recovered) return;
  shape.columns.push_back({.name = "_place",
                           .type = ColumnType::kText,
                           .hidden = true,
                           .doc = "Where the record lay: deleted node, slack, unreferenced page, "
                                  "bad page."});
  shape.columns.push_back({.name = "_confidence",
                           .type = ColumnType::kInteger,
                           .hidden = true,
                           .doc = "How far the record can be trusted, in percent."});
  shape.columns.push_back({.name = "_offset",
                           .type = ColumnType::kInteger,
                           .hidden = true,
                           .doc = "Place of the record in the source, in bytes."});
}

// Unites the columns of all parts in the order of their first appearance.
class ColumnUnion {
 public:
  explicit ColumnUnion(TableShape& shape)
      : shape_(shape), most_(std::min(shape.columns.size() + kShownColumns, kMaxSqlColumns)) {
    for (const auto& column : shape.columns) reserved_.insert(to_lower_ascii(column.name));
  }

  // The columns of `def` as columns of the table; `part` learns where each one stands.
  void add(const RelationDef& def, TablePart& part) {
    part.columns.assign(shape_.columns.size(), -1);
    std::set<std::string> seen;  // names of this relation, so that two that differ in case stay two
    const std::size_t first_own = first_own_column(def.name);
    for (std::size_t i = 0; i < def.columns.size(); ++i) {
      const ColumnDef& column = def.columns[i];
      if (i < first_own) {
        const int place = *shape_.find_column(column.name);
        TableColumn& known = shape_.columns[static_cast<std::size_t>(place)];
        if (shape_.parts.empty()) known.access = column.access;
        agree(known, column);
        set(part, place, i);
        continue;
      }
      std::string name = column.name.empty() ? "unnamed" : column.name;
      // A name that is taken gets a number; SQLite does not tell names apart by ASCII case.
      for (int n = 2;
           reserved_.count(to_lower_ascii(name)) != 0 || !seen.insert(to_lower_ascii(name)).second;
           ++n) {
        name = (column.name.empty() ? "unnamed" : column.name) + ":" + std::to_string(n);
      }
      const auto place = find_or_add(name, column);
      if (place) set(part, *place, i);
    }
  }

 private:
  static void set(TablePart& part, int column, std::size_t stored) {
    const auto place = static_cast<std::size_t>(column);
    if (part.columns.size() <= place) part.columns.resize(place + 1, -1);
    part.columns[place] = static_cast<std::int32_t>(stored);
  }

  std::optional<int> find_or_add(const std::string& name, const ColumnDef& column) {
    const auto known = places_.find(to_lower_ascii(name));
    if (known != places_.end()) {
      agree(shape_.columns[static_cast<std::size_t>(known->second)], column);
      return known->second;
    }
    if (shape_.columns.size() >= most_) return std::nullopt;
    const auto place = static_cast<int>(shape_.columns.size());
    places_.emplace(to_lower_ascii(name), place);
    shape_.columns.push_back({.name = name,
                              .type = column.type,
                              .access = column.access,
                              .collation = column.collation,
                              .doc = "Column of the database."});
    return place;
  }

  // What the sources do not agree on is left open.
  static void agree(TableColumn& column, const ColumnDef& def) {
    if (column.type != def.type) column.type = ColumnType::kAny;
    if (column.access != def.access || column.collation != def.collation) {
      column.access = Access::kScan;
      column.collation = Collation::kBinary;
    }
  }

  TableShape& shape_;
  std::size_t most_;  // columns that the table may have
  std::set<std::string> reserved_;
  std::unordered_map<std::string, int> places_;
};

// Reads ese_tables and collects the tables by their SQL names.
class RawTableBuilder {
 public:
  explicit RawTableBuilder(const ReadTxn& txn) : txn_(txn) {}

  Result<void> add_snapshot(const SnapshotRecord& snapshot) {
    namespace t = tables::ese_tables;
    DIRSNAP_TRY(const auto list, txn_.relation(snapshot.snapshot_id, t::kSpec.name));
    if (!list) return {};
    for (std::uint64_t row = 0; row < list->rows(); ++row) {
      DIRSNAP_TRY(const ValueView source, list->value(t::kSourceId, row));
      DIRSNAP_TRY(const ValueView name, list->value(t::kTableName, row));
      DIRSNAP_TRY(const ValueView live, list->value(t::kSqlName, row));
      DIRSNAP_TRY(const ValueView recovered, list->value(t::kRecoveredSqlName, row));
      const Place place{snapshot, source.integer, std::string(name.bytes)};
      DIRSNAP_CHECK(add(live.bytes, kLivePrefix, place));
      DIRSNAP_CHECK(add(recovered.bytes, kRecoveredPrefix, place));
    }
    return {};
  }

  std::vector<RawTable> take() {
    return {std::make_move_iterator(tables_.begin()), std::make_move_iterator(tables_.end())};
  }

 private:
  struct Place {
    const SnapshotRecord& snapshot;
    std::int64_t source_id = 0;
    std::string table_name;
  };

  Result<void> add(std::string_view sql_name, std::string_view prefix, const Place& place) {
    if (sql_name.empty()) return {};
    const std::string relation_name =
        std::string(prefix) + std::to_string(place.source_id) + "/" + place.table_name;
    DIRSNAP_TRY(const auto relation, txn_.piece(place.snapshot.snapshot_id, relation_name, 0));
    if (!relation) return {};
    RawTable* table = find_or_add(sql_name, place, prefix == kRecoveredPrefix);
    if (table == nullptr) return {};
    TablePart part{.source_id = place.source_id, .relation = relation_name};
    unions_.at(to_lower_ascii(sql_name)).second.add(relation->def(), part);
    table->shape.add_part(place.snapshot, std::move(part));
    table->parts.resize(table->shape.parts.size(), {place.table_name});
    return {};
  }

  RawTable* find_or_add(std::string_view sql_name, const Place& place, bool recovered) {
    const std::string key = to_lower_ascii(sql_name);
    const auto known = unions_.find(key);
    if (known != unions_.end()) return &tables_[known->second.first];
    if (tables_.size() >= kMaxRawTables) return nullptr;
    RawTable& table = tables_.emplace_back();
    TableShape& shape = table.shape;
    shape.name = sql_name;
    shape.doc = (recovered ? "Recovered rows of the ESE table " : "Rows of the ESE table ") +
                place.table_name + " of every source that has it.";
    shape.theme = "raw ESE tables";
    add_hidden_columns(shape, recovered);
    unions_.emplace(key, std::pair(tables_.size() - 1, ColumnUnion(shape)));
    return &table;
  }

  const ReadTxn& txn_;
  std::deque<RawTable> tables_;  // the unions keep references to their shapes
  std::map<std::string, std::pair<std::size_t, ColumnUnion>> unions_;
};

// The hidden columns come last in SQL, the database's own columns in front.
void move_hidden_columns_last(TableShape& shape) {
  const auto own = std::find_if(shape.columns.begin(), shape.columns.end(),
                                [](const TableColumn& column) { return !column.hidden; });
  const auto hidden = own - shape.columns.begin();
  const auto rotate = [hidden](auto& list) {
    std::rotate(list.begin(), list.begin() + hidden, list.end());
  };
  for (TablePart& part : shape.parts) {
    part.columns.resize(shape.columns.size(), -1);
    rotate(part.columns);
  }
  rotate(shape.columns);
}

}  // namespace

std::size_t first_own_column(std::string_view relation_name) {
  return relation_name.starts_with(kRecoveredPrefix) ? 5 : 2;
}

Result<std::vector<RawTable>> raw_tables(ReadSession& session) {
  DIRSNAP_TRY(const ReadTxn* txn, session.txn());
  RawTableBuilder builder(*txn);
  for (const SnapshotRecord& snapshot : session.scope()) {
    DIRSNAP_CHECK(builder.add_snapshot(snapshot));
  }
  std::vector<RawTable> tables = builder.take();
  for (RawTable& table : tables) move_hidden_columns_last(table.shape);
  return tables;
}

}  // namespace dirsnap
