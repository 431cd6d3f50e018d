// SPDX-License-Identifier: MIT
#include "shell/run_statement.h"

#include <chrono>
#include <utility>
#include <vector>

namespace dirsnap {
namespace {

Result<void> step_through(Statement& statement,
                          Renderer& renderer,
                          const Output& output,
                          std::uint64_t max_rows,
                          ResultFacts& facts) {
  std::vector<ValueView> cells(statement.columns().size());
  while (output.ok()) {
    DIRSNAP_TRY(const bool more, statement.step());
    if (!more) break;
    if (facts.rows == max_rows) {
      facts.cut = true;
      break;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = statement.column(i);
    renderer.row(cells);
    ++facts.rows;
  }
  return {};
}

}  // namespace

void set_deadline(Engine& engine, std::optional<double> seconds) {
  using Clock = std::chrono::steady_clock;
  if (!seconds) return engine.set_deadline(std::nullopt);
  engine.set_deadline(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                         std::chrono::duration<double>(*seconds)));
}

Result<ResultFacts> run_statement(Statement& statement,
                                  Renderer& renderer,
                                  const Output& output,
                                  std::optional<std::uint64_t> max_rows) {
  ResultFacts facts;
  const auto start = std::chrono::steady_clock::now();
  renderer.begin(statement.columns());
  const auto done = step_through(statement, renderer, output, max_rows.value_or(UINT64_MAX), facts);
  facts.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  renderer.end(facts);
  if (!done) return tl::unexpected<Error>(done.error());
  return facts;
}

}  // namespace dirsnap
