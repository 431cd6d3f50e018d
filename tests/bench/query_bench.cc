// SPDX-License-Identifier: MIT
//
// Our tables against ordinary SQLite tables of the same rows: load, size, queries.
// usage: query_bench [--objects N] [--rounds N] [--folder PATH] [--keep] [--only TEXT] [--cold]
//                    [--alone]
//   Data go to PATH (default: the system's folder for temporary files) and are removed unless
//   --keep; with --keep a second run of the same size loads nothing.
// Prints for each query: native time, dirsnap time, their ratio and the bar it is judged by. Times
// are medians; both stores are asked in turn, so that noise of the machine meets both.
// --cold: before each statement both files are closed, dropped from the page cache and opened
// again.
// --alone: our tables without SQLite's beside them, for sizes that would take SQLite hours to load.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/bench/measure.h"
#include "tests/bench/process.h"
#include "tests/bench/query_list.h"
#include "tests/bench/query_stores.h"

using namespace dirsnap;
using namespace dirsnap::bench;

namespace {

struct Options {
  RowCounts counts;
  int rounds = 5;
  std::filesystem::path folder = std::filesystem::temp_directory_path();
  bool keep = false;
  bool cold = false;
  bool alone = false;
  std::string only;
};

void print(const std::string& name, double native, double ours, double bar) {
  const double ratio = native / ours;
  std::printf("%-32s %11.3f ms %11.3f ms %9.2f  >= %-5g %s\n", name.c_str(), native * 1e3,
              ours * 1e3, ratio, bar, ratio >= bar ? "" : "MISSED");
  std::fflush(stdout);
}

// Seconds of one statement after another, the file out of the page cache before each.
template <class AnyStore>
double seconds_cold(AnyStore& store, const std::vector<std::string>& statements) {
  double sum = 0;
  for (const std::string& sql : statements) {
    store.close();
    drop_from_cache(store.path());
    store.open();
    sum += seconds_of([&] { store.run(sql); });
  }
  return sum;
}

void measure_cold(const Query& query, int rounds, CaseStore& ours, NativeStore& native) {
  std::vector<double> our_times;
  std::vector<double> native_times;
  const auto first = [](const std::vector<std::string>& statements) {
    return std::vector(statements.begin(), statements.begin() + 1);
  };
  for (int i = 0; i < rounds; ++i) {
    our_times.push_back(seconds_cold(ours, first(query.ours)));
    native_times.push_back(
        seconds_cold(native, first(query.native.empty() ? query.ours : query.native)));
  }
  print(query.name, median(native_times), median(our_times), query.bar);
}

void measure_alone(const Query& query, int rounds, CaseStore& ours) {
  std::vector<double> times;
  run_all(ours, query.ours);  // warm
  for (int i = 0; i < rounds; ++i) {
    times.push_back(seconds_of([&] { run_all(ours, query.ours); }));
  }
  std::printf("%-32s %14s %11.3f ms\n", query.name.c_str(), "", median(times) * 1e3);
  std::fflush(stdout);
}

void measure(const Query& query, int rounds, CaseStore& ours, NativeStore& native) {
  const auto& native_sql = query.native.empty() ? query.ours : query.native;
  std::vector<double> our_times;
  std::vector<double> native_times;
  Answer a;
  Answer b;
  run_all(ours, query.ours);  // warm
  run_all(native, native_sql);
  for (int i = 0; i < rounds; ++i) {
    our_times.push_back(seconds_of([&] { a = run_all(ours, query.ours); }));
    native_times.push_back(seconds_of([&] { b = run_all(native, native_sql); }));
  }
  print(query.name, median(native_times), median(our_times), query.bar);
  const bool same_rows = a.rows == b.rows;
  if (!same_rows || (query.name != "all columns of all objects" && a.bytes != b.bytes)) {
    std::printf("  ANSWERS DIFFER: %llu rows, %llu bytes; native %llu, %llu\n",
                static_cast<unsigned long long>(a.rows), static_cast<unsigned long long>(a.bytes),
                static_cast<unsigned long long>(b.rows), static_cast<unsigned long long>(b.bytes));
  }
}

void measure_load(const Options& options, CaseStore& ours, NativeStore& native) {
  const double rows_alone = seconds_of(
      [&] { make_rows(options.counts, [](const TableSpec&, const std::vector<Cell>&) {}); });
  const double our_time = seconds_of([&] { ours.load(options.counts); });
  if (options.alone) return;
  const double native_time = seconds_of([&] { native.load(options.counts); });
  std::printf("making the rows: %.2f s, taken off both loads\n", rows_alone);
  print("load with indexes", native_time - rows_alone, our_time - rows_alone, 5);
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--keep") {
      options.keep = true;
    } else if (word == "--cold") {
      options.cold = true;
    } else if (word == "--alone") {
      options.alone = true;
    } else if (i + 1 == argc) {
      return std::nullopt;
    } else if (word == "--objects") {
      options.counts.objects = static_cast<std::uint32_t>(std::atoi(argv[++i]));
      options.counts.registry_values = std::max(10U, options.counts.objects / 5);
    } else if (word == "--rounds") {
      options.rounds = std::max(1, std::atoi(argv[++i]));
    } else if (word == "--folder") {
      options.folder = argv[++i];
    } else if (word == "--only") {
      options.only = argv[++i];
    } else {
      return std::nullopt;
    }
  }
  return options.counts.objects < 1000 ? std::nullopt : std::optional(options);
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) {
    std::fputs(
        "usage: query_bench [--objects N] [--rounds N] [--folder PATH] [--keep] "
        "[--only TEXT] [--cold] [--alone]\n",
        stderr);
    return 2;
  }
  const RowCounts& counts = options->counts;
  const std::string base = fmt::format("query_bench_{}", counts.objects);
  const auto case_path = options->folder / (base + ".dirsnap");
  const auto native_path = options->folder / (base + ".sqlite");
  CaseStore ours(case_path);
  NativeStore native(native_path);
  std::printf("%u objects, %u registry values; medians of %d rounds\n", counts.objects,
              counts.registry_values, options->rounds);
  std::printf("%-32s %14s %14s %9s  %s\n", "", "SQLite", "dirsnap", "ratio", "bar");
  const bool loaded = std::filesystem::exists(case_path) &&
                      (options->alone || std::filesystem::exists(native_path));
  if (!options->keep || !loaded) measure_load(*options, ours, native);
  native.close();
  ours.open();
  const auto size = static_cast<double>(std::filesystem::file_size(case_path));
  std::printf("file size: %.1f MiB\n", size / (1 << 20));
  if (!options->alone) {
    std::printf("that is %.0f %% of SQLite's, bar <= 60 %%\n",
                size / static_cast<double>(std::filesystem::file_size(native_path)) * 100);
  }

  std::vector<Query> queries;
  for (const Query& query : query_list(counts)) {
    if (query.name.find(options->only) != std::string::npos) queries.push_back(query);
  }
  // First, while this process has no cache that a child would seem to own.
  const PrivateMemory most = most_private_memory(case_path, queries);
  std::printf("private memory, most of any query: %.1f MiB (%s), bar <= 64\n", most.mib,
              most.query.c_str());
  if (!options->alone) native.open();
  for (const Query& query : queries) {
    if (options->alone) {
      measure_alone(query, options->rounds, ours);
    } else if (options->cold) {
      measure_cold(query, options->rounds, ours, native);
    } else {
      measure(query, options->rounds, ours, native);
    }
  }
  if (!options->keep) {
    std::filesystem::remove(case_path);
    std::filesystem::remove(native_path);
  }
  return 0;
}
