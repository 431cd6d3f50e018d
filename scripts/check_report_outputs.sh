#!/usr/bin/env bash
# Runs the reports over the sample backup, once plain and once with a baseline and suppressions, and
# has every output judged by programs that are not ours: python3-jsonschema, xmllint, Python's own
# json, csv and html.parser. Needs the packages of "packages.sh ci" and a built dirsnap.
#
# SARIF is judged by the schema of OASIS where it can be had: $DIRSNAP_SARIF_SCHEMA, or the copy
# inside an npm package, if there is npm and a registry. It is not part of this repository. Where it
# cannot be had, scripts/schemas/sarif-subset.schema.json is all, and the output says so.
# usage: check_report_outputs.sh [folder of dirsnap, default build/release/bin]
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(realpath "${1:-build/release/bin}")
schemas=$PWD/scripts/schemas
sample=$PWD/tests/fixtures/sample
cache=$PWD/build/sarif-schema
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

readonly package=@microsoft/jest-sarif@1.0.0-beta.0
readonly member=package/lib/schemas/sarif-2.1.0-rtm.5.json
readonly digest=2d99159ae54a3eea97f81781cff48780548657c35949f4b7f25e99a2ba4de4f8

published_schema() {
  if [ -n "${DIRSNAP_SARIF_SCHEMA:-}" ]; then echo "$DIRSNAP_SARIF_SCHEMA"; return; fi
  if [ ! -f "$cache/schema.json" ] && command -v npm >/dev/null; then
    mkdir -p "$cache"
    (cd "$work" && timeout 120 npm pack --silent "$package" >/dev/null 2>&1 &&
      tar -xOzf ./*.tgz "$member" >schema.json &&
      echo "$digest  schema.json" | sha256sum --check --status &&
      mv schema.json "$cache/schema.json") || true
  fi
  if [ -f "$cache/schema.json" ]; then echo "$cache/schema.json"; fi
}

expect() {  # expect CODE COMMAND...
  local want=$1 got=0
  shift
  "$@" || got=$?
  [ "$got" -eq "$want" ] || { echo "check_report_outputs: exit $got, not $want: $*" >&2; exit 1; }
}

# Ours first: /usr/bin/python3 is the one that Debian's packages belong to.
python() { /usr/bin/python3 "$@"; }

cd "$work"
expect 3 "$bin/dirsnap" import s.dirsnap "$sample" >/dev/null
# Text that attacks each format: in a report's own rows, for names of the sample are harmless.
mkdir reports
cat >reports/hostile.sql <<'SQL'
-- id: hostile-text
-- title: Text that attacks </script> [each](x) format
-- severity: info
SELECT 1 AS snapshot_id, '/o=Org/cn=' || char(27) || '[2J]]>' || char(0x202e) || '<marquee>&"''' AS subject,
       '=cmd|x' AS formula, char(0xFFFE) || char(1) AS controls, x'ff00' AS bytes, 'a' || char(10) || '-->' AS lines
SQL
cat >reports/broken.sql <<'SQL'
-- id: broken-statement
-- title: A statement that fails
-- severity: info
SELECT snapshot_id, 1 AS subject FROM nowhere
SQL
exports() {
  local name=$1 format
  for format in json jsonl sarif junit csv tsv markdown html text; do
    printf -- '--export\n%s=%s.%s\n' "$format" "$name" "$format"
  done
}
printf 'report,object,reason,owner,expires\nconnectors-*,*/cn=cc:mail*,"<retired> & ""gone""",J. Doe,2999-01-31\n' >accepted.csv
mapfile -t plain < <(exports plain)
mapfile -t marked < <(exports marked)
expect 0 "$bin/dirsnap" report s.dirsnap --all "${plain[@]}" >/dev/null 2>notes.txt
# A baseline that lacks one of the findings and has one more.
python - <<'PY'
import json
run = json.load(open("plain.json"))
found = next(r for r in run["reports"] if r["id"] == "connectors-without-services")["findings"]
found[0]["fingerprint"] = "0" * 32 + ":1"
json.dump(run, open("old.json", "w"))
PY
expect 2 "$bin/dirsnap" report s.dirsnap --all --reports reports --baseline old.json \
  --suppressions accepted.csv "${marked[@]}" >/dev/null 2>>notes.txt

schema=$(published_schema)
if [ -n "$schema" ]; then echo "SARIF: judged by the published schema"; else
  echo "SARIF: the published schema cannot be had here; judged by our own subset alone"; fi
python - "$schemas" "$schema" <<'PY'
import csv, html.parser, json, sys
import jsonschema
ours, published = sys.argv[1], sys.argv[2]

def valid(schema, document):
    rules = json.load(open(schema))
    kind = jsonschema.validators.validator_for(rules)
    kind.check_schema(rules)
    kind(rules, format_checker=jsonschema.FormatChecker()).validate(document)

class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.tags = [], set()
    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        # Data stands in <bdi>; only a line feed and the mark of a cut are elements there.
        inside = "bdi" in self.open and tag not in ("br", "small")
        if tag not in ("meta", "br", "link", "col"): self.open.append(tag)
        if inside or tag in ("marquee", "img", "iframe") or any(name.startswith("on") for name, _ in attrs):
            sys.exit(f"html: <{tag} {attrs}> came out of data")
    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag: sys.exit(f"html: </{tag}> closes nothing")

def reject(constant): sys.exit(f"json: {constant} is none")

for name in ("plain", "marked"):
    run = json.load(open(name + ".json"), parse_constant=reject)
    valid(ours + "/report-run.schema.json", run)
    lines = [json.loads(line) for line in open(name + ".jsonl")]
    findings = [f for report in run["reports"] for f in report["findings"]]
    assert len([l for l in lines if "finding" in l]) == len(findings)
    log = json.load(open(name + ".sarif"))
    valid(ours + "/sarif-subset.schema.json", log)
    if published: valid(published, log)
    results = log["runs"][0]["results"]
    present = [r for r in results if r.get("baselineState") != "absent"]
    prints = sorted(r["partialFingerprints"]["dirsnapFinding/v1"] for r in present)
    assert prints == sorted(f["fingerprint"] for f in findings), "SARIF and JSON differ"
    rows = list(csv.DictReader(open(name + ".csv", newline="", encoding="utf-8")))
    not_judged = [r for r in run["reports"] if r["status"] in ("skipped", "error")]
    gone = sum(len(r.get("resolved", [])) for r in run["reports"])
    notes = sum(len(r["coverage"]) for r in run["reports"] if r["status"] in ("pass", "findings"))
    assert len(rows) == len(findings) + len(not_judged) + notes + gone, "CSV has other rows"
    page = Page()
    page.feed(open(name + ".html", encoding="utf-8").read())
    page.close()
    assert not page.open, f"html: {page.open} not closed"
    assert page.tags, "html: nothing in it"
marked = json.load(open("marked.json"))
states = [f["baseline"] for r in marked["reports"] for f in r["findings"]]
assert "new" in states and "unchanged" in states
assert any(r["resolved"] for r in marked["reports"])
assert any("suppressed" in f for r in marked["reports"] for f in r["findings"])
for name in ("marked.csv", "marked.text", "marked.markdown", "marked.junit", "marked.html"):
    text = open(name, encoding="utf-8", newline="").read()
    # csv and tsv are data, and leave control characters to their reader; the rest is for people.
    if name != "marked.csv":
        assert not any(c in text for c in "\x1b\x01\u202e\ufffe"), name
    else:
        assert "'=cmd|x" in text, "a formula is not harmless"
PY
for name in plain marked; do xmllint --noout --schema "$schemas/junit.xsd" $name.junit; done
echo "check_report_outputs: json, jsonl, sarif, junit, csv and html are valid"
