// SPDX-License-Identifier: MIT
//
// Runs whole programs and says what they cost, as the operating system accounts for them.
// Machines are shared and noisy: benchmarks quote ratios of medians from one run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dirsnap::bench {

struct Cost {
  double wall_s = 0;
  double cpu_s = 0;        // user and system, children included
  double peak_mib = 0;     // resident, shared pages of mapped files included
  double private_mib = 0;  // most anonymous memory seen, looked at every 10 ms
  int exit_code = -1;      // -1: could not be started
};

// Runs argv[0] (looked up in PATH) with its output thrown away.
Cost run_program(const std::vector<std::string>& argv);

// The run with the median CPU time of `runs`, and the most private memory of all. `before` is
// called before each (to remove outputs).
template <class Before>
Cost median_of(int runs, const std::vector<std::string>& argv, Before before);

bool program_exists(const std::string& name);

// Written to disk and out of the page cache, as far as no process has it mapped.
void drop_from_cache(const std::filesystem::path& file);

}  // namespace dirsnap::bench

#include <algorithm>

template <class Before>
dirsnap::bench::Cost dirsnap::bench::median_of(int runs,
                                               const std::vector<std::string>& argv,
                                               Before before) {
  std::vector<Cost> costs;
  for (int i = 0; i < runs; ++i) {
    before();
    costs.push_back(run_program(argv));
  }
  std::sort(costs.begin(), costs.end(),
            [](const Cost& a, const Cost& b) { return a.cpu_s < b.cpu_s; });
  Cost median = costs[costs.size() / 2];
  for (const Cost& cost : costs)
    median.private_mib = std::max(median.private_mib, cost.private_mib);
  return median;
}
