#!/bin/bash
# identify: domains through a real name server, hosts by address and name, on
# loopback hosts that replay the transcripts of these tests.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../name_server.sh"
dns=127.95.0.1:5302 port=2575

identify() { # name, expected status, words expected, arguments...
	local name=$1 want=$2 words=$3
	shift 3
	says "$name" "$want" "$words" timeout 60 "$MXPRINT" identify \
		-m "$tmp/test.model" --port $port --resolver $dns --no-tls "$@"
}

tests/cli/transcripts.py train >"$tmp/train.jsonl"
tests/cli/transcripts.py hosts >"$tmp/hosts.jsonl"
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
name_server 127.95.0.1 5302 test. zone
wait_for "$tmp/farm.out" ready
wait_for "$tmp/nsd.log" started

identify "a host by its address" 0 "^  127.95.1.1:2575
software    Postfix
confidence  sure (0.9
why  *- .*as Postfix does" --allow-private 127.95.1.1
identify "a domain by its MX of the best preference" 0 "^good.test
honest.test 127.95.1.1:2575" --allow-private good.test
none "and only by those" "$(grep forged.test "$tmp/out")"
identify "all names of the best preference" 0 "honest.test 127.95.1.1
forged.test 127.95.1.2
note  *the greeting claims another product (banner-disputed)
greets as Exim" --allow-private two.test
identify "the next preference where none greets" 0 "dead.test 127.95.1.99
no answer: connection refused
hidden.test 127.95.1.3
software    Exim" --allow-private spare.test
identify "a name with a port is a host" 0 "^  honest.test 127.95.1.1:2575" \
	--allow-private honest.test:2575
identify "a name without one is a domain" 0 "^  forged.test 127.95.1.2:2575" \
	--allow-private honest.test
identify "unless --host says otherwise" 0 "^  honest.test 127.95.1.1:2575" \
	--allow-private --host honest.test
identify "the local part of a mail address is dropped" 0 "honest.test" \
	--allow-private someone@good.test
identify "a stranger is unknown" 0 "unknown; closest
unlike anything" --allow-private 127.95.1.4
identify "who asks to come back later" 0 "come back later
cut short" --allow-private 127.95.1.5
identify "each host once" 0 "" --allow-private --format jsonl \
	good.test two.test 127.95.1.1
[ "$(grep -c '"type":"prediction"' "$tmp/out")" -eq 2 ]
result $? "two hosts, two records" "$tmp/out"
identify "--format json is one array" 0 "" --allow-private --format json good.test
python3 -c 'import json, sys
p = json.load(open(sys.argv[1]))
sys.exit(len(p) != 1 or p[0]["product"] != "postfix")' "$tmp/out"
result $? "that a parser reads" "$tmp/out"
identify "a domain that takes no mail" 69 "null.test: says that it takes no mail
none of these" --allow-private null.test
identify "a domain that does not exist" 69 "does not exist" \
	--allow-private nosuch.test
identify "private addresses need permission" 69 "never contacted" 127.95.1.1
identify "nothing asked" 64 "name a domain" --allow-private
identify "not a name" 64 "host " "a b"
identify "an unknown format" 64 "format" --format xml good.test
# refused before anything is sent; on the blocklist in case it is not
echo 9.9.9.9 >"$tmp/blocklist"
identify "public addresses need an EHLO name" 64 "ehlo" \
	--blocklist "$tmp/blocklist" 9.9.9.9
tap_end
