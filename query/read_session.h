// SPDX-License-Identifier: MIT
//
// What all virtual tables of one connection share: the snapshots in scope, one read transaction,
// the stop flag, the counters.
// Lifetime: the transaction opens at the first need of a statement (or of planning one) and is
// parked when no statement runs any more, not when the last cursor closes: text in SQLite's
// registers points into the map and may outlive a cursor. An idle connection holds no pages of
// the case; what it has parsed serves the next statement if the case is unchanged.
// Threads: one thread; cancel().request() from any thread or signal handler.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "query/engine.h"
#include "storage/base/cancel.h"
#include "storage/case_file.h"
#include "storage/snapshot_reader.h"

namespace dirsnap {

class ReadSession {
 public:
  // Fixes the scope: the sealed snapshots named in the options, or all. kNotFound for an unknown
  // name.
  static Result<std::unique_ptr<ReadSession>> open(const CaseFile& file,
                                                   const EngineOptions& options);

  [[nodiscard]] const std::vector<SnapshotRecord>& scope() const { return scope_; }
  [[nodiscard]] bool push_down() const { return push_down_; }
  // Whether a table of the statement that is compiled may skip rows for an OFFSET.
  [[nodiscard]] bool takes_offset() const { return takes_offset_; }
  void set_takes_offset(bool takes) { takes_offset_ = takes; }

  // The transaction, opened on demand.
  Result<const ReadTxn*> txn();
  // Changes with every new transaction: what was read under an older number is void.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }

  // Notes that a chunk was parsed and is kept: bounds what an idle connection remembers.
  void count_kept() { ++kept_; }

  // A statement (or its compilation) begins and ends; the last end parks the transaction.
  void begin_use() { ++users_; }
  void end_use();

  CancelToken& cancel() { return cancel_; }
  ScanCounters& counters() { return counters_; }

  // The failure behind the last SQLITE_ERROR of a virtual table, with its code.
  void set_failure(Error error) { failure_ = std::move(error); }
  std::optional<Error> take_failure() { return std::exchange(failure_, std::nullopt); }

 private:
  ReadSession(const CaseFile& file, bool push_down) : file_(file), push_down_(push_down) {}

  const CaseFile& file_;
  bool push_down_;
  bool takes_offset_ = true;
  std::vector<SnapshotRecord> scope_;
  std::unique_ptr<ReadTxn> txn_;
  bool parked_ = false;
  std::uint64_t epoch_ = 0;
  int users_ = 0;
  std::uint64_t kept_ = 0;  // chunks parsed in this transaction
  CancelToken cancel_;
  ScanCounters counters_;
  std::optional<Error> failure_;
};

}  // namespace dirsnap
