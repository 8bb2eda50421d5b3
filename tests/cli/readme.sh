#!/bin/bash
# The README's commands, run as they stand there: the blocks marked ```sh, in
# order, in an empty folder. Only what a user has is put in place: a list of
# domains, a name server and mail hosts (loopback; see internet.sh), and
# training-data/.
. "$(dirname "$0")/../tap.sh"
. tests/cli/internet.sh
internet 127.45 2545
result $? "a little internet" "$tmp/farm" "$tmp/nsd.out"
top=$PWD
ln -s "$top/training-data" "$tmp/home/training-data"
cd "$tmp/home" || exit 1

sed -n '/^```sh$/,/^```$/p' "$top/README.md" | grep -v '^```' |
	sed "s/127\.20\.0\.1/$host/g; s/first\.example/$domain/g" >"$tmp/commands"
# `train` before a survey cannot add its answers yet: the README's order is by
# use, so a survey and its labels are made first.
check "a survey to work with" mxprint survey domains.txt --run domains.run
check "a label to work with" \
	mxprint review domains.run --label "$host=postfix"
while IFS= read -r line; do
	[ -z "$line" ] || check "$line" bash -o pipefail -c "$line"
done <"$tmp/commands"
tap_end
