#!/usr/bin/env bash
# Makes the review page of the sample backup and one of hostile names, and looks at both in a
# browser. Needs Debian 12; "packages.sh ci" installs what it uses.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh ci
cmake --preset release >/dev/null
cmake --build --preset release --target dirsnap >/dev/null

dirsnap=$PWD/build/release/bin/dirsnap
check=$PWD/scripts/check_review.py
sample=$PWD/tests/fixtures/sample
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
scripts/review_hostile.py "$folder/hostile"
cd "$folder"
export XDG_CONFIG_HOME=$folder  # no reports of the user's own

"$dirsnap" import sample.dirsnap "$sample" --codepage 1252 >/dev/null 2>&1
"$dirsnap" report sample.dirsnap connectors-without-services gateway-mailbox-mismatch \
  mailbox-directory-only --format html --output sample.html
# What somebody accepted, and what an earlier run knew.
cat >accepted.csv <<'TEXT'
report,object,reason,owner,expires
connectors-without-services,*cn=Configuration*cc:Mail*,retired on purpose,J. Doe,
TEXT
"$dirsnap" report sample.dirsnap connectors-without-services --format json --output old.json
"$dirsnap" report sample.dirsnap connectors-without-services --suppressions accepted.csv \
  --baseline old.json --format html --output known.html
"$dirsnap" import hostile.dirsnap hostile/backup --server EX1 >/dev/null 2>&1
"$dirsnap" report hostile.dirsnap --all --reports hostile/reports --format html --output hostile.html
HOME=$folder "$check" sample.html hostile.html known.html
