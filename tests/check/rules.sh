#!/bin/sh
# Rules keep what they promise: whatever stands around their words, and on
# every labelled transcript that is trained on.
. "$(dirname "$0")/../tap.sh"

measured=$(mktemp) || exit 1
trap 'rm -f "$measured"' EXIT

check "examples in other surroundings have the same answer" \
	"$MXPRINT" rules test --altered
measure() {
	"$MXPRINT" rules measure training-data/transcripts/*.jsonl.gz \
		>"$measured"
}
check "no rule is wrong more often than it says, none contradicts the truth" \
	measure
check "rules/measured.tsv is what they measure (make measured)" \
	cmp "$measured" rules/measured.tsv
tap_end
