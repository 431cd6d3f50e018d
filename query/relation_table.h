// SPDX-License-Identifier: MIT
//
// A table's shape bound to the connection: opens its parts, caches what the present transaction
// has parsed, knows the statistics the planner asks for.
// Lifetime: belongs to the engine; OpenPart pointers are void when the session's epoch changes.
// Threads: one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "query/read_session.h"
#include "query/scan_plan.h"
#include "query/table_shape.h"
#include "storage/snapshot_reader.h"

namespace dirsnap {

// What was parsed of one column of a relation's stored rows. The first chunk stands in place: most
// relations have no other, and a statement over many snapshots looks into that of each.
struct ParsedColumn {
  ChunkView first_chunk;               // of no rows: not parsed
  std::vector<ChunkView> more_chunks;  // those behind it, likewise
  std::optional<IndexView> index;
  std::optional<HashIndexView> hash_index;
  std::vector<std::int64_t> fences;  // kSorted: first value of each chunk
};

// A column of a relation's stored rows.
struct StoredColumn {
  Access access = Access::kScan;
  bool is_by_kind = false;
  std::unique_ptr<ParsedColumn> parsed = {};  // null: nothing yet
};
using StoredColumns = std::vector<StoredColumn>;

// One relation, opened in the present transaction. Parsed chunks and indexes are kept, so that
// look-ups in any order parse each chunk once, whichever of the snapshots that share its rows asks.
class alignas(64) OpenPart {
 public:
  OpenPart(ReadSession& session,
           Relation relation,
           std::vector<std::int32_t> columns,
           std::shared_ptr<StoredColumns> stored);

  // Stored ones; chunks and indexes know all of them.
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  // Those that the snapshot has; null: all.
  [[nodiscard]] const ShownRows* shown() const { return shown_; }
  [[nodiscard]] std::uint64_t shown_rows() const { return shown_rows_; }
  // Columns of the table.
  [[nodiscard]] std::size_t columns() const { return columns_.size(); }
  // Column of the relation behind a column of the table, -1 where it has none.
  [[nodiscard]] std::int32_t stored(int column) const {
    return columns_[static_cast<std::size_t>(column)];
  }

  // How rows are found by a column of the relation, which may not be what the table says.
  [[nodiscard]] Access access(std::int32_t column) const {
    return stored_[static_cast<std::size_t>(column)].access;
  }

  // `column` is the relation's. The pointer is valid as long as the part.
  Result<const ChunkView*> chunk(std::int32_t column, std::uint64_t chunk_no);
  Result<ValueView> value(std::int32_t column, std::uint64_t row);
  Result<const IndexView*> index(std::int32_t column);
  Result<const HashIndexView*> hash_index(std::int32_t column);

  // True if chunk(column) tells the kind of each row.
  [[nodiscard]] bool is_by_kind(std::int32_t column) const {
    return stored_[static_cast<std::size_t>(column)].is_by_kind;
  }

  // First row of a kSorted column whose value is not less than `value`.
  Result<std::uint64_t> sorted_bound(std::int32_t column, std::int64_t value);
  // First row behind `begin` = sorted_bound(column, value) whose value is greater. Quick where few
  // rows have the value.
  Result<std::uint64_t> sorted_end(std::int32_t column, std::int64_t value, std::uint64_t begin);

 private:
  ParsedColumn& cache(std::int32_t column);
  Result<void> read_fences(std::int32_t column);

  // What each look at the part needs comes first, in one line of the processor's cache: a join
  // comes by the parts of all snapshots.
  std::uint64_t rows_;
  std::uint64_t shown_rows_;
  const ShownRows* shown_;
  std::span<StoredColumn> stored_;  // of the relation
  std::vector<std::int32_t> columns_;
  // The rest.
  std::shared_ptr<StoredColumns> owner_;  // of stored_
  Relation relation_;
  ReadSession& session_;
};

class RelationTable {
 public:
  RelationTable(ReadSession& session, TableShape shape);

  [[nodiscard]] const TableShape& shape() const { return shape_; }
  [[nodiscard]] ReadSession& session() const { return session_; }

  // nullptr where the snapshot has no such relation.
  Result<OpenPart*> part(std::size_t index);
  // Parts but for second pieces.
  [[nodiscard]] std::size_t whole_parts() const { return whole_parts_; }

  // A row of a part.
  struct Place {
    std::size_t part = 0;
    std::uint64_t row = 0;
  };
  // The row of part `part`, or of the other piece of its relation, whose kDense column has the
  // number; nullopt: the snapshot has none.
  Result<std::optional<Place>> place_of(std::size_t part, int column, std::int64_t number);

  // The plan of the text: one for all who ask, since a statement binds it again and again, and its
  // cursors are those that were closed before, whatever their plans.
  Result<std::shared_ptr<const ScanPlan>> plan(std::string_view text);

  // Rows that the table shows of all parts, of many snapshots as some of them have it. Counted
  // once: sealed snapshots do not change.
  Result<std::uint64_t> total_rows();
  // Average number of rows of one value of an indexed column, at least 1.
  Result<double> rows_per_value(int column);
  // Numbers that the planner has made out under a key: it asks for the same ones many times a
  // statement.
  [[nodiscard]] std::optional<double> recall(const std::string& key) const;
  void remember(const std::string& key, double rows);

 private:
  static constexpr std::size_t kMostRemembered = 1024;
  static constexpr std::size_t kMostPlans = 64;
  Result<std::uint64_t> shown_rows(OpenPart& part) const;

  ReadSession& session_;
  TableShape shape_;
  std::size_t whole_parts_ = 0;
  std::uint64_t epoch_ = 0;
  std::unordered_map<std::uint32_t, std::shared_ptr<StoredColumns>> stored_;  // by storage_no()
  struct Slot {
    bool looked_up = false;
    std::unique_ptr<OpenPart> part;
  };
  std::vector<Slot> slots_;
  std::optional<std::uint64_t> total_rows_;
  std::vector<double> rows_per_value_;  // 0 = not yet computed
  std::unordered_map<std::string, double> remembered_;
  std::map<std::string, std::shared_ptr<const ScanPlan>, std::less<>> plans_;  // by their text
};

}  // namespace dirsnap
