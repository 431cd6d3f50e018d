// SPDX-License-Identifier: MIT
//
// Keeps the rows of the last statement, up to a budget, so that `.last` can show them again.
// Lifetime: a recorder borrows the result and the renderer it feeds. Threads: one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "query/report.h"
#include "shell/render/renderer.h"

namespace dirsnap {

struct StoredResult {
  std::vector<std::string> columns;
  std::vector<std::vector<OwnedValue>> rows;
  ResultFacts facts;
  std::size_t size_bytes = 0;  // roughly, of the rows
  bool complete = false;       // false: nothing was kept, or it became too large

  void replay(Renderer& renderer) const;
};

// Passes everything on and keeps a copy in `result`.
std::unique_ptr<Renderer> make_recorder(std::unique_ptr<Renderer> renderer, StoredResult& result);

}  // namespace dirsnap
