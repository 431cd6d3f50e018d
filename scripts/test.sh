#!/usr/bin/env bash
# Builds dirsnap (Release) and runs the whole test suite. Needs Debian 12 and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh test
cmake --preset release >/dev/null
cmake --build --preset release
ctest --preset release -j "$(nproc)" "$@"
