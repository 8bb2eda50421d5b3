#!/bin/sh
# mxprint review on a small run: the queue, answers, what becomes of them.
. "$(dirname "$0")/../tap.sh"

run="$tmp/domains.run"
/usr/bin/python3 tests/cli/example_run.py >"$tmp/records.jsonl" &&
	"$BUILD/tests/farm/fill_run" "$run" 2525 <"$tmp/records.jsonl" ||
	exit 1
review() {
	"$MXPRINT" review "$run" "$@"
}
product_of() { # address: what report says, and why
	"$MXPRINT" report "$run" --by host --format csv \
		--columns host,product,version,source |
		tr -d '\r' | sed -n "s/^$1,//p"
}

queue() {
	review >"$tmp/out" || return 1
	cat "$tmp/out"
	grep -q '^1\. 127\.30\.3\.1:2525 (mx0.odd.example): unknown; stands for 6 hosts with 18\.0 domains' "$tmp/out" &&
		grep -q '^2\. 127\.30\.4\.1:2525 .*disputed' "$tmp/out" &&
		grep -q '^3\. 127\.30\.4\.2:2525 .*unsure' "$tmp/out" &&
		grep -q 'candidates 0\.60  exim (Exim)' "$tmp/out" &&
		grep -q 'reasons    the greeting claims exim' "$tmp/out" &&
		grep -q '< 500 eh?\\x1b\[31m' "$tmp/out" &&
		! grep -q "$(printf '\033')" "$tmp/out" &&
		grep -q '^3 of 3 entries (8 hosts)' "$tmp/out"
}
check "the queue: most valuable first, with evidence, escaped" queue

shapes() {
	review --format jsonl --limit 2 >"$tmp/jsonl" &&
		review --format json >"$tmp/json" &&
		review --all --limit 0 --format csv >"$tmp/csv" || return 1
	/usr/bin/python3 - "$tmp" <<'PY'
import csv, json, sys
f = sys.argv[1]
lines = [json.loads(line) for line in open(f + "/jsonl")]
assert [e["rank"] for e in lines] == [1, 2], lines
assert lines[0]["hosts"] == 6 and lines[0]["domains"] == 18, lines[0]
assert lines[0]["candidates"][0] == {"id": "exim", "confidence": 0.2}
assert lines[0]["evidence"][2]["received"] == "500 eh?\x1b[31m\r\n"
assert len(json.load(open(f + "/json"))["review"]) == 3
rows = list(csv.DictReader(open(f + "/csv", newline="")))
assert sum(int(row["hosts"]) for row in rows) == 40, rows
PY
}
check "json, jsonl, csv; --limit, --all" shapes

label() {
	review --label mx1.odd.example=courier --label-version 1.0-1.2 \
		--comment 'asked them' --annotator 'a reviewer' || return 1
	product_of 127.30.3.2
	[ "$(product_of 127.30.3.2)" = courier,,person ] || return 1
	/usr/bin/python3 - "$run/labels.jsonl" <<'PY'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
assert len(records) == 1, records
r = records[0]
assert r["type"] == "transcript" and r["host"] == "127.30.3.2", r
assert r["label"]["product"] == "courier", r
assert r["label"]["version"] == "1.0-1.2" and r["label"]["source"] == "person"
assert r["label"]["annotator"] == "a reviewer", r
assert r["label"]["comment"] == "asked them", r
assert r["deployment"] == "review:domains.run:127.30.3.2:2525", r
assert r["connections"][0]["exchanges"][2]["received"] == "500 eh?\x1b[31m\r\n"
PY
}
check "--label stores the labelled transcript; report follows" label

again() {
	review --label 127.30.3.2=exim --label '127.30.3.3:2525=postfix' &&
		[ "$(wc -l <"$run/labels.jsonl")" -eq 2 ] &&
		[ "$(product_of 127.30.3.2)" = exim,,person ] &&
		[ "$(product_of 127.30.3.3)" = postfix,,person ]
}
check "an answer replaces the earlier one; several at once" again

looked_at() {
	review --label 127.30.3.2=unknown &&
		[ "$(product_of 127.30.3.2)" = unknown,,person ] &&
		review | grep -q 'stands for 4 hosts with 12\.0 domains'
}
check "unknown: looked at, out of the queue" looked_at

cluster() {
	review --label 127.30.3.1=courier --cluster >"$tmp/out" &&
		[ "$(wc -l <"$tmp/out")" -eq 6 ] &&
		[ "$(wc -l <"$run/labels.jsonl")" -eq 6 ] &&
		"$MXPRINT" report "$run" --format csv \
			--columns id,hosts,by_person | tr -d '\r' |
		grep -qx 'courier,6,6' &&
		"$MXPRINT" report "$run" | grep -q '6 hosts answered by a person'
}
check "--cluster answers for all that look just alike" cluster

second_name() {
	review --label second-name.example=exim | grep -q '^127.30.4.2 ' &&
		[ "$(product_of 127.30.4.2)" = exim,,person ]
}
check "a host by a name it was not asked under" second_name

refuses() { # status, sentence, arguments
	want=$1 sentence=$2
	shift 2
	cp "$run/labels.jsonl" "$tmp/before"
	"$MXPRINT" review "$@" >"$tmp/out" 2>&1
	got=$?
	cat "$tmp/out"
	[ $got -eq "$want" ] && grep -q "$sentence" "$tmp/out" &&
		cmp "$tmp/before" "$run/labels.jsonl"
}
check "near ids are suggested" \
	refuses 64 'did you mean.* postfix' "$run" --label 127.30.1.1=postfx
check "no such host" \
	refuses 64 'no host' "$run" --label 127.30.8.8=postfix
check "a version that is none" \
	refuses 64 'such as 3.7.11' "$run" --label 127.30.1.1=postfix \
	--label-version '<b>'
check "no such port" \
	refuses 64 'no host' "$run" --label 127.30.1.1:25=postfix
check "a name with two hosts names them" \
	refuses 64 'is 2 hosts: 127.30.4.1:2525, 127.30.9.1:2525' \
	"$run" --label fake.example=postfix
check "one bad answer stores none" refuses 64 'no product' "$run" \
	--label 127.30.1.1=exim --label 127.30.1.2=nonsense-product
check "a label without product" refuses 64 'HOST=PRODUCT' "$run" --label x
check "--comment alone" refuses 64 'go with' "$run" --comment x
check "no run" refuses 66 'no run folder' "$tmp/nowhere"

damaged() { # a torn line is dropped with a word, the others stay
	cp "$run/labels.jsonl" "$tmp/keep"
	printf '{"type":"transcript","v":1,"ho' >>"$run/labels.jsonl"
	review --label 127.30.1.1=postfix 2>"$tmp/err" >/dev/null &&
		grep -q 'labels.jsonl:8: dropped' "$tmp/err" &&
		[ "$(wc -l <"$run/labels.jsonl")" -eq 8 ] &&
		head -n 7 "$run/labels.jsonl" | cmp - "$tmp/keep"
}
check "a torn line costs itself alone" damaged

together() { # eight at once lose no answer
	before=$(wc -l <"$run/labels.jsonl")
	pids=
	for i in 5 6 7 8 9 10 11 12; do
		review --label "127.30.1.$i=postfix" >/dev/null 2>&1 &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid" || return 1
	done
	[ "$(wc -l <"$run/labels.jsonl")" -eq $((before + 8)) ]
}
check "people answering at once lose nothing" together

not_writable() { # root may write anywhere, but not to a folder's name
	cp "$run/labels.jsonl" "$tmp/before"
	mv "$run/labels.lock" "$tmp/lock" && mkdir "$run/labels.lock"
	review --label 127.30.1.2=exim 2>"$tmp/err"
	got=$?
	rmdir "$run/labels.lock"
	[ $got -eq 73 ] && grep -q 'cannot write' "$tmp/err" &&
		cmp "$tmp/before" "$run/labels.jsonl"
}
check "a folder that cannot be written" not_writable

# Answers become training data.
train() {
	labels=
	for i in 1 2 3 4; do
		labels="$labels --label 127.30.1.$i=postfix"
		labels="$labels --label 127.30.2.$i=exim"
	done
	review $labels --label 127.30.4.2=unknown &&
		"$MXPRINT" train --add "$run" -o "$tmp/my.model" &&
		[ -s "$tmp/my.model" ]
}
check "train --add learns from the answers" train
tap_end
