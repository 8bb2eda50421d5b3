#!/bin/sh
# explain: both views, reasons, rules, novelty, and what would settle it.
dir=$(dirname "$0") n=0 failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

check() { # name, expected status, words expected (one a line), arguments...
	name=$1 want=$2 words=$3
	shift 3
	"$MXPRINT" explain -m "$tmp/test.model" "$@" >"$tmp/out" 2>&1 </dev/null
	code=$? missing=
	while IFS= read -r word; do
		grep -q -e "$word" "$tmp/out" || missing="$missing '$word'"
	done <<-WORDS
		$words
	WORDS
	n=$((n + 1))
	if [ "$code" -eq "$want" ] && [ -z "$missing" ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name (status $code, missing:$missing)"
		sed 's/^/# /' "$tmp/out" | head -n 40
		failed=1
	fi
}

"$dir/transcripts.py" train >"$tmp/train.jsonl"
"$dir/transcripts.py" hosts >"$tmp/hosts.jsonl"
# as a plan without refusals would leave it
sed 's/{"probe": "mail-noarg"[^}]*}, //' "$tmp/hosts.jsonl" |
	head -n 1 >"$tmp/short.jsonl"
"$MXPRINT" train -o "$tmp/test.model" "$tmp/train.jsonl" 2>/dev/null

check "a forged greeting, by name" 0 "answer      Postfix
banner-disputed
greets as Exim
with everything
as if it had no greeting
for Postfix
501 5.5.4 Syntax: MAIL FROM:<address>
banner/exim.*Exim 4.96
novelty 0" "$tmp/hosts.jsonl" forged
check "by address and port" 0 "^host        198.51.100.3 port 25
answer      Exim" "$tmp/hosts.jsonl" 198.51.100.3:25
check "a stranger" 0 "answer      unknown
novel
threshold): " "$tmp/hosts.jsonl" stranger
check "a silent host" 0 "outcome     refused
answer      none" "$tmp/hosts.jsonl" refused
check "hostile bytes are escaped" 0 'x1b' "$tmp/hosts.jsonl" evil
n=$((n + 1))
if LC_ALL=C grep -q '[^ -~]' "$tmp/out"; then
	echo "not ok $n - nothing unprintable gets out"
	failed=1
else
	echo "ok $n - nothing unprintable gets out"
fi
check "every host of a file" 0 "198.51.100.1 
198.51.100.7 " "$tmp/hosts.jsonl"
check "what was not sent and would settle it" 0 "what would tell
mail-noarg" "$tmp/short.jsonl"
check "no such host" 65 "no such host" "$tmp/hosts.jsonl" nosuch.example
check "not a host" 64 "host a:b" "$tmp/hosts.jsonl" a:b:c:99999
check "no such file" 66 "nosuch" "$tmp/nosuch.jsonl"
check "nothing named" 64 "run folder"

mkdir "$tmp/run"
"$dir/example_run.py" >"$tmp/records.jsonl"
"$BUILD/tests/farm/fill_run" "$tmp/run" 2525 <"$tmp/records.jsonl"
check "a host of a survey, by its MX name" 0 "^host        127.30.1.2 port
name        mx1.post.example" "$tmp/run" mx1.post.example
check "a survey has no such host" 65 "no such host" "$tmp/run" nosuch.example
mkdir "$tmp/empty"
check "a folder that is no survey" 66 "survey.db" "$tmp/empty" 192.0.2.1
echo "1..$n"
exit $failed
