// SPDX-License-Identifier: MIT
//
// ese_bench FILE [ROUNDS]: how fast every cell of an ESE database is read, against hashing the
// same file with `openssl dgst -sha256`, both in this run and with the file in the page cache.
// Prints one line per measure, the best of the rounds; the ratio is what counts, machines differ.
// Times are processor time (user and system), which other work on the machine hardly changes.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "importers/ese/database.h"
#include "importers/ese/table_cursor.h"
#include "importers/source.h"

namespace {

struct IssueCount final : dirsnap::IssueSink {
  void report(dirsnap::Issue) override { ++issues; }
  std::uint64_t issues = 0;
};

struct Totals {
  std::uint64_t rows = 0, cells = 0, value_bytes = 0;
  std::uint64_t touched = 0;  // sum of one byte of each value, so that nothing is skipped
};

// Processor time of this process or of its ended children.
double cpu_seconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

dirsnap::Result<Totals> read_everything(dirsnap::ByteSource& source, dirsnap::IssueSink& issues) {
  DIRSNAP_TRY(const auto database, dirsnap::ese::Database::open(source, {}, issues));
  Totals totals;
  for (const auto& table : database->tables()) {
    dirsnap::ese::TableCursor cursor(*database, table);
    for (;;) {
      DIRSNAP_TRY(const bool more, cursor.next());
      if (!more) break;
      ++totals.rows;
      for (const auto& cell : cursor.row().cells) {
        ++totals.cells;
        totals.value_bytes += cell.bytes.size();
        if (!cell.bytes.empty())
          totals.touched += std::to_integer<std::uint64_t>(cell.bytes.back());
      }
    }
  }
  DIRSNAP_CHECK(database->verify_pages());
  return totals;
}

// Processor time of the hash program; negative if it cannot be run.
double hash_seconds(const char* file) {
  const double before = cpu_seconds(RUSAGE_CHILDREN);
  const pid_t child = ::fork();
  if (child == 0) {
    if (std::freopen("/dev/null", "w", stdout) == nullptr) std::_Exit(127);
    ::execlp("openssl", "openssl", "dgst", "-sha256", file, static_cast<char*>(nullptr));
    std::_Exit(127);
  }
  int status = 1;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) return -1;
  return cpu_seconds(RUSAGE_CHILDREN) - before;
}

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

int run(const char* file, int rounds) {
  std::vector<double> hash;
  std::vector<double> read;
  Totals totals;
  IssueCount issues;
  std::uint64_t size = 0;
  for (int round = 0; round < rounds; ++round) {
    hash.push_back(hash_seconds(file));
    const double before = cpu_seconds(RUSAGE_SELF);
    const auto source = dirsnap::FileSource::open(file);
    if (!source || hash.back() < 0) return 1;
    size = (*source)->size_bytes();
    const auto result = read_everything(**source, issues);
    if (!result) {
      fmt::print(stderr, "ese_bench: {}\n", result.error().what);
      return 1;
    }
    read.push_back(cpu_seconds(RUSAGE_SELF) - before);
    totals = *result;
  }
  const double best_hash = *std::min_element(hash.begin(), hash.end());
  const double best_read = *std::min_element(read.begin(), read.end());
  const double mb = static_cast<double>(size) / 1e6;
  fmt::print("file_mb {:.1f}\nrows {}\ncells {}\nvalue_mb {:.1f}\nissues {}\n", mb, totals.rows,
             totals.cells, static_cast<double>(totals.value_bytes) / 1e6, issues.issues);
  fmt::print("openssl_sha256_cpu_s {:.3f} ({:.0f} MB/s)\n", best_hash, mb / best_hash);
  fmt::print("read_every_cell_cpu_s {:.3f} ({:.0f} MB/s)\n", best_read, mb / best_read);
  fmt::print("ratio_to_sha256 {:.2f}\n", best_read / best_hash);
  fmt::print("peak_memory_mib {:.1f}\n", static_cast<double>(peak_kib()) / 1024);
  return totals.touched == 0 && totals.cells != 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: ese_bench FILE [ROUNDS]\n");
    return 2;
  }
  return run(argv[1], argc > 2 ? std::max(1, std::atoi(argv[2])) : 3);
}
