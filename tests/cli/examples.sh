#!/bin/bash
# Every example that a command's --help prints, run as it stands there, in a
# folder with what its reader has: lists of domains, a run folder, transcripts,
# a model. Names and addresses of the examples become those of a little
# internet on loopback (tests/internet.sh).
. "$(dirname "$0")/../tap.sh"
. tests/internet.sh
internet 127.47 2547
top=$PWD
cd "$tmp/home" || exit 1

some() {
	"$top/tests/cli/some_transcripts.py" "$@" exim postfix | gzip
}
mkdir -p training-data/transcripts
some transcripts 8 >training-data/transcripts/some.jsonl.gz
cp training-data/transcripts/some.jsonl.gz transcripts.jsonl.gz
some demo 3 >held-out.jsonl.gz
head -n 40 domains.txt >some.txt && mv some.txt domains.txt
{ # one whose host the examples name
	cat domains.txt
	echo "$domain"
} >own.txt
cp own.txt domains.txt
{
	echo 'company,domain'
	sed -n '2,10s/^\([^,]*\),\([^,]*\),.*/\2,\1/p' domains.txt
} >customers.csv
check "a survey to work with" \
	mxprint survey domains.txt --run domains.run \
	--ehlo probe.your-domain.example
check "a model to work with" \
	mxprint train --output my.model training-data/transcripts/*.jsonl.gz
stored=$(zcat transcripts.jsonl.gz | head -n 1 |
	sed 's/.*"host":"\([^"]*\)","port":\([0-9]*\).*/\1:\2/')

# The examples of a command, one a line; what is broken by \ is joined.
examples() { # command
	mxprint "$1" --help |
		sed -e '1,/^examples:$/d' -e '/^$/,$d' -e '/^  #/d' |
		sed -e ':join' -e '/\\$/{N;s/ *\\\n */ /;bjoin' -e '}'
}

localize() {
	sed -e "s/192\.0\.2\.1:25/$stored/g" \
		-e "s/--label 192\.0\.2\.25/--label $host/g" \
		-e "s/--resolver [^ ]*/--resolver $dns/g" \
		-e "s/127\.0\.0\.1\(:2525\)\{0,1\}/$host/g" \
		-e "s/mx1\.example\.com/$name/g" \
		-e "s/ example\.com/ $domain/g"
}

for command in $(mxprint help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
do
	examples "$command" >"$tmp/examples"
	[ -s "$tmp/examples" ]
	result $? "$command has examples"
	while IFS= read -r line; do
		check "${line#  }" bash -o pipefail -c "$(echo "$line" | localize)"
	done <"$tmp/examples"
done
tap_end
