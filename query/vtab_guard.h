// SPDX-License-Identifier: MIT
//
// The border between SQLite's C callbacks and our code: failures and exceptions become return
// codes and error text; nothing is thrown through C.
// Threads: one thread per connection.
#pragma once

#include <exception>
#include <new>
#include <utility>

#include <sqlite3.h>

#include "query/read_session.h"

namespace dirsnap {

// The nearest SQLite code; the session keeps the Error itself for Statement::step().
inline int sqlite_code(Code code) {
  switch (code) {
    case Code::kInterrupted:
    case Code::kLimit:
      return SQLITE_INTERRUPT;
    case Code::kIo:
      return SQLITE_IOERR;
    case Code::kCorrupt:
    case Code::kTruncated:
      return SQLITE_CORRUPT_VTAB;
    default:
      return SQLITE_ERROR;
  }
}

// Notes the failure of a virtual table.
inline int report_failure(ReadSession& session, sqlite3_vtab* table, Error error) {
  if (table != nullptr) {
    sqlite3_free(table->zErrMsg);
    table->zErrMsg = sqlite3_mprintf("%s", error.what.c_str());
  }
  const int code = sqlite_code(error.code);
  session.set_failure(std::move(error));
  return code;
}

// Runs the body of a virtual table's callback: a function that returns Result<void>.
template <class Body>
int guard(ReadSession& session, sqlite3_vtab* table, Body&& body) {
  try {
    Result<void> result = std::forward<Body>(body)();
    if (result) return SQLITE_OK;
    return report_failure(session, table, std::move(result).error());
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (const std::exception& error) {
    return report_failure(session, table, Error{.code = Code::kUsage, .what = error.what()});
  }
}

// Runs the body of an SQL function.
template <class Body>
void guard_function(sqlite3_context* context, Body&& body) {
  try {
    std::forward<Body>(body)();
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

}  // namespace dirsnap
