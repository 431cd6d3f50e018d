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
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "query/report.h"
#include "storage/base/text.h"
#include "tests/bench/measure.h"
#include "tests/bench/process.h"
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

struct Query {
  std::string name;
  double bar = 1;
  std::vector<std::string> ours;         // statements, run one after the other
  std::vector<std::string> native = {};  // empty: the same
};

// `count` numbers in (SELECT i FROM k), scattered below `limit`.
std::string scattered(std::uint32_t count, std::uint32_t limit) {
  return fmt::format(
      "WITH RECURSIVE k(n, i) AS (SELECT 0, 0 UNION ALL SELECT n + 1, (n + 1) * 7919 % {} FROM k "
      "WHERE n < {}) ",
      limit, count - 1);
}

std::vector<std::string> each(std::uint32_t count,
                              const std::function<std::string(std::uint32_t)>& sql) {
  std::vector<std::string> out;
  for (std::uint32_t i = 0; i < count; ++i) out.push_back(sql(i));
  return out;
}

std::string report_sql(std::string_view id) {
  for (const Report& report : shipped_reports()) {
    if (report.id == id) return report.sql;
  }
  give_up("no report " + std::string(id));
}

// The rows of a common table expression `k(d)`.
std::string listed(std::uint32_t count, const std::function<std::string(std::uint32_t)>& text) {
  std::string out = "WITH k(d) AS (VALUES ";
  for (std::uint32_t i = 0; i < count; ++i) out += (i == 0 ? "('" : ", ('") + text(i) + "')";
  return out + ") ";
}

std::vector<Query> filters() {
  return {
      {"hot column =",
       15,
       {"SELECT count(*) FROM objects WHERE changed_at = "
        "'1995-06-11T05:06:00Z'"}},
      {"hot column contains",
       15,
       {"SELECT count(*) FROM objects WHERE created_at LIKE "
        "'%06-11T05%'"}},
      {"hot column range",
       15,
       {"SELECT count(*) FROM objects WHERE usn_changed BETWEEN 5000 AND "
        "6000"}},
      {"any attribute, full scan",
       1.5,
       {"SELECT count(*) FROM attributes WHERE text LIKE "
        "'%desk 77%'"}},
      {"one attribute LIKE",
       1,
       {"SELECT count(*) FROM attributes WHERE attribute = 'displayName' "
        "AND text LIKE '%Number 77%'"}},
  };
}

std::vector<Query> look_ups(const RowCounts& counts) {
  const std::uint32_t first = first_person(counts);
  const std::uint32_t persons = counts.objects - first;
  const auto some_dn = [persons](std::uint32_t i) { return person_dn(i * 7919 % persons); };
  const auto by_value = [](const char* attribute, const char* prefix, std::uint32_t number) {
    return fmt::format(
        "SELECT count(*), sum(object_id) FROM attributes WHERE attribute = '{}' AND "
        "text = '{} {}'",
        attribute, prefix, number);
  };
  const std::uint32_t departments = std::max(1U, counts.objects / kDepartment);
  const std::uint32_t cities = std::max(1U, counts.objects / kCity);
  std::string in_list = "SELECT count(*), sum(object_id) FROM objects WHERE dn IN (";
  for (std::uint32_t i = 0; i < 1000; ++i) in_list += (i == 0 ? "'" : ", '") + some_dn(i) + "'";
  in_list += ")";
  return {
      {"look-up by id",
       1,
       {scattered(20'000, counts.objects) +
        "SELECT count(o.rdn), sum(length(o.rdn)) FROM k CROSS JOIN objects o "
        "ON o.object_id = k.i + 1"}},
      {"look-up by DN",
       1.4,
       {scattered(20'000, counts.objects) +
        "SELECT count(*), sum(o.object_id) FROM k CROSS JOIN objects a ON "
        "a.object_id = k.i + 1 CROSS JOIN objects o ON o.dn = a.dn"}},
      {"attribute = value, one hit",
       1,
       {listed(2'000, [&](std::uint32_t i) { return person(i * 7919 % persons); }) +
        "SELECT count(*), sum(a.object_id) FROM k CROSS JOIN attributes a ON a.attribute = 'cn' "
        "AND a.text = k.d"}},
      {"attribute = value, 100 hits", 1,
       each(100,
            [&](std::uint32_t i) {
              return by_value("department", "Department", i * 97 % departments);
            })},
      {"attribute = value, 10,000 hits", 1,
       each(10, [&](std::uint32_t i) { return by_value("l", "City", i * 7 % cities); })},
      {"IN list of 1,000", 1, {in_list}},
  };
}

std::vector<Query> trees(const RowCounts& counts) {
  const std::uint32_t first_container = 1 + kSites;
  const std::string site = "/o=Northwind Traders/ou=Site 7";
  const std::string descend =
      "WITH RECURSIVE t(id) AS (SELECT object_id FROM objects WHERE dn = '" + site +
      "' UNION ALL SELECT o.object_id FROM t JOIN objects o ON o.parent_id = t.id) "
      "SELECT count(*), sum(id) FROM t";
  return {
      {"children in name order", 1,
       each(100,
            [&](std::uint32_t i) {
              return fmt::format(
                  "SELECT object_id, rdn FROM objects WHERE parent_id = {} ORDER BY rdn",
                  first_container + 1 + i * 31 % containers(counts));
            })},
      {"subtree", 1, {"SELECT count(*), sum(object_id) FROM subtree('" + site + "')"}, {descend}},
      {"class list", 1, {"SELECT object_id, rdn FROM objects WHERE class = 'remoteAddress'"}},
  };
}

std::vector<Query> orders(const RowCounts& counts) {
  return {
      {"GROUP BY class", 1, {"SELECT class, count(*) FROM objects GROUP BY class"}},
      {"DISTINCT class", 1, {"SELECT DISTINCT class FROM objects"}},
      {"ORDER BY rdn LIMIT 10", 1, {"SELECT object_id, rdn FROM objects ORDER BY rdn LIMIT 10"}},
      {"OFFSET half",
       100,
       {fmt::format("SELECT object_id, rdn FROM objects ORDER BY object_id LIMIT 10 OFFSET {}",
                    counts.objects / 2)}},
      {"count per attribute",
       100,
       {"SELECT attribute, value_count FROM attribute_stats ORDER BY attribute"},
       {"SELECT attribute, count(*) FROM attributes GROUP BY attribute ORDER BY attribute"}},
      {"all columns of all objects", 0.9, {"SELECT * FROM objects"}},
      {"all DNs", 0.7, {"SELECT dn FROM objects"}},
  };
}

std::vector<Query> joins() {
  return {
      {"founding report", 3, {report_sql("connectors-without-services")}},
      {"reference to tombstone",
       1.5,
       {"SELECT count(*), sum(a.object_id) FROM objects o JOIN attributes a ON a.text = o.dn "
        "WHERE o.is_deleted = 1"}},
  };
}

void print(const std::string& name, double native, double ours, double bar) {
  const double ratio = native / ours;
  std::printf("%-32s %11.3f ms %11.3f ms %9.2f  >= %-5g %s\n", name.c_str(), native * 1e3,
              ours * 1e3, ratio, bar, ratio >= bar ? "" : "MISSED");
  std::fflush(stdout);
}

Answer run_all(Store& store, const std::vector<std::string>& statements) {
  Answer sum;
  for (const std::string& sql : statements) {
    const Answer answer = store.run(sql);
    sum.rows += answer.rows;
    sum.bytes += answer.bytes;
  }
  return sum;
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

void private_memory(const std::filesystem::path& path, const std::vector<Query>& queries) {
  double most = 0;
  std::string worst;
  for (const Query& query : queries) {
    const Cost cost = run_program({DIRSNAP_BIN_DIR "/dirsnap", "query", path.string(),
                                   query.ours.front(), "--format", "csv"});
    if (cost.private_mib <= most) continue;
    most = cost.private_mib;
    worst = query.name;
  }
  std::printf("private memory, most of any query: %.1f MiB (%s), bar <= 64\n", most, worst.c_str());
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
  for (auto& some : {filters(), look_ups(counts), trees(counts), orders(counts), joins()}) {
    for (const Query& query : some) {
      if (query.name.find(options->only) != std::string::npos) queries.push_back(query);
    }
  }
  // First, while this process has no cache that a child would seem to own.
  private_memory(case_path, queries);
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
