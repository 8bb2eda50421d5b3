#!/bin/sh
# What rules are believed is what they were measured to be.
. "$(dirname "$0")/../tap.sh"

measured=$(mktemp) || exit 1
trap 'rm -f "$measured"' EXIT

current() { # it ends with a fault where a label contradicts a rule
	"$MXPRINT" rules measure training-data/transcripts/*.jsonl.gz \
		>"$measured" 2>/dev/null
	cmp "$measured" rules/measured.tsv
}
check "rules/measured.tsv is what they measure (make measured)" current
tap_end
