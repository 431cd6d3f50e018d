// SPDX-License-Identifier: MIT
//
// From the bytes of one record to finished cells: taken apart, unpacked, long values fetched.
// Lifetime: cells are valid until the next decode(); the decoder borrows store and table.
// Threads: one thread at a time for a store.
// Errors: decode() fails on cancellation only; all else is told to `on_fault`.
// Facts: FORMAT.md sections 7 to 9.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "importers/ese/database.h"
#include "importers/ese/long_value.h"
#include "importers/ese/record.h"
#include "importers/ese/table_cursor.h"

namespace dirsnap::ese {

// Something of a record that cannot be had.
struct RecordFault {
  const char* code = "";           // of the issue: "record", "value", "long-value"
  const CellView* cell = nullptr;  // the value concerned; null: the rest of the record
  const Error* error = nullptr;
};

class RowDecoder {
 public:
  using OnFault = std::function<void(const RecordFault&)>;

  RowDecoder(PageStore& store,
             const TableDef& table,
             std::span<const std::uint32_t> wanted,
             IssueSink& issues,
             const OpenOptions& options);

  // Cells of the record; `on_fault` is called for each part that is lost.
  Result<void> decode(Bytes record, RecordForm form, const OnFault& on_fault);
  [[nodiscard]] std::span<const CellView> cells() const { return record_.cells; }
  // A column of the last record that the catalog does not know; 0 = none.
  [[nodiscard]] std::uint32_t unknown_column() const { return record_.unknown_column; }
  // True if the bytes of some cell are cipher text.
  [[nodiscard]] bool has_encrypted() const { return record_.has_encrypted; }
  [[nodiscard]] const RecordLayout& layout() const { return layout_; }

 private:
  struct Unpacked {
    std::size_t cell, begin, size;
  };
  Result<void> resolve(const PendingCell& pending, const OnFault& on_fault);

  const OpenOptions& options_;
  RecordLayout layout_;
  LongValueReader long_values_;
  RecordCells record_;
  std::vector<std::byte> scratch_;  // unpacked and long values of the record
  std::vector<Unpacked> unpacked_;
};

}  // namespace dirsnap::ese
