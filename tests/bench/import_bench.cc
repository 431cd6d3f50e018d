// SPDX-License-Identifier: MIT
//
// import_bench [--objects N] [--columns N] [--no-esedbexport]: imports a generated Dir.edb into a
// case, beside esedbexport of the same file and openssl's SHA-256 of it as the floor, in one run.
// Prints a table of whole-process figures and the ratios. 455 columns are what the object table of
// a real directory has.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/bench/measure.h"
#include "tests/bench/process.h"
#include "tests/support/temp_folder.h"

namespace {

namespace fs = std::filesystem;
using dirsnap::bench::Cost;
using dirsnap::bench::give_up;

constexpr int kRuns = 3;

void print(const char* name, const Cost& cost) {
  std::printf("%-34s %8.2f s wall %8.2f s cpu %8.1f MiB peak %8.1f MiB private\n", name,
              cost.wall_s, cost.cpu_s, cost.peak_mib, cost.private_mib);
}

}  // namespace

int main(int argc, char** argv) {
  std::string objects = "50000";
  std::string columns = "455";
  bool with_export = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--objects" && i + 1 < argc) {
      objects = argv[++i];
    } else if (word == "--columns" && i + 1 < argc) {
      columns = argv[++i];
    } else if (word == "--no-esedbexport") {
      with_export = false;
    } else {
      std::fputs("usage: import_bench [--objects N] [--columns N] [--no-esedbexport]\n", stderr);
      return 2;
    }
  }
  const dirsnap::test::TempFolder folder;
  const std::string file = (folder / "Dir.edb").string();
  const std::string case_file = (folder / "bench.dirsnap").string();
  const std::string bin = DIRSNAP_BIN_DIR;
  if (dirsnap::bench::run_program(
          {bin + "/make_directory", "--objects", objects, "--columns", columns, file})
          .exit_code != 0) {
    give_up("make_directory failed");
  }
  const double mib = static_cast<double>(fs::file_size(file)) / (1 << 20);
  std::printf("Dir.edb of %s objects, %s columns, %.1f MiB; medians of %d runs\n", objects.c_str(),
              columns.c_str(), mib, kRuns);

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
  if (import.exit_code != 0) give_up("import ended with " + std::to_string(import.exit_code));
  print("dirsnap import", import);
  std::printf("case file: %.1f MiB, %.2f of the source\n",
              static_cast<double>(fs::file_size(case_file)) / (1 << 20),
              static_cast<double>(fs::file_size(case_file)) / (mib * (1 << 20)));
  std::printf("import / sha256 floor: %.1f wall, %.1f cpu\n", import.wall_s / floor.wall_s,
              import.cpu_s / floor.cpu_s);
  if (with_export && dirsnap::bench::program_exists("esedbexport")) {
    const Cost other = dirsnap::bench::median_of(
        1, {"esedbexport", "-t", (folder / "export").string(), file}, nothing);
    print("esedbexport (one run)", other);
    std::printf("esedbexport / import: %.1f wall, %.1f cpu\n", other.wall_s / import.wall_s,
                other.cpu_s / import.cpu_s);
  }
  return 0;
}
