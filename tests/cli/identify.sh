#!/bin/bash
# identify: domains through a real name server, hosts by address and name, on
# loopback hosts that replay the transcripts of these tests.
set -u
dir=$(dirname "$0") n=0 failed=0 pids=
tmp=$(mktemp -d)
dns=127.95.0.1:5302 port=2575

finish() {
	for pid in $pids $(cat "$tmp/nsd.pid"); do kill "$pid"; done
	wait
	while kill -0 "$(cat "$tmp/nsd.pid")"; do sleep 0.1; done
	rm -rf "$tmp"
}
trap 'finish 2>/dev/null' EXIT
trap 'exit 1' INT TERM

check() { # name, expected status, words expected (one a line), arguments...
	local name=$1 want=$2 words=$3 missing= word code
	shift 3
	timeout 60 "$MXPRINT" identify -m "$tmp/test.model" --port $port \
		--resolver $dns --no-tls "$@" >"$tmp/out" 2>"$tmp/err" \
		</dev/null
	code=$?
	while IFS= read -r word; do
		cat "$tmp/out" "$tmp/err" | grep -q -e "$word" ||
			missing="$missing '$word'"
	done <<<"$words"
	n=$((n + 1))
	if [ "$code" -eq "$want" ] && [ -z "$missing" ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name (status $code, missing:$missing)"
		cat "$tmp/out" "$tmp/err" | head -n 30 | sed 's/^/# /'
		failed=1
	fi
}

lacks() { # name, words that must not be in the output
	n=$((n + 1))
	if grep -q -e "$2" "$tmp/out"; then
		echo "not ok $n - $1"
		sed 's/^/# /' "$tmp/out" | head -n 30
		failed=1
	else
		echo "ok $n - $1"
	fi
}

wait_for() { # file, words
	local i=0
	until grep -q "$2" "$1" 2>/dev/null || [ $i -ge 100 ]; do
		i=$((i + 1))
		sleep 0.1
	done
}

"$dir/transcripts.py" train >"$tmp/train.jsonl"
"$dir/transcripts.py" hosts >"$tmp/hosts.jsonl"
"$MXPRINT" train -o "$tmp/test.model" "$tmp/train.jsonl" 2>/dev/null

# .1 honest .2 forged .3 hidden .4 stranger .5 deferred
head -n 5 "$tmp/hosts.jsonl" >"$tmp/farm.jsonl"
"$BUILD/tests/farm/replay_farm" -p $port -b 127.95.1.1 -t 300 \
	"$tmp/farm.jsonl" >"$tmp/farm.out" 2>&1 &
pids=$!

cat >"$tmp/zone" <<'ZONE'
$ORIGIN test.
$TTL 600
@ IN SOA ns.test. hostmaster.test. 1 3600 600 86400 60
@ IN NS ns.test.
ns IN A 127.95.0.1
good IN MX 10 honest.test.
good IN MX 20 forged.test.
two IN MX 10 honest.test.
two IN MX 10 forged.test.
spare IN MX 10 dead.test.
spare IN MX 20 hidden.test.
null IN MX 0 .
honest IN A 127.95.1.1
honest IN MX 10 forged.test.
forged IN A 127.95.1.2
hidden IN A 127.95.1.3
dead IN A 127.95.1.99
ZONE
cat >"$tmp/nsd.conf" <<CONF
server:
    ip-address: 127.95.0.1@5302
    do-ip6: no
    username: ""
    chroot: ""
    zonesdir: "$tmp"
    database: ""
    pidfile: "$tmp/nsd.pid"
    xfrdfile: "$tmp/xfrd.state"
    zonelistfile: "$tmp/zone.list"
    logfile: "$tmp/nsd.log"
    server-count: 1
remote-control:
    control-enable: no
zone:
    name: test.
    zonefile: zone
CONF
PATH=$PATH:/usr/sbin nsd -c "$tmp/nsd.conf" >"$tmp/nsd.out" 2>&1
wait_for "$tmp/farm.out" ready
wait_for "$tmp/nsd.log" started

check "a host by its address" 0 "^  127.95.1.1:2575
software    Postfix
confidence  sure (0.9
why  *- .*as Postfix does" --allow-private 127.95.1.1
check "a domain by its MX of the best preference" 0 "^good.test
honest.test 127.95.1.1:2575" --allow-private good.test
lacks "and only by those" "forged.test"
check "all names of the best preference" 0 "honest.test 127.95.1.1
forged.test 127.95.1.2
note  *the greeting claims another product (banner-disputed)
greets as Exim" --allow-private two.test
check "the next preference where none greets" 0 "dead.test 127.95.1.99
no answer: connection refused
hidden.test 127.95.1.3
software    Exim" --allow-private spare.test
check "a name with a port is a host" 0 "^  honest.test 127.95.1.1:2575" \
	--allow-private honest.test:2575
check "a name without one is a domain" 0 "^  forged.test 127.95.1.2:2575" \
	--allow-private honest.test
check "unless --host says otherwise" 0 "^  honest.test 127.95.1.1:2575" \
	--allow-private --host honest.test
check "the local part of a mail address is dropped" 0 "honest.test" \
	--allow-private someone@good.test
check "a stranger is unknown" 0 "unknown; closest
unlike anything" --allow-private 127.95.1.4
check "who asks to come back later" 0 "come back later
cut short" --allow-private 127.95.1.5
check "each host once" 0 "" --allow-private --format jsonl \
	good.test two.test 127.95.1.1
n=$((n + 1))
if [ "$(grep -c '"type":"prediction"' "$tmp/out")" -eq 2 ]; then
	echo "ok $n - two hosts, two records"
else
	echo "not ok $n - two hosts, two records"
	failed=1
fi
check "--format json is one array" 0 "" --allow-private --format json good.test
n=$((n + 1))
if python3 -c 'import json, sys
p = json.load(open(sys.argv[1]))
sys.exit(len(p) != 1 or p[0]["product"] != "postfix")' "$tmp/out"; then
	echo "ok $n - that a parser reads"
else
	echo "not ok $n - that a parser reads"
	failed=1
fi
check "a domain that takes no mail" 69 "null.test: says that it takes no mail
none of these" --allow-private null.test
check "a domain that does not exist" 69 "does not exist" \
	--allow-private nosuch.test
check "private addresses need permission" 69 "never contacted" 127.95.1.1
check "nothing asked" 64 "name a domain" --allow-private
check "not a name" 64 "host " "a b"
check "an unknown format" 64 "format" --format xml good.test
# refused before anything is sent; on the blocklist in case it is not
echo 9.9.9.9 >"$tmp/blocklist"
check "public addresses need an EHLO name" 64 "ehlo" \
	--blocklist "$tmp/blocklist" 9.9.9.9
echo "1..$n"
exit $failed
