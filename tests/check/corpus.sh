#!/bin/sh
# The committed transcripts, line by line: `mxprint corpus` has no complaint.
. "$(dirname "$0")/../tap.sh"

check "what is trained on, and what is held out" \
	"$MXPRINT" corpus training-data/transcripts/*.jsonl.gz \
	training-data/demo/*.jsonl.gz
tap_end
