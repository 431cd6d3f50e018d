// SPDX-License-Identifier: MIT
//
// The live rows of one table in primary-key order, each as the cells that have a value.
// Units: sizes in bytes.
// Lifetime: row() and all it points to are valid until the next call of next() or go_to(); the
// cursor borrows Database and TableDef. Threads: one thread at a time for a Database and all its
// cursors. Errors: next() fails only on cancellation or when the medium fails; lost pages, records
// and values are issues ("record", "value", "long-value", "value-encrypted", and those of pages and
// trees).
// Facts: FORMAT.md sections 4, 5, 7, 8.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "importers/ese/database.h"
#include "importers/ese/table_def.h"
#include "storage/base/byte_reader.h"
#include "storage/base/result.h"

namespace dirsnap::ese {

// One value of one column. Columns that are NULL have no cell.
struct CellView {
  const ColumnDef* column = nullptr;
  std::uint32_t seq = 0;        // position among the values of the column, from 0
  Bytes bytes;                  // as the application stored it: unpacked, long values put together
  bool is_default : 1 = false;  // not stored in the record, the catalog's default
  bool is_separated : 1 = false;  // came from the long-value tree
  bool decompressed : 1 = false;  // was stored compressed
  bool lost : 1 = false;          // could not be had; reported; bytes may hold a part
  bool encrypted : 1 = false;     // bytes are the cipher text
};

// One record.
struct RowView {
  std::uint32_t page_no = 0;  // page it lies on
  std::uint32_t ordinal = 0;  // number of the record among the live ones of the cursor, from 0
  std::uint32_t tag = 0;      // node number on the page
  Bytes key;                  // normalised primary key
  std::span<const CellView> cells;  // ascending (column id, seq)
  bool recovered_by_scan = false;   // found by page scan, not by the tree
  bool incomplete = false;          // something of it was lost; reported
};

// Which columns a caller wants; others are neither decoded nor fetched.
struct CursorOptions {
  std::span<const std::uint32_t>
      column_ids;  // any order; empty = all; used by the constructor only
};

class TableCursor {
 public:
  TableCursor(Database& database, const TableDef& table, const CursorOptions& options = {});
  ~TableCursor();
  TableCursor(const TableCursor&) = delete;
  TableCursor& operator=(const TableCursor&) = delete;

  // Steps to the next live row; false after the last one.
  Result<bool> next();
  // Goes to the row at the place that an earlier row of this table had (RowView::page_no, tag);
  // next() goes on from there. False: it is no row now. Meant for rows that were whole.
  Result<bool> go_to(std::uint32_t page_no, std::uint32_t tag);
  // REQUIRES: the last next() or go_to() returned true.
  [[nodiscard]] const RowView& row() const;
  // Flag-deleted records met so far; they are not rows.
  [[nodiscard]] std::uint64_t deleted_records() const;
  // Records met so far that could not be decoded at all; each was reported.
  [[nodiscard]] std::uint64_t lost_records() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dirsnap::ese
