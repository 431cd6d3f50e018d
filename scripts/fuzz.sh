#!/usr/bin/env bash
# Builds the libFuzzer targets and runs each for some time, one on every core. Fails if one of them
# finds something; the input that shows it is named.
# usage: fuzz.sh [SECONDS] [TARGET...]   (default: 60 seconds, every target)
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=60
if [[ "${1:-}" =~ ^[0-9]+$ ]]; then seconds=$1; shift; fi
wanted=("$@")

build=build/fuzz
cmake --preset fuzz >/dev/null

# "TARGET SEEDS" of every test that replays seeds; see tests/fuzz/CMakeLists.txt.
tests=$build/tests/fuzz/CTestTestfile.cmake
list=$(sed -n 's|^add_test(.* ".*/\([^/"]*\)" "-runs=0" "\([^"]*\)")$|\1 \2|p' $tests | sort -u)
if [ ${#wanted[@]} -ne 0 ]; then
  known=$list
  list=$(for name in "${wanted[@]}"; do
    grep "^$name " <<<"$known" || { echo "fuzz.sh: no target $name; there are:" $(cut -d' ' -f1 <<<"$known") >&2; exit 2; }
  done)
fi
[ -n "$list" ] || { echo "fuzz.sh: no targets" >&2; exit 2; }

makers=$(sed -n 's|^add_test(.* ".*/\([^/"]*_seeds\)" .*|\1|p' $tests | sort -u)
cmake --build $build --target $(cut -d' ' -f1 <<<"$list") $makers
ctest --test-dir $build -R '_seeds$' --output-on-failure >/dev/null

# New inputs are kept in the corpus for the next run, finds beside it.
run() {
  local name=$1 seeds=$2 seconds=$3
  local corpus=build/fuzz/corpus/$name finds=build/fuzz/finds
  mkdir -p "$corpus" "$finds"
  rm -f "$finds/$name-"*
  if build/fuzz/bin/"$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
      -print_final_stats=1 -artifact_prefix="$finds/$name-" "$corpus" "$seeds" \
      >"$finds/$name.log" 2>&1; then
    printf '%-24s %s runs\n' "$name" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' "$finds/$name.log")"
  else
    printf '%-24s FAILED\n' "$name"
    tail -n 40 "$finds/$name.log"
    ls "$finds/$name-"* 2>/dev/null || true
    return 1
  fi
}
export -f run
printf '%s\n' "$list" | xargs -P "$(nproc)" -L 1 bash -c 'run "$1" "$2" '"$seconds" fuzz
