// SPDX-License-Identifier: MIT
//
// ese_bench FILE [ROUNDS]: how fast every cell of an ESE database is read, against hashing the
// same file with `openssl dgst -sha256`, both in this run and with the file in the page cache.
// ese_bench --suite: the comparisons of ese_suite.cc, on files that it makes.
// Prints one line per measure, the best of the rounds; the ratio is what counts, machines differ.
// Times are processor time (user and system), which other work on the machine hardly changes.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/resource.h>

#include <fmt/format.h>

#include "tests/bench/ese_read.h"
#include "tests/bench/process.h"

namespace {

using namespace dirsnap::bench;

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

int run(const std::string& file, int rounds) {
  double best_hash = 0;
  for (int round = 0; round < rounds; ++round) {
    const Cost hash = run_program({"openssl", "dgst", "-sha256", file});
    if (hash.exit_code != 0) return 1;
    best_hash = round == 0 ? hash.cpu_s : std::min(best_hash, hash.cpu_s);
  }
  const auto reading = fastest_reading(file, rounds);
  if (!reading) {
    fmt::print(stderr, "ese_bench: {}\n", reading.error().what);
    return 1;
  }
  const Totals& totals = reading->totals;
  const double mb = static_cast<double>(std::filesystem::file_size(file)) / 1e6;
  fmt::print("file_mb {:.1f}\nrows {}\ncells {}\nvalue_mb {:.1f}\nissues {}\n", mb, totals.rows,
             totals.cells, static_cast<double>(totals.value_bytes) / 1e6, totals.issues);
  fmt::print("openssl_sha256_cpu_s {:.3f} ({:.0f} MB/s)\n", best_hash, mb / best_hash);
  fmt::print("read_every_cell_cpu_s {:.3f} ({:.0f} MB/s)\n", reading->cpu_s, mb / reading->cpu_s);
  fmt::print("ratio_to_sha256 {:.2f}\n", reading->cpu_s / best_hash);
  fmt::print("peak_memory_mib {:.1f}\n", static_cast<double>(peak_kib()) / 1024);
  return totals.touched == 0 && totals.cells != 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: ese_bench FILE [ROUNDS] | ese_bench --suite\n");
    return 2;
  }
  if (std::string_view(argv[1]) == "--suite") return run_suite(argv[0]);
  return run(argv[1], argc > 2 ? std::max(1, std::atoi(argv[2])) : 3);
}
