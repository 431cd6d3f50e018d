// SPDX-License-Identifier: MIT
//
// What one file alone does not show: the cost beside esedbexport, per value for narrow and wide
// catalogs, along the size of the file, and the memory of very long files.
#include <array>
#include <cmath>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "tests/bench/ese_read.h"
#include "tests/bench/process.h"
#include "tests/support/exchange_directory.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 5;
constexpr std::size_t kRealColumns = 455;  // of a directory's object table
constexpr std::size_t kManyColumns = 4000;
constexpr std::uint32_t kExportObjects = 5'000;  // esedbexport ends within a minute
constexpr std::uint32_t kWidthObjects = 20'000;
constexpr std::array<std::uint32_t, 7> kSizes = {5'000,   10'000,  25'000, 50'000,
                                                 100'000, 200'000, 400'000};
constexpr std::uint64_t kLongFileBytes = 10'000'000'000;

double mb_of(const std::string& file) { return static_cast<double>(fs::file_size(file)) / 1e6; }

Result<void> make(const std::string& file, std::uint32_t objects, std::size_t columns) {
  return support::write_directory(support::ExchangeSite(support::large_spec(objects)), file,
                                  support::DirectoryLayout::kUsual, columns);
}

Result<void> beside_esedbexport(const test::TempFolder& folder) {
  const std::string file = (folder / "export.edb").string();
  DIRSNAP_CHECK(make(file, kExportObjects, kRealColumns));
  DIRSNAP_TRY(const Reading reading, fastest_reading(file, kRounds));
  fmt::print("## Beside esedbexport: {} objects, {} columns, {:.1f} MB\n", kExportObjects,
             kRealColumns, mb_of(file));
  fmt::print("read_every_cell_cpu_s {:.4f} ({:.0f} MB/s)\n", reading.cpu_s,
             mb_of(file) / reading.cpu_s);
  if (!program_exists("esedbexport")) {
    fmt::print("esedbexport is not installed\n");
    return {};
  }
  const Cost other = run_program({"esedbexport", "-t", (folder / "export").string(), file});
  fmt::print("esedbexport_cpu_s {:.2f} ({:.2f} MB/s), exit code {}\n", other.cpu_s,
             mb_of(file) / other.cpu_s, other.exit_code);
  fmt::print("ratio {:.0f}\n\n", other.cpu_s / reading.cpu_s);
  return {};
}

Result<void> by_width(const test::TempFolder& folder) {
  fmt::print("## Per present value, by columns of the catalog: {} objects\n", kWidthObjects);
  double narrow = 0;
  for (const std::size_t columns : {kRealColumns, kManyColumns}) {
    const std::string file = (folder / "width.edb").string();
    DIRSNAP_CHECK(make(file, kWidthObjects, columns));
    DIRSNAP_TRY(const Reading reading, fastest_reading(file, kRounds));
    const double ns = reading.cpu_s * 1e9 / static_cast<double>(reading.totals.cells);
    fmt::print("columns {} cells {} cpu_s {:.4f} ns_per_value {:.2f}\n", columns,
               reading.totals.cells, reading.cpu_s, ns);
    if (columns == kRealColumns) narrow = ns;
    if (columns == kManyColumns) fmt::print("ratio {:.2f}\n\n", ns / narrow);
  }
  return {};
}

// Slope of log(y) over log(x): 1 where y grows as x does.
double exponent(const std::vector<std::pair<double, double>>& points) {
  double sx = 0;
  double sy = 0;
  double sxx = 0;
  double sxy = 0;
  for (const auto& [x, y] : points) {
    sx += std::log(x);
    sy += std::log(y);
    sxx += std::log(x) * std::log(x);
    sxy += std::log(x) * std::log(y);
  }
  const auto n = static_cast<double>(points.size());
  return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

Result<void> by_size(const test::TempFolder& folder, const std::string& own_program) {
  fmt::print("## Along the size of the file, {} columns\n", kRealColumns);
  std::vector<std::pair<double, double>> points;
  for (const std::uint32_t objects : kSizes) {
    const std::string file = (folder / "size.edb").string();
    DIRSNAP_CHECK(make(file, objects, kRealColumns));
    DIRSNAP_TRY(const Reading reading, fastest_reading(file, kRounds));
    const Cost hash = run_program({"openssl", "dgst", "-sha256", file});
    const Cost process = run_program({own_program, file, "1"});
    points.emplace_back(mb_of(file), reading.cpu_s);
    fmt::print(
        "objects {:>6} mb {:>6.1f} cpu_s {:.4f} mb_per_s {:.0f} sha256_ratio {:.2f} "
        "peak_mib {:.1f}\n",
        objects, mb_of(file), reading.cpu_s, mb_of(file) / reading.cpu_s,
        reading.cpu_s / hash.cpu_s, process.peak_mib);
  }
  fmt::print("exponent {:.3f}\n\n", exponent(points));
  return {};
}

// A file of 10 GB, nearly all of it pages never written: what is kept for each page.
Result<void> long_file(const test::TempFolder& folder, const std::string& own_program) {
  const std::string file = (folder / "size.edb").string();  // of by_size(), the largest
  std::error_code error;
  fs::resize_file(file, kLongFileBytes / 4096 * 4096, error);
  if (error) {
    fmt::print("a sparse file of 10 GB cannot be made here\n");
    return {};
  }
  const Cost process = run_program({own_program, file, "1"});
  fmt::print("## Memory for {:.1f} GB\npeak_mib {:.1f}\n", mb_of(file) / 1000, process.peak_mib);
  return {};
}

Result<void> run_all(const std::string& own_program) {
  const test::TempFolder folder;
  DIRSNAP_CHECK(beside_esedbexport(folder));
  DIRSNAP_CHECK(by_width(folder));
  DIRSNAP_CHECK(by_size(folder, own_program));
  return long_file(folder, own_program);
}

}  // namespace

int run_suite(const std::string& own_program) {
  const auto done = run_all(own_program);
  if (!done) fmt::print(stderr, "ese_bench: {}\n", done.error().what);
  return done ? 0 : 1;
}

}  // namespace dirsnap::bench
