// SPDX-License-Identifier: MIT
//
// The tables class_stats and attribute_stats: how many rows each value of an indexed column has.
// The indexes know it, so that a count costs no look at a row.
// Lifetime: the counted table outlives these. Threads: one thread per connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "query/module.h"
#include "query/module_columns.h"
#include "query/relation_table.h"

namespace dirsnap {

class StatsTable {
 public:
  // What is counted: a column with an index (Access::kIndex) of a fixed table.
  struct Subject {
    const char* name;                       // of this table
    const char* doc;                        //
    const char* of_table;                   // the counted table
    const char* of_column;                  // the counted column
    std::span<const ModuleColumn> columns;  // snapshot_id, the column, the count
    const char* example;
  };
  static std::span<const Subject> subjects();

  StatsTable(const Subject& subject, RelationTable& counted);

  [[nodiscard]] ReadSession& session() const { return counted_.session(); }
  [[nodiscard]] const Subject& subject() const { return subject_; }
  static TableInfo info(const Subject& subject);

  struct Row {
    std::int64_t snapshot_id = 0;
    ValueView value;  // in the map
    std::int64_t count = 0;
  };
  // Of one snapshot, or of all; NULL (rows without a value) first.
  Result<std::vector<Row>> rows(std::optional<std::int64_t> snapshot_id);

 private:
  Result<std::vector<Row>> count_part(std::size_t number, OpenPart& part) const;
  Result<std::vector<Row>> counts_of(std::size_t number);
  void add_piece(const std::vector<Row>& piece, std::size_t first, std::vector<Row>& rows) const;

  const Subject& subject_;
  RelationTable& counted_;
  int column_;  // of the counted table
  // Parts that store rows of other snapshots too: there the index alone does not know, and counts
  // are kept as long as the transaction.
  std::uint64_t epoch_ = 0;
  std::unordered_map<std::size_t, std::vector<Row>> known_;
};

struct StatsModule {
  using Table = StatsTable;

  class Cursor {
   public:
    explicit Cursor(StatsTable& table) : table_(table) {}
    Result<void> filter(sqlite3* db, std::string_view plan, std::span<sqlite3_value*> arguments);
    Result<void> next();
    [[nodiscard]] bool at_end() const { return at_ >= rows_.size(); }
    Result<void> column(sqlite3_context* context, int index);
    [[nodiscard]] std::int64_t rowid() const { return static_cast<std::int64_t>(at_); }

   private:
    StatsTable& table_;
    std::vector<StatsTable::Row> rows_;
    std::size_t at_ = 0;
  };

  static std::string declaration(StatsTable& table) {
    return dirsnap::declaration(table.subject().columns);
  }
  static Result<void> best_index(StatsTable& table,
                                 sqlite3* db,
                                 sqlite3_index_info& info,
                                 bool& unusable);
};

}  // namespace dirsnap
