// SPDX-License-Identifier: MIT
//
// SQL over one case: an in-memory SQLite connection whose only tables are the read-only virtual
// tables of the case, behind an allow-list (no writes, no files, no extensions).
// Lifetime: a Statement borrows its Engine; column values are valid until the next step().
// Threads: one thread, except interrupt().
// Rules: SELECT only; one statement per prepare(); limits and deadline as in EngineOptions.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"
#include "storage/case_file.h"
#include "storage/value.h"

namespace dirsnap {

struct EngineOptions {
  std::vector<std::string> snapshots;  // names; empty = all. An unknown name fails with kNotFound
  bool untrusted = false;              // tighter SQL limits
  bool push_down = true;               // false: tables hand every row to SQLite, for tests
};

// Where in the SQL text an error lies.
struct SqlError {
  std::string message;             // one line
  std::optional<int> byte_offset;  // of the offending token in the statement
  std::string hint;                // e.g. did you mean "display_name"?; may be empty
};

// What a statement cost, for tests and for speed hints.
struct ScanCounters {
  std::uint64_t rows_visited = 0;  // rows that reached SQLite from all tables
  std::uint64_t filter_calls = 0;  // xFilter calls
};

class Engine;

class Statement {
 public:
  ~Statement();
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;

  // Result columns, in order, as SQLite names them.
  [[nodiscard]] const std::vector<std::string>& columns() const;
  [[nodiscard]] std::vector<std::string> parameters() const;  // ":name" in order
  // Binds by name (":server"). Fails with kUsage for an unknown name.
  [[nodiscard]] Result<void> bind(std::string_view name, const ValueView& value);

  // Advances to the next row; false after the last. Fails with kInterrupted, kLimit (deadline,
  // memory, length), kUsage (SQL), kCorrupt or kIo (case).
  [[nodiscard]] Result<bool> step();
  // Value of a column of the present row.
  [[nodiscard]] ValueView column(std::size_t index) const;

  struct Impl;
  explicit Statement(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

// A column as .describe, completion and SCHEMA.md show it.
struct ColumnInfo {
  std::string name;
  std::string type;  // INTEGER, TEXT, ...; empty = any
  std::string doc;
  bool indexed = false;
  bool hidden = false;
};
struct TableInfo {
  std::string name;
  std::string doc;
  std::string theme;  // "snapshots", "directory", "registry", "raw ESE tables", ...
  std::vector<ColumnInfo> columns = {};
  std::vector<std::string> examples = {};
  bool is_view = false;
};
// The theme of the tables of classes.
inline constexpr std::string_view kClassTables = "class tables";

struct FunctionInfo {
  std::string signature;  // dn_parent(dn)
  std::string doc;
};

class Engine {
 public:
  static Result<std::unique_ptr<Engine>> open(const CaseFile& file,
                                              const EngineOptions& options = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Compiles the first statement of `sql`. `tail` (if given) becomes the rest of the text after
  // it; without `tail` a second statement is an error. Empty text or only comments: kNotFound.
  // On failure last_error() has place and hint.
  [[nodiscard]] Result<Statement> prepare(std::string_view sql, std::string_view* tail = nullptr);
  [[nodiscard]] const SqlError& last_error() const;

  // True if `sql` ends in a complete statement (sqlite3_complete).
  [[nodiscard]] static bool is_complete(std::string_view sql);

  // Stops the running statement; may be called from another thread or a signal handler.
  void interrupt() noexcept;
  void clear_interrupt() noexcept;
  void set_deadline(std::optional<std::chrono::steady_clock::time_point> deadline);

  [[nodiscard]] const ScanCounters& counters() const;  // since the last prepare()

  // Every table of the case, raw ESE tables included. Tables of classes have their columns here
  // only after a statement or describe() has named them: there may be hundreds.
  [[nodiscard]] std::vector<TableInfo> tables() const;
  // One table with its columns, ASCII case ignored; nullopt where there is none.
  [[nodiscard]] Result<std::optional<TableInfo>> describe(std::string_view table);

  struct Impl;

 private:
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The fixed tables and the functions, without a case: the generated reference.
std::vector<TableInfo> fixed_tables();
std::vector<FunctionInfo> sql_functions();
std::vector<std::string> sql_keywords();
std::string sqlite_version();

}  // namespace dirsnap
