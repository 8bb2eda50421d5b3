#!/bin/sh
# mxprint report on a small run: shares, losses, leads, formats, examples.
. "$(dirname "$0")/../tap.sh"

run="$tmp/domains.run"
/usr/bin/python3 tests/cli/example_run.py >"$tmp/records.jsonl" &&
	"$BUILD/tests/farm/fill_run" "$run" 2525 <"$tmp/records.jsonl" ||
	exit 1
report() {
	"$MXPRINT" report "$run" "$@"
}

table() {
	report >"$tmp/table" || return 1
	cat "$tmp/table"
	# 20 + 1.5 of 53 domains; 53 = 20 + 12 + 18 + 3
	grep -Eq '^Postfix +21\.50 +40\.6 % +\([0-9.]+ - [0-9.]+ %\) +21 +21 +0$' \
		"$tmp/table" &&
		grep -Eq '^Exim +13\.50 +25\.5 % .* 13 +12 +1$' "$tmp/table" &&
		grep -Eq '^unknown +18\.00 +34\.0 % .* 6 +0 +6$' "$tmp/table" &&
		grep -Eq '^  - null-mx +1 +- +says' "$tmp/table" &&
		grep -Eq '^  - refused +- +1 +connection refused' \
			"$tmp/table" &&
		grep -Eq '^greeted +53 +40 ' "$tmp/table" &&
		grep -Eq '^labelled +35 +34 ' "$tmp/table"
}
check "table: shares, then losses" table

plain() { # no escape sequence, no trailing blank
	report >"$tmp/table" && report --by domain >>"$tmp/table" &&
		! grep -q "$(printf '\033')" "$tmp/table" &&
		! grep -q ' $' "$tmp/table"
}
check "tables are plain text" plain

same() {
	report --format json >"$tmp/a" && report --format json >"$tmp/b" &&
		cmp "$tmp/a" "$tmp/b"
}
check "the same run gives the same bytes" same

json() {
	report --format json >"$tmp/json" || return 1
	/usr/bin/python3 - "$tmp/json" <<'PY'
import json, sys
r = json.load(open(sys.argv[1]))
assert r["by"] == "software" and r["greeted_hosts"] == 40, r
assert r["greeted_domains"] == 53 and r["sure_from"] == 0.9, r
rows = {row["id"]: row for row in r["software"]}
assert rows["postfix"]["name"] == "Postfix", rows
assert rows["postfix"]["domains"] == 21.5, rows
assert abs(sum(row["share"] for row in rows.values()) - 1) < 1e-3
for row in rows.values():
    assert row["share_low"] < row["share"] < row["share_high"], row
    assert row["sure"] + row["unsure"] == row["hosts"], row
loss = {row["step"]: row for row in r["outcome"]}
assert loss["domains"]["domains"] == 56, loss
assert loss["silent"]["lost"] is True and loss["silent"]["hosts"] == 1, loss
PY
}
check "json has everything by name" json

leads() {
	report --by domain --format csv >"$tmp/csv" || return 1
	/usr/bin/python3 - "$tmp/csv" <<'PY'
import csv, sys
raw = open(sys.argv[1], "rb").read()
assert raw.count(b"\r\n") == raw.count(b"\n"), "CR LF ends every record"
rows = list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")))
named = [row for row in rows if row["product"] == "postfix"]
assert named and all(row["vendor"] and
    row["cpe"].startswith("cpe:2.3:a:postfix:postfix:") for row in named), named
by = {}
for row in rows:
    by.setdefault(row["domain"], []).append(row)
assert len(by) == 56, len(by)
first = by["post0.example"][0]
assert first["company"] == "'=HYPERLINK(\"x\")", first
assert first["list.host"] == "a column of mine", first
assert first["host"] == "127.30.1.1" and first["product"] == "postfix"
assert by["post1.example"][0]["company"] == "Häuser 1, Ltd"
assert by["post1.example"][0]["version"] == "3.7.11"
assert by["null.example"][0]["outcome"] == "null-mx"
assert by["null.example"][0]["product"] == ""
assert len(by["half.example"]) == 2
half = {row["host"]: row for row in by["half.example"]}
assert half["127.30.4.2"]["operator"] == "google"
assert half["127.30.4.2"]["front"] == "barracuda"
assert half["127.30.4.2"]["confidence"] == "0.600"
assert half["127.30.4.1"]["flags"] == "banner-disputed"
dead = {row["host"]: row for row in by["fake.example"]}["127.30.9.1"]
assert dead["outcome"] == "refused" and dead["confidence"] == ""
PY
}
check "csv by domain: leads with the user's columns, no formula" leads

lines() {
	report --by domain --format jsonl >"$tmp/jsonl" || return 1
	/usr/bin/python3 - "$tmp/jsonl" <<'PY'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert rows[0]["columns"]["company"] == "=HYPERLINK(\"x\")", rows[0]
assert rows[0]["sure"] is True and rows[0]["flags"] == [], rows[0]
PY
}
check "jsonl by domain: the user's columns as they were" lines

versions() {
	report --versions --format csv --columns id,version,hosts \
		>"$tmp/csv" && cat "$tmp/csv" &&
		tr -d '\r' <"$tmp/csv" | grep -qx 'postfix,3.7.11,10' &&
		tr -d '\r' <"$tmp/csv" | grep -qx 'exim,4.96,12'
}
check "versions have rows of their own" versions

by() {
	for what in software operator front family kind domain host outcome; do
		report --by $what --limit 2 >"$tmp/out" || return 1
		report --by $what --format json | /usr/bin/python3 -c \
			"import json,sys; assert json.load(sys.stdin)['$what']" ||
			return 1
	done
	report --by operator --format csv --columns id,domains |
		tr -d '\r' | grep -qx 'google,1.50'
}
check "every --by in every shape" by

sure() {
	report --sure 0.96 --format csv --columns id,sure |
		tr -d '\r' | grep -qx 'exim,0'
}
check "--sure moves the line" sure

files() {
	report --by domain --format csv -o "$tmp/x.csv.gz" &&
		gunzip -c "$tmp/x.csv.gz" | grep -q '^post0.example,' &&
		report | head -n 1 >/dev/null
}
check "--output writes and compresses" files

keeps() { # a failure costs no older file and leaves nothing behind
	echo old >"$tmp/leads.csv"
	mkdir "$tmp/out.d"
	mv "$tmp/leads.csv" "$tmp/out.d/"
	! report --columns nmae -o "$tmp/out.d/leads.csv" 2>/dev/null &&
		[ "$(cat "$tmp/out.d/leads.csv")" = old ] &&
		[ "$(ls -A "$tmp/out.d")" = leads.csv ] || return 1
	report -o "$tmp/none/x.csv" >"$tmp/out" 2>&1
	got=$?
	cat "$tmp/out"
	[ $got -eq 73 ] || return 1
	report --by domain >/dev/full 2>"$tmp/err"
	got=$?
	cat "$tmp/err"
	[ $got -eq 74 ]
}
check "a failing --output keeps the older file; a full disk is told" keeps

refuses() { # status, sentence, arguments
	want=$1 sentence=$2
	shift 2
	"$MXPRINT" report "$@" >"$tmp/out" 2>&1
	got=$?
	cat "$tmp/out"
	[ $got -eq "$want" ] && grep -q "$sentence" "$tmp/out"
}
mkdir "$tmp/empty.run" "$tmp/bad.run"
echo "not a database" >"$tmp/bad.run/survey.db"
check "no folder" refuses 66 'no run folder' "$tmp/nowhere"
check "a file" refuses 66 'is a file' "$tmp/records.jsonl"
check "no survey.db" refuses 66 'no survey.db' "$tmp/empty.run"
check "damaged survey.db" refuses 65 'survey.db' "$tmp/bad.run"
check "unknown column" refuses 64 'no column' "$run" --columns id,nmae
check "unknown --by" refuses 64 'must be' "$run" --by colour
check "unknown --format" refuses 64 'must be' "$run" --format xml
check "two runs" refuses 64 'one run folder' "$run" "$run"
tap_end
