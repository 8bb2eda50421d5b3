#!/bin/sh
# mxprint corpus: what it accepts is what the schema accepts, what it refuses
# it names by file and line, and what it counts is what is there.
. "$(dirname "$0")/../tap.sh"

tests/cli/some_transcripts.py transcripts 4 exim postfix dovecot-lmtp \
	>"$tmp/good.jsonl"
check "good transcripts are good" "$MXPRINT" corpus "$tmp/good.jsonl"
says "nothing is not a corpus" 65 "no transcript" "$MXPRINT" corpus /dev/null
says "a missing file" 66 "nowhere" "$MXPRINT" corpus "$tmp/nowhere"

# Counted again by other means.
"$MXPRINT" corpus --format json "$tmp/good.jsonl" >"$tmp/counts.json"
"$MXPRINT" corpus --normal "$tmp/good.jsonl" >"$tmp/normal.jsonl"
/usr/bin/python3 - "$tmp" <<'PYTHON'
import json, os, sys
folder = sys.argv[1]
def lines(name):
    return [json.loads(l) for l in open(f"{folder}/{name}")]
counts, = lines("counts.json")
given, normal = lines("good.jsonl"), lines("normal.jsonl")
assert [(n["deployment"], n["plan"]) for n in normal] == \
       [(t["deployment"], t["plan"]) for t in given]
largest = {}
for n in normal:
    rank = ["polite", "standard", "deep", "lab"].index(n["plan"])
    largest[n["deployment"]] = max(largest.get(n["deployment"], (-1, "")),
                                   (rank, n["normal"]))
assert all("\n" in form for _, form in largest.values())
of = lambda f: len({f(t) for t in given})
wanted = {
    "deployments": of(lambda t: t["deployment"]),
    "distinct": len(set(largest.values())),
    "products": of(lambda t: t["label"]["product"]),
    "versions": of(lambda t: (t["label"]["product"], t["label"]["version"])),
    "suites": of(lambda t: t["provenance"]["suite"]),
    "configurations": of(lambda t: (t["provenance"]["recipe"],
                                    t["provenance"]["config"])),
    "plans": of(lambda t: t["plan"]),
    "transcripts": len(given),
    "not_smtp": len({t["deployment"] for t in given
                     if t["label"]["product"] == "dovecot-lmtp"}),
    "two_layer": len({t["deployment"] for t in given
                      if "front" in t["label"]}),
    "bytes": os.path.getsize(f"{folder}/good.jsonl"),
    "complaints": 0,
}
for key, value in wanted.items():
    assert counts[key] == value, (key, counts[key], value)
assert wanted["not_smtp"] > 0
assert sum(p["deployments"] for p in counts["by_product"]) == \
       counts["deployments"]
PYTHON
result $? "counts are those of the data"

# Every member of a record left out, of another type, out of range: read by
# the program if, and only if, the schema allows it.
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	/usr/bin/python3 tests/cli/mutants.py "$tmp/good.jsonl" \
		>"$tmp/mutants.jsonl" 2>"$tmp/verdicts"
	"$MXPRINT" corpus --normal "$tmp/mutants.jsonl" 2>/dev/null |
		sed 's/.*"deployment":"\([^"]*\)".*/\1/' | sort >"$tmp/read"
	sed -n 's/^valid //p' "$tmp/verdicts" | sort >"$tmp/valid"
	[ "$(wc -l <"$tmp/valid")" -gt 50 ] &&
		[ "$(wc -l <"$tmp/mutants.jsonl")" -gt 400 ] &&
		diff "$tmp/valid" "$tmp/read" >"$tmp/diff"
	result $? "as strict as the schema" "$tmp/diff"
else
	echo "# python3-jsonschema is not installed: strictness not compared"
fi

# One fault each. "was => becomes" in the first line of a file of its own.
head -n 1 "$tmp/good.jsonl" >"$tmp/one.jsonl"
while IFS='|' read -r name from to words; do
	sed "s|$from|$to|" "$tmp/one.jsonl" >"$tmp/bad.jsonl"
	! cmp -s "$tmp/one.jsonl" "$tmp/bad.jsonl" || words='no change'
	says "$name" 65 "bad.jsonl:1: .*$words" \
		"$MXPRINT" corpus "$tmp/bad.jsonl"
done <<'FAULTS'
a member that no one knows|"port":25|"port":25,"prot":25|"prot" of a transcript is no known member
a member given twice|"port":25|"port":25,"port":25|is given twice
no label|"label":{[^}]*},||"label" is missing
no deployment|"deployment":"[^"]*",||"deployment" is missing
a product of no catalogue|"product":"exim"|"product":"exymn"|no product 'exymn' in the catalogue
a front of no catalogue|"product":"exim"|"product":"exim","front":"porch"|no front 'porch'
a public address|"host":"[^"]*"|"host":"8.8.4.4"|host 8.8.4.4 is a public address
a host that is none|"host":"[^"]*"|"host":"1.2.3"|host '1.2.3' is no address
no package|"package":"[^"]*",||does not tell "package"
no seed|"seed":1|"seed":"one"|does not tell "seed"
no suite|"suite":"[^"]*"|"suite":""|does not tell "suite"
a label of another day|"date":"\([0-9-]*\)"},"prov|"date":"2016-02-29"},"prov|is not the day of its "start"
no such day|"date":"\([0-9-]*\)"},"prov|"date":"2026-02-30"},"prov|is no date
a part of the version|"version":"\([0-9]*\)[^"]*","source|"version":"\1","source|is not the package's
a version of another package|"version":"[^"]*","source|"version":"1.2.3","source|is not the package's
no version|"version":"[^"]*","source|"source|without "version"
no version at all|"version":"[^"]*","source|"version":"latest!","source|is no version
FAULTS

cat "$tmp/one.jsonl" "$tmp/one.jsonl" >"$tmp/twice.jsonl"
says "a plan twice" 65 "twice.jsonl:2: .* has this plan twice" \
	"$MXPRINT" corpus "$tmp/twice.jsonl"
sed 's/"deployment":"[^"]*"/"deployment":"copy"/' "$tmp/one.jsonl" |
	cat "$tmp/one.jsonl" - >"$tmp/copy.jsonl"
says "a recording twice" 65 "copy.jsonl:2: the very recording of deployment" \
	"$MXPRINT" corpus "$tmp/copy.jsonl"
sed 's/"deployment":"[^"]*"/"deployment":"copy"/;s/"host":"[^"]*"/"host":"127.0.0.9"/
s/"source":"127[^"]*"/"source":"127.0.0.8"/;s/\("start":"[^"]*\)[0-9]Z"/\1xZ"/;s/xZ/7Z/' \
	"$tmp/one.jsonl" | cat "$tmp/one.jsonl" - >"$tmp/copy.jsonl"
says "a recording twice, as of another host and time" 65 \
	"copy.jsonl:2: the very recording of deployment" \
	"$MXPRINT" corpus "$tmp/copy.jsonl"
sed 's/"product":"[^"]*"/"product":"postfix"/;s/"plan":"[^"]*"/"plan":"own"/' \
	"$tmp/one.jsonl" | cat "$tmp/one.jsonl" - >"$tmp/two.jsonl"
says "two labels" 65 'two.jsonl:2: .* has another "product" in .*two.jsonl:1' \
	"$MXPRINT" corpus "$tmp/two.jsonl"
head -c 500 "$tmp/one.jsonl" >"$tmp/cut.jsonl"
says "a file cut short" 65 "cut.jsonl:1: the file ends in the middle" \
	"$MXPRINT" corpus "$tmp/cut.jsonl"
printf %s "$(cat "$tmp/one.jsonl")" >"$tmp/no-newline.jsonl"
check "a whole file without its last newline" \
	"$MXPRINT" corpus "$tmp/no-newline.jsonl"
gzip -c "$tmp/one.jsonl" | head -c -4 >"$tmp/cut.jsonl.gz"
says "a compressed file cut short" 65 "cut.jsonl.gz:2: the file ends in the mid" \
	"$MXPRINT" corpus "$tmp/cut.jsonl.gz"
yes '{}' | head -n 100 >"$tmp/many.jsonl"
says "many faults: all counted" 65 "100 complaints" \
	"$MXPRINT" corpus "$tmp/many.jsonl"
[ "$(grep -c '^[^ ]*many.jsonl:' "$tmp/err")" -eq 40 ]
result $? "many faults: some told"
says "--normal has no format" 64 "no --format" \
	"$MXPRINT" corpus --normal --format json "$tmp/one.jsonl"
tap_end
