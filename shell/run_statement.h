// SPDX-License-Identifier: MIT
//
// Steps one statement through and renders its rows.
// Threads: one thread; Ctrl-C reaches it through signals.h.
#pragma once

#include <cstdint>
#include <optional>

#include "query/engine.h"
#include "shell/output.h"
#include "shell/render/renderer.h"

namespace dirsnap {

// From now on; nullopt: none. REQUIRES: at most 1e9 seconds.
void set_deadline(Engine& engine, std::optional<double> seconds);

// Ends early, and says so in ResultFacts::cut, when `max_rows` rows were shown and more exist.
// Ends quietly when the output cannot be written; Output::finish() tells. On failure the renderer
// is ended all the same, so that what was shown is well-formed.
Result<ResultFacts> run_statement(Statement& statement,
                                  Renderer& renderer,
                                  const Output& output,
                                  std::optional<std::uint64_t> max_rows);

}  // namespace dirsnap
