// SPDX-License-Identifier: MIT
//
// The kinds of virtual tables: relations, the snapshot records, the cells of raw ESE tables.
// Each is a module in the sense of module.h. Threads: one thread per connection.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "query/module.h"
#include "query/relation_cursor.h"
#include "query/relation_table.h"
#include "query/sql_value.h"

namespace dirsnap {

// A fixed table or a raw ESE table.
struct RelationModule {
  using Table = RelationTable;

  class Cursor {
   public:
    explicit Cursor(RelationTable& table) : cursor_(table) {}
    Result<void> filter(sqlite3* db, std::string_view plan, std::span<sqlite3_value*> arguments);
    Result<void> next() { return cursor_.next(); }
    // The same where the next row is at hand; false says nothing.
    bool advance() noexcept { return cursor_.advance(); }
    [[nodiscard]] bool at_end() const { return cursor_.at_end(); }
    Result<void> column(sqlite3_context* context, int index);
    // The same where the value is at hand; false: nothing was given.
    bool give_held(sqlite3_context* context, int index) const noexcept {
      if (const ValueView* const constant = cursor_.constant(index)) {
        set_result(context, *constant);
        return true;
      }
      const auto held = cursor_.held_value(index);
      if (held) set_result(context, *held);
      return held.has_value();
    }
    [[nodiscard]] std::int64_t rowid() { return cursor_.rowid(); }
    void rest() { cursor_.rest(); }

   private:
    RelationCursor cursor_;
  };

  static std::string declaration(RelationTable& table);
  static Result<void> best_index(RelationTable& table,
                                 sqlite3* db,
                                 sqlite3_index_info& info,
                                 bool& unusable);
};

// The table snapshots: the snapshot records in scope.
class SnapshotsTable {
 public:
  explicit SnapshotsTable(ReadSession& session) : session_(session) {}
  [[nodiscard]] ReadSession& session() const { return session_; }
  static TableInfo info();

 private:
  ReadSession& session_;
};

struct SnapshotsModule {
  using Table = SnapshotsTable;

  class Cursor {
   public:
    explicit Cursor(SnapshotsTable& table) : session_(table.session()) {}
    Result<void> filter(sqlite3* db, std::string_view plan, std::span<sqlite3_value*> arguments);
    Result<void> next();
    [[nodiscard]] bool at_end() const { return at_ >= end_; }
    Result<void> column(sqlite3_context* context, int index);
    [[nodiscard]] std::int64_t rowid() const;

   private:
    ReadSession& session_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
  };

  static std::string declaration(SnapshotsTable& table);
  static Result<void> best_index(SnapshotsTable& table,
                                 sqlite3* db,
                                 sqlite3_index_info& info,
                                 bool& unusable);
};

}  // namespace dirsnap
