#!/bin/sh
# Rules from the command line: files of a contributor, what rules cost, their
# cache, replies of any size.
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
check "a date behind the name is no version" says \
	'220 mx.example.com ESMTP Exim 10:00:00' \
	'"product":"exim","name":"Exim","vendor":"University of Cambridge / Exim project","version":""'
check "blanks before a reply are none of it" says \
	'  	220 mx.example.com ESMTP Exim 4.96' '"version":"4.96"'
of_quit() {
	"$MXPRINT" rules list --stage quit >"$folder/quit" &&
		grep -q '^quit/inetsim ' "$folder/quit" &&
		! grep -q '^banner/' "$folder/quit"
}
range() { # of the EHLO answer of an old Sendmail
	printf '%s\n' '250-mx.example.com Hello probe.example.org\r\n250-EXPN\r\n250-8BITMIME\r\n250-SIZE\r\n250-DSN\r\n250-ONEX\r\n250-ETRN\r\n250-XUSR\r\n250 HELP\r\n' |
		"$MXPRINT" rules match --stage ehlo >"$folder/range"
	grep -q '"version":"8.8-8.11","cpe":"cpe:2.3:a:sendmail:sendmail:\*:' \
		"$folder/range"
}
check "a range of versions is none of CPE's" range
check "the rules of one stage" of_quit
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

# A contributor's file, wherever it stands, with the shipped rules.
cat >"$folder/new.rules" <<'RULES'
rule banner/exim-of-mine
    stage    banner
    match    \<Exim {version} of mine
    product  exim
    over     banner/exim
    source   tests/cli/rules.sh
    example  "220 mx.example.com ESMTP Exim 4.96 of mine" => version=4.96
    example  "220 ESMTP Exim 4.94.2 of mine ready" => version=4.94.2
    not      "220 mx.example.com ESMTP Exim 4.96"
RULES
tells() { # STATUS WORDS COMMAND...: ends with STATUS and says WORDS
	tells_status=$1 tells_words=$2
	shift 2
	"$@" >"$folder/said" 2>&1
	[ $? -eq "$tells_status" ] && grep -qF -e "$tells_words" "$folder/said" ||
		{
			cat "$folder/said"
			return 1
		}
}
tests() { # STATUS WORDS FILE: what `rules test FILE` tells
	tells "$1" "$2" "$MXPRINT" rules test "$3"
}
check "a file is tested with the shipped rules, which it may be over" \
	tests 0 "1 rule of $folder/new.rules beside 1" "$folder/new.rules"
check "and in other surroundings" tells 0 ' 0 with another answer' \
	"$MXPRINT" rules test --altered "$folder/new.rules"
check "list shows its rules alone" tells 0 '1 rule' \
	"$MXPRINT" rules list "$folder/new.rules"
check "a shipped file is itself, whatever its path" \
	tests 0 "of $PWD/rules/replies.rules beside " "$PWD/rules/replies.rules"
cp rules/replies.rules "$folder/copy.rules"
check "a copy of it is not: its ids are taken" \
	tests 65 'is already in ' "$folder/copy.rules"
sed 's/over .*/over banner\/none/' "$folder/new.rules" >"$folder/none.rules"
check "over a rule that does not exist: the line of over" \
	tests 65 "$folder/none.rules:5:10: " "$folder/none.rules"
sed -e 's/match .*/match \\<Postfix\\>/' -e '/over/d' -e 's/Exim [0-9.]*/Postfix/' \
	-e 's/ => .*//' -e 's/strength.*//' -e 's/not .*/not "220 x"/' \
	"$folder/new.rules" >"$folder/thief.rules"
echo '    strength 99' >>"$folder/thief.rules"
check "a rule that takes a shipped rule's examples is told" \
	tests 65 'is won by rule banner/exim-of-mine' "$folder/thief.rules"
echo '# nothing' >"$folder/empty.rules"
check "a file without rules is named" \
	tests 65 "$folder/empty.rules: there is no rule" "$folder/empty.rules"
check "so is one that is not there" \
	tests 66 "cannot read $folder/gone.rules: No such file or directory" \
	"$folder/gone.rules"

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
