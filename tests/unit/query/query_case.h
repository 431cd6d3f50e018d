// SPDX-License-Identifier: MIT
//
// A case with generated rows, and the same rows in ordinary SQLite tables: what the tests of the
// SQL engine compare.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include <sqlite3.h>

#include "query/engine.h"
#include "storage/case_file.h"
#include "storage/relation.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {

struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};
// NULL, integer, real, text, blob.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;
using Row = std::vector<Cell>;

ValueView view(const Cell& cell);
Cell owned(const ValueView& value);
// One line that tells type and value: i:5, t:abc, NULL.
std::string show(const Cell& cell);
std::string show(const Row& row);

// The rows of one relation in one snapshot, in the columns of its definition.
struct RelationRows {
  RelationDef def;
  std::vector<Row> rows = {};
};

struct SnapshotRows {
  std::string name;
  std::vector<RelationRows> relations = {};
};

// A sealed case of these snapshots in a folder of its own.
class TestCase {
 public:
  explicit TestCase(const std::vector<SnapshotRows>& snapshots);
  [[nodiscard]] const CaseFile& file() const { return *file_; }
  [[nodiscard]] std::unique_ptr<Engine> open(const EngineOptions& options = {}) const;

 private:
  TempFolder folder_;
  std::unique_ptr<CaseFile> file_;
};

// All rows of a statement; FAILs the test on an error.
std::vector<Row> rows_of(Engine& engine, const std::string& sql);
// The plan's text: the "detail" column of EXPLAIN QUERY PLAN, one line each.
std::string plan_of(Engine& engine, const std::string& sql);

// Ordinary tables with the same names, columns and rows.
class NativeTables {
 public:
  NativeTables();
  void add(const std::string& create_table, const std::string& table, const std::vector<Row>& rows);
  [[nodiscard]] std::vector<Row> rows_of(const std::string& sql) const;
  // The error message, or empty text.
  [[nodiscard]] std::string error_of(const std::string& sql) const;

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace dirsnap::test
