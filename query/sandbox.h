// SPDX-License-Identifier: MIT
//
// What SQL may do: read our tables. Limits of size and depth, no files, no extensions, no schema,
// and an allow-list for everything a statement can name.
// Order matters: limit_connection() before the tables are registered, authorize() last.
// Lifetime: the state outlives the connection. Threads: one.
#pragma once

#include <cstdint>

#include <sqlite3.h>

#include "storage/base/cancel.h"

namespace dirsnap {

struct SandboxState {
  CancelToken* cancel = nullptr;
  bool declaring = false;  // a virtual table is being declared: not the statement's doing
};

// The longest text or blob a statement may make, in bytes.
inline constexpr int kMaxValueBytes = 64 * 1024 * 1024;
inline constexpr int kMaxUntrustedValueBytes = 1024 * 1024;

// Removes foreign modules, sets options and limits.
int limit_connection(sqlite3* db, bool untrusted);

// Installs the allow-list and the handler that stops statements. Each 1,000 steps it asks
// `state.cancel`.
void authorize(sqlite3* db, SandboxState& state);

// True if statements may call the SQL function.
bool is_allowed_function(const char* name);

}  // namespace dirsnap
