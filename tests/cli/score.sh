#!/bin/sh
# score: transcripts in, predictions out; the model, the rules and bad input.
. "$(dirname "$0")/../tap.sh"

# name, then a Python expression over p (records by name)
holds() {
	python3 - "$tmp/out" "$2" <<-'PYTHON'
		import json, sys
		p = {}
		for line in open(sys.argv[1]):
		    record = json.loads(line)
		    p[record["name"]] = record
		sys.exit(not eval("(%s)" % sys.argv[2]))
	PYTHON
	result $? "$1"
}

tests/cli/transcripts.py train >"$tmp/train.jsonl"
tests/cli/transcripts.py hosts >"$tmp/hosts.jsonl"
"$MXPRINT" train -o "$tmp/test.model" "$tmp/train.jsonl" 2>/dev/null
result $? "a model is trained"

"$MXPRINT" score -m "$tmp/test.model" "$tmp/hosts.jsonl" >"$tmp/out" 2>"$tmp/err"
result $? "hosts are scored"
holds "one record a host" 'len(p) == 7'
holds "an honest host" 'p["honest"]["product"] == "postfix" and
	p["honest"]["confidence"] >= 0.9 and p["honest"]["flags"] == [] and
	p["honest"]["source"] == "svm" and p["honest"]["family"] == "postfix"'
holds "a forged greeting is disputed" 'p["forged"]["product"] == "postfix" and
	"banner-disputed" in p["forged"]["flags"] and
	p["forged"]["version"] != "4.96" and
	"greets as Exim" in p["forged"]["reasons"][0]'
holds "a hidden greeting does not matter" 'p["hidden"]["product"] == "exim"'
holds "a stranger is unknown and novel" 'p["stranger"]["product"] == "unknown"
	and "novel" in p["stranger"]["flags"] and p["stranger"]["version"] is None
	and p["stranger"]["candidates"]'
holds "a 421 greeting is unsure" 'p["deferred"]["confidence"] <= 0.5 and
	"short-dialogue" in p["deferred"]["flags"]'
holds "who refused has an outcome and no product" '
	p["refused"]["outcome"] == "refused" and
	p["refused"]["product"] is None and p["refused"]["confidence"] is None'
holds "reasons quote the reply as it was seen" 'any(
	"501 5.5.4 Syntax: MAIL FROM:<address>" in r and "as Postfix does" in r
	for r in p["honest"]["reasons"])'
holds "hostile bytes are escaped" 'all(32 <= ord(c) < 127
	for x in p.values() for r in x["reasons"] for c in r)'
holds "confidences are probabilities, best first" 'all(
	0 <= c["confidence"] <= 1 for x in p.values() for c in x["candidates"])
	and all(x["candidates"] == sorted(x["candidates"],
	key=lambda c: -c["confidence"]) for x in p.values()
	if x["source"] != "rule")'

cp "$tmp/out" "$tmp/first"

# The honest host again, behind one that greets with a line of its own.
sed -n '/mail.honest.example/s/"220 mail/"220-wait\\r\\n220 mail/p' \
	"$tmp/hosts.jsonl" >"$tmp/fronted.jsonl"
"$MXPRINT" score -m "$tmp/test.model" "$tmp/fronted.jsonl" >"$tmp/out"
holds "two greeting lines before Postfix are postscreen's" '
	p["honest"]["front"] == "postfix-postscreen" and
	p["honest"]["product"] == "postfix" and p["honest"]["version"] is None'
"$MXPRINT" score -m "$tmp/test.model" - <"$tmp/hosts.jsonl" >"$tmp/out"
cmp -s "$tmp/out" "$tmp/first"
result $? "standard input gives the same"
"$MXPRINT" score -m "$tmp/test.model" -o "$tmp/out.gz" "$tmp/hosts.jsonl" \
	2>"$tmp/err"
gzip -dc "$tmp/out.gz" | cmp -s - "$tmp/first"
result $? "--output FILE.gz packs the same"
unknown=$(grep -c '"product":"unknown"' "$tmp/first")
grep -q "7 hosts scored: $((6 - unknown)) labelled, $unknown unknown, 1 did" \
	"$tmp/err"
result $? "and says how many"
"$MXPRINT" score -m "$tmp/test.model" --format table "$tmp/hosts.jsonl" |
	grep -q "^198.51.100.2:25 *postfix .*banner-disputed"
result $? "a table for people"

"$MXPRINT" score -m none "$tmp/hosts.jsonl" >"$tmp/out"
holds "rules alone: source and no model" 'p["honest"]["source"] == "rule" and
	p["honest"]["model"] is None and p["hidden"]["product"] == "exim"'
"$MXPRINT" score -m "$tmp/test.model" --rules none "$tmp/hosts.jsonl" >"$tmp/out"
holds "the model alone" 'p["honest"]["source"] == "svm" and
	p["forged"]["product"] == "postfix" and p["forged"]["flags"] == []'

{ cat "$tmp/hosts.jsonl"; echo '{"type":"route"}'; echo 'junk'
	head -c 300 "$tmp/hosts.jsonl"; } >"$tmp/torn.jsonl"
"$MXPRINT" score -m none "$tmp/torn.jsonl" >"$tmp/out" 2>"$tmp/err"
result $? "a torn file is no failure"
holds "its whole records are scored" 'len(p) == 7'
[ "$(grep -c "torn.jsonl:.*skipped" "$tmp/err")" -eq 3 ]
result $? "what is skipped is told by line"

says "no file named" 64 "transcripts" "$MXPRINT" score
says "no such file" 66 "nosuch" "$MXPRINT" score -m none "$tmp/nosuch"
says "an empty file" 65 "no transcript" \
	"$MXPRINT" score -m none /dev/null
says "no such model" 66 "nosuch" "$MXPRINT" score -m "$tmp/nosuch" \
	"$tmp/hosts.jsonl"
head -c 1000 "$tmp/test.model" >"$tmp/cut.model"
says "a truncated model" 65 "cut.model" \
	"$MXPRINT" score -m "$tmp/cut.model" "$tmp/hosts.jsonl"
says "an unknown format" 64 "format" \
	"$MXPRINT" score --format xml "$tmp/hosts.jsonl"
says "an output that cannot be made" 73 "nosuch" \
	"$MXPRINT" score -m none -o "$tmp/nosuch/x" "$tmp/hosts.jsonl"
says "a full disk" 74 "" \
	sh -c "'$MXPRINT' score -m none '$tmp/hosts.jsonl' >/dev/full"
tap_end
