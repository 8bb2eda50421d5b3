#!/bin/bash
# The README's commands, run as they stand there: the blocks marked ```sh, in
# order, in an empty folder. Only what a user has is put in place: a list of
# domains, a name server and mail hosts (loopback; see tests/internet.sh), and some
# training data: `make` learns from all of it, here that would take minutes.
. "$(dirname "$0")/../tap.sh"
. tests/internet.sh
internet 127.45 2545
top=$PWD
mkdir -p "$tmp/home/training-data/transcripts"
for product in postfix exim sendmail opensmtpd; do
	tests/cli/some_transcripts.py transcripts 8 $product |
		gzip >"$tmp/home/training-data/transcripts/$product.jsonl.gz"
done
cd "$tmp/home" || exit 1

sed -n '/^```sh$/,/^```$/p' "$top/README.md" | grep -v '^```' |
	sed "s/127\.20\.0\.1/$host/g; s/first\.example/$domain/g" >"$tmp/commands"
while IFS= read -r line; do
	[ -z "$line" ] || check "$line" bash -o pipefail -c "$line"
done <"$tmp/commands"
tap_end
