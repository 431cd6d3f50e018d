#!/usr/bin/env bash
# Installs what dirsnap is built from, on Debian 12, where something of it is missing.
# usage: packages.sh [build|test|ci]   (each set includes the one before it)
set -euo pipefail

build=(g++ cmake ninja-build pkg-config libsqlite3-dev liblmdb-dev libcli11-dev libexpected-dev
       libfmt-dev libssl-dev libedit-dev libutf8proc-dev nlohmann-json3-dev libre2-dev liblzma-dev)
test=(catch2 libesedb-utils sqlite3 xz-utils)
ci=(clang-14 clang-tidy-14 clang-format-14 libclang-rt-14-dev libxml2-utils python3 python3-jsonschema
    python3-html5lib python3-selenium chromium chromium-driver)

packages=("${build[@]}")
case "${1:-build}" in
  build) ;;
  test) packages+=("${test[@]}") ;;
  ci) packages+=("${test[@]}" "${ci[@]}") ;;
  *) echo "usage: packages.sh [build|test|ci]" >&2; exit 2 ;;
esac

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "packages.sh: needs root or sudo to install: ${missing[*]}" >&2; exit 5; }
  as_root=(sudo)
fi
echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
