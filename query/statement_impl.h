// SPDX-License-Identifier: MIT
//
// The inside of Statement. Private to query/. Threads: as Engine.
#pragma once

#include <string>
#include <vector>

#include "query/engine_impl.h"

namespace dirsnap {

struct Statement::Impl {
  Impl(Engine::Impl& engine, StatementHandle handle, std::string_view sql);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Ends the run: cursors close, registers are freed, then the transaction may go.
  void finish();

  Engine::Impl& engine;
  StatementHandle handle;
  std::string sql;
  std::vector<std::string> columns;
  bool running = false;
  bool done = false;
};

}  // namespace dirsnap
