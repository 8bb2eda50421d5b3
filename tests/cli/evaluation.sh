#!/bin/sh
# docs/evaluation.md's generator, on an evaluation of a few deployments: the
# same bytes twice, whole tables, pictures that are XML, figures that are
# numbers and those of the program.
. "$(dirname "$0")/../tap.sh"
report=docs/evaluation/report.py

tests/cli/some_transcripts.py transcripts 6 python-smtpd aiosmtpd \
	twisted-mail perl-net-server-mail postfix >"$tmp/some.jsonl"
check "a corpus" sh -c "'$MXPRINT' corpus --format json '$tmp/some.jsonl' \
	>'$tmp/corpus.json'"
check "an evaluation" sh -c "'$MXPRINT' evaluate --folds 2 --cost 1 --format \
	json '$tmp/some.jsonl' >'$tmp/evaluation.json'"
command -v gnuplot >/dev/null || {
	echo "ok - # SKIP gnuplot is not installed (./bootstrap.sh evaluation)"
	exit $tap_failed
}

made() { # folder
	mkdir -p "$tmp/$1/evaluation"
	$report "$tmp/evaluation.json" "$tmp/corpus.json" "$tmp/$1"
}
check "a report" made first
check "a report again" made second
check "the same bytes" diff -r "$tmp/first" "$tmp/second"
check "headline figures, to compare with later" sh -c \
	"$report --headline '$tmp/evaluation.json' >'$tmp/before.json' &&
	mkdir -p '$tmp/later/evaluation' &&
	cp '$tmp/before.json' '$tmp/later/evaluation/'"
check "a report beside an earlier one" made later
none "without one it says so" \
	"$(grep -L 'No earlier state' "$tmp/first/evaluation.md")"
none "wrong arguments" "$($report nowhere 2>/dev/null && echo accepted)"

cat >"$tmp/look.py" <<'PYTHON'
import glob, json, os, re, sys
import xml.dom.minidom
folder = sys.argv[1]
text = open(f"{folder}/later/evaluation.md").read()
measured = json.load(open(f"{folder}/evaluation.json"))
for word in ("nan", "None", "null", "inf", "{", "}"):
    assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text), word
for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
    assert len({row.count("|") for row in block.splitlines()}) == 1, block
# what the report says of the standard plan is what was measured
figure = measured["folds"]["standard"]["micro"]
said = "{value:.3f} ({low:.3f} – {high:.3f})".format(**figure)
assert f"accuracy, deployments equal (micro) | {said} |" in text, said
# compared with itself, nothing has changed
part = text.split("## Before and after")[1].split("\n## ")[0]
rows = [r for r in part.splitlines() if r.startswith("| ")][2:]
assert len(rows) >= 8 and all(r.endswith("| +0.000 |") for r in rows), rows
# the worst recall is among the weakest spots
worst = min((c for c in measured["folds"]["standard"]["classes"]
             if c["recall"]), key=lambda c: c["recall"]["value"])
weak = text.split("## Weakest spots")[1].split("\n## ")[0]
assert worst["recall"]["value"] == 1 or worst["product"] in weak, worst
shown = set(re.findall(r"\(evaluation/(\w+\.svg)\)", text))
there = {os.path.basename(p)
         for p in glob.glob(f"{folder}/later/evaluation/*.svg")}
assert shown == there and {"ladder.svg", "reliability.svg"} <= shown, shown
for name in there:
    svg = open(f"{folder}/later/evaluation/{name}").read()
    xml.dom.minidom.parseString(svg)
    assert "gnuplot 5" not in svg.lower() and "NaN" not in svg, name
PYTHON
check "tables, pictures and figures" /usr/bin/python3 "$tmp/look.py" "$tmp"
tap_end
