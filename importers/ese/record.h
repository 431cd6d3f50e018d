// SPDX-License-Identifier: MIT
//
// One record of a table, taken apart into cells. Both generations of tagged columns: the linear
// one of ESE97 and the sorted array of everything later.
// Units: offsets count bytes from the start of the record.
// Lifetime: RecordLayout borrows the TableDef; cells borrow the record's bytes or the TableDef.
// Threads: const methods are safe together.
// Facts: FORMAT.md section 7.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "importers/ese/table_cursor.h"
#include "importers/ese/table_def.h"
#include "storage/base/byte_reader.h"
#include "storage/base/result.h"

namespace dirsnap::ese {

// What is still to be done with a cell.
enum class CellWork : std::uint8_t {
  kUnpack,  // bytes are compressed
  kFetch,   // bytes are a long-value id
};

struct PendingCell {
  std::size_t index = 0;  // into RecordCells::cells
  CellWork work = CellWork::kUnpack;
};

// Output of a parse; reused from record to record.
struct RecordCells {
  std::vector<CellView> cells;       // ascending (column id, seq)
  std::vector<PendingCell> pending;  // ascending index
  std::uint32_t unknown_column = 0;  // a tagged column that the catalog does not know; 0 = none
  bool has_encrypted = false;        // some cell's bytes are cipher text

  void clear() {
    cells.clear();
    pending.clear();
    unknown_column = 0;
    has_encrypted = false;
  }
};

// How the record lies on its page.
struct RecordForm {
  bool large_page = false;
  bool array_tags = true;  // page flag kPageNewRecord
};

// Where each column of a table is stored, for fast access by id.
class RecordLayout {
 public:
  // `wanted`: column ids to decode, empty = all.
  RecordLayout(const TableDef& table, std::span<const std::uint32_t> wanted);

  // Fills `out` with the cells of the record. On failure the cells before the fault stay.
  Result<void> parse(Bytes record, RecordForm form, RecordCells& out) const;

  // True if the bytes begin like a record of this table: last columns that exist, and a fixed
  // area as long as those columns make it. For the search in unused space.
  [[nodiscard]] bool begins_like_record(Bytes bytes) const;

 private:
  struct Parser;
  // Columns by storage class; null where there is none or it is not wanted.
  std::vector<const ColumnDef*> fixed_;     // index = id - 1
  std::vector<const ColumnDef*> variable_;  // index = id - 128
  std::vector<const ColumnDef*> tagged_;    // index = id - 256
  std::vector<bool> tagged_known_;          // the catalog has a row for the id, live or deleted
  std::vector<const ColumnDef*> tagged_defaults_;  // ascending id, wanted ones only
  std::vector<std::uint32_t> fixed_ends_;  // end of the fixed area by last fixed id; 0 = unknown
  std::uint32_t last_variable_ = 127;      // highest variable id of the catalog
};

}  // namespace dirsnap::ese
