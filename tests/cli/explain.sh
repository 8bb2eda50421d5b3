#!/bin/sh
# explain: both views, reasons, rules, novelty, and what would settle it.
. "$(dirname "$0")/../tap.sh"

explain() { # name, expected status, words expected, arguments...
	name=$1 want=$2 words=$3
	shift 3
	says "$name" "$want" "$words" \
		"$MXPRINT" explain -m "$tmp/test.model" "$@"
}

tests/cli/transcripts.py train >"$tmp/train.jsonl"
tests/cli/transcripts.py hosts >"$tmp/hosts.jsonl"
# as a plan without refusals would leave it
sed 's/{"probe": "mail-noarg"[^}]*}, //' "$tmp/hosts.jsonl" |
	head -n 1 >"$tmp/short.jsonl"
"$MXPRINT" train -o "$tmp/test.model" "$tmp/train.jsonl" 2>/dev/null

explain "a forged greeting, by name" 0 "answer      Postfix
banner-disputed
greets as Exim
with everything
as if it had no greeting
for Postfix
501 5.5.4 Syntax: MAIL FROM:<address>
banner/exim.*Exim 4.96
novelty 0" "$tmp/hosts.jsonl" forged
explain "by address and port" 0 "^host        198.51.100.3 port 25
answer      Exim" "$tmp/hosts.jsonl" 198.51.100.3:25
explain "a stranger" 0 "answer      unknown
novel
threshold): " "$tmp/hosts.jsonl" stranger
explain "a silent host" 0 "outcome     refused
answer      none" "$tmp/hosts.jsonl" refused
explain "hostile bytes are escaped" 0 'x1b' "$tmp/hosts.jsonl" evil
none "nothing unprintable gets out" "$(LC_ALL=C grep '[^ -~]' "$tmp/out")"
explain "every host of a file" 0 "198.51.100.1 
198.51.100.7 " "$tmp/hosts.jsonl"
explain "what was not sent and would settle it" 0 "what would tell
mail-noarg" "$tmp/short.jsonl"
explain "no such host" 65 "no such host" "$tmp/hosts.jsonl" nosuch.example
explain "not a host" 64 "host a:b" "$tmp/hosts.jsonl" a:b:c:99999
explain "an empty file" 65 "no transcript" /dev/null
explain "no such file" 66 "nosuch" "$tmp/nosuch.jsonl"
explain "nothing named" 64 "run folder"

mkdir "$tmp/run"
tests/cli/example_run.py >"$tmp/records.jsonl"
"$BUILD/tests/farm/fill_run" "$tmp/run" 2525 <"$tmp/records.jsonl"
explain "a host of a survey, by its MX name" 0 "^host        127.30.1.2 port
name        mx1.post.example" "$tmp/run" mx1.post.example
explain "a survey has no such host" 65 "no such host" "$tmp/run" nosuch.example
mkdir "$tmp/empty"
explain "a folder that is no survey" 66 "survey.db" "$tmp/empty" 192.0.2.1
tap_end
