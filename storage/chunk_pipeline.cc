// SPDX-License-Identifier: MIT
#include "storage/chunk_pipeline.h"

#include <bit>
#include <new>
#include <string_view>
#include <utility>

namespace dirsnap {
namespace {

// Deals the values of one row to the columns of its chunk.
struct Dealer {
  void number(std::uint32_t column, ValueType type, std::uint64_t bits) {
    if (hashes.wants(column)) {
      hashes.take(column, type == ValueType::kReal
                              ? ValueView::of_real(std::bit_cast<double>(bits))
                              : ValueView::of(static_cast<std::int64_t>(bits)));
    }
    chunk.append_number(row, column, type, bits);
  }
  void bytes(std::uint32_t column, ValueType type, std::string_view value) {
    if (hashes.wants(column)) hashes.take(column, {.type = type, .bytes = value});
    chunk.append_bytes(row, column, type, value);
  }
  void twin(std::uint32_t column) { chunk.append_twin(row, column); }

  RowHashes& hashes;
  OpenChunk& chunk;
  std::uint32_t row = 0;  // in the chunk
};

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

std::unique_ptr<RowBatch> ChunkPipeline::open() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return std::make_unique<RowBatch>();
  std::unique_ptr<RowBatch> batch = std::move(spare_.back());
  spare_.pop_back();
  return batch;
}

Result<void> ChunkPipeline::state() const {
  if (failure_) return tl::unexpected<Error>(*failure_);
  return {};
}

Result<void> ChunkPipeline::push(RelationSink& sink, std::unique_ptr<RowBatch> batch) {
  Job job;
  job.sink = &sink;
  job.bytes = batch->size_bytes();
  job.batch = std::move(batch);
  return push(std::move(job));
}

Result<void> ChunkPipeline::push_end(RelationSink& sink) {
  Job job;
  job.sink = &sink;
  return push(std::move(job));
}

Result<void> ChunkPipeline::push_kinds(RelationSink& sink,
                                       std::uint32_t chunk_no,
                                       std::uint32_t rows,
                                       std::unique_ptr<OpenChunk> chunk) {
  Job job;
  job.sink = &sink;
  job.bytes = chunk->size_bytes();
  job.kinds = std::move(chunk);
  job.chunk_no = chunk_no;
  job.rows = rows;
  return push(std::move(job));
}

Result<void> ChunkPipeline::push(Job job) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || queued_bytes_ < kQueuedBytes; });
  DIRSNAP_CHECK(state());
  if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
  queued_bytes_ += job.bytes;
  queue_.push_back(std::move(job));
  lock.unlock();
  changed_.notify_all();
  return {};
}

Result<void> ChunkPipeline::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || (queue_.empty() && !busy_); });
  spare_.clear();
  return state();
}

void ChunkPipeline::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || (!queue_.empty() && !failure_); });
    if (stop_) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    const Result<void> written = write_without_exceptions(job);
    if (job.batch != nullptr) job.batch->clear();
    lock.lock();
    busy_ = false;
    queued_bytes_ -= job.bytes;
    if (!written) failure_ = written.error();
    if (job.batch != nullptr) spare_.push_back(std::move(job.batch));
    changed_.notify_all();
  }
}

// An exception must not leave the thread.
Result<void> ChunkPipeline::write_without_exceptions(Job& job) {
  try {
    return write(job);
  } catch (const std::bad_alloc&) {
    return fail(Code::kIo, "no memory left to store rows");
  }
}

Result<void> ChunkPipeline::write(Job& job) {
  if (job.batch != nullptr) return deal(*job.sink, *job.batch);
  if (job.kinds != nullptr) return write_chunk(*job.sink, job.chunk_no, job.rows, *job.kinds);
  DIRSNAP_CHECK(write_open_chunk(*job.sink));
  job.sink->chunk.reset();
  return {};
}

Result<void> ChunkPipeline::deal(RelationSink& sink, const RowBatch& batch) {
  if (sink.chunk == nullptr) sink.chunk = std::make_unique<OpenChunk>(sink.columns);
  OpenChunk& chunk = *sink.chunk;
  RowBatch::Reader reader(batch);
  Dealer dealer{.hashes = sink.hashes, .chunk = chunk};
  for (std::uint32_t i = 0; i < batch.rows(); ++i) {
    dealer.row = static_cast<std::uint32_t>(sink.rows % kChunkRows);
    sink.hashes.begin_row();
    reader.next_row(dealer);
    if (chunk.long_bytes() > kHeldLongBytes) {
      DIRSNAP_CHECK(
          write_long_values(sink, static_cast<std::uint32_t>(sink.rows / kChunkRows), chunk));
    }
    if (++sink.rows % kChunkRows == 0) DIRSNAP_CHECK(write_open_chunk(sink));
  }
  return {};
}

// The chunk of the rows dealt last.
Result<void> ChunkPipeline::write_open_chunk(RelationSink& sink) {
  if (sink.chunk == nullptr || sink.chunk->empty()) return {};
  const std::uint64_t last = sink.rows - 1;
  return write_chunk(sink, static_cast<std::uint32_t>(last / kChunkRows),
                     static_cast<std::uint32_t>(last % kChunkRows + 1), *sink.chunk);
}

Result<void> ChunkPipeline::write_long_values(RelationSink& sink,
                                              std::uint32_t chunk_no,
                                              OpenChunk& chunk) {
  for (LongValueRecord& value : chunk.take_long_values()) {
    sink.long_values[value.column].push_back(
        {.row = value.row, .size_bytes = value.record.size(), .digest = sha256(value.record)});
    const Key in_chunk = chunk_key(sink.place.of_long_values(chunk_no), chunk_no, value.column);
    const Key key = long_value_key(in_chunk, value.row);
    DIRSNAP_CHECK(batch_.put(Db::kChunks, key, std::move(value.record)));
  }
  return {};
}

Result<void> ChunkPipeline::write_chunk(RelationSink& sink,
                                        std::uint32_t chunk_no,
                                        std::uint32_t rows,
                                        OpenChunk& chunk) {
  DIRSNAP_CHECK(write_long_values(sink, chunk_no, chunk));
  for (const std::uint32_t column : chunk.columns()) {
    const Key key = chunk_key(sink.place.of_chunk(chunk_no, rows), chunk_no, column);
    std::vector<std::byte> bytes = chunk.finish(column, rows);
    sink.digest.add_chunk(tail_of(key), bytes);
    const std::vector<RelationSink::LongValue>& long_values = sink.long_values[column];
    for (const RelationSink::LongValue& value : long_values) {
      sink.digest.add_long_value(tail_of(long_value_key(key, value.row)), value.size_bytes,
                                 value.digest);
    }
    // Long values belong to the relation of their chunk.
    const bool may_refer = sink.earlier && long_values.empty();
    DIRSNAP_CHECK(may_refer ? batch_.put_chunk(key, std::move(bytes), *sink.earlier)
                            : batch_.put(Db::kChunks, key, std::move(bytes)));
  }
  sink.long_values.clear();
  chunk.clear();
  return {};
}

}  // namespace dirsnap
