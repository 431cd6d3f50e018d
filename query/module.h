// SPDX-License-Identifier: MIT
//
// Registering eponymous, read-only virtual tables. A module is a class with
//   static std::string declaration(Table&)                    text for sqlite3_declare_vtab
//   static Result<void> best_index(Table&, sqlite3*, sqlite3_index_info&, bool& unusable)
//   class Cursor { Cursor(Table&); filter(db, plan, arguments); next(); at_end();
//                  column(context, index); rowid(); }
// and this header supplies the C callbacks around it. A Cursor with rest() is used again after it
// was closed, because SQLite opens one for each run of a correlated subquery: its filter() must
// depend on nothing that was before, and rest() gives back much memory. One with advance() and
// give_held(), both noexcept, does by them what needs no guard; where they say false, the others
// are asked.
// Lifetime: the table object belongs to the engine and outlives the connection's tables.
// Threads: one thread per connection.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "query/read_session.h"
#include "query/vtab_guard.h"

namespace dirsnap {

// True while a module declares its table: the authorizer lets the internal CREATE TABLE pass.
class DeclareScope {
 public:
  explicit DeclareScope(bool& flag) : flag_(flag) { flag_ = true; }
  ~DeclareScope() { flag_ = false; }
  DeclareScope(const DeclareScope&) = delete;
  DeclareScope& operator=(const DeclareScope&) = delete;

 private:
  bool& flag_;
};

// sqlite3_declare_vtab under the limits that our own text may need.
int declare_table(sqlite3* db, bool& declaring, const std::string& sql, char** error);

template <class Module>
class ModuleAdapter {
 public:
  using Table = typename Module::Table;

  // What create_module hands to xConnect.
  struct Client {
    Table* table;
    bool* declaring;  // read by the authorizer
  };

  // Registers `name`. `client` must outlive the connection.
  static int create(sqlite3* db, const std::string& name, Client* client) {
    return sqlite3_create_module(db, name.c_str(), &kModule, client);
  }

 private:
  struct VtabCursor {
    explicit VtabCursor(Table& table) : base(), cursor(table) {}
    sqlite3_vtab_cursor base;
    typename Module::Cursor cursor;
  };
  struct Vtab {
    sqlite3_vtab base;
    sqlite3* db;
    Table* table;
    std::vector<std::unique_ptr<VtabCursor>> resting;  // closed, to be opened again
  };
  static constexpr std::size_t kMostResting = 4;
  // What most rows and values need passes no guard: it cannot fail.
  static constexpr bool kQuick = requires(typename Module::Cursor & cursor) {
    { cursor.advance() }
    noexcept;
    { cursor.give_held(nullptr, 0) }
    noexcept;
  };
  static constexpr bool kReused = requires(typename Module::Cursor & cursor) { cursor.rest(); };

  static Vtab& vtab(sqlite3_vtab* base) { return *reinterpret_cast<Vtab*>(base); }
  static typename Module::Cursor& cursor(sqlite3_vtab_cursor* base) {
    return reinterpret_cast<VtabCursor*>(base)->cursor;
  }
  static ReadSession& session(sqlite3_vtab* base) { return vtab(base).table->session(); }

  // NOLINTNEXTLINE(readability-function-size): the parameters are SQLite's.
  static int connect(
      sqlite3* db, void* aux, int, const char* const*, sqlite3_vtab** out, char** error) {
    auto* client = static_cast<Client*>(aux);
    return guard(client->table->session(), nullptr, [&]() -> Result<void> {
      const std::string sql = Module::declaration(*client->table);
      const int code = declare_table(db, *client->declaring, sql, error);
      if (code != SQLITE_OK) return fail(Code::kUsage, "table declaration refused");
      sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
      auto made = std::make_unique<Vtab>();
      made->db = db;
      made->table = client->table;
      *out = &made.release()->base;
      return {};
    });
  }

  static int disconnect(sqlite3_vtab* base) {
    delete &vtab(base);
    return SQLITE_OK;
  }

  static int best_index(sqlite3_vtab* base, sqlite3_index_info* info) {
    bool unusable = false;
    const int code = guard(session(base), base, [&]() -> Result<void> {
      return Module::best_index(*vtab(base).table, vtab(base).db, *info, unusable);
    });
    return unusable ? SQLITE_CONSTRAINT : code;
  }

  static int open(sqlite3_vtab* base, sqlite3_vtab_cursor** out) {
    return guard(session(base), base, [&]() -> Result<void> {
      auto& resting = vtab(base).resting;
      if (resting.empty()) {
        *out = &std::make_unique<VtabCursor>(*vtab(base).table).release()->base;
      } else {
        *out = &resting.back().release()->base;
        resting.pop_back();
      }
      return {};
    });
  }

  static int close(sqlite3_vtab_cursor* base) {
    std::unique_ptr<VtabCursor> closed(reinterpret_cast<VtabCursor*>(base));
    if constexpr (kReused) {
      return guard(session(base->pVtab), nullptr, [&]() -> Result<void> {
        auto& resting = vtab(base->pVtab).resting;
        if (resting.size() == kMostResting) return {};
        closed->cursor.rest();
        resting.push_back(std::move(closed));
        return {};
      });
    }
    return SQLITE_OK;
  }

  static int filter(
      sqlite3_vtab_cursor* base, int, const char* text, int count, sqlite3_value** arguments) {
    return guard(session(base->pVtab), base->pVtab, [&]() -> Result<void> {
      const std::span values(arguments, static_cast<std::size_t>(count));
      return cursor(base).filter(vtab(base->pVtab).db, text == nullptr ? "" : text, values);
    });
  }

  static int next(sqlite3_vtab_cursor* base) {
    if constexpr (kQuick) {
      if (cursor(base).advance()) return SQLITE_OK;
    }
    return guarded_next(base);
  }
  [[gnu::noinline]] static int guarded_next(sqlite3_vtab_cursor* base) {
    return guard(session(base->pVtab), base->pVtab, [&] { return cursor(base).next(); });
  }

  static int eof(sqlite3_vtab_cursor* base) { return cursor(base).at_end() ? 1 : 0; }

  static int column(sqlite3_vtab_cursor* base, sqlite3_context* context, int index) {
    if constexpr (kQuick) {
      if (cursor(base).give_held(context, index)) return SQLITE_OK;
    }
    return guarded_column(base, context, index);
  }
  [[gnu::noinline]] static int guarded_column(sqlite3_vtab_cursor* base,
                                              sqlite3_context* context,
                                              int index) {
    return guard(session(base->pVtab), base->pVtab,
                 [&] { return cursor(base).column(context, index); });
  }

  static int rowid(sqlite3_vtab_cursor* base, sqlite3_int64* out) {
    *out = cursor(base).rowid();
    return SQLITE_OK;
  }

  // xCreate stays nullptr: the tables exist by their names alone, CREATE VIRTUAL TABLE fails.
  static constexpr sqlite3_module make_module() {
    sqlite3_module module{};
    module.iVersion = 0;
    module.xConnect = connect;
    module.xBestIndex = best_index;
    module.xDisconnect = disconnect;
    module.xOpen = open;
    module.xClose = close;
    module.xFilter = filter;
    module.xNext = next;
    module.xEof = eof;
    module.xColumn = column;
    module.xRowid = rowid;
    return module;
  }
  static constexpr sqlite3_module kModule = make_module();
};

}  // namespace dirsnap
