// SPDX-License-Identifier: MIT
//
// What daily snapshots cost: those of many days in one case beside some of them in cases of their
// own.
// usage: daily_bench [--objects N] [--days N] [--rounds N] [--folder PATH] [--keep]
//   The rows of query_rows.h (200,000 objects) of 30 days are imported as snapshots of one case;
//   those of the first, the middle and the last day once more, each into a case of its own.
//   Data go to PATH (default: the system's folder for temporary files) and are removed unless
//   --keep; with --keep a second run of the same size imports nothing.
// Prints the size of the case against that of the first day alone, the time of the last import
// against that of the first, and for each of the three days and each query of query_list.h the
// time in the day's own case and among the others, their ratio and the bar. Times are medians; both
// cases are asked in turn, once before the clock runs, and quick queries several times a round.
// Ends with 1 if a day's rows are not the same in both cases.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tests/bench/measure.h"
#include "tests/bench/query_list.h"
#include "tests/bench/query_stores.h"

using namespace dirsnap;
using namespace dirsnap::bench;

namespace {

namespace fs = std::filesystem;

constexpr double kSizeBar = 1.5;    // 30 days of which 1 % changes against one
constexpr double kSpeedBar = 0.83;  // a query loses at most a fifth

struct Options {
  RowCounts counts = {.objects = 200'000, .registry_values = 40'000};
  std::uint32_t days = 30;
  int rounds = 5;
  fs::path folder = fs::temp_directory_path();
  bool keep = false;
};

RowCounts rows_of(const Options& options, std::uint32_t day) {
  RowCounts counts = options.counts;
  counts.day = day;
  return counts;
}

std::string snapshot_name(std::uint32_t day) { return fmt::format("day-{:03}", day); }

// Days that have a case of their own. With 30 days the additions of objects are most, 10 in a
// hundred, on the second: a new base comes behind it (FORMAT.md section 6).
std::set<std::uint32_t> chosen_days(const Options& options) {
  return {0, options.days / 3, options.days - 1};
}

fs::path shared_case(const fs::path& folder) { return folder / "all.dirsnap"; }
fs::path own_case(const fs::path& folder, std::uint32_t day) {
  return folder / (snapshot_name(day) + ".dirsnap");
}

const char* verdict(bool is_met) { return is_met ? "" : "  MISSED"; }

// Seconds, without those that making the rows takes.
double import_day(const Options& options, std::uint32_t day, CaseStore& store) {
  const RowCounts counts = rows_of(options, day);
  const double rows_alone =
      seconds_of([&] { make_rows(counts, [](const TableSpec&, const std::vector<Cell>&) {}); });
  return seconds_of([&] { store.add(counts, snapshot_name(day)); }) - rows_alone;
}

void import_all(const Options& options, const fs::path& folder) {
  CaseStore shared(shared_case(folder));
  std::vector<double> times;
  for (std::uint32_t day = 0; day < options.days; ++day) {
    times.push_back(import_day(options, day, shared));
  }
  for (const std::uint32_t day : chosen_days(options)) {
    CaseStore own(own_case(folder, day));
    import_day(options, day, own);
  }
  std::printf("import without making the rows: first day %.2f s, last %.2f s, ratio %.2f\n",
              times.front(), times.back(), times.back() / times.front());
}

void print_sizes(const fs::path& folder) {
  const auto all = static_cast<double>(fs::file_size(shared_case(folder)));
  const auto one = static_cast<double>(fs::file_size(own_case(folder, 0)));
  std::printf("file size: all days %.1f MiB, first day alone %.1f MiB, ratio %.2f, bar <= %g%s\n",
              all / (1 << 20), one / (1 << 20), all / one, kSizeBar,
              verdict(all <= kSizeBar * one));
}

// The same query for both cases of a day.
struct Pair {
  const Query& own;
  const Query& shared;
};

bool has_same_rows(const Pair& pair, CaseStore& own, CaseStore& shared) {
  for (std::size_t i = 0; i < pair.own.ours.size(); ++i) {
    const std::string& sql = pair.own.ours[i];
    const std::string& shared_sql = pair.shared.ours[i];
    if (own.run(sql).rows != shared.run(shared_sql).rows ||
        own.digest(sql) != shared.digest(shared_sql)) {
      return false;
    }
  }
  return true;
}

// Runs of a query that make its time one that a clock can tell.
int runs_of(const Query& query, CaseStore& store) {
  constexpr double kLeast = 0.002;  // seconds
  const double once = seconds_of([&] { run_all(store, query.ours); });
  return static_cast<int>(std::clamp(kLeast / once, 1.0, 100.0));
}

// Speed among the other days against the day alone.
double measure(const Pair& pair, int rounds, CaseStore& own, CaseStore& shared) {
  const int runs = runs_of(pair.own, own);
  const auto seconds = [runs](CaseStore& store, const Query& query) {
    run_all(store, query.ours);  // the other case has emptied the processor's caches
    return seconds_of([&] {
             for (int i = 0; i < runs; ++i) run_all(store, query.ours);
           }) /
           runs;
  };
  std::vector<double> own_times;
  std::vector<double> shared_times;
  for (int i = 0; i < rounds; ++i) {
    own_times.push_back(seconds(own, pair.own));
    shared_times.push_back(seconds(shared, pair.shared));
  }
  const double own_time = median(own_times);
  const double shared_time = median(shared_times);
  const double ratio = own_time / shared_time;
  std::printf("%-32s %11.3f ms %11.3f ms %9.2f  >= %g%s\n", pair.own.name.c_str(), own_time * 1e3,
              shared_time * 1e3, ratio, kSpeedBar, verdict(ratio >= kSpeedBar));
  std::fflush(stdout);
  return ratio;
}

struct Outcome {
  int queries = 0;
  int missed = 0;
  bool rows_differ = false;
};

void measure_day(const Options& options,
                 std::uint32_t day,
                 CaseStore& own,
                 CaseStore& shared,
                 Outcome& outcome) {
  const std::vector<Query> own_queries = query_list(options.counts, 1);
  const std::vector<Query> shared_queries = query_list(options.counts, day + 1);
  std::printf("%-32s %14s %14s %9s  bar\n", snapshot_name(day).c_str(), "own case", "all days",
              "ratio");
  for (std::size_t i = 0; i < own_queries.size(); ++i) {
    const Pair pair{own_queries[i], shared_queries[i]};
    if (!pair.shared.takes_snapshot) shared.show({snapshot_name(day)});
    if (!has_same_rows(pair, own, shared)) {  // warms both up
      std::printf("  %s: ROWS DIFFER\n", pair.own.name.c_str());
      outcome.rows_differ = true;
    }
    ++outcome.queries;
    if (measure(pair, options.rounds, own, shared) < kSpeedBar) ++outcome.missed;
    if (!pair.shared.takes_snapshot) shared.open();
  }
}

Outcome measure_all(const Options& options, const fs::path& folder) {
  Outcome outcome;
  CaseStore shared(shared_case(folder));
  shared.open();
  for (const std::uint32_t day : chosen_days(options)) {
    CaseStore own(own_case(folder, day));
    own.open();
    measure_day(options, day, own, shared, outcome);
  }
  return outcome;
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--keep") {
      options.keep = true;
      continue;
    }
    if (i + 1 == argc) return std::nullopt;
    const char* const value = argv[++i];
    if (word == "--objects") {
      options.counts.objects = static_cast<std::uint32_t>(std::max(1000, std::atoi(value)));
      options.counts.registry_values = options.counts.objects / 5;
    } else if (word == "--days") {
      options.days = static_cast<std::uint32_t>(std::clamp(std::atoi(value), 1, 999));
    } else if (word == "--rounds") {
      options.rounds = std::max(1, std::atoi(value));
    } else if (word == "--folder") {
      options.folder = value;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) {
    std::fputs(
        "usage: daily_bench [--objects N] [--days N] [--rounds N] [--folder PATH] [--keep]\n",
        stderr);
    return 2;
  }
  const fs::path folder =
      options->folder / fmt::format("daily_bench_{}_{}", options->counts.objects, options->days);
  std::printf("%u objects, %u registry values, %u days; medians of %d rounds\n",
              options->counts.objects, options->counts.registry_values, options->days,
              options->rounds);
  if (!options->keep || !fs::exists(folder / "complete")) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    import_all(*options, folder);
    fs::create_directory(folder / "complete");
  }
  print_sizes(folder);
  // Before this process has a cache that a child would seem to own.
  const PrivateMemory most =
      most_private_memory(shared_case(folder), query_list(options->counts, options->days));
  std::printf("private memory, most of any query of the last day: %.1f MiB (%s), bar <= 64\n",
              most.mib, most.query.c_str());
  const Outcome outcome = measure_all(*options, folder);
  std::printf("%d of %d below their bar\n", outcome.missed, outcome.queries);
  if (!options->keep) fs::remove_all(folder);
  return outcome.rows_differ ? 1 : 0;
}
