#!/usr/bin/env bash
# The static analyser of clang over the sources of the layers, on all cores; fails on the first
# finding. It needs some seconds for a source, so CI gives it a budget: then it takes the sources in
# an order that depends on the commit, and what is not reached today is reached another day.
# usage: analyze.sh [SECONDS]   (default: no limit)
set -euo pipefail
cd "$(dirname "$0")/.."
export seconds=${1:-0}

build=build/analyze
cmake --preset tidy -B $build -DCMAKE_UNITY_BUILD=OFF >/dev/null
cmake --build $build --target dirsnap_generated >/dev/null

export start=$EPOCHSECONDS
analyze() {
  if [ "$seconds" -gt 0 ] && [ $((EPOCHSECONDS - start)) -ge "$seconds" ]; then return; fi
  clang-tidy-14 -p build/analyze --quiet \
    --checks='-*,clang-analyzer-*,-clang-analyzer-optin.performance.Padding' "$1" 2>/dev/null
  echo "$1"
}
export -f analyze

mapfile -t sources < <(
  git ls-files 'storage/*.cc' 'importers/*.cc' 'query/*.cc' 'shell/*.cc' | grep -v '_data\.cc$' |
    shuf --random-source=<(yes "$(git rev-parse HEAD)"))
done_list=$(mktemp)
trap 'rm -f "$done_list"' EXIT
if ! printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -n 1 bash -ec 'analyze "$1"' analyze >"$done_list"; then
  grep -Ev '^[a-z_/]+\.cc$' "$done_list"
  exit 1
fi
echo "analysed $(wc -l <"$done_list") of ${#sources[@]} sources"
