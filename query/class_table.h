// SPDX-License-Identifier: MIT
//
// The table of a class: its objects as rows, the attributes they hold as columns.
// Values: as `attributes.text` where that is the readable form of the value (names, OIDs, times,
// SIDs, GUIDs), as `attributes.value` for numbers, booleans (0, 1), texts and plain octets. A
// credential is its remark. Arrays list the values in their order, octets as {"hex":"..."}.
// Only the columns that a statement reads are put together, only the chunks of `attributes` that
// hold such rows are read.
// Lifetime: belongs to the engine. Threads: one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "query/class_catalog.h"
#include "query/module.h"
#include "query/relation_cursor.h"
#include "query/relation_table.h"

namespace dirsnap {

class ClassTable {
 public:
  // `attributes` is the table of that name over the same scope.
  ClassTable(ReadSession& session, ClassShape shape, RelationTable& attributes);

  [[nodiscard]] ReadSession& session() const { return rows_.session(); }
  [[nodiscard]] RelationTable& rows() { return rows_; }
  [[nodiscard]] const RelationTable& rows() const { return rows_; }
  [[nodiscard]] RelationTable& attributes() const { return attributes_; }
  [[nodiscard]] int slot_of(int column) const { return slots_[static_cast<std::size_t>(column)]; }
  [[nodiscard]] bool is_array(int slot) const {
    return attribute_slots_[static_cast<std::size_t>(slot)].is_array;
  }

  // What a row of `attributes` is here.
  struct Use {
    int slot = -1;            // -1: of no column
    bool is_boolean = false;  // by its syntax
  };
  // `row` of the open part `part` of attributes().
  Result<Use> use_of(std::size_t part, OpenPart& open, std::uint64_t row);

 private:
  Result<Use> read_use(OpenPart& open, std::uint64_t row) const;

  RelationTable rows_;
  RelationTable& attributes_;
  std::vector<int> slots_;  // by column
  std::vector<ClassShape::Slot> attribute_slots_;
  std::unordered_map<std::string, int> by_name_;
  std::vector<std::vector<std::optional<Use>>> kinds_;  // by part and kind of rows
};

// The attribute values of one object at a time.
class AttributeRows {
 public:
  explicit AttributeRows(ClassTable& table) : table_(table) {}

  // Finds the rows of an object. Cheapest where objects ascend.
  Result<void> load(std::uint64_t snapshot_id, std::int64_t object_id);
  // The values of an attribute, in order; valid until the next load().
  Result<std::vector<ValueView>> values(int slot);

 private:
  struct Item {
    ClassTable::Use use;
    OpenPart* part = nullptr;
    std::uint64_t row = 0;
    std::int64_t seq = 0;  // place among the values, where rows do not stand in their order
  };
  Result<std::uint64_t> first_row(OpenPart& part, std::int64_t object_id);
  Result<void> load_ascending(std::size_t number, OpenPart& part, std::int64_t object_id);
  Result<void> load_indexed(std::size_t number, OpenPart& part, std::int64_t object_id);
  Result<void> add(std::size_t number, OpenPart& part, std::uint64_t row);
  Result<void> read_places();

  ClassTable& table_;
  std::size_t part_ = 0;
  OpenPart* open_ = nullptr;  // where objects ascend
  std::uint64_t next_ = 0;    // there, behind the rows of the last object
  std::vector<Item> items_;   // by slot, then in the order of the values
};

struct ClassModule {
  using Table = ClassTable;

  class Cursor {
   public:
    explicit Cursor(ClassTable& table) : table_(table), cursor_(table.rows()), values_(table) {}
    Result<void> filter(sqlite3* db, std::string_view plan, std::span<sqlite3_value*> arguments);
    Result<void> next();
    [[nodiscard]] bool at_end() const { return cursor_.at_end(); }
    Result<void> column(sqlite3_context* context, int index);
    [[nodiscard]] std::int64_t rowid() { return cursor_.rowid(); }

   private:
    ClassTable& table_;
    RelationCursor cursor_;
    AttributeRows values_;
    bool loaded_ = false;  // values_ are the present row's
  };

  static std::string declaration(ClassTable& table);
  static Result<void> best_index(ClassTable& table,
                                 sqlite3* db,
                                 sqlite3_index_info& info,
                                 bool& unusable);
};

}  // namespace dirsnap
