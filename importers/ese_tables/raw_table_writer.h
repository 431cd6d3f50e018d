// SPDX-License-Identifier: MIT
//
// Writes one ESE table as a raw relation "ese/<source>/<table>": columns _record (1, 2, ...) and
// _page, then the table's own columns; and its rows in ese_tables and ese_columns. What is
// recovered of its deleted rows becomes "ese_recovered/<source>/<table>", with columns _place,
// _confidence and _offset behind _page.
// Lifetime: borrows the table definition and the context. Threads: one thread.
#pragma once

#include <string>
#include <vector>

#include "importers/ese/recovered.h"
#include "importers/ese/table_cursor.h"
#include "importers/ese_tables/row_arena.h"
#include "importers/importer.h"

namespace dirsnap {

// Which rows of a table a raw relation holds.
enum class RawRows : std::uint8_t { kLive, kRecovered };

// What the names of a table's columns are.
enum class RawColumns : std::uint8_t {
  kPlain,  // names only
  kMapi,   // of an information store: ese_columns tells the properties; what holds the content of
           // messages stands as its length, unless the user wants bodies
};

class RawTableWriter {
 public:
  static Result<RawTableWriter> create(ImportContext& context,
                                       std::int64_t source_id,
                                       const ese::TableDef& table,
                                       RawRows rows = RawRows::kLive,
                                       RawColumns columns = RawColumns::kPlain);

  // Columns whose values are credentials: presence and length only.
  void set_secret(std::uint32_t column_id);

  // Appends the cursor's present row. REQUIRES: the writer is for rows of that kind.
  Result<void> append(const ese::RowView& row);
  // The same where the caller has had sql_value() of each cell already.
  Result<void> append(const ese::RowView& row, std::span<const ValueView> values);
  Result<void> append(const ese::RecoveredRow& row);

  // Writes the rows of ese_columns. Call once, after the last live row.
  Result<void> finish(ImportContext& context);

  [[nodiscard]] std::uint64_t records() const { return records_; }

 private:
  RawTableWriter(const ese::TableDef& table,
                 std::int64_t source_id,
                 RelationWriter& writer,
                 RawRows rows);
  void take_mapi_columns(bool with_bodies);
  void read_values(const ese::RowView& row);
  void begin_row(const ese::RowView& row);
  Result<void> end_row(const ese::RowView& row, std::span<const ValueView> values);

  const ese::TableDef* table_;
  std::int64_t source_id_;
  RelationWriter* writer_;
  std::uint32_t first_own_;  // column of the relation where the table's own begin
  // What a column's values stand as, by position in table_->columns.
  enum class Shown : std::uint8_t { kValue, kSecretLength, kBodyLength };
  std::vector<Shown> shown_;
  bool is_mapi_ = false;
  std::vector<Cell> cells_;
  std::vector<ValueView> values_;
  RowArena arena_;
  std::uint64_t records_ = 0;
};

// How many rows of a table were had.
struct RawTableCounts {
  std::uint64_t records = 0;
  std::uint64_t recovered = 0;
};

// Writes the row of ese_tables. Call when the recovered rows are counted.
Result<void> write_ese_table(const ese::TableDef& table,
                             const RawTableCounts& counts,
                             std::int64_t source_id,
                             ImportContext& context);

// A table to read, and what its columns are.
struct RawInput {
  const ese::TableDef& table;
  std::int64_t source_id = 0;
  RawColumns columns = RawColumns::kPlain;
};

// Reads a whole table into its raw relation.
Result<std::uint64_t> import_raw_table(ese::Database& database,
                                       const RawInput& input,
                                       ImportContext& context);

// Reads what can be recovered of a table into its recovered relation; none is made where nothing
// is found. Returns the number of rows.
Result<std::uint64_t> import_recovered_table(ese::Database& database,
                                             const ese::RecoveryIndex& index,
                                             const RawInput& input,
                                             ImportContext& context);

}  // namespace dirsnap
