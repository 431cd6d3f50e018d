#!/usr/bin/env bash
# clang-tidy over every source of the layers, but for the static analyser (analyze.sh), on all cores;
# fails on the first finding. The sources are read in the joined form of the preset: then headers
# are parsed once for many of them.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset tidy >/dev/null
# Generated sources (embedded reports) must exist before their users can be analysed.
cmake --build build/tidy --target dirsnap_generated >/dev/null
sed -n 's/^ *"file": "\(.*unity_[0-9]*_cxx\.cxx\)".*/\1/p' build/tidy/compile_commands.json |
  xargs -P "$(nproc)" -n 1 clang-tidy-14 -p build/tidy --quiet \
    --checks='-clang-analyzer-*,-clang-diagnostic-*,-bugprone-suspicious-include' 2>/dev/null
