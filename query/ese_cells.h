// SPDX-License-Identifier: MIT
//
// The table-valued function ese_cells(sql_name): every value of a raw ESE table, one row each,
// multi-values split. It reaches the columns that SQL has no room for.
// Lifetime: belongs to the engine. Threads: one.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "query/module.h"
#include "query/raw_tables.h"
#include "storage/snapshot_reader.h"

namespace dirsnap {

class EseCellsTable {
 public:
  explicit EseCellsTable(ReadSession& session) : session_(session) {}

  struct Part {
    std::uint64_t snapshot_id = 0;
    std::int64_t source_id = 0;
    std::string relation;
    std::uint32_t piece = 0;
    std::string table_name;
  };

  void add(const RawTable& table);
  // nullptr: no raw table of that name.
  [[nodiscard]] const std::vector<Part>* find(std::string_view sql_name) const;
  [[nodiscard]] ReadSession& session() const { return session_; }
  static TableInfo info();

 private:
  ReadSession& session_;
  std::map<std::string, std::vector<Part>> tables_;  // by lower-case SQL name
};

struct EseCellsModule {
  using Table = EseCellsTable;

  class Cursor {
   public:
    explicit Cursor(EseCellsTable& table) : table_(table) {}
    Result<void> filter(sqlite3* db, std::string_view plan, std::span<sqlite3_value*> arguments);
    Result<void> next();
    [[nodiscard]] bool at_end() const { return at_end_; }
    Result<void> column(sqlite3_context* context, int index);
    [[nodiscard]] std::int64_t rowid() const { return rowid_; }

   private:
    // One value of a cell. `text` owns what was made out of JSON.
    struct CellValue {
      ValueView view;
      std::string text;
      bool owned = false;
    };

    [[nodiscard]] bool wants(const EseCellsTable::Part& part) const;
    Result<bool> open_part();
    Result<void> read_multi_valued(const EseCellsTable::Part& part);
    Result<void> read_cell();
    void split(std::string_view json);

    EseCellsTable& table_;
    std::string sql_name_;
    std::optional<std::int64_t> snapshot_id_;
    std::optional<std::int64_t> source_id_;
    std::optional<std::int64_t> record_;
    std::optional<std::string> column_name_;

    const std::vector<EseCellsTable::Part>* parts_ = nullptr;
    std::size_t part_ = 0;  // the next one
    std::optional<Relation> relation_;
    std::vector<std::uint32_t> columns_;  // to visit
    std::set<std::string> multi_valued_;  // names of columns
    std::uint64_t row_ = 0;
    std::size_t column_at_ = 0;
    std::vector<CellValue> values_;  // of the present cell
    std::size_t value_at_ = 0;
    std::int64_t rowid_ = 0;
    std::uint64_t steps_ = 0;
    bool at_end_ = true;
  };

  static std::string declaration(EseCellsTable& table);
  static Result<void> best_index(EseCellsTable& table,
                                 sqlite3* db,
                                 sqlite3_index_info& info,
                                 bool& unusable);
};

}  // namespace dirsnap
