// SPDX-License-Identifier: MIT
//
// Reads a dump ahead in a thread of its own, so that lines are taken apart while the records before
// them become rows. Issues of the reader underneath come out in their order, before the record
// behind them.
// Memory: some hundred KiB of small records; a large record is handed on without a copy, and the
// thread waits until it has been used.
// Lifetime: borrows the reader underneath, which nobody else may use meanwhile; an entry's views
// stay valid until the next call. Threads: one consumer.
// Errors: as the reader underneath, also its exceptions, at the place where they happened.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "importers/dump/entry.h"

namespace dirsnap::dump_model {

class AheadReader {
 public:
  // REQUIRES: all outlive it. `issues` is told from the consumer's thread alone. The next record is
  // the one that `reader` stands before; reading begins at once.
  AheadReader(dump::EntryReader& reader, IssueSink& issues);
  ~AheadReader();  // ends the reading
  AheadReader(const AheadReader&) = delete;
  AheadReader& operator=(const AheadReader&) = delete;

  // As EntryReader::next().
  [[nodiscard]] Result<bool> next(dump::Entry& entry);

 private:
  // A part of Batch::text.
  struct Span {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  struct Value {
    Span attribute, options, bytes;
    dump::ValueForm form = dump::ValueForm::kText;
    dump::Edit edit = dump::Edit::kAdd;
    std::uint64_t line = 0;
  };
  struct Record {
    Span dn, new_rdn, new_superior;
    dump::Change change = dump::Change::kContent;
    bool has_new_superior = false;
    dump::Place place;
    std::size_t values_end = 0;  // in Batch::values; they begin where those of the last one end
    std::size_t issues_end = 0;  // ... of Batch::issues
  };
  struct Batch {
    std::string text;
    std::vector<Value> values;
    std::vector<Record> records;
    std::vector<Issue> issues;        // those behind the last record come at the end
    dump::Entry* borrowed = nullptr;  // behind the records; its views are the reader's
    bool is_last = false;             // nothing follows
    std::optional<Error> error;       // why, if it is no end
    std::exception_ptr exception;
  };

  class Collector;

  void work();
  [[nodiscard]] bool read_batch(Batch& batch);
  static void keep(const dump::Entry& entry, Batch& batch);
  // False: the consumer is gone.
  bool hand_over(Batch batch);
  void take_batch();
  void give(const Record& record, dump::Entry& entry);
  void report_until(std::size_t end);

  dump::EntryReader& reader_;
  IssueSink& issues_;

  // The consumer's.
  Batch batch_;
  std::size_t record_ = 0;
  std::size_t value_ = 0;
  std::size_t issue_ = 0;
  bool uses_borrowed_ = false;

  // The thread's.
  dump::Entry entry_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> ready_;         // guarded by mutex_
  bool borrowed_is_free_ = true;    // guarded by mutex_
  std::atomic<bool> stop_ = false;  // set under mutex_
  std::thread thread_;
};

}  // namespace dirsnap::dump_model
