// SPDX-License-Identifier: MIT
//
// make_directory --objects N [--columns N] [--layout usual|renamed|2000|2003|2008|2025|ldif]
// OUTFILE: writes a directory of about N objects, nearly all of them mailboxes, for benchmarks.
// --columns: of the object table, at least; --layout ldif: a text dump of the same directory.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/exchange_directory.h"
#include "tests/support/exchange_dumps.h"
#include "tests/support/exchange_site.h"

namespace {

namespace support = dirsnap::support;

constexpr unsigned long kMostObjects = 20'000'000;
constexpr std::uint32_t kMostColumns = 60'000;
constexpr std::string_view kLdif = "ldif";

struct NamedLayout {
  std::string_view name;
  support::DirectoryLayout layout;
};
constexpr NamedLayout kLayouts[] = {
    {"usual", support::DirectoryLayout::kUsual},
    {"renamed", support::DirectoryLayout::kRenamed},
    {"2000", support::DirectoryLayout::kWindows2000},
    {"2003", support::DirectoryLayout::kWindows2003},
    {"2008", support::DirectoryLayout::kWindows2008},
    {"2025", support::DirectoryLayout::kWindows2025},
};

std::optional<std::uint32_t> parse_count(const char* text) {
  char* end = nullptr;
  errno = 0;
  const unsigned long value = std::strtoul(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value > kMostObjects) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

dirsnap::Result<void> write_ldif(const support::ExchangeSite& site, const char* path) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  std::string block;
  const auto flush = [&]() -> dirsnap::Result<void> {
    file.write(block.data(), static_cast<std::streamsize>(block.size()));
    block.clear();
    if (!file) return dirsnap::fail(dirsnap::Code::kIo, "cannot write");
    return {};
  };
  DIRSNAP_CHECK(site.for_each([&](const support::SiteObject& object) -> dirsnap::Result<void> {
    support::append_ldif(support::dump_object(site, object), block);
    if (block.size() < kBlock) return {};
    return flush();
  }));
  return flush();
}

int usage() {
  std::fputs(
      "usage: make_directory --objects N [--columns N] "
      "[--layout usual|renamed|2000|2003|2008|2025|ldif] OUTFILE\n",
      stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::optional<std::uint32_t> count;
  std::optional<std::uint32_t> columns = 0;
  std::string_view name = "usual";
  for (int i = 1; i + 2 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--objects") count = parse_count(argv[i + 1]);
    if (option == "--columns") columns = parse_count(argv[i + 1]);
    if (option == "--layout") name = argv[i + 1];
  }
  std::optional<support::DirectoryLayout> layout;
  for (const NamedLayout& known : kLayouts) {
    if (known.name == name) layout = known.layout;
  }
  const bool is_known = layout || name == kLdif;
  if (argc % 2 != 0 || !count || !columns || *columns > kMostColumns || !is_known) return usage();
  const support::ExchangeSite site(support::large_spec(*count));
  const char* path = argv[argc - 1];
  const auto written =
      layout ? support::write_directory(site, path, *layout, *columns) : write_ldif(site, path);
  if (!written) {
    std::fprintf(stderr, "make_directory: %s\n", written.error().what.c_str());
    return 1;
  }
  return 0;
}
