// SPDX-License-Identifier: MIT
//
// The shipped reports over a case of many snapshots, beside the same SQL over ordinary SQLite
// tables of the same rows.
// usage: report_bench [--objects N] [--snapshots N] [--rounds N] [--folder PATH] [--only TEXT]
// [--keep] [--alone] [--daily]
//   A generated organisation of N objects (50,000), its directory and the registries of its eight
//   servers, is imported as N snapshots (10). The tables are copied to SQLite with an index for
//   each column that has one in the case, by snapshot first, and analysed.
// Prints for each report: native time, dirsnap time, their ratio; the sums; and what one snapshot
// costs when a tenth of the snapshots and when all are asked. Times are medians, both stores asked
// in turn, quick reports several times a round. --daily: 1 % of the mailboxes change from each
// snapshot to the next; without, all snapshots are of one directory. --alone: dirsnap without
// SQLite beside it. A report of more than half a minute is run once. --only takes the reports whose
// name holds the text. --keep leaves both stores in the folder, and takes those that it finds
// there.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

#include "query/engine.h"
#include "query/functions/functions.h"
#include "query/report.h"
#include "query/report_value.h"
#include "query/views.h"
#include "storage/tables.h"
#include "tests/bench/measure.h"
#include "tests/bench/process.h"
#include "tests/support/exchange_directory.h"
#include "tests/support/exchange_registry.h"

using namespace dirsnap;
using namespace dirsnap::bench;

namespace {

namespace fs = std::filesystem;

struct Options {
  std::uint32_t objects = 50'000;
  int snapshots = 10;
  int rounds = 3;
  fs::path folder = fs::temp_directory_path();
  std::string only;
  bool keep = false;
  bool alone = false;
  bool daily = false;
};

bool is_wanted(const Report& report, const Options& options) {
  return report.id.find(options.only) != std::string::npos;
}

// The directory and the registries; the first server's Internet Mail service is gone.
void write_backup(const Options& options, std::uint32_t day, const fs::path& backup) {
  fs::remove_all(backup);
  fs::create_directories(backup);
  support::SiteSpec organisation = support::large_spec(options.objects);
  organisation.day = day;
  const support::ExchangeSite site(std::move(organisation));
  must(support::write_directory(site, (backup / "Dir.edb").string()));
  for (std::size_t i = 0; i < site.spec().servers.size(); ++i) {
    support::RegistrySpec spec{.server = i, .missing_services = {}, .stub_services = {}};
    if (i == 0) spec.missing_services = {"MSExchangeIMC"};
    const std::string text = support::registry_text_v5(support::server_registry(site, spec));
    const fs::path path = backup / (site.spec().servers[i].name + ".reg");
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr || std::fwrite(text.data(), 1, text.size(), file) != text.size() ||
        std::fclose(file) != 0) {
      give_up("cannot write " + path.string());
    }
  }
}

void import_snapshots(const Options& options, const fs::path& path, const fs::path& backup) {
  for (int i = 0; i < options.snapshots; ++i) {
    if (i == 0 || options.daily) write_backup(options, static_cast<std::uint32_t>(i), backup);
    const std::string program = DIRSNAP_BIN_DIR "/dirsnap";
    const Cost cost = run_program({program, "import", path.string(), backup.string(), "--snapshot",
                                   fmt::format("day-{:03}", i)});
    if (cost.exit_code != 0) give_up(fmt::format("import ended with {}", cost.exit_code));
  }
}

using Bound = std::vector<std::pair<std::string, OwnedValue>>;

// The default of each parameter.
Bound defaults_of(const Report& report) {
  Bound bound;
  for (const ReportParam& param : report.params) {
    OwnedValue value;
    if (param.default_value) value = must(param_value(param, *param.default_value));
    bound.emplace_back(":" + param.name, std::move(value));
  }
  return bound;
}

// Rows of a statement. nullopt: it cannot be compiled.
std::optional<std::uint64_t> run_ours(Engine& engine, const Report& report) {
  auto statement = engine.prepare(report.sql);
  if (!statement) give_up(report.id + ": " + engine.last_error().message);
  for (const auto& [name, value] : defaults_of(report)) must(statement->bind(name, view(value)));
  std::uint64_t rows = 0;
  while (must(statement->step())) ++rows;
  return rows;
}

void bind_native(sqlite3_stmt* statement, int place, const ValueView& value) {
  const auto size = static_cast<int>(value.bytes.size());
  switch (value.type) {
    case ValueType::kInteger:
      sqlite3_bind_int64(statement, place, value.integer);
      break;
    case ValueType::kReal:
      sqlite3_bind_double(statement, place, value.real);
      break;
    case ValueType::kText:
      sqlite3_bind_text(statement, place, value.bytes.data(), size, SQLITE_TRANSIENT);
      break;
    case ValueType::kBlob:
      sqlite3_bind_blob(statement, place, value.bytes.data(), size, SQLITE_TRANSIENT);
      break;
    case ValueType::kNull:
      sqlite3_bind_null(statement, place);
      break;
  }
}

// An index over several columns, behind the snapshot.
struct WideIndex {
  const char* table;
  const char* columns;
};
constexpr WideIndex kWideIndexes[] = {
    {"attributes", "attribute_x500,text"},
    {"attributes", "object_id,attribute_x500"},
    {"objects", "parent_id,rdn"},
};

// Ordinary tables with the content of a case.
class NativeTables {
 public:
  explicit NativeTables(const fs::path& path) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path.c_str(), &db_, flags, nullptr) != SQLITE_OK) {
      give_up("cannot open " + path.string());
    }
    register_functions(db_, FunctionSet::kOwn);
  }
  ~NativeTables() { sqlite3_close(db_); }
  NativeTables(const NativeTables&) = delete;
  NativeTables& operator=(const NativeTables&) = delete;

  void copy(Engine& engine) {
    // Indexes are sorted in so much memory; what the engine allows itself would not do.
    const sqlite3_int64 limit = sqlite3_hard_heap_limit64(0);
    exec(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576; "
        "PRAGMA threads = 2; BEGIN");
    for (const TableInfo& table : engine.tables()) {
      const bool is_plain = !table.is_view && table.theme != kClassTables &&
                            table.theme != "raw ESE tables" && !is_function(table);
      if (is_plain) copy_table(engine, table);
    }
    exec("COMMIT; ANALYZE; PRAGMA cache_size = -32768");
    sqlite3_db_release_memory(db_);
    sqlite3_hard_heap_limit64(limit);
  }

  // The views are those of today, in a kept copy as well.
  void open() {
    exec("PRAGMA mmap_size = 17179869184; PRAGMA cache_size = -262144");
    for (const std::string& view : views()) exec("DROP VIEW \"" + view + "\"");
    must(create_views(db_));
  }

  // nullopt: the statement needs what ordinary tables do not have.
  std::optional<std::uint64_t> run(const Report& report) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, report.sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
      std::printf("  %s: %s\n", report.id.c_str(), sqlite3_errmsg(db_));
      return std::nullopt;
    }
    for (const auto& [name, value] : defaults_of(report)) {
      const int place = sqlite3_bind_parameter_index(statement, name.c_str());
      if (place != 0) bind_native(statement, place, view(value));
    }
    std::uint64_t rows = 0;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) ++rows;
    if (code != SQLITE_DONE) give_up(report.id + ": " + sqlite3_errmsg(db_));
    sqlite3_finalize(statement);
    return rows;
  }

 private:
  static bool is_function(const TableInfo& table) {
    return std::any_of(table.columns.begin(), table.columns.end(),
                       [](const ColumnInfo& column) { return column.hidden; });
  }

  // Columns compare as those of the case do.
  static bool is_folded(const std::string& table, const std::string& column) {
    for (const TableSpec* spec : kFixedTables) {
      if (table != spec->name) continue;
      for (const ColumnSpec& fixed : spec->columns) {
        if (column == fixed.name) return fixed.collation == Collation::kFold;
      }
    }
    return false;
  }

  [[nodiscard]] std::vector<std::string> views() const {
    std::vector<std::string> names;
    const auto add = [](void* to, int, char** values, char**) {
      static_cast<std::vector<std::string>*>(to)->emplace_back(values[0]);
      return 0;
    };
    sqlite3_exec(db_, "SELECT name FROM sqlite_schema WHERE type = 'view'", add, &names, nullptr);
    return names;
  }

  void exec(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      give_up(sql + ": " + sqlite3_errmsg(db_));
    }
  }

  void copy_table(Engine& engine, const TableInfo& table) {
    std::string create = "CREATE TABLE \"" + table.name + "\" (";
    std::string insert = "INSERT INTO \"" + table.name + "\" VALUES (";
    for (const ColumnInfo& column : table.columns) {
      const bool is_first = &column == table.columns.data();
      create += (is_first ? "\"" : ", \"") + column.name + "\" " + column.type;
      if (is_folded(table.name, column.name)) create += " COLLATE FOLD";
      insert += is_first ? "?" : ", ?";
    }
    exec(create + ")");
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, (insert + ")").c_str(), -1, &statement, nullptr) != SQLITE_OK) {
      give_up(sqlite3_errmsg(db_));
    }
    auto rows = engine.prepare("SELECT * FROM \"" + table.name + "\"");
    if (!rows) give_up(table.name + ": " + engine.last_error().message);
    while (must(rows->step())) {
      for (std::size_t i = 0; i < table.columns.size(); ++i) {
        bind_native(statement, static_cast<int>(i + 1), rows->column(i));
      }
      if (sqlite3_step(statement) != SQLITE_DONE) give_up(sqlite3_errmsg(db_));
      sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    index_table(table);
  }

  // The widest indexes first: what they are sorted in is gone when the file is at its largest.
  // A narrow one beside a wide one that begins with it changes what SQLite expects to pay.
  void index_table(const TableInfo& table) {
    exec("COMMIT; BEGIN");
    for (const WideIndex& wide : kWideIndexes) {
      if (table.name == wide.table) add_index(table.name, wide.columns);
    }
    for (const ColumnInfo& column : table.columns) {
      if (column.indexed && column.name != "snapshot_id") add_index(table.name, column.name);
    }
  }

  void add_index(const std::string& table, const std::string& columns) {
    std::string name = table + "_" + columns;
    std::replace(name.begin(), name.end(), ',', '_');
    exec("CREATE INDEX \"" + name + "\" ON \"" + table + "\"(snapshot_id," + columns + ")");
  }

  sqlite3* db_ = nullptr;
};

struct Sums {
  double native = 0;
  double ours = 0;
  double slowest = 1e9;  // ratio
};

// Runs of a quick report that make its time one that a clock can tell: one run after a report that
// has filled the processor's caches says more of that one.
template <class Run>
int runs_of(const Run& run) {
  constexpr double kLeast = 0.02;  // seconds
  return static_cast<int>(std::clamp(kLeast / seconds_of(run), 1.0, 20.0));
}

// `native` may be null. A report that takes long is run once: what it reads is more than memory
// keeps for a second run.
void measure(const Report& report, int rounds, Engine& engine, NativeTables* native, Sums& sums) {
  constexpr double kLong = 30;  // seconds
  std::vector<double> our_times;
  std::vector<double> native_times;
  std::optional<std::uint64_t> ours;
  std::optional<std::uint64_t> theirs;
  const auto run_theirs = [&] { theirs = native->run(report); };
  our_times.push_back(seconds_of([&] { ours = run_ours(engine, report); }));
  if (native != nullptr) native_times.push_back(seconds_of(run_theirs));
  if (our_times.front() < kLong && (native == nullptr || native_times.front() < kLong)) {
    our_times.clear();  // the first run fills the caches
    native_times.clear();
    const int runs = runs_of([&] { ours = run_ours(engine, report); });
    const auto seconds = [runs](const auto& run) {
      return seconds_of([&] {
               for (int i = 0; i < runs; ++i) run();
             }) /
             runs;
    };
    for (int i = 0; i < rounds; ++i) {
      our_times.push_back(seconds([&] { ours = run_ours(engine, report); }));
      if (theirs) native_times.push_back(seconds(run_theirs));
    }
  }
  const double our_time = median(our_times);
  if (!theirs) {
    std::printf("%-40s %13s %10.2f ms\n", report.id.c_str(), "-", our_time * 1e3);
    std::fflush(stdout);
    sums.ours += our_time;
    return;
  }
  const double native_time = median(native_times);
  std::printf("%-40s %10.2f ms %10.2f ms %8.2f%s%s\n", report.id.c_str(), native_time * 1e3,
              our_time * 1e3, native_time / our_time, native_time < our_time ? "  MISSED" : "",
              ours == theirs ? "" : "  ROWS DIFFER");
  std::fflush(stdout);
  sums.native += native_time;
  sums.ours += our_time;
  sums.slowest = std::min(sums.slowest, native_time / our_time);
}

// Milliseconds that the pack takes for one of `count` snapshots, taken evenly from all.
double per_snapshot(const CaseFile& file, int count, const Options& options) {
  EngineOptions engine_options;
  for (int i = 0; i < count; ++i) {
    engine_options.snapshots.push_back(fmt::format("day-{:03}", i * options.snapshots / count));
  }
  const auto engine = must(Engine::open(file, engine_options));
  const auto run_all = [&] {
    for (const Report& report : shipped_reports()) {
      if (is_wanted(report, options)) static_cast<void>(run_ours(*engine, report));
    }
  };
  run_all();
  std::vector<double> times;
  for (int i = 0; i < options.rounds; ++i) times.push_back(seconds_of(run_all));
  return median(times) * 1e3 / count;
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--keep") {
      options.keep = true;
      continue;
    }
    if (word == "--alone") {
      options.alone = true;
      continue;
    }
    if (word == "--daily") {
      options.daily = true;
      continue;
    }
    if (i + 1 == argc) return std::nullopt;
    const char* const value = argv[++i];
    if (word == "--objects") {
      options.objects = static_cast<std::uint32_t>(std::max(100, std::atoi(value)));
    } else if (word == "--snapshots") {
      options.snapshots = std::clamp(std::atoi(value), 1, 999);
    } else if (word == "--rounds") {
      options.rounds = std::max(1, std::atoi(value));
    } else if (word == "--folder") {
      options.folder = value;
    } else if (word == "--only") {
      options.only = value;
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
        "usage: report_bench [--objects N] [--snapshots N] [--rounds N] [--folder PATH] "
        "[--only TEXT] [--keep] [--alone] [--daily]\n",
        stderr);
    return 2;
  }
  const fs::path folder =
      options->folder / fmt::format("report_bench_{}_{}{}{}", options->objects, options->snapshots,
                                    options->alone ? "_alone" : "", options->daily ? "_daily" : "");
  const bool is_imported = options->keep && fs::exists(folder / "imported");
  const bool is_kept = is_imported && fs::exists(folder / "complete");
  if (!is_imported) {
    fs::remove_all(folder);
    import_snapshots(*options, folder / "case", folder / "backup");
    fs::create_directory(folder / "imported");
  }
  if (!is_kept) fs::remove(folder / "native.sqlite");
  const auto file = must(CaseFile::open(folder / "case", OpenMode::kRead));
  const auto engine = must(Engine::open(*file));
  std::optional<NativeTables> native;
  if (!options->alone) {
    native.emplace(folder / "native.sqlite");
    if (!is_kept) native->copy(*engine);
    native->open();
  }
  if (!is_kept) fs::create_directory(folder / "complete");
  std::printf("%u objects, %d snapshots; medians of %d rounds\n", options->objects,
              options->snapshots, options->rounds);
  std::printf("%-40s %13s %13s %8s\n", "", "SQLite", "dirsnap", "ratio");
  Sums sums;
  for (const Report& report : shipped_reports()) {
    if (!is_wanted(report, *options)) continue;
    measure(report, options->rounds, *engine, native ? &*native : nullptr, sums);
  }
  std::printf("%-40s %10.2f ms %10.2f ms %8.2f  >= 3; least of one %.2f, >= 1\n", "sum",
              sums.native * 1e3, sums.ours * 1e3, sums.native / sums.ours, sums.slowest);
  const int few = std::max(1, options->snapshots / 10);
  std::printf("one snapshot of %d: %.3f ms, of %d: %.3f ms\n", few,
              per_snapshot(*file, few, *options), options->snapshots,
              per_snapshot(*file, options->snapshots, *options));
  if (!options->keep) fs::remove_all(folder);
  return 0;
}
