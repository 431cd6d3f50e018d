// SPDX-License-Identifier: MIT
//
// mailbox_bench [--size MIB] [--look-ups N]: imports a generated private store (1024 MiB: 20,000
// mailboxes, 2,000,000 messages; smaller sizes in proportion) beside openssl's SHA-256 of the file
// as the floor, then sets look-ups in mailboxes and folders beside ordinary SQLite tables of the
// same rows with an index for each kind of look-up, in one run. Prints figures and ratios.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include "query/engine.h"
#include "tests/bench/measure.h"
#include "tests/bench/process.h"
#include "tests/support/temp_folder.h"

namespace {

namespace fs = std::filesystem;
using dirsnap::Engine;
using dirsnap::ValueType;
using dirsnap::ValueView;
using dirsnap::bench::Cost;
using dirsnap::bench::give_up;
using dirsnap::bench::must;

constexpr int kRuns = 3;
constexpr std::uint64_t kFullMib = 1024;
constexpr std::uint64_t kFullMailboxes = 20'000;
constexpr std::uint64_t kFullMessages = 2'000'000;

// Rows and bytes that a statement gave: enough to see that both sides agree.
struct Answer {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Answer&) const = default;
};

Answer run_ours(Engine& engine, const std::string& sql) {
  auto statement = must(engine.prepare(sql));
  Answer answer;
  const std::size_t columns = statement.columns().size();
  while (must(statement.step())) {
    ++answer.rows;
    for (std::size_t i = 0; i < columns; ++i) {
      const ValueView value = statement.column(i);
      answer.bytes += value.type == ValueType::kInteger ? 8 : value.bytes.size();
    }
  }
  return answer;
}

// Ordinary SQLite, filled with the rows of our tables.
class Native {
 public:
  explicit Native(const fs::path& path) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path.c_str(), &db_, flags, nullptr) != SQLITE_OK) give_up("no SQLite file");
  }
  ~Native() { sqlite3_close_v2(db_); }
  Native(const Native&) = delete;
  Native& operator=(const Native&) = delete;

  void exec(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      give_up(sqlite3_errmsg(db_));
    }
  }

  void copy(Engine& engine, const std::string& table, const std::string& definition) {
    exec("CREATE TABLE " + table + "(" + definition + ")");
    auto rows = must(engine.prepare("SELECT * FROM " + table));
    const std::size_t columns = rows.columns().size();
    std::string insert = "INSERT INTO " + table + " VALUES (?";
    for (std::size_t i = 1; i < columns; ++i) insert += ",?";
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db_, (insert + ")").c_str(), -1, &statement, nullptr);
    exec("BEGIN");
    while (must(rows.step())) {
      sqlite3_clear_bindings(statement);
      for (std::size_t i = 0; i < columns; ++i)
        bind(statement, static_cast<int>(i), rows.column(i));
      if (sqlite3_step(statement) != SQLITE_DONE) give_up(sqlite3_errmsg(db_));
      sqlite3_reset(statement);
    }
    exec("COMMIT");
    sqlite3_finalize(statement);
  }

  Answer run(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
      give_up(sqlite3_errmsg(db_));
    }
    Answer answer;
    const int columns = sqlite3_column_count(statement);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      ++answer.rows;
      for (int i = 0; i < columns; ++i) {
        const bool is_integer = sqlite3_column_type(statement, i) == SQLITE_INTEGER;
        answer.bytes +=
            is_integer ? 8 : static_cast<std::uint64_t>(sqlite3_column_bytes(statement, i));
      }
    }
    sqlite3_finalize(statement);
    return answer;
  }

 private:
  static void bind(sqlite3_stmt* statement, int column, const ValueView& value) {
    const auto size = static_cast<int>(value.bytes.size());
    if (value.type == ValueType::kInteger) {
      sqlite3_bind_int64(statement, column + 1, value.integer);
    } else if (value.type == ValueType::kText) {
      sqlite3_bind_text(statement, column + 1, value.bytes.data(), size, SQLITE_TRANSIENT);
    }
  }
  sqlite3* db_ = nullptr;
};

// A kind of look-up; `value` gives the text that stands for % of the i-th one.
struct LookUp {
  const char* name;
  const char* sql;
  std::string (*value)(std::uint64_t i);
};

constexpr std::uint64_t kFirstFolder = 0x0001000000000101;  // as make_store numbers them

const LookUp kLookUps[] = {
    {"mailbox by owner_dn",
     "SELECT mailbox_id, display_name, kind, messages FROM mailboxes WHERE "
     "owner_dn = '/o=quillmark papers/ou=harbour/cn=recipients/cn=person%'",
     [](std::uint64_t i) { return std::to_string(i); }},
    {"mailbox by number",
     "SELECT owner_dn, display_name FROM mailboxes WHERE snapshot_id = 1 AND "
     "mailbox_id = %",
     [](std::uint64_t i) { return std::to_string(i + 1); }},
    {"mailbox by name",
     "SELECT mailbox_id, owner_dn FROM mailboxes WHERE display_name = 'Person, "
     "Number %'",
     [](std::uint64_t i) { return std::to_string(i); }},
    {"folder by number", "SELECT path, messages, size_bytes FROM folders WHERE folder_id = %",
     [](std::uint64_t i) { return std::to_string(kFirstFolder + 7 * i + 2); }},
    {"folders of a mailbox", "SELECT path, messages FROM folders WHERE mailbox_id = %",
     [](std::uint64_t i) { return std::to_string(i + 1); }},
    {"children of a folder", "SELECT folder_id, name FROM folders WHERE parent_id = %",
     [](std::uint64_t i) { return std::to_string(kFirstFolder + 7 * i + 1); }},
};

template <class Run>
double seconds(const LookUp& kind, std::uint64_t mailboxes, int count, Run run) {
  const std::string sql = kind.sql;
  const std::size_t at = sql.find('%');
  return dirsnap::bench::seconds_of([&] {
    for (int i = 0; i < count; ++i) {
      constexpr std::uint64_t kStride = 7919;  // a prime: look-ups jump about
      const std::string value = kind.value(static_cast<std::uint64_t>(i) * kStride % mailboxes);
      run(sql.substr(0, at) + value + sql.substr(at + 1));
    }
  });
}

void look_up(const fs::path& case_path,
             const fs::path& native_path,
             std::uint64_t mailboxes,
             int count) {
  const auto file = must(dirsnap::CaseFile::open(case_path, dirsnap::OpenMode::kRead));
  const auto engine = must(Engine::open(*file));
  Native native(native_path);
  std::string columns;
  for (const char* table : {"mailboxes", "folders"}) {
    columns.clear();
    const auto rows = must(engine->prepare("SELECT * FROM " + std::string(table) + " LIMIT 0"));
    for (const std::string& column : rows.columns()) {
      columns += (columns.empty() ? "" : ", ") + column;
      const bool is_name = column == "owner_dn" || column == "display_name" || column == "name";
      if (is_name) columns += " TEXT COLLATE NOCASE";
    }
    native.copy(*engine, table, columns);
  }
  native.exec(
      "CREATE INDEX m1 ON mailboxes(owner_dn); CREATE INDEX m2 ON mailboxes(mailbox_id);"
      "CREATE INDEX m3 ON mailboxes(display_name); CREATE INDEX f1 ON folders(folder_id);"
      "CREATE INDEX f2 ON folders(mailbox_id); CREATE INDEX f3 ON folders(parent_id); ANALYZE");
  for (const LookUp& kind : kLookUps) {
    Answer ours, theirs;
    const auto run_native = [&](const std::string& sql) { theirs = native.run(sql); };
    const auto run_case = [&](const std::string& sql) { ours = run_ours(*engine, sql); };
    double best_native = 1e9, best_ours = 1e9;
    for (int run = 0; run < kRuns; ++run) {
      best_native = std::min(best_native, seconds(kind, mailboxes, count, run_native));
      best_ours = std::min(best_ours, seconds(kind, mailboxes, count, run_case));
    }
    if (!(ours == theirs) || ours.rows == 0) give_up(std::string(kind.name) + ": answers differ");
    std::printf("%-24s %8.1f us ours %8.1f us SQLite   speed against SQLite %.2f x\n", kind.name,
                1e6 * best_ours / count, 1e6 * best_native / count, best_native / best_ours);
  }
}

void print(const char* name, const Cost& cost) {
  std::printf("%-24s %8.2f s wall %8.2f s cpu %8.1f MiB peak %8.1f MiB private\n", name,
              cost.wall_s, cost.cpu_s, cost.peak_mib, cost.private_mib);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t size_mib = kFullMib;
  int look_ups = 2000;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view word = argv[i];
    if (word == "--size") size_mib = std::max(1UL, std::strtoul(argv[i + 1], nullptr, 10));
    if (word == "--look-ups") look_ups = std::max(1, std::atoi(argv[i + 1]));
  }
  const std::uint64_t mailboxes = std::max<std::uint64_t>(1, kFullMailboxes * size_mib / kFullMib);
  const std::uint64_t messages = std::max<std::uint64_t>(1, kFullMessages * size_mib / kFullMib);
  const dirsnap::test::TempFolder folder;
  const std::string file = (folder / "Priv.edb").string();
  const std::string case_file = (folder / "bench.dirsnap").string();
  const std::string bin = DIRSNAP_BIN_DIR;
  const Cost made =
      dirsnap::bench::run_program({bin + "/make_store", "--mailboxes", std::to_string(mailboxes),
                                   "--messages", std::to_string(messages), file});
  if (made.exit_code != 0) give_up("make_store failed");
  std::printf("Priv.edb of %llu mailboxes, %llu messages, %.1f MiB; medians of %d runs\n",
              static_cast<unsigned long long>(mailboxes), static_cast<unsigned long long>(messages),
              static_cast<double>(fs::file_size(file)) / (1 << 20), kRuns);
  const auto nothing = [] {};
  const Cost floor =
      dirsnap::bench::median_of(kRuns, {"openssl", "dgst", "-sha256", file}, nothing);
  print("openssl dgst -sha256", floor);
  const auto remove_case = [&] {
    fs::remove(case_file);
    fs::remove(case_file + "-lock");
  };
  const Cost import =
      dirsnap::bench::median_of(kRuns, {bin + "/dirsnap", "import", case_file, file}, remove_case);
  if (import.exit_code != 0) give_up("import failed");
  print("dirsnap import", import);
  std::printf("import / sha256 floor: %.1f wall, %.1f cpu\n", import.wall_s / floor.wall_s,
              import.cpu_s / floor.cpu_s);
  look_up(case_file, folder / "native.db", mailboxes, look_ups);
  return 0;
}
