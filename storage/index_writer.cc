// SPDX-License-Identifier: MIT
#include "storage/index_writer.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include "storage/hash_index_builder.h"
#include "storage/index_builder.h"
#include "storage/kind_rows.h"

namespace dirsnap {
namespace {

namespace layout = index_layout;

// More columns at a time than this would only cost memory.
constexpr unsigned kMostWorkers = 2;

// The rows by kind of one relation: made by whoever needs them first, gone with the last job.
struct SharedKinds {
  std::once_flag once;
  Result<void> state;
  KindRows rows;
};

struct Job {
  StoredRelationWriter* relation = nullptr;
  std::uint32_t column = 0;
  std::shared_ptr<SharedKinds> kinds;  // of a column that goes by kind
};

using Builder = std::variant<HashIndexBuilder, IndexBuilder>;

bool is_indexed(const ColumnDef& column) {
  return column.access == Access::kIndex || column.access == Access::kHash;
}

// Large relations first; the columns of one relation stay together and ascend, as its digest
// wants them.
std::vector<Job> list_jobs(std::vector<StoredRelationWriter*> relations) {
  std::stable_sort(relations.begin(), relations.end(),
                   [](const StoredRelationWriter* a, const StoredRelationWriter* b) {
                     return a->stored().rows > b->stored().rows;
                   });
  std::vector<Job> jobs;
  for (StoredRelationWriter* const relation : relations) {
    const auto& columns = relation->stored().def.columns;
    std::shared_ptr<SharedKinds> kinds;
    for (std::uint32_t i = 0; i < columns.size(); ++i) {
      if (!is_indexed(columns[i])) continue;
      Job job;
      job.relation = relation;
      job.column = i;
      if (columns[i].access == Access::kIndex && columns[i].sharing == Sharing::kByKind) {
        if (kinds == nullptr) kinds = std::make_shared<SharedKinds>();
        job.kinds = kinds;
      }
      jobs.push_back(std::move(job));
    }
  }
  return jobs;
}

// Jobs are sorted by whichever worker is free and written in their order, by one worker at a time.
class IndexWriter {
 public:
  IndexWriter(Env& env, std::vector<Job> jobs, BatchWriter& batch)
      : env_(env),
        jobs_(std::move(jobs)),
        batch_(batch),
        sorted_(jobs_.size()),
        is_written_(jobs_.size()) {
    // Those with hashes wait for nothing.
    for (std::size_t i = 0; i < jobs_.size(); ++i) order_.push_back(i);
    std::stable_partition(order_.begin(), order_.end(), [this](std::size_t i) {
      return column_of(jobs_[i]).access == Access::kHash;
    });
  }

  Result<void> run() {
    const unsigned workers = std::clamp(std::thread::hardware_concurrency(), 1U, kMostWorkers);
    std::vector<std::thread> others;
    for (unsigned i = 1; i < std::min<std::size_t>(workers, jobs_.size()); ++i) {
      others.emplace_back([this] { work(); });
    }
    work();
    for (std::thread& other : others) other.join();
    return failure_ ? Result<void>(tl::unexpected<Error>(*failure_)) : Result<void>{};
  }

 private:
  static const ColumnDef& column_of(const Job& job) {
    return job.relation->stored().def.columns[job.column];
  }

  // One job after the other, until there are none or one has failed.
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      // While another worker writes, not more than a few columns are sorted in advance.
      changed_.wait(lock, [this] { return !is_writing_ || waiting_ < kMostWorkers; });
      if (next_ == order_.size() || failure_) return;
      const std::size_t number = order_[next_++];
      lock.unlock();
      std::unique_ptr<Builder> builder;
      const Result<void> done = without_exceptions(jobs_[number], [&] {
        builder = std::make_unique<Builder>();
        return sort(jobs_[number], *builder);
      });
      lock.lock();
      if (!done) failure_ = done.error();
      sorted_[number] = std::move(builder);
      ++waiting_;
      if (!is_writing_) write_sorted(lock);
    }
  }

  // What is sorted and has no unwritten column of its relation before it. Others sort meanwhile,
  // and find `is_writing_` set.
  void write_sorted(std::unique_lock<std::mutex>& lock) {
    is_writing_ = true;
    for (std::size_t i = 0; i < jobs_.size() && !failure_;) {
      if (sorted_[i] == nullptr || !is_next(i)) {
        ++i;
        continue;
      }
      const std::unique_ptr<Builder> builder = std::move(sorted_[i]);
      --waiting_;
      changed_.notify_all();
      lock.unlock();
      const Result<void> done =
          without_exceptions(jobs_[i], [&] { return write(jobs_[i], *builder); });
      lock.lock();
      if (!done) failure_ = done.error();
      is_written_[i] = true;
      jobs_[i].kinds.reset();
      i = 0;  // others may have finished what stands before
    }
    is_writing_ = false;
    changed_.notify_all();
  }

  // True if the columns of the same relation before it are written.
  [[nodiscard]] bool is_next(std::size_t number) const {
    return number == 0 || jobs_[number - 1].relation != jobs_[number].relation ||
           is_written_[number - 1];
  }

  // An exception must not leave a thread.
  template <class Step>
  static Result<void> without_exceptions(const Job& job, Step step) {
    try {
      return step();
    } catch (const std::bad_alloc&) {
      return fail(Code::kIo,
                  "no memory left to build an index of " + job.relation->stored().def.name);
    } catch (const std::system_error& error) {  // no further thread
      return fail(Code::kIo, "cannot build an index of " + job.relation->stored().def.name + ": " +
                                 error.what());
    }
  }

  // The transaction ends here: while one is open the map cannot grow.
  Result<void> sort(const Job& job, Builder& builder) {
    const StoredRelation& stored = job.relation->stored();
    if (column_of(job).access == Access::kHash) {
      builder.emplace<HashIndexBuilder>().count(job.relation->hashes().release(job.column));
      return {};
    }
    const auto map = env_.keep_map();
    DIRSNAP_TRY(const Txn txn, Txn::begin(env_, Txn::Kind::kRead));
    RelationChunks chunks(txn, job.relation->place(), stored);
    ColumnReader reader(chunks, job.column);
    auto& index = builder.emplace<IndexBuilder>(column_of(job).collation);
    if (job.kinds == nullptr) return index.sort(reader);
    std::call_once(job.kinds->once, [&] { job.kinds->state = job.kinds->rows.read(reader); });
    DIRSNAP_CHECK(job.kinds->state);
    return index.sort(reader, {job.kinds, &job.kinds->rows});
  }

  Result<void> write(const Job& job, Builder& builder) {
    const layout::Sink sink = [&](layout::Array array, std::uint32_t part,
                                  std::vector<std::byte> bytes) -> Result<void> {
      const Key key = index_key(job.relation->key(), job.column, array, part);
      job.relation->digest().add_index(key.bytes().subspan(kRelationKeySize), bytes);
      return batch_.put(Db::kIndexes, key, std::move(bytes));
    };
    DIRSNAP_CHECK(std::visit([&sink](auto& index) { return index.write(sink); }, builder));
    // The first column that goes by kind has the shared rows with it.
    if (job.kinds == nullptr || job.column != kinds_index_column(job.relation->stored().def)) {
      return {};
    }
    const std::vector<std::uint32_t>& rows = job.kinds->rows.rows();
    return layout::write_array(sink, layout::kRowsByKind,
                               {rows.size(), layout::row_width(job.relation->stored().rows)},
                               [&rows](std::uint64_t i) { return rows[i]; });
  }

  Env& env_;
  std::vector<Job> jobs_;
  BatchWriter& batch_;
  std::vector<std::size_t> order_;  // in which jobs are taken
  std::mutex mutex_;                // of all below
  std::condition_variable changed_;
  std::size_t next_ = 0;  // in order_
  std::vector<std::unique_ptr<Builder>> sorted_;
  std::size_t waiting_ = 0;  // of them that are not null
  std::vector<bool> is_written_;
  bool is_writing_ = false;  // batch_, the digests and the kinds are in one worker's hands
  std::optional<Error> failure_;
};

}  // namespace

Result<void> write_indexes(Env& env,
                           const std::vector<StoredRelationWriter*>& relations,
                           BatchWriter& batch) {
  return IndexWriter(env, list_jobs(relations), batch).run();
}

}  // namespace dirsnap
