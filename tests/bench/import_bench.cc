// SPDX-License-Identifier: MIT
//
// import_bench [--objects N] [--no-esedbexport]: imports a generated Dir.edb into a case, beside
// esedbexport of the same file and openssl's SHA-256 of it as the floor, in one run.
// Prints a table of whole-process figures and the ratios of CPU time.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/bench/process.h"
#include "tests/support/temp_folder.h"

namespace {

namespace fs = std::filesystem;
using dirsnap::bench::Cost;

constexpr int kRuns = 3;

void print(const char* name, const Cost& cost, double mib) {
  std::printf("%-34s %8.2f s wall %8.2f s cpu %8.1f MiB peak %9.1f MiB/s\n", name, cost.wall_s,
              cost.cpu_s, cost.peak_mib, mib / cost.cpu_s);
}

}  // namespace

int main(int argc, char** argv) {
  std::string objects = "50000";
  bool with_export = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--objects" && i + 1 < argc) objects = argv[++i];
    if (word == "--no-esedbexport") with_export = false;
  }
  const dirsnap::test::TempFolder folder;
  const std::string file = (folder / "Dir.edb").string();
  const std::string case_file = (folder / "bench.dirsnap").string();
  const std::string bin = DIRSNAP_BIN_DIR;
  if (dirsnap::bench::run_program({bin + "/make_directory", "--objects", objects, file})
          .exit_code != 0) {
    std::fputs("import_bench: make_directory failed\n", stderr);
    return 1;
  }
  const double mib = static_cast<double>(fs::file_size(file)) / (1 << 20);
  std::printf("Dir.edb of %s objects, %.1f MiB; medians of %d runs\n", objects.c_str(), mib, kRuns);

  const auto nothing = [] {};
  const Cost floor =
      dirsnap::bench::median_of(kRuns, {"openssl", "dgst", "-sha256", file}, nothing);
  print("openssl dgst -sha256", floor, mib);
  const auto remove_case = [&] {
    fs::remove(case_file);
    fs::remove(case_file + "-lock");
  };
  const Cost import =
      dirsnap::bench::median_of(kRuns, {bin + "/dirsnap", "import", case_file, file}, remove_case);
  if (import.exit_code != 0) {
    std::fprintf(stderr, "import_bench: import ended with %d\n", import.exit_code);
    return 1;
  }
  print("dirsnap import", import, mib);
  std::printf("case file: %.1f MiB, %.2f of the source\n",
              static_cast<double>(fs::file_size(case_file)) / (1 << 20),
              static_cast<double>(fs::file_size(case_file)) / (mib * (1 << 20)));
  std::printf("import / sha256 floor, cpu: %.1f\n", import.cpu_s / floor.cpu_s);
  if (with_export && dirsnap::bench::program_exists("esedbexport")) {
    const Cost other = dirsnap::bench::median_of(
        1, {"esedbexport", "-t", (folder / "export").string(), file}, nothing);
    print("esedbexport (one run)", other, mib);
    std::printf("esedbexport / import, cpu: %.1f\n", other.cpu_s / import.cpu_s);
  }
  return 0;
}
