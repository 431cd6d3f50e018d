// SPDX-License-Identifier: MIT
//
// Rows on their way from the thread that reads the evidence into the case: a second thread deals
// them to the columns of a chunk, encodes full chunks, adds them to the digests of the seal and
// writes them, in the order they were pushed. So the reader does not wait for the disk, and both
// cores work.
// Memory: kQueuedBytes of rows, the open chunk of each relation and a batch.
// Threads: one thread pushes. Between drain() and the next push the worker touches nothing.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "storage/batch_writer.h"
#include "storage/open_chunk.h"
#include "storage/relation_place.h"
#include "storage/row_batch.h"
#include "storage/row_hashes.h"
#include "storage/seal.h"

namespace dirsnap {

// What the worker keeps of one relation.
struct RelationSink {
  struct LongValue {
    std::uint16_t row = 0;
    std::uint64_t size_bytes = 0;
    Digest digest{};
  };

  RelationSink(const RelationPlace& relation, const RelationDef& def)
      : place(relation), columns(def.columns.size() + 1), hashes(def) {}

  RelationPlace place;
  std::optional<Key> earlier = std::nullopt;  // a relation that may have chunks with the same bytes
  std::size_t columns;                        // the one of the kinds included
  RelationDigest digest;
  RowHashes hashes;
  std::uint64_t rows = 0;            // dealt so far
  std::unique_ptr<OpenChunk> chunk;  // of the rows that fill no chunk yet
  // Of this chunk: its record comes after its long values.
  std::map<std::uint32_t, std::vector<LongValue>> long_values;
};

class ChunkPipeline {
 public:
  explicit ChunkPipeline(BatchWriter& batch) : batch_(batch) {}
  // What was not drained is dropped.
  ~ChunkPipeline();
  ChunkPipeline(const ChunkPipeline&) = delete;
  ChunkPipeline& operator=(const ChunkPipeline&) = delete;

  // An empty batch: one whose rows are dealt, or a new one.
  std::unique_ptr<RowBatch> open();
  // Each waits while too much is under way, and fails with the first error that the worker met;
  // nothing is written after one.
  Result<void> push(RelationSink& sink, std::unique_ptr<RowBatch> batch);
  // No more rows will come: what fills no chunk is written.
  Result<void> push_end(RelationSink& sink);
  // The values of `rows` kinds.
  Result<void> push_kinds(RelationSink& sink,
                          std::uint32_t chunk_no,
                          std::uint32_t rows,
                          std::unique_ptr<OpenChunk> chunk);
  // Waits until everything pushed is with the batch writer.
  Result<void> drain();

 private:
  static constexpr std::size_t kQueuedBytes = std::size_t{8} << 20;
  static constexpr std::size_t kHeldLongBytes = std::size_t{4} << 20;

  // Rows, kinds, or (neither) the end of the rows.
  struct Job {
    RelationSink* sink = nullptr;
    std::size_t bytes = 0;
    std::unique_ptr<RowBatch> batch;
    std::unique_ptr<OpenChunk> kinds;
    std::uint32_t chunk_no = 0;  // of `kinds`
    std::uint32_t rows = 0;      // of `kinds`
  };

  Result<void> push(Job job);
  void work();
  Result<void> write_without_exceptions(Job& job);
  Result<void> write(Job& job);
  Result<void> deal(RelationSink& sink, const RowBatch& batch);
  Result<void> write_open_chunk(RelationSink& sink);
  Result<void> write_long_values(RelationSink& sink, std::uint32_t chunk_no, OpenChunk& chunk);
  Result<void> write_chunk(RelationSink& sink,
                           std::uint32_t chunk_no,
                           std::uint32_t rows,
                           OpenChunk& chunk);
  [[nodiscard]] Result<void> state() const;

  BatchWriter& batch_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> queue_;
  std::vector<std::unique_ptr<RowBatch>> spare_;
  std::size_t queued_bytes_ = 0;
  bool busy_ = false;
  bool stop_ = false;
  std::optional<Error> failure_;
  std::thread worker_;  // started by the first push()
};

}  // namespace dirsnap
