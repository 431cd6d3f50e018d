// SPDX-License-Identifier: MIT
//
// Reading all of an ESE database, as the benchmarks measure it.
// Times are processor seconds, user and system. Threads: one.
#pragma once

#include <cstdint>
#include <string>

#include "storage/base/result.h"

namespace dirsnap::bench {

struct Totals {
  std::uint64_t rows = 0, cells = 0, value_bytes = 0;
  std::uint64_t issues = 0;
  std::uint64_t touched = 0;  // sum of one byte of each value, so that nothing is skipped
};

// Every cell of every table, and the check of all pages.
Result<Totals> read_everything(const std::string& file);

// Processor time of this process (RUSAGE_SELF) or of its ended children (RUSAGE_CHILDREN).
double cpu_seconds(int who);

// The fastest of `rounds` readings, and what the last one found.
struct Reading {
  double cpu_s = 0;
  Totals totals;
};
Result<Reading> fastest_reading(const std::string& file, int rounds);

// The comparisons that need files of several shapes, made in a folder of their own: printed.
// Returns the exit code.
int run_suite(const std::string& own_program);

}  // namespace dirsnap::bench
