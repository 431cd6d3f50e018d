// SPDX-License-Identifier: MIT
#include "storage/index_writer.h"

#include <algorithm>
#include <future>
#include <thread>
#include <variant>
#include <vector>

#include "storage/hash_index_builder.h"
#include "storage/index_builder.h"

namespace dirsnap {
namespace {

// More columns at a time than this would only cost memory.
constexpr unsigned kMostWorkers = 2;

struct Sorted {
  std::variant<IndexBuilder, HashIndexBuilder> builder;
  Result<void> state;
};

// Ends its transaction before anything is written: a map that must grow has no reader then.
Sorted sort_column(Env& env, const IndexJob& job) {
  const StoredRelation& stored = job.relation->stored();
  const ColumnDef& column = stored.def.columns[job.column];
  Sorted sorted{IndexBuilder(column.collation), {}};
  if (column.access == Access::kHash) sorted.builder = HashIndexBuilder();
  const auto sort = [&]() -> Result<void> {
    DIRSNAP_TRY(const Txn txn, Txn::begin(env, Txn::Kind::kRead));
    RelationChunks chunks(txn, job.relation->key(), stored);
    ColumnReader reader(chunks, job.column);
    return std::visit([&reader](auto& builder) { return builder.sort(reader); }, sorted.builder);
  };
  sorted.state = sort();
  return sorted;
}

Result<void> write_index(const IndexJob& job, const Sorted& sorted, BatchWriter& batch) {
  const index_layout::Sink sink = [&](index_layout::Array array, std::uint32_t part,
                                      std::vector<std::byte> bytes) -> Result<void> {
    const Key key = index_key(job.relation->key(), job.column, array, part);
    job.relation->digest().add_index(key.bytes().subspan(kRelationKeySize), bytes);
    return batch.put(Db::kIndexes, key, std::move(bytes));
  };
  return std::visit([&sink](const auto& builder) { return builder.write(sink); }, sorted.builder);
}

}  // namespace

Result<void> write_indexes(Env& env, std::span<const IndexJob> jobs, BatchWriter& batch) {
  const std::size_t workers =
      std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostWorkers);
  while (!jobs.empty()) {
    const auto now = jobs.first(std::min(workers, jobs.size()));
    jobs = jobs.subspan(now.size());
    std::vector<std::future<Sorted>> others;
    for (const IndexJob& job : now.subspan(1)) {
      others.push_back(
          std::async(std::launch::async, [&env, &job] { return sort_column(env, job); }));
    }
    std::vector<Sorted> sorted;
    sorted.push_back(sort_column(env, now.front()));
    for (std::future<Sorted>& other : others) sorted.push_back(other.get());
    for (std::size_t i = 0; i < now.size(); ++i) {
      DIRSNAP_CHECK(sorted[i].state);
      DIRSNAP_CHECK(write_index(now[i], sorted[i], batch));
    }
  }
  return {};
}

}  // namespace dirsnap
