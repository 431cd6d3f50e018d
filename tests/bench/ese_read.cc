// SPDX-License-Identifier: MIT
#include "tests/bench/ese_read.h"

#include <algorithm>
#include <sys/resource.h>

#include "importers/ese/database.h"
#include "importers/ese/table_cursor.h"
#include "importers/source.h"

namespace dirsnap::bench {
namespace {

struct IssueCount final : IssueSink {
  void report(Issue) override { ++issues; }
  std::uint64_t issues = 0;
};

}  // namespace

double cpu_seconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Result<Totals> read_everything(const std::string& file) {
  IssueCount issues;
  DIRSNAP_TRY(const auto source, FileSource::open(file));
  DIRSNAP_TRY(const auto database, ese::Database::open(*source, {}, issues));
  Totals totals;
  for (const auto& table : database->tables()) {
    ese::TableCursor cursor(*database, table);
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
  totals.issues = issues.issues;
  return totals;
}

Result<Reading> fastest_reading(const std::string& file, int rounds) {
  Reading best;
  for (int round = 0; round < rounds; ++round) {
    const double before = cpu_seconds(RUSAGE_SELF);
    DIRSNAP_TRY(best.totals, read_everything(file));
    const double cost = cpu_seconds(RUSAGE_SELF) - before;
    best.cpu_s = round == 0 ? cost : std::min(best.cpu_s, cost);
  }
  return best;
}

}  // namespace dirsnap::bench
