// SPDX-License-Identifier: MIT
#include "storage/chunk_pipeline.h"

#include <utility>

namespace dirsnap {
namespace {

// A key without snapshot and relation.
Bytes tail_of(const Key& key) { return key.bytes().subspan(kRelationKeySize); }

}  // namespace

ChunkPipeline::~ChunkPipeline() {
  if (!worker_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  worker_.join();
}

std::unique_ptr<OpenChunk> ChunkPipeline::open(RelationSink& sink, std::size_t columns) {
  {
    const std::lock_guard lock(mutex_);
    if (!sink.spare.empty()) {
      std::unique_ptr<OpenChunk> chunk = std::move(sink.spare.back());
      sink.spare.pop_back();
      return chunk;
    }
  }
  return std::make_unique<OpenChunk>(columns);
}

Result<void> ChunkPipeline::state() const {
  if (failure_) return tl::unexpected<Error>(*failure_);
  return {};
}

Result<void> ChunkPipeline::push(Job job) {
  std::size_t bytes = job.chunk != nullptr ? job.chunk->size_bytes() : 0;
  for (const LongValueRecord& value : job.long_values) bytes += value.record.size();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || queued_bytes_ < kQueuedBytes; });
  DIRSNAP_CHECK(state());
  if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
  queue_.push_back({.job = std::move(job), .bytes = bytes});
  queued_bytes_ += bytes;
  lock.unlock();
  changed_.notify_all();
  return {};
}

Result<void> ChunkPipeline::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || (queue_.empty() && !busy_); });
  return state();
}

void ChunkPipeline::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || (!queue_.empty() && !failure_); });
    if (stop_) return;
    Queued next = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    const Result<void> written = write(next.job);
    lock.lock();
    busy_ = false;
    queued_bytes_ -= next.bytes;
    if (!written) failure_ = written.error();
    if (next.job.chunk != nullptr) next.job.sink->spare.push_back(std::move(next.job.chunk));
    changed_.notify_all();
  }
}

Result<void> ChunkPipeline::write(Job& job) {
  RelationSink& sink = *job.sink;
  for (LongValueRecord& value : job.long_values) {
    sink.long_values[value.column].push_back(
        {.row = value.row, .size_bytes = value.record.size(), .digest = sha256(value.record)});
    const Key chunk = chunk_key(sink.key, job.chunk_no, value.column);
    DIRSNAP_CHECK(
        batch_.put(Db::kChunks, long_value_key(chunk, value.row), std::move(value.record)));
  }
  return job.chunk != nullptr ? write_chunk(job) : Result<void>{};
}

Result<void> ChunkPipeline::write_chunk(Job& job) {
  RelationSink& sink = *job.sink;
  for (const std::uint32_t column : job.chunk->columns()) {
    const Key key = chunk_key(sink.key, job.chunk_no, column);
    std::vector<std::byte> bytes = job.chunk->finish(column, job.rows);
    sink.digest.add_chunk(tail_of(key), bytes);
    for (const RelationSink::LongValue& value : sink.long_values[column]) {
      sink.digest.add_long_value(tail_of(long_value_key(key, value.row)), value.size_bytes,
                                 value.digest);
    }
    DIRSNAP_CHECK(batch_.put(Db::kChunks, key, std::move(bytes)));
  }
  sink.long_values.clear();
  job.chunk->clear();
  return {};
}

}  // namespace dirsnap
