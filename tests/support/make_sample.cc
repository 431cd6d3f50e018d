// SPDX-License-Identifier: MIT
//
// make_sample OUTDIR: writes the synthetic sample backup.
#include <cstdio>

#include "tests/support/sample_backup.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_sample OUTDIR\n", stderr);
    return 2;
  }
  const auto written = dirsnap::support::write_sample(argv[1]);
  if (!written) {
    std::fprintf(stderr, "make_sample: %s\n", written.error().what.c_str());
    return 1;
  }
  return 0;
}
