// SPDX-License-Identifier: MIT
//
// make_directory --objects N OUTFILE: writes a directory database of about N objects, nearly all
// of them mailboxes, for benchmarks.
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
  const bool shape = argc == 4 && std::string_view(argv[1]) == "--objects";
  const std::optional<std::uint32_t> count = shape ? parse_count(argv[2]) : std::nullopt;
  if (!count) {
    std::fputs("usage: make_directory --objects N OUTFILE\n", stderr);
    return 2;
  }
  const support::ExchangeSite site(support::large_spec(*count));
  const auto written = support::write_directory(site, argv[3]);
  if (!written) {
    std::fprintf(stderr, "make_directory: %s\n", written.error().what.c_str());
    return 1;
  }
  return 0;
}
