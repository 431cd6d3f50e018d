// SPDX-License-Identifier: MIT
//
// regf_bench HIVE.xz|HIVE [ROUNDS]: a full walk of a hive, with every value's bytes, against
// libhivex and libregf, and an import of it into a case against the walk, all in one run and with
// the file in the page cache.
// Prints the best of the rounds in processor time (user and system), which other work on the
// machine hardly changes; the ratios are what counts.
#include "tests/bench/regf_bench.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/resource.h>

#include "importers/regf/log.h"
#include "importers/regf/walk.h"
#include "importers/registry_model/importers.h"
#include "importers/registry_model/services.h"
#include "importers/source.h"
#include "tests/bench/measure.h"
#include "tests/bench/process.h"
#include "tests/support/counting_snapshot.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unxz.h"

namespace {

namespace fs = std::filesystem;
using namespace dirsnap;
using bench::WalkTotals;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// As an import reads it, the table of used places included.
WalkTotals walk_with_dirsnap(const std::string& path) {
  WalkTotals totals;
  const auto source = FileSource::open(path);
  if (!source) return totals;
  std::vector<std::byte> image(static_cast<std::size_t>((*source)->size_bytes()));
  if (!(*source)->read_at(0, image)) return totals;
  test::CountingSink issues;
  regf::replay_logs(image, {}, issues);
  const auto hive = regf::Hive::open(image);
  if (!hive) return totals;
  hive->check_bins(issues);
  const CancelToken cancel;
  const auto add = [&totals](const regf::WalkKey& key) -> Result<void> {
    ++totals.keys;
    totals.touched += key.node->last_written & 1;
    for (const regf::WalkValue& value : key.values) {
      ++totals.values;
      totals.data_bytes += value.data.size();
      if (!value.data.empty()) totals.touched += std::to_integer<std::uint64_t>(value.data.back());
    }
    return {};
  };
  totals.is_complete = regf::walk(*hive, cancel, issues, add).has_value();
  return totals;
}

// All rows of an import, none of them stored.
WalkTotals import_rows(const std::string& path) {
  WalkTotals totals;
  const auto source = FileSource::open(path);
  if (!source) return totals;
  test::CountingSnapshot snapshot;
  const ImportOptions options;
  const CancelToken cancel;
  ImportContext context(snapshot, options, cancel);
  SourceFacts facts;
  test::CountingSink issues;
  const auto done = registry_model::kHiveImporter.import(**source, facts, context, issues);
  totals.is_complete = done && registry_model::write_services(context);
  const auto rows_of = [&snapshot](const TableSpec& table) {
    const auto relation = snapshot.relation(relation_of(table));
    return relation ? (*relation)->rows() : 0;
  };
  totals.keys = rows_of(tables::registry_keys::kSpec);
  totals.values = rows_of(tables::registry_values::kSpec);
  return totals;
}

// Seconds of the best round.
double measure(const char* name, int rounds, const std::function<WalkTotals()>& walk) {
  double best = 1e9;
  WalkTotals totals;
  for (int i = 0; i < rounds; ++i) {
    const double begin = cpu_seconds();
    totals = walk();
    best = std::min(best, cpu_seconds() - begin);
  }
  std::printf(
      "%-10s %9.2f ms  %llu keys  %llu values  %llu data bytes%s\n", name, best * 1e3,
      static_cast<unsigned long long>(totals.keys), static_cast<unsigned long long>(totals.values),
      static_cast<unsigned long long>(totals.data_bytes), totals.is_complete ? "" : "  (refused)");
  return best;
}

double measure_import(const std::string& hive, const fs::path& case_file, int rounds) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    fs::remove(case_file);
    fs::remove(case_file.string() + "-lock");
    const bench::Cost cost = bench::run_program(
        {std::string(DIRSNAP_BIN_DIR) + "/dirsnap", "import", case_file.string(), hive});
    if (cost.exit_code != 0 && cost.exit_code != 3) {
      bench::give_up("import ended with " + std::to_string(cost.exit_code));
    }
    best = std::min(best, cost.cpu_s);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: regf_bench HIVE.xz|HIVE [ROUNDS]\n", stderr);
    return 2;
  }
  const fs::path given = argv[1];
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
  const test::TempFolder folder;
  std::string hive = given.string();
  if (given.extension() == ".xz") {
    hive = folder.write("hive", test::unxz_file(given)).string();
  }
  std::printf("%s, %.1f MB; processor time, best of %d rounds\n", given.filename().c_str(),
              static_cast<double>(fs::file_size(hive)) / 1e6, rounds);
  const double own = measure("dirsnap", rounds, [&] { return walk_with_dirsnap(hive); });
#ifdef DIRSNAP_BENCH_HIVEX
  const double hivex = measure("libhivex", rounds, [&] { return bench::walk_with_hivex(hive); });
  std::printf("libhivex / dirsnap: %.2f\n", hivex / own);
#else
  std::puts("libhivex   not built: the library is not here (Debian: libhivex-dev)");
#endif
#ifdef DIRSNAP_BENCH_LIBREGF
  const double libregf = measure("libregf", 1, [&] { return bench::walk_with_libregf(hive); });
  std::printf("libregf / dirsnap: %.2f\n", libregf / own);
#else
  std::puts("libregf    not built: the library is not here (Debian: libregf-dev, libbfio-dev)");
#endif
  const double rows = measure("rows", rounds, [&] { return import_rows(hive); });
  std::printf("rows / walk: %.2f (read, decoded, all rows made, none stored)\n", rows / own);
  const double import = measure_import(hive, folder / "bench.dirsnap", rounds);
  std::printf("%-10s %9.2f ms  dirsnap import, the whole process\nimport / walk: %.2f\n", "import",
              import * 1e3, import / own);
  return 0;
}
