// SPDX-License-Identifier: MIT
//
// Writing one snapshot: rows of many relations in any interleaving, then the seal.
// Nothing is visible to readers before seal() has returned; a writer destroyed without seal()
// leaves rows that the next writer of the case sweeps.
// Rows of RelationDef::in_common that an earlier snapshot has are not stored again (FORMAT.md
// section 6); which ones these are is seen here alone.
// Memory: one open chunk per relation, written when full, in transactions bounded in size; for rows
// in common also what CommonRowsWriter keeps.
// Threads: one thread at a time.
// INV-1: an unsealed snapshot is never visible.
// INV-2: the same rows in the same order after the same snapshots give the same seal.
// INV-3: after a failure the writer writes no more: no snapshot with a hole is sealed.
// INV-4: a new case has its name when its first snapshot is sealed, and not before.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "storage/case_file.h"

namespace dirsnap {

class RelationWriter {
 public:
  virtual ~RelationWriter() = default;

  // Appends a row; returns its number. Values are copied. Cells may come in any column order.
  // Fails with kUsage for a column out of range or given twice, and for a value that breaks
  // Access::kDense or kSorted.
  virtual Result<std::uint64_t> append(std::span<const Cell> cells) = 0;

  // Names a kind of rows: a set of values of the columns that are Sharing::kByKind. The same
  // values give the same number. Fails with kUsage for cells of other columns.
  virtual Result<std::uint32_t> kind(std::span<const Cell> cells) = 0;
  // Appends a row of a kind, whose columns `cells` leaves out: much cheaper than giving them.
  virtual Result<std::uint64_t> append(std::uint32_t kind, std::span<const Cell> cells) = 0;

  [[nodiscard]] virtual std::uint64_t rows() const = 0;
};

class SnapshotWriter {
 public:
  // Sweeps leftovers of dead writers, then reserves a snapshot id (ids are never reused).
  // Fails: kUsage (a sealed snapshot of that name exists), kBusy (a live writer), kIo.
  static Result<std::unique_ptr<SnapshotWriter>> begin(CaseFile& file, const SnapshotRecord& facts);
  virtual ~SnapshotWriter() = default;

  [[nodiscard]] virtual std::uint64_t snapshot_id() const = 0;

  // The writer of a relation, made at first call. Fails with kUsage if the definition differs
  // from an earlier call's. Valid until seal() or the writer's end.
  virtual Result<RelationWriter*> relation(const RelationDef& def) = 0;

  // Facts that are known only at the end: server, organization, counts. Before seal().
  virtual void set_facts(const SnapshotRecord& facts) = 0;

  // Writes what is open, builds the indexes, computes the seal, commits and makes the snapshot
  // visible. A new case file gets its name here. Returns the final record.
  virtual Result<SnapshotRecord> seal() = 0;
};

}  // namespace dirsnap
