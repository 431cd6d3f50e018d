// SPDX-License-Identifier: MIT
//
// Whether the evidence files are still those that were imported: their SHA-256 is computed again.
// A file is opened for reading only.
// Threads: one thread per Engine.
#pragma once

#include "query/engine.h"
#include "shell/exit_code.h"
#include "shell/output.h"

namespace dirsnap {

// Writes a line for each source of the snapshots that the engine shows, expected and found. kFailOn
// where one differs, kSource where one is no longer there or cannot be read, kInterrupted.
ExitCode verify_sources(Engine& engine, Output& output);

}  // namespace dirsnap
