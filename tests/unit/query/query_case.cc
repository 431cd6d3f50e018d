// SPDX-License-Identifier: MIT
#include "tests/unit/query/query_case.h"

#include <catch2/catch.hpp>

#include "query/functions/functions.h"
#include "query/sql_value.h"
#include "storage/base/byte_reader.h"
#include "storage/base/text.h"
#include "storage/snapshot_writer.h"

namespace dirsnap::test {

ValueView view(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return ValueView::of(*integer);
  if (const auto* real = std::get_if<double>(&cell)) return ValueView::of_real(*real);
  if (const auto* text = std::get_if<std::string>(&cell)) return ValueView::text(*text);
  if (const auto* blob = std::get_if<Blob>(&cell)) return ValueView::blob(blob->bytes);
  return ValueView::null();
}

Cell owned(const ValueView& value) {
  switch (value.type) {
    case ValueType::kInteger:
      return value.integer;
    case ValueType::kReal:
      return value.real;
    case ValueType::kText:
      return std::string(value.bytes);
    case ValueType::kBlob:
      return Blob{std::string(value.bytes)};
    case ValueType::kNull:
      break;
  }
  return {};
}

std::string show(const Cell& cell) {
  const ValueView value = view(cell);
  switch (value.type) {
    case ValueType::kInteger:
      return "i:" + std::to_string(value.integer);
    case ValueType::kReal:
      // An ordinary table keeps -0.0 as 0.
      return "r:" + std::to_string(value.real == 0 ? 0.0 : value.real);
    case ValueType::kText:
      return "t:" + (is_valid_utf8(value.bytes) && value.bytes.find('\0') == value.bytes.npos
                         ? std::string(value.bytes)
                         : "x" + to_hex(as_bytes(value.bytes)));
    case ValueType::kBlob:
      return "b:" + to_hex(as_bytes(value.bytes));
    case ValueType::kNull:
      break;
  }
  return "NULL";
}

std::string show(const Row& row) {
  std::string out;
  for (const Cell& cell : row) out += (out.empty() ? "" : " | ") + show(cell);
  return out;
}

namespace {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().what);
  return *std::move(result);
}

void write_snapshot(CaseFile& file, const SnapshotRows& snapshot) {
  SnapshotRecord facts;
  facts.name = snapshot.name;
  facts.imported_at = "2001-02-03T04:05:06Z";
  auto writer = must(SnapshotWriter::begin(file, facts));
  for (const RelationRows& relation : snapshot.relations) {
    RelationWriter* rows = must(writer->relation(relation.def));
    std::vector<dirsnap::Cell> cells;
    for (const Row& row : relation.rows) {
      cells.clear();
      for (std::uint32_t i = 0; i < row.size(); ++i) {
        if (!view(row[i]).is_null()) cells.push_back({.column = i, .value = view(row[i])});
      }
      must(rows->append(cells));
    }
  }
  must(writer->seal());
}

}  // namespace

TestCase::TestCase(const std::vector<SnapshotRows>& snapshots) {
  const auto path = folder_ / "test.dirsnap";
  {
    const auto writable = must(CaseFile::open(path, OpenMode::kReadWrite));
    for (const SnapshotRows& snapshot : snapshots) write_snapshot(*writable, snapshot);
  }
  file_ = must(CaseFile::open(path, OpenMode::kRead));
}

std::unique_ptr<Engine> TestCase::open(const EngineOptions& options) const {
  return must(Engine::open(*file_, options));
}

std::vector<Row> rows_of(Engine& engine, const std::string& sql) {
  INFO(sql);
  auto statement = must(engine.prepare(sql));
  std::vector<Row> rows;
  while (must(statement.step())) {
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < statement.columns().size(); ++i) {
      row.push_back(owned(statement.column(i)));
    }
  }
  return rows;
}

std::string plan_of(Engine& engine, const std::string& sql) {
  std::string out;
  for (const Row& row : rows_of(engine, "EXPLAIN QUERY PLAN " + sql)) {
    out += (out.empty() ? "" : "\n") + std::get<std::string>(row.back());
  }
  return out;
}

NativeTables::NativeTables() {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(":memory:", &raw) == SQLITE_OK);
  db_.reset(raw);
  // Our functions and FOLD, but SQLite's own printf, replace and the like.
  REQUIRE(register_functions(raw, FunctionSet::kOwn) == SQLITE_OK);
}

void NativeTables::add(const std::string& create_table,
                       const std::string& table,
                       const std::vector<Row>& rows) {
  INFO(create_table);
  REQUIRE(sqlite3_exec(db_.get(), create_table.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db_.get(), "BEGIN", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  for (const Row& row : rows) {
    if (statement == nullptr) {
      std::string insert = "INSERT INTO " + quote_identifier(table) + " VALUES (?";
      for (std::size_t i = 1; i < row.size(); ++i) insert += ", ?";
      REQUIRE(sqlite3_prepare_v2(db_.get(), (insert + ")").c_str(), -1, &statement, nullptr) ==
              SQLITE_OK);
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      const ValueView value = view(row[i]);
      const int index = static_cast<int>(i) + 1;
      const int size = static_cast<int>(value.bytes.size());
      const char* bytes = value.bytes.empty() ? "" : value.bytes.data();
      switch (value.type) {
        case ValueType::kNull:
          sqlite3_bind_null(statement, index);
          break;
        case ValueType::kInteger:
          sqlite3_bind_int64(statement, index, value.integer);
          break;
        case ValueType::kReal:
          sqlite3_bind_double(statement, index, value.real);
          break;
        case ValueType::kText:
          sqlite3_bind_text(statement, index, bytes, size, SQLITE_TRANSIENT);
          break;
        case ValueType::kBlob:
          sqlite3_bind_blob(statement, index, bytes, size, SQLITE_TRANSIENT);
          break;
      }
    }
    REQUIRE(sqlite3_step(statement) == SQLITE_DONE);
    sqlite3_reset(statement);
  }
  sqlite3_finalize(statement);
  REQUIRE(sqlite3_exec(db_.get(), "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK);
}

std::string NativeTables::error_of(const std::string& sql) const {
  char* message = nullptr;
  sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, &message);
  const std::string text = message == nullptr ? "" : message;
  sqlite3_free(message);
  return text;
}

std::vector<Row> NativeTables::rows_of(const std::string& sql) const {
  INFO(sql);
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &statement, nullptr);
  if (code != SQLITE_OK) FAIL(sqlite3_errmsg(db_.get()));
  std::vector<Row> rows;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    Row& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      row.push_back(owned(view_of(sqlite3_column_value(statement, i))));
    }
  }
  sqlite3_finalize(statement);
  return rows;
}

}  // namespace dirsnap::test
