// SPDX-License-Identifier: MIT
//
// The stores that query_bench sets side by side: a dirsnap case, and ordinary SQLite tables
// with sensible indexes. Both are loaded from the same rows and answer the same SQL.
// Errors: as in measure.h, every failure ends the program.
// Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "query/engine.h"
#include "tests/bench/query_rows.h"

struct sqlite3;

namespace dirsnap::bench {

// What a statement gave: enough to see that both stores agree.
struct Answer {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  // of all values, numbers as 8
  bool operator==(const Answer&) const = default;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual void load(const RowCounts& counts) = 0;
  virtual Answer run(const std::string& sql) = 0;
};

// The sum of what the statements gave, run one after the other.
Answer run_all(Store& store, const std::vector<std::string>& statements);

// A case at `path`, replaced by load().
class CaseStore final : public Store {
 public:
  explicit CaseStore(std::filesystem::path path) : path_(std::move(path)) {}
  void load(const RowCounts& counts) override;
  // Adds a snapshot to the case; closes it.
  void add(const RowCounts& counts, const std::string& snapshot);
  void open();
  void close();
  // Opens the case so that statements see these snapshots alone; none: all.
  void show(const std::vector<std::string>& snapshots);
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  Answer run(const std::string& sql) override;
  // A number that depends on all values of all rows but those of the column snapshot_id, not on
  // the order of the rows.
  std::uint64_t digest(const std::string& sql);

 private:
  Statement prepare(const std::string& sql);
  std::filesystem::path path_;
  std::unique_ptr<CaseFile> file_;
  std::unique_ptr<Engine> engine_;
};

// Tables as a user would make them: attributes without the five columns that depend on the
// attribute alone, numbers of objects as rowids, an index for each kind of look-up measured.
class NativeStore final : public Store {
 public:
  explicit NativeStore(std::filesystem::path path) : path_(std::move(path)) {}
  ~NativeStore() override;
  NativeStore(const NativeStore&) = delete;
  NativeStore& operator=(const NativeStore&) = delete;
  void load(const RowCounts& counts) override;
  void open();
  void close();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  Answer run(const std::string& sql) override;

 private:
  void exec(const std::string& sql);
  std::filesystem::path path_;
  sqlite3* db_ = nullptr;
};

}  // namespace dirsnap::bench
