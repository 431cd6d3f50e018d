// SPDX-License-Identifier: MIT
//
// Tables of an ESE database wherever their rows come from: the database itself, or files that
// another tool exported them to. What reads a directory works on either.
// Lifetime: cursors borrow the source; a row is valid until the next call of next().
// Threads: one thread at a time for a source and its cursors.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "importers/ese/table_cursor.h"

namespace dirsnap {

class RowCursor {
 public:
  virtual ~RowCursor() = default;
  // Steps to the next row; false after the last one. Fails on cancellation and when the medium
  // does; what was lost is an issue.
  virtual Result<bool> next() = 0;
  // Goes to the row at the place that an earlier row had, see ese::TableCursor::go_to(); false
  // where the source has no places.
  virtual Result<bool> go_to(std::uint32_t /*page_no*/, std::uint32_t /*tag*/) { return false; }
  // REQUIRES: the last next() or go_to() returned true.
  [[nodiscard]] virtual const ese::RowView& row() const = 0;
};

class TableSource {
 public:
  virtual ~TableSource() = default;
  [[nodiscard]] virtual std::span<const ese::TableDef> tables() const = 0;
  // The table of that name (ASCII case ignored), or null.
  [[nodiscard]] virtual const ese::TableDef* find_table(std::string_view name) const = 0;
  // The rows of one of the tables; `column_ids` as with ese::CursorOptions.
  virtual Result<std::unique_ptr<RowCursor>> open(const ese::TableDef& table,
                                                  std::span<const std::uint32_t> column_ids) = 0;
  // Where a page that rows name begins in the source; nullopt where there are no pages.
  [[nodiscard]] virtual std::optional<std::uint64_t> page_offset(std::uint32_t /*page_no*/) const {
    return std::nullopt;
  }
};

// A database as such a source.
class DatabaseTables final : public TableSource {
 public:
  explicit DatabaseTables(ese::Database& database) : database_(database) {}
  [[nodiscard]] std::span<const ese::TableDef> tables() const override {
    return database_.tables();
  }
  [[nodiscard]] const ese::TableDef* find_table(std::string_view name) const override {
    return database_.find_table(name);
  }
  Result<std::unique_ptr<RowCursor>> open(const ese::TableDef& table,
                                          std::span<const std::uint32_t> column_ids) override {
    return std::make_unique<Cursor>(database_, table, column_ids);
  }
  [[nodiscard]] std::optional<std::uint64_t> page_offset(std::uint32_t page_no) const override {
    return database_.store().offset_of(page_no);
  }

 private:
  class Cursor final : public RowCursor {
   public:
    Cursor(ese::Database& database,
           const ese::TableDef& table,
           std::span<const std::uint32_t> column_ids)
        : cursor_(database, table, {.column_ids = column_ids}) {}
    Result<bool> next() override { return cursor_.next(); }
    Result<bool> go_to(std::uint32_t page_no, std::uint32_t tag) override {
      return cursor_.go_to(page_no, tag);
    }
    [[nodiscard]] const ese::RowView& row() const override { return cursor_.row(); }

   private:
    ese::TableCursor cursor_;
  };
  ese::Database& database_;
};

}  // namespace dirsnap
