// SPDX-License-Identifier: MIT
//
// The table-valued functions subtree(dn) and ancestors(dn) over the objects of all snapshots.
// subtree gives the object and everything below it in the order of their names: names below a
// name are neighbours in the index of DNs. ancestors walks up parent_id, nearest first.
// Either takes a DN in X.500 or LDAP form; case does not matter.
// Lifetime: the table of objects outlives these. Threads: one thread per connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/module.h"
#include "query/module_columns.h"
#include "query/relation_table.h"

namespace dirsnap {

class TreeTable {
 public:
  enum class Direction : std::uint8_t { kDown, kUp };

  TreeTable(Direction direction, RelationTable& objects)
      : direction_(direction), objects_(objects) {}

  [[nodiscard]] Direction direction() const { return direction_; }
  [[nodiscard]] RelationTable& objects() const { return objects_; }
  [[nodiscard]] ReadSession& session() const { return objects_.session(); }
  static const char* name(Direction direction);
  static TableInfo info(Direction direction);

 private:
  Direction direction_;
  RelationTable& objects_;
};

struct TreeModule {
  using Table = TreeTable;

  class Cursor {
   public:
    explicit Cursor(TreeTable& table) : table_(table) {}
    Result<void> filter(sqlite3* db, std::string_view plan, std::span<sqlite3_value*> arguments);
    Result<void> next();
    [[nodiscard]] bool at_end() const { return part_ == nullptr; }
    Result<void> column(sqlite3_context* context, int index);
    [[nodiscard]] std::int64_t rowid() const;

   private:
    Result<void> open_next_part();
    Result<void> open_subtree();
    Result<bool> rise();
    Result<bool> step();
    [[nodiscard]] bool is_shown(std::uint64_t row) const {
      return part_->shown() == nullptr || part_->shown()->test(row);
    }

    TreeTable& table_;
    std::string dn_;        // X.500 form
    std::string argument_;  // as given
    std::optional<std::int64_t> snapshot_id_;
    std::size_t next_part_ = 0;
    std::size_t part_no_ = 0;
    OpenPart* part_ = nullptr;  // the present row's; nullptr: at the end
    std::uint64_t row_ = 0;
    std::int64_t distance_ = 0;
    const IndexView* index_ = nullptr;  // of DNs
    std::int64_t base_depth_ = 0;
    // kDown: positions in the index. The objects of the name itself come first.
    std::uint64_t position_ = 0;
    std::uint64_t end_ = 0;
    std::uint64_t below_ = 0;  // where the objects below begin
    std::uint64_t below_end_ = 0;
    std::uint64_t steps_ = 0;
  };

  static std::string declaration(TreeTable& table);
  static Result<void> best_index(TreeTable& table,
                                 sqlite3* db,
                                 sqlite3_index_info& info,
                                 bool& unusable);
};

}  // namespace dirsnap
