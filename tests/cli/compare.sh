#!/bin/sh
# The demo's comparison with the truth counts honestly.
. "$(dirname "$0")/../tap.sh"

run="$tmp/domains.run"
/usr/bin/python3 tests/cli/example_run.py |
	"$BUILD/tests/farm/fill_run" "$run" 2525 || exit 1
{
	printf 'domain\taddress\tproduct\tversion\tfront\tdeployment\tgreeting\n'
	for i in 0 1 2 3; do
		printf 'post%s.example\t127.30.1.%s\tpostfix\t-\t-\tpostfix-%s\tstock\n' \
			$i $((i + 1)) $i
		# really Postfix, but called Exim, and sure of it
		printf 'exim%s.example\t127.30.2.%s\tpostfix\t-\t-\tpostfix-x%s\tstock\n' \
			$i $((i + 1)) $i
	done
	printf 'odd0-0.example\t127.30.3.1\tnever-trained\t-\t-\todd\tstock\n'
	printf 'second.example\t127.30.4.2\tnever-trained\t-\t-\todd-2\tstock\n'
	printf 'fake.example\t127.30.4.1\tpostfix\t-\t-\tpostfix-z\tforged\n'
	printf 'null.example\t-\t-\t-\t-\tnull-mx\t-\n'
} >"$tmp/truth.tsv"

compare() { # the model knows Postfix and Exim: label files say so
	mkdir -p "$tmp/training-data/demo" "$tmp/training-data/transcripts"
	cp training-data/demo/compare.py "$tmp/training-data/demo/"
	printf '%s\n' '{"label":{"product":"postfix"}}' \
		'{"label":{"product":"exim"}}' |
		gzip >"$tmp/training-data/transcripts/a.jsonl.gz"
	/usr/bin/python3 "$tmp/training-data/demo/compare.py" "$MXPRINT" \
		"$run" "$1" >"$tmp/out"
	got=$?
	cat "$tmp/out"
	return $got
}

shows() { # each argument is a line's pattern
	compare "$tmp/truth.tsv" || return 1
	for pattern in "$@"; do
		grep -Eq "$pattern" "$tmp/out" || {
			echo "missing: $pattern"
			return 1
		}
	done
}
check "shares, true beside found" shows \
	'^Postfix +9 +81\.8% +5\.0 +45\.5% +-36\.4$' \
	'^Exim +0 +0\.0% +5\.0 +45\.5% +\+45\.5$' \
	'^unknown +0 +0\.0% +1\.0 +9\.1% ' '^11 domains'
check "wrong ones are counted and named" shows \
	'^-- 9 hosts of products the model was trained on' \
	'^right +5 of 9 \(55\.6%\)$' '^wrong +4 of 9' \
	'^sure +9 of 9 \(100\.0%\), of them right 5 of 9' \
	'wrong: postfix-x0 \(127\.30\.2\.1\) is postfix, called exim'
check "strangers should be unknown" shows \
	'^never-trained: 1 of 2 \(50\.0%\) unknown' \
	'^  odd-2 \(127\.30\.4\.2\) called exim with confidence 0\.60: wrong'
check "forged greetings" shows 'flagged +1 of 1' 'by mistake +0 of 10'
nothing() {
	printf 'domain\taddress\tproduct\tversion\tfront\tdeployment\tgreeting\n' \
		>"$tmp/none.tsv"
	! compare "$tmp/none.tsv"
}
check "nothing to compare is a failure" nothing
tap_end
