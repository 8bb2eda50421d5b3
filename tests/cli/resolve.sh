#!/bin/bash
# mxprint resolve against a real name server (nsd) and one that lies.
set -u
shopt -s lastpipe # resolve() at the end of a pipe sets $code here
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../name_server.sh"
nsd_at=127.53.1.1 liar_at=127.53.1.2 mute_at=127.53.1.3 nobody_at=127.53.1.4
mortal_at=127.53.1.5
port=5301

resolve() { # arguments; domains on stdin; routes in $tmp/out
	timeout 60 "$MXPRINT" resolve "$@" >"$tmp/out" 2>"$tmp/err"
	code=$?
}

same() { # name; expected routes on stdin
	sort >"$tmp/expected"
	/usr/bin/python3 tests/dns/routes.py docs/schema/route.schema.json \
		<"$tmp/out" >"$tmp/got" 2>"$tmp/got.err"
	diff "$tmp/expected" "$tmp/got" >"$tmp/diff" && [ "$code" -eq 0 ]
	result=$?
	cat "$tmp/got.err" "$tmp/err" >>"$tmp/diff"
	result $result "$1" "$tmp/diff"
}

stopped() { # name, status, words on stderr
	[ "$code" -eq "$2" ] && grep -q -- "$3" "$tmp/err"
	result $? "$1" "$tmp/err"
}

told() { # name, words on stderr
	grep -q -- "$2" "$tmp/err"
	result $? "$1" "$tmp/err"
}

# ------------------------------------------------------------ the servers

cat >"$tmp/zone" <<'ZONE'
$ORIGIN test.
$TTL 600
@ IN SOA ns.test. hostmaster.test. 1 3600 600 86400 60
@ IN NS ns.test.
ns IN A 127.53.1.1
mx1 IN A 127.53.2.1
mx1 IN AAAA fd53::1
mx2 300 IN A 127.53.2.2
mx2 300 IN A 127.53.2.3
ok IN MX 20 mx2.test.
ok IN MX 10 MX1.Test.
twice IN MX 20 mx1.test.
twice IN MX 10 mx1.test.
implicit IN A 127.53.2.4
implicit IN TXT "no MX"
v6only IN AAAA fd53::6
null IN MX 0 .
mixed IN MX 0 .
mixed IN MX 10 mx1.test.
nomail IN TXT "nothing here"
aliasmx IN MX 10 alias.test.
alias 120 IN CNAME mx1.test.
gonealias IN MX 10 broken.test.
broken IN CNAME nowhere.test.
cname IN CNAME ok.test.
cname2 IN CNAME implicit.test.
deadcname IN CNAME nowhere.test.
literal IN MX 10 127.53.2.1.
local IN MX 10 localhost.
local IN MX 20 mail.localhost.
dangling IN MX 10 nowhere.test.
dangling IN MX 20 nomail.test.
half IN MX 10 nowhere.test.
half IN MX 20 mx1.test.
special IN MX 10 private.test.
private IN A 10.1.2.3
private IN A 192.0.2.7
public IN MX 10 mx.public.test.
mx.public IN A 9.9.9.9
mx.public IN A 100.64.0.1
xn--bcher-kva IN MX 10 mx1.test.
under IN MX 10 _mx.test.
_mx IN A 127.53.2.5
blocked IN MX 10 mx1.test.
sub.blocked IN MX 10 mx1.test.
blockedhost IN MX 10 bad.test.
blockedhost IN MX 20 aliasofbad.test.
bad IN A 127.53.2.1
aliasofbad IN CNAME bad.test.
blockednet IN MX 10 innet.test.
innet IN A 127.53.99.1
who IN A 127.53.5.2
who IN A 127.53.5.1
who IN AAAA fd53::5:1
noptr IN A 127.53.5.3
other IN A 127.53.5.4
ZONE
cat >"$tmp/reverse" <<'ZONE'
$ORIGIN 53.127.in-addr.arpa.
$TTL 600
@ IN SOA ns.test. hostmaster.test. 1 3600 600 86400 60
@ IN NS ns.test.
1.5 IN PTR Who.test.
4.5 IN PTR elsewhere.test.
ZONE
name_server $nsd_at $port test zone 53.127.in-addr.arpa reverse
mkfifo "$tmp/ready"
for at in $mortal_at $liar_at; do
	/usr/bin/python3 tests/dns/responder.py $at $port "$tmp/counts" \
		>"$tmp/ready" &
	pids="$pids $!"
	read -r _ <"$tmp/ready"
done
/usr/bin/python3 -c "
import ctypes, signal, socket
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
signal.alarm(300)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('$mute_at', $port))
print('ready', flush=True)
while True: s.recv(4096)" >"$tmp/ready" &
pids="$pids $!"
read -r _ <"$tmp/ready"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	echo ns.test | "$MXPRINT" resolve -r $nsd_at:$port --timeout 1s \
		>/dev/null 2>&1 && break
	sleep 0.3
done

# --------------------------------------------------- every outcome, for real

cat >"$tmp/block" <<'BLOCK'
domain:blocked.test  reason=asked for it
bad.test
127.53.99.0/24
BLOCK
resolve -r $nsd_at:$port --allow-private --blocklist "$tmp/block" - <<'LIST'
ok.test
twice.test
implicit.test
v6only.test
null.test
mixed.test
nomail.test
nxdomain.test
aliasmx.test
gonealias.test
cname.test
cname2.test
deadcname.test
literal.test
local.test
dangling.test
half.test
bücher.test
under.test
blocked.test
sub.blocked.test
blockedhost.test
blockednet.test
LIST
same "each outcome of a domain and of an MX name" <<'ROUTES'
ok.test ok 300 [10 mx1.test ok 127.53.2.1] [20 mx2.test ok 127.53.2.2 127.53.2.3]
twice.test ok 600 [10 mx1.test ok 127.53.2.1]
implicit.test implicit-mx 600 [0 implicit.test ok 127.53.2.4]
v6only.test no-mail -1
null.test null-mx 600
mixed.test ok 600 [0 . bad-name] [10 mx1.test ok 127.53.2.1]
nomail.test no-mail -1
nxdomain.test nxdomain -1
aliasmx.test ok 120 [10 alias.test cname =mx1.test 127.53.2.1]
gonealias.test no-address 600 [10 broken.test nxdomain =nowhere.test]
cname.test ok 300 [10 mx1.test ok 127.53.2.1] [20 mx2.test ok 127.53.2.2 127.53.2.3]
cname2.test implicit-mx 600 [0 cname2.test cname =implicit.test 127.53.2.4]
deadcname.test nxdomain 600
literal.test ok 600 [10 127.53.2.1 ip-literal 127.53.2.1]
local.test ok 600 [10 localhost localhost 127.0.0.1] [20 mail.localhost localhost 127.0.0.1]
dangling.test no-address 600 [10 nowhere.test nxdomain] [20 nomail.test no-address]
half.test ok 600 [10 nowhere.test nxdomain] [20 mx1.test ok 127.53.2.1]
xn--bcher-kva.test ok 600 [10 mx1.test ok 127.53.2.1]
under.test ok 600 [10 _mx.test ok 127.53.2.5]
blocked.test blocklisted -1
sub.blocked.test blocklisted -1
blockedhost.test unusable-mx 600 [10 bad.test blocklisted] [20 aliasofbad.test blocklisted =bad.test]
blockednet.test unusable-mx 600 [10 innet.test ok 127.53.99.1!blocklisted]
ROUTES
told "the summary counts outcomes" "2 implicit-mx "

resolve -r $nsd_at:$port - <<'LIST'
ok.test
special.test
literal.test
local.test
public.test
LIST
same "special addresses are never used without leave" <<'ROUTES'
ok.test unusable-mx 300 [10 mx1.test ok 127.53.2.1!special-address] [20 mx2.test ok 127.53.2.2!special-address 127.53.2.3!special-address]
special.test unusable-mx 600 [10 private.test ok 10.1.2.3!special-address 192.0.2.7!special-address]
literal.test unusable-mx 600 [10 127.53.2.1 ip-literal]
local.test unusable-mx 600 [10 localhost localhost] [20 mail.localhost localhost]
public.test ok 600 [10 mx.public.test ok 9.9.9.9 100.64.0.1!special-address]
ROUTES

printf 'ok.test\nv6only.test\n' |
	resolve -r $nsd_at:$port --allow-private --ipv6
same "IPv6 when it is asked for" <<'ROUTES'
ok.test ok 300 [10 mx1.test ok 127.53.2.1 fd53::1] [20 mx2.test ok 127.53.2.2 127.53.2.3]
v6only.test implicit-mx 600 [0 v6only.test ok fd53::6]
ROUTES

# -------------------------------------------------------- failures and lies

resolve -r $liar_at:$port --allow-private --timeout 1s --tries 2 - <<'LIST'
silent.liar
servfail.liar
refused.liar
formerr.liar
notimp.liar
flaky.liar
foreign.liar
extra.liar
cutshort.liar
pointer.liar
garbage.liar
noanswer.liar
forgedid.liar
manyaddresses.liar
loop.liar
chase.liar
endless.liar
unknown.onion
LIST
addresses=$(seq -s ' ' -f '127.53.3.%.0f' 1 16)
same "failures and lies of a name server" <<ROUTES
silent.liar dns-timeout -1
servfail.liar servfail -1
refused.liar servfail -1
formerr.liar servfail -1
notimp.liar servfail -1
flaky.liar implicit-mx 300 [0 flaky.liar ok 127.53.2.9]
foreign.liar no-mail -1
extra.liar ok 300 [10 host.liar ok 127.53.2.8]
cutshort.liar servfail -1
pointer.liar servfail -1
garbage.liar dns-timeout -1
noanswer.liar servfail -1
forgedid.liar dns-timeout -1
manyaddresses.liar implicit-mx 300 [0 manyaddresses.liar ok $addresses]
loop.liar no-mail 300
chase.liar ok 60 [5 host.liar ok 127.53.2.8]
endless.liar no-mail 300
unknown.onion nxdomain -1
ROUTES
/usr/bin/python3 - "$tmp/counts" <<'PYTHON'
import json, sys
seen = json.load(open(sys.argv[1]))
assert seen["silent.liar 15"] == 2, seen["silent.liar 15"]
assert seen["host.liar 1"] == 1, seen["host.liar 1"]
assert seen["servfail.liar 15"] == 1, seen["servfail.liar 15"]
assert sum(v for k, v in seen.items() if k.startswith("endless")) < 25
PYTHON
result $? "tries are bounded, a host name is asked for once" "$tmp/counts"

echo longlist.liar | resolve -r $liar_at:$port --allow-private
/usr/bin/python3 - "$tmp/out" <<'PYTHON'
import json, sys
route = json.load(open(sys.argv[1]))
assert route["outcome"] == "ok", route
assert len(route["mx"]) == 32, len(route["mx"])
assert [m["preference"] for m in route["mx"]] == list(range(21, 53))
PYTHON
result $? "a truncated answer comes over TCP; the best 32 MX stay" "$tmp/err"

echo weird.liar | resolve -r $liar_at:$port --allow-private
/usr/bin/python3 - "$tmp/out" <<'PYTHON'
import json, sys
text = open(sys.argv[1]).read()
assert text.isascii() and "\x1b" not in text
mx = json.loads(text)["mx"]
assert [m["outcome"] for m in mx] == ["bad-name", "bad-name", "ok"], mx
assert mx[0]["name"] == r"a\032b\027\091" + r"2j\034", mx[0]
assert mx[1]["name"] == r"a\046b.liar", mx[1]
PYTHON
result $? "names that no host can have are shown, never used" "$tmp/out"

# --------------------------------------------------------- several resolvers

: >"$tmp/many"
for i in $(seq 100); do echo "implicit$i.test"; done >"$tmp/many"
echo ok.test >>"$tmp/many"
start=$(date +%s%N)
resolve -r $mute_at:$port -r $nobody_at:$port -r $nsd_at:$port \
	--allow-private --timeout 300ms "$tmp/many"
took=$((($(date +%s%N) - start) / 1000000))
[ "$code" -eq 0 ] && [ "$(grep -c '"nxdomain"' "$tmp/out")" -eq 100 ] &&
	grep -q '"domain":"ok.test".*"outcome":"ok"' "$tmp/out" &&
	[ "$took" -lt 5000 ]
result $? "two dead resolvers before a live one ($took ms)" "$tmp/err"

echo servfail.test | resolve -r $liar_at:$port -r $nsd_at:$port --timeout 1s
same "one resolver fails, the other knows" <<'ROUTES'
servfail.test nxdomain -1
ROUTES

seq -f 'd%.0f.test' 40 |
	resolve -r $mute_at:$port --timeout 100ms --tries 2
stopped "no resolver answers: stop and say what to do" 69 "resolver ADDR"
[ ! -s "$tmp/out" ]
result $? "then no domain is said to have timed out" "$tmp/out"
echo ok.test | resolve -r $nobody_at:$port
stopped "nobody is there at all" 69 "$nobody_at:$port"
echo silent.liar | resolve -r $liar_at:$port --timeout 1s --tries 1
same "one silent domain is not a dead resolver" <<'ROUTES'
silent.liar dns-timeout -1
ROUTES

(seq -f 'd%.0f.liar' 30; echo shutup.liar; seq -f 'e%.0f.liar' 60) |
	resolve -r $mortal_at:$port --timeout 500ms --tries 1 --window 5 -
stopped "a resolver that stops answering stops the run" 69 "any more"
[ "$(grep -c '"nxdomain"' "$tmp/out")" -ge 26 ] &&
	! grep -q timeout "$tmp/out"
result $? "what was answered is kept, the others did not time out" "$tmp/out"

seq -f 'silent.d%.0f.liar' 100 |
	resolve -r $liar_at:$port --timeout 100ms --tries 1 -
[ "$code" -eq 69 ]
result $? "a whole list of silence is a dead resolver" "$tmp/err"
(echo ok.liar; seq -f 'silent.d%.0f.liar' 100) |
	resolve -r $liar_at:$port --timeout 1s --tries 1 -
[ "$code" -eq 0 ] && [ "$(grep -c dns-timeout "$tmp/out")" -eq 100 ]
result $? "many silent domains behind a live one" "$tmp/err"

seq -f 'noedns.d%.0f.liar' 40 |
	resolve -r $liar_at:$port --allow-private --timeout 1s -
[ "$(grep -c implicit-mx "$tmp/out")" -eq 40 ]
result $? "a name server without EDNS" "$tmp/err"

# ------------------------------------------------------- our own name, back

who() { # arguments: a dry run, so that nobody is contacted
	timeout 60 "$MXPRINT" probe --dry-run --resolver $nsd_at:$port "$@" \
		9.9.9.9 >"$tmp/out" 2>"$tmp/err"
	code=$?
}
who --ehlo who.test
result $code "a name that resolves here and back" "$tmp/err"
who --ehlo who.test --source 127.53.5.2
stopped "not back from the source address" 78 "no PTR record"
who --ehlo noptr.test
stopped "a name without PTR" 78 "127.53.5.3, which has no PTR"
who --ehlo other.test
stopped "a PTR that says another name" 78 "says elsewhere.test"
who --ehlo nomail.test
stopped "a name without address" 78 "has no address"
who --ehlo ok.example --resolver $nobody_at:$port
stopped "a name whose name servers fail" 69 "failed"

# -------------------------------------------------------------------- input

printf '\xef\xbb\xbfCompany;Domain;Country\r\n"Foo; Ltd";OK.test.;AT\r\nBar;Bücher.test;DE\r\n' \
	>"$tmp/list.csv"
gzip -k "$tmp/list.csv"
resolve -r $nsd_at:$port -o "$tmp/out.gz" "$tmp/list.csv.gz"
gzip -dc "$tmp/out.gz" >"$tmp/out"
/usr/bin/python3 - "$tmp/out" <<'PYTHON'
import json, sys
rows = {r["domain"]: r for r in map(json.loads, open(sys.argv[1]))}
assert rows["ok.test"]["columns"] == {"Company": "Foo; Ltd", "Country": "AT"}
assert rows["ok.test"]["input"] == "OK.test."
assert rows["xn--bcher-kva.test"]["input"] == "Bücher.test"
PYTHON
result $? "a compressed CSV in, its columns and .gz out" "$tmp/err"

resolve -r $nsd_at:$port - <<'LIST'
# a comment

jo@ok.test
OK.test
https://null.test/
null..test
null.test
LIST
[ "$code" -eq 0 ] && [ "$(wc -l <"$tmp/out")" -eq 2 ]
result $? "bad lines cost nothing else" "$tmp/err"
told "a bad line is told with its place" "standard input:5: .*a URL"
told "duplicates and bad lines are counted" \
	"5 lines, 2 domains, 1 duplicates, 2 bad lines"

echo '# nothing' | resolve -r $nsd_at:$port -
stopped "an empty list" 65 "is empty"
resolve -r $nsd_at:$port "$tmp/missing"
stopped "a missing list" 66 "missing"
gzip -c "$tmp/many" | head -c 100 >"$tmp/cut.gz"
resolve -r $nsd_at:$port "$tmp/cut.gz"
stopped "a torn gzip file" 65 "ends early"
echo '10.0.0.0/99' >"$tmp/badblock"
resolve -r $nsd_at:$port -b "$tmp/badblock" "$tmp/many"
stopped "a bad blocklist fails closed, with its line" 78 "badblock:1: "
resolve -r nsd.test "$tmp/many"
stopped "a resolver must be an address" 64 "must be an address"
resolve -r $nsd_at:$port --window 0 "$tmp/many"
stopped "options have bounds" 64 "window"
resolve -r $nsd_at:$port -o "$tmp/no/such" "$tmp/many"
stopped "an output that cannot be made" 73 "such"
"$MXPRINT" resolve -r $nsd_at:$port "$tmp/many" >/dev/full 2>"$tmp/err"
code=$?
stopped "a full disk" 74 "full\|space"

# ------------------------------------------------------------------- signals

for signal in INT TERM; do
	(echo ok.test; seq -f 'silent.d%.0f' 500) >"$tmp/slow"
	"$MXPRINT" resolve -r $liar_at:$port -r $nsd_at:$port --window 100 \
		"$tmp/slow" >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	sleep 0.7
	kill -$signal $pid
	wait $pid
	code=$?
	stopped "SIG$signal stops at once, with what is done" 75 "stopped after"
done

tap_end
