// SPDX-License-Identifier: MIT
//
// directory_bench [--objects N] [--columns N] [--runs N] [--ldb-entries N] [--samba-entries N]:
// imports a generated directory of N objects as an ntds.dit (tables and pages of Windows Server
// 2008) and as LDIF, each beside openssl's SHA-256 of the same file as the floor; then ldbadd into
// an empty Samba database, per entry. All in one run; prints whole-process figures and the ratios.
// The Samba database is one that samba-tool has just provisioned, so that ldbadd does what Samba
// does with an entry: schema, identifiers, metadata, links. Its schema does not know Exchange's
// attributes, so the entries are accounts with 16 values each, fewer than the 37 of an object of
// the bench. Beside it, for whom it interests: ldbadd of a part of the LDIF itself into a plain ldb
// database, which keeps bytes by key and checks nothing.
// Debian's packages are ldb-tools, and samba, samba-ad-provision, samba-dsdb-modules; what is not
// there is left out.
// Disk: about 6 GiB for a million objects, in $TMPDIR.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/process.h"
#include "tests/support/temp_folder.h"

namespace {

namespace fs = std::filesystem;
using dirsnap::bench::Cost;
using dirsnap::bench::median_of;

struct Options {
  std::string objects = "1000000";
  std::string columns = "455";
  std::string ldb_entries = "20000";
  int samba_entries = 2000;
  int runs = 1;
};

struct Bars {
  double import_to_sha256;
  double private_mib;  // 0: none
};
constexpr Bars kDatabaseBars{15, 512};
constexpr Bars kDumpBars{20, 0};
constexpr double kLeastSpeedUp = 20;  // against ldbadd, per entry

void print(const char* name, const Cost& cost) {
  std::printf("%-34s %8.2f s wall %8.2f s cpu %8.1f MiB peak %8.1f MiB private\n", name,
              cost.wall_s, cost.cpu_s, cost.peak_mib, cost.private_mib);
}

const char* verdict(bool holds) { return holds ? "holds" : "MISSED"; }

bool make(const Options& options,
          const std::string& objects,
          const char* layout,
          const std::string& file) {
  const Cost cost = dirsnap::bench::run_program({std::string(DIRSNAP_BIN_DIR) + "/make_directory",
                                                 "--objects", objects, "--columns", options.columns,
                                                 "--layout", layout, file});
  if (cost.exit_code != 0) std::fprintf(stderr, "directory_bench: make_directory failed\n");
  return cost.exit_code == 0;
}

// Wall time of the import; negative if it failed.
double measure(const Options& options, const std::string& file, const Bars& bars) {
  const std::string case_file = file + ".dirsnap";
  const double mib = static_cast<double>(fs::file_size(file)) / (1 << 20);
  std::printf("\n%s, %.1f MiB\n", fs::path(file).filename().c_str(), mib);
  const auto nothing = [] {};
  const Cost floor = median_of(options.runs, {"openssl", "dgst", "-sha256", file}, nothing);
  print("openssl dgst -sha256", floor);
  const auto remove_case = [&] {
    fs::remove(case_file);
    fs::remove(case_file + "-lock");
  };
  const Cost import = median_of(
      options.runs, {std::string(DIRSNAP_BIN_DIR) + "/dirsnap", "import", case_file, file},
      remove_case);
  print("dirsnap import", import);
  if (import.exit_code != 0) {
    std::fprintf(stderr, "directory_bench: import ended with %d\n", import.exit_code);
    return -1;
  }
  std::printf("case file: %.1f MiB\n", static_cast<double>(fs::file_size(case_file)) / (1 << 20));
  remove_case();
  const double ratio = import.wall_s / floor.wall_s;
  std::printf("import / sha256: %.1f wall, %.1f cpu; bar of %.0f wall %s\n", ratio,
              import.cpu_s / floor.cpu_s, bars.import_to_sha256,
              verdict(ratio <= bars.import_to_sha256));
  if (bars.private_mib > 0) {
    std::printf("private memory: %.1f MiB; bar of %.0f %s\n", import.private_mib, bars.private_mib,
                verdict(import.private_mib <= bars.private_mib));
  }
  return import.wall_s;
}

// Copies LDIF into the form that ldbadd takes: line feeds alone, no change types, no empty values.
// Returns the number of entries.
std::size_t copy_for_ldb(const std::string& from, const std::string& to) {
  std::ifstream in(from, std::ios::binary);
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  std::size_t entries = 0;
  for (std::string line; std::getline(in, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    const bool is_empty_value = !line.empty() && line.back() == ':' && line.front() != ' ';
    if (line.rfind("changetype:", 0) == 0 || is_empty_value) continue;
    if (line.rfind("dn:", 0) == 0) ++entries;
    out << line << '\n';
  }
  return entries;
}

// Prints what an entry costs ldbadd; returns how many times the import's. 0 if ldbadd failed.
double print_per_entry(const Cost& cost, double entries, double import_s) {
  print("ldbadd", cost);
  if (cost.exit_code != 0 || entries == 0) {
    std::fprintf(stderr, "directory_bench: ldbadd ended with %d\n", cost.exit_code);
    return 0;
  }
  const double per_entry_s = cost.wall_s / entries;
  std::printf("per entry: ldbadd %.1f us, dirsnap import of the LDIF %.1f us: %.1f times\n",
              per_entry_s * 1e6, import_s * 1e6, per_entry_s / import_s);
  return per_entry_s / import_s;
}

void measure_plain_ldb(const Options& options, const fs::path& folder, double import_per_entry_s) {
  const std::string ldif = (folder / "part.ldif").string();
  const std::string plain = (folder / "part.plain.ldif").string();
  const std::string database = (folder / "part.ldb").string();
  if (!make(options, options.ldb_entries, "ldif", ldif)) return;
  const std::size_t entries = copy_for_ldb(ldif, plain);
  const Cost cost =
      median_of(options.runs, {"ldbadd", "-H", database, plain}, [&] { fs::remove(database); });
  std::printf("\nldbadd of %zu entries into a plain ldb database\n", entries);
  print_per_entry(cost, static_cast<double>(entries), import_per_entry_s);
}

void write_accounts(const fs::path& file, int count) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    out << "dn: CN=User " << n << ",CN=Users,DC=bench,DC=example\nobjectClass: user\n"
        << "sAMAccountName: user" << n << "\ndisplayName: User " << n << "\ngivenName: User\n"
        << "sn: Number " << n << "\nmail: user" << n << "@bench.example\ntitle: Engineer\n"
        << "telephoneNumber: +1 555 " << n << "\ndepartment: Department " << i % 40
        << "\ncompany: Fabrikam\ndescription: an account\nstreetAddress: Street " << n
        << "\nl: Town " << i % 100 << "\npostalCode: " << 10000 + i << "\nproxyAddresses: SMTP:user"
        << n << "@bench.example\n"
        << "proxyAddresses: X400:c=us;a= ;p=Fabrikam;o=Site;s=user" << n << ";\n\n";
  }
}

void measure_samba(const Options& options, const fs::path& folder, double import_per_entry_s) {
  const std::string place = (folder / "samba").string();
  const std::string ldif = (folder / "accounts.ldif").string();
  fs::create_directory(place);
  const Cost made = dirsnap::bench::run_program({"samba-tool", "domain", "provision",
                                                 "--realm=BENCH.EXAMPLE", "--domain=BENCH",
                                                 "--adminpass=Only-for-1-bench", "--server-role=dc",
                                                 "--dns-backend=NONE", "--targetdir=" + place});
  if (made.exit_code != 0) {
    std::fprintf(stderr, "directory_bench: samba-tool ended with %d\n", made.exit_code);
    return;
  }
  write_accounts(ldif, options.samba_entries);
  const Cost cost = dirsnap::bench::run_program({"ldbadd", "-H", place + "/private/sam.ldb", ldif});
  std::printf("\nldbadd of %d accounts into an empty Samba database\n", options.samba_entries);
  const double speed_up = print_per_entry(cost, options.samba_entries, import_per_entry_s);
  std::printf("bar of %.0f %s\n", kLeastSpeedUp, verdict(speed_up >= kLeastSpeedUp));
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view word = argv[i];
    if (i + 1 == argc) return std::nullopt;
    if (word == "--objects") {
      options.objects = argv[i + 1];
    } else if (word == "--columns") {
      options.columns = argv[i + 1];
    } else if (word == "--ldb-entries") {
      options.ldb_entries = argv[i + 1];
    } else if (word == "--samba-entries") {
      options.samba_entries = std::max(1, std::atoi(argv[i + 1]));
    } else if (word == "--runs") {
      options.runs = std::max(1, std::atoi(argv[i + 1]));
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Options> given = parse(argc, argv);
  if (!given) {
    std::fputs(
        "usage: directory_bench [--objects N] [--columns N] [--ldb-entries N] "
        "[--samba-entries N] [--runs N]\n",
        stderr);
    return 2;
  }
  const Options& options = *given;
  const dirsnap::test::TempFolder folder;
  std::printf("a directory of %s objects; %d run(s)\n", options.objects.c_str(), options.runs);
  const std::string database = (folder / "ntds.dit").string();
  if (!make(options, options.objects, "2008", database)) return 1;
  if (measure(options, database, kDatabaseBars) < 0) return 1;
  fs::remove(database);
  const std::string ldif = (folder / "directory.ldif").string();
  if (!make(options, options.objects, "ldif", ldif)) return 1;
  const double wall_s = measure(options, ldif, kDumpBars);
  fs::remove(ldif);
  if (wall_s < 0) return 1;
  const double per_entry_s = wall_s / std::atof(options.objects.c_str());
  if (!dirsnap::bench::program_exists("ldbadd")) {
    std::printf("\nldbadd is not here; left out\n");
    return 0;
  }
  measure_plain_ldb(options, folder.path(), per_entry_s);
  if (dirsnap::bench::program_exists("samba-tool")) {
    measure_samba(options, folder.path(), per_entry_s);
  } else {
    std::printf("\nsamba-tool is not here; left out\n");
  }
  return 0;
}
