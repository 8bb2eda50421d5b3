#!/bin/sh
# Rules from the command line: what they cost, their cache, replies of any
# size.
. "$(dirname "$0")/../tap.sh"

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
export MXPRINT_CACHE="$folder/cache"

check "cost: against a loop, against features, of hostile input" \
	"$BUILD/tests/bench/bench_rules"

match() { # REPLY
	printf '%s\n' "$1" | "$MXPRINT" rules match --stage banner
}
says() { # REPLY TEXT: the answer to REPLY holds TEXT
	match "$1" | grep -qF "$2" || {
		match "$1"
		return 1
	}
}
check "a reply without its code" says 'mx.example.com ESMTP Postfix' \
	'"product":"postfix"'
check "one reply a line, in C escapes" says \
	'220-mx.example.com\r\n220 ESMTP Exim 4.96\r\n' '"version":"4.96"'
check "the CPE 2.3 name of the version it shows" says \
	'220 mx.example.com ESMTP Exim 4.96' \
	'"cpe":"cpe:2.3:a:exim:exim:4.96:*:*:*:*:*:*:*"'
check "nothing matched: everything is empty" says '220 mx.example.com hello' \
	'"product":"","name":"","vendor":"","version":"","cpe":"","operator":"","front":""'
huge() { # one line of 10 MB that begins with a greeting
	{
		printf '220 mx.example.com ESMTP Postfix '
		head -c 10000000 /dev/zero | tr '\0' x
		printf '\n220 mx.example.com ESMTP Exim 4.96\n'
	} | "$MXPRINT" rules match --stage banner >"$folder/huge" 2>/dev/null
	[ "$(wc -l <"$folder/huge")" -eq 2 ] &&
		grep -q '"product":"exim"' "$folder/huge"
}
check "10 MB in a line cost one line, not the rest" huge

# What one input may take more than an ordinary greeting: a line of 256 KB as
# read, unescaped and copied (1 MB), the patterns it makes PCRE2 compile.
mkdir "$folder/peak"
/usr/bin/python3 - "$folder/peak" <<'INPUTS'
import sys
inputs = {
    "0 usual": "220 mx ESMTP Postfix",
    "10 MB in a line": "220 mx ESMTP Postfix " + "x" * 10000000,
    "100,000 lines": "\\n" * 100000,
    "40,000 lines with a code": "220-\\n" * 40000,
    "ESMTP": "220 " + "ESMTP " * 40000,
    "220": "220 " * 60000,
    "open parentheses": "220 mx ESMTP Exim 4.9 " + "(" * 200000,
    "digits": "220 mx ESMTP Exim " + "1" * 200000,
    "points": "220 mx ESMTP Sendmail 8" + ".1" * 100000,
    "NUL": "220 " + "\\0" * 100000,
}
for name, text in inputs.items():
    with open(sys.argv[1] + "/" + name, "w") as out:
        out.write(text + "\n")
INPUTS
# By itself and small: a child's peak is at least its parent's size.
cat >"$folder/peak.py" <<'PEAK'
import os, sys
def peak(path):
    child = os.fork()
    if child == 0:
        os.dup2(os.open(path, os.O_RDONLY), 0)
        os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
        os.dup2(1, 2)
        os.execv(sys.argv[1], [sys.argv[1], "rules", "match", "--stage",
                               "banner"])
    _, status, used = os.wait4(child, 0)
    return status, used.ru_maxrss
names = sorted(os.listdir(sys.argv[2]))
peak(sys.argv[2] + "/" + names[0])
usual = 0
bad = 0
for name in names:
    status, used = peak(sys.argv[2] + "/" + name)
    usual = usual or used
    print("%s: %d KB, %d more than usual" % (name, used, used - usual))
    bad |= status != 0 or used - usual > 2048
sys.exit(bad)
PEAK
check "hostile input takes at most 2 MB more than a greeting" \
	/usr/bin/python3 "$folder/peak.py" "$MXPRINT" "$folder/peak"

# A label that says exim of Postfix's words makes their rules wrong.
gzip -dc training-data/transcripts/postfix.jsonl.gz | head -40 |
	sed 's/"product":"postfix"/"product":"exim"/' >"$folder/lying.jsonl"
measures() {
	"$MXPRINT" rules measure "$folder/lying.jsonl" >"$folder/table" \
		2>"$folder/told" && return 1
	grep -q 'labelled exim: rule .* says postfix' "$folder/told" &&
		grep -q '^help/postfix\|^banner/postfix\|postfix' "$folder/table"
}
check "measure tells a rule that a label contradicts" measures

# A cache that is damaged, foreign, or not ours alone is compiled anew.
survives() { # COMMAND: what it does to the cached files
	match '220 x ESMTP Postfix' >"$folder/before" &&
		[ -s "$folder/cache/rules-banner.hs" ] && eval "$1" &&
		match '220 x ESMTP Postfix' >"$folder/after" &&
		cmp "$folder/before" "$folder/after"
}
banner="$folder/cache/rules-banner.hs"
check "the cache is taken" survives :
check "a cut cache is not" survives \
	'head -c 1000 "$banner" >"$banner.x" && mv "$banner.x" "$banner"'
check "nor is one with a wrong byte" survives \
	'printf x | dd of="$banner" bs=1 seek=5000 conv=notrunc 2>/dev/null'
check "nor another stage's" survives \
	'cp "$folder/cache/rules-quit.hs" "$banner"'
check "nor an empty one" survives ': >"$banner"'
off() {
	rm -rf "$folder/cache"
	MXPRINT_CACHE= match '220 x ESMTP Postfix' >/dev/null &&
		[ ! -e "$folder/cache" ]
}
check "an empty MXPRINT_CACHE turns it off" off
tap_end
