// SPDX-License-Identifier: MIT
//
// The inside of Engine: one SQLite connection and the tables registered in it.
// Private to query/. Threads: as Engine.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "query/class_table.h"
#include "query/engine.h"
#include "query/ese_cells.h"
#include "query/modules.h"
#include "query/raw_tables.h"
#include "query/read_session.h"
#include "query/sandbox.h"
#include "query/stats_module.h"
#include "query/tree_module.h"

namespace dirsnap {

struct CloseConnection {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

struct Engine::Impl {
  template <class Module>
  using Client = typename ModuleAdapter<Module>::Client;

  std::unique_ptr<ReadSession> session;
  SandboxState sandbox;
  // Modules keep pointers into these.
  std::deque<RelationTable> tables;
  std::deque<Client<RelationModule>> clients;
  std::unique_ptr<SnapshotsTable> snapshots;
  Client<SnapshotsModule> snapshots_client{};
  std::unique_ptr<EseCellsTable> cells;
  Client<EseCellsModule> cells_client{};
  std::deque<StatsTable> stats;
  std::deque<Client<StatsModule>> stats_clients;
  std::deque<TreeTable> trees;
  std::deque<Client<TreeModule>> tree_clients;
  // Tables of classes are made when a statement names them.
  std::unique_ptr<ClassCatalog> classes;
  std::deque<ClassTable> class_tables;
  std::deque<Client<ClassModule>> class_clients;
  SqlError error;
  // Last member: closed before what its tables point to.
  std::unique_ptr<sqlite3, CloseConnection> db;

  Result<void> register_tables();
  int add_table(TableShape shape);
  int add_functions();  // of the fixed tables: counts, trees
  RelationTable& fixed_table(std::string_view name);
  // The registered table of a class, made where there is none yet; nullptr: no such class.
  Result<const ClassTable*> class_table(std::string_view name);
  // sqlite3_prepare_v3, repeated as long as classes' tables are missing.
  Result<int> compile(std::string_view sql, sqlite3_stmt** statement, const char** tail);

  // The Error for an SQLite code, last_error() included. `statement` is the text compiled.
  Error failure(int code, std::string_view statement);
  // Of classes the names alone, unless a statement has named the table.
  [[nodiscard]] std::vector<TableInfo> all_tables();
};

}  // namespace dirsnap
