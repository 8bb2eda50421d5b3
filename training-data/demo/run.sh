#!/bin/sh
# The demo: a little internet on loopback addresses, surveyed for real.
# A DNS server (nsd) knows about 300 example domains; their mail hosts replay
# transcripts of real mail servers which no model was trained on
# (training-data/demo). Nothing leaves this machine; no root needed.
set -u
cd "$(dirname "$0")/../.." || exit 1
folder=build/demo
farm=${BUILD:-build/release}/tests/farm/replay_farm
program=${MXPRINT:-./mxprint}
pids=

stop() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	pids=
}
trap stop EXIT
trap 'exit 130' INT TERM

fail() {
	echo "demo: $*" >&2
	exit 1
}

rm -rf "$folder"
mkdir -p "$folder"

echo "== mail hosts: replaying stored transcripts of real servers"
$farm -p 2525 -t 900 -m "$folder/hosts.tsv" training-data/demo/*.jsonl.gz \
	>"$folder/farm.log" 2>&1 &
pids="$pids $!"
n=0
until grep -q '^ready' "$folder/farm.log" 2>/dev/null; do
	n=$((n + 1))
	[ $n -lt 300 ] || fail "the farm did not start: $folder/farm.log"
	sleep 0.1
done

echo "== domain names: nsd on 127.20.53.53 port 5353"
/usr/bin/python3 training-data/demo/internet.py "$folder/hosts.tsv" "$folder" ||
	fail "cannot make the zone"
PATH=$PATH:/usr/sbin nsd -d -c "$folder/nsd.conf" &
pids="$pids $!"
n=0
until "$program" resolve --resolver 127.20.53.53:5353 --allow-private \
	--timeout 500ms --tries 1 "$folder/domains.csv" >/dev/null 2>&1; do
	n=$((n + 1))
	[ $n -lt 60 ] || fail "nsd did not start: $folder/nsd.log"
	sleep 0.5
done

echo "== mxprint survey"
# The default host limits, but no waiting minutes for hosts that are silent.
"$program" survey "$folder/domains.csv" --run "$folder/domains.run" \
	--resolver 127.20.53.53:5353 --allow-private --port 2525 \
	--ehlo probe.example.org --greeting-timeout 15s --reply-timeout 15s ||
	fail "the survey ended with status $?"

echo
echo "== what was found, beside the known truth"
/usr/bin/python3 training-data/demo/compare.py "$program" \
	"$folder/domains.run" "$folder/truth.tsv" || fail "no comparison"

echo
echo "== hosts to look at by hand: mxprint review $folder/domains.run"
"$program" review "$folder/domains.run" --limit 10 --brief || fail "review failed"
echo
echo "The run folder is $folder/domains.run. Look further with"
echo "  ./mxprint report $folder/domains.run --by domain | head"
echo "  ./mxprint report $folder/domains.run --format csv"
echo "  ./mxprint review $folder/domains.run --limit 3"
