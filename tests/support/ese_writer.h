// SPDX-License-Identifier: MIT
//
// Writes whole, valid ESE databases for tests and benchmarks: both generations of the format,
// catalog with shadow, space trees, indexes, long values, compression, deleted nodes, dirty state.
// Use: create, add_table for each table, append rows in primary-key order, finish.
// The same calls give the same bytes: no clock, no random numbers.
// Units: bytes; page numbers start at 1. Memory: a few pages for each table, and the entries of
// secondary indexes (key and bookmark of each row), which are sorted at the end.
// Threads: one writer, one thread. Errors: Result; after a failure the file is incomplete.
// Facts: the engine's published source; see the headers of the parts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "storage/base/result.h"
#include "tests/support/ese_format.h"
#include "tests/support/ese_record.h"

namespace dirsnap::support {

// Numbers a table inside its writer.
enum class TableId : std::uint32_t {};

class EseWriter {
 public:
  static Result<EseWriter> create(const std::string& path, const EseOptions& options);
  EseWriter(EseWriter&&) noexcept;
  EseWriter& operator=(EseWriter&&) noexcept;
  ~EseWriter();

  TableId add_table(TableSpec spec);

  // Rows of different tables may be mixed; those of one table come in the order of its primary
  // index. Cells of the row are sorted in place.
  Result<void> append(TableId table, Row& row);
  // The same, but the node is flag-deleted: physically there, no row of the table.
  Result<void> append_deleted(TableId table, Row& row);

  // Writes indexes, long-value roots, catalog and headers, and closes the file.
  Result<void> finish();

 private:
  struct State;
  explicit EseWriter(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace dirsnap::support
