// SPDX-License-Identifier: MIT
//
// make_directory --objects N [--columns N] OUTFILE: writes a directory database of about N
// objects, nearly all of them mailboxes, for benchmarks. --columns: of the object table, at least.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "tests/support/exchange_directory.h"
#include "tests/support/exchange_site.h"

namespace {

constexpr unsigned long kMostObjects = 20'000'000;
constexpr std::uint32_t kMostColumns = 60'000;

std::optional<std::uint32_t> parse_count(const char* text) {
  char* end = nullptr;
  errno = 0;
  const unsigned long value = std::strtoul(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value > kMostObjects) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

}  // namespace

int main(int argc, char** argv) {
  namespace support = dirsnap::support;
  std::optional<std::uint32_t> count;
  std::optional<std::uint32_t> columns = 0;
  for (int i = 1; i + 2 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--objects") count = parse_count(argv[i + 1]);
    if (option == "--columns") columns = parse_count(argv[i + 1]);
  }
  if (argc % 2 != 0 || !count || !columns || *columns > kMostColumns) {
    std::fputs("usage: make_directory --objects N [--columns N] OUTFILE\n", stderr);
    return 2;
  }
  const support::ExchangeSite site(support::large_spec(*count));
  const auto written =
      support::write_directory(site, argv[argc - 1], support::DirectoryLayout::kUsual, *columns);
  if (!written) {
    std::fprintf(stderr, "make_directory: %s\n", written.error().what.c_str());
    return 1;
  }
  return 0;
}
