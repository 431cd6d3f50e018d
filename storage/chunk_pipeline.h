// SPDX-License-Identifier: MIT
//
// Chunks on their way from the thread that fills them into the case: a second thread encodes
// them, adds them to the digests of the seal and writes them, in the order they were pushed. So
// the reader of the evidence does not wait for the disk, and both cores work.
// Memory: about kQueuedBytes of rows, the chunk in work and a batch.
// Threads: one thread pushes. Between drain() and the next push() the worker touches nothing.
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
#include "storage/seal.h"

namespace dirsnap {

// What the worker keeps of one relation.
struct RelationSink {
  struct LongValue {
    std::uint16_t row = 0;
    std::uint64_t size_bytes = 0;
    Digest digest{};
  };

  explicit RelationSink(const Key& relation) : key(relation) {}

  Key key;
  RelationDigest digest;
  // Of the chunk that is still open: its record comes after its long values.
  std::map<std::uint32_t, std::vector<LongValue>> long_values;
  std::vector<std::unique_ptr<OpenChunk>> spare;  // guarded by the pipeline
};

class ChunkPipeline {
 public:
  struct Job {
    RelationSink* sink = nullptr;
    std::uint32_t chunk_no = 0;
    std::uint32_t rows = 0;
    std::vector<LongValueRecord> long_values;
    std::unique_ptr<OpenChunk> chunk;  // null: its long values only
  };

  explicit ChunkPipeline(BatchWriter& batch) : batch_(batch) {}
  // What was not drained is dropped.
  ~ChunkPipeline();
  ChunkPipeline(const ChunkPipeline&) = delete;
  ChunkPipeline& operator=(const ChunkPipeline&) = delete;

  // An empty chunk: one whose rows are written, or a new one.
  std::unique_ptr<OpenChunk> open(RelationSink& sink, std::size_t columns);
  // Waits while too much is under way. Fails with the first error that the worker met; nothing is
  // written after one.
  Result<void> push(Job job);
  // Waits until everything pushed is with the batch writer.
  Result<void> drain();

 private:
  static constexpr std::size_t kQueuedBytes = std::size_t{16} << 20;

  struct Queued {
    Job job;
    std::size_t bytes = 0;
  };

  void work();
  Result<void> write(Job& job);
  Result<void> write_chunk(Job& job);
  [[nodiscard]] Result<void> state() const;

  BatchWriter& batch_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  bool busy_ = false;
  bool stop_ = false;
  std::optional<Error> failure_;
  std::thread worker_;  // started by the first push()
};

}  // namespace dirsnap
