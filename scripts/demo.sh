#!/usr/bin/env bash
# Builds dirsnap and shows its main job: a backup with the fault of KB Q188632, imported, reported,
# queried. Needs Debian 12 and nothing else; run it again as often as you like.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh test
cmake --preset release >/dev/null
cmake --build --preset release --target dirsnap ese_canonical registry_canonical make_sample

bin=build/release/bin
case_file=build/release/sample.dirsnap
rm -f "$case_file" "$case_file-lock"

show() { printf '\n$ %s\n' "$*"; "$@"; }
expect() {  # expect CODE COMMAND...: the exit code says what was found
  local want=$1; shift
  local got=0
  show "$@" || got=$?
  [ "$got" -eq "$want" ] || { echo "demo: exit code $got, expected $want" >&2; exit 1; }
}

expect 0 $bin/dirsnap import $case_file tests/fixtures/sample --codepage 1252
expect 0 $bin/dirsnap report $case_file connectors-without-services
expect 0 $bin/dirsnap query $case_file --format box \
  "SELECT name, type, server, service_key, level FROM connectors WHERE is_deleted = 0 ORDER BY name, level"
expect 0 $bin/dirsnap query $case_file --format box \
  "SELECT server, name, start_type, is_stub FROM services WHERE name LIKE 'MSExchange%' ORDER BY server, name"
expect 0 $bin/dirsnap query $case_file --format box \
  "SELECT o.dn, a.text AS address FROM attributes a JOIN objects o USING (snapshot_id, object_id) WHERE a.attribute_x500 = 'Proxy-Addresses' AND a.text LIKE 'SMTP:%' LIMIT 5"

cat <<TEXT

Go on in the shell:
  $bin/dirsnap $case_file
  dirsnap> .tables
  dirsnap> .describe connectors
  dirsnap> .report connectors-without-services
TEXT
