// SPDX-License-Identifier: MIT
//
// Writes one ESE table as a raw relation "ese/<source>/<table>": columns _record (1, 2, ...) and
// _page, then the table's own columns; and its rows in ese_tables and ese_columns.
// Lifetime: borrows the table definition and the context. Threads: one thread.
#pragma once

#include <string>
#include <vector>

#include "importers/ese/table_cursor.h"
#include "importers/ese_tables/row_arena.h"
#include "importers/importer.h"

namespace dirsnap {

class RawTableWriter {
 public:
  static Result<RawTableWriter> create(ImportContext& context,
                                       std::int64_t source_id,
                                       const ese::TableDef& table);

  // Columns whose values are credentials: presence and length only.
  void set_secret(std::uint32_t column_id);

  // Appends the cursor's present row.
  Result<void> append(const ese::RowView& row);
  // The same where the caller has had sql_value() of each cell already.
  Result<void> append(const ese::RowView& row, std::span<const ValueView> values);

  // Writes the rows of ese_tables and ese_columns. Call once, after the last row.
  Result<void> finish(ImportContext& context);

  [[nodiscard]] std::uint64_t records() const { return records_; }

 private:
  RawTableWriter(const ese::TableDef& table, std::int64_t source_id, RelationWriter& writer)
      : table_(&table), source_id_(source_id), writer_(&writer), secret_(table.columns.size()) {}
  Result<void> append_values(const ese::RowView& row, std::span<const ValueView> values);
  Result<void> write_columns(ImportContext& context) const;

  const ese::TableDef* table_;
  std::int64_t source_id_;
  RelationWriter* writer_;
  std::vector<bool> secret_;  // by position in table_->columns
  std::vector<Cell> cells_;
  std::vector<ValueView> values_;
  RowArena arena_;
  std::uint64_t records_ = 0;
};

// Reads a whole table into its raw relation.
Result<std::uint64_t> import_raw_table(ese::Database& database,
                                       const ese::TableDef& table,
                                       std::int64_t source_id,
                                       ImportContext& context);

}  // namespace dirsnap
