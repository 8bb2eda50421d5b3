#!/bin/bash
# CPU of `mxprint probe` beside a floor that keeps nothing: the same farm, the
# same commands (a plan file of the printable ones), no TLS, pairs A B A B.
#
#   FARM=./smtpfarm FLOOR=./limit_client tests/bench/probe.sh [HOSTS [PAIRS]]
#
# FARM is started as "FARM -p PORT -w 1 -t SECONDS", any 127.x.y.z answers;
# FLOOR as "FLOOR -n N -c C -p PORT -f HOSTS -x COMMANDS" and says
# "cpu_user_s" and "cpu_sys_s" in one JSON line. Only the ratio counts.
set -eu
: "${FARM:?a farm of pretend servers}" "${FLOOR:?the floor client}"
mxprint=${MXPRINT:-./mxprint}
hosts=${1:-8000} pairs=${2:-5} port=${PORT:-25979} open=${OPEN:-1000}
dir=$(mktemp -d)
farm=
trap '[ -z "$farm" ] || kill "$farm" 2>/dev/null; rm -rf "$dir"' EXIT

# What is sent after EHLO and before QUIT.
cat >"$dir/probes" <<'PROBES'
NOOP
HELP
MAIL
XYZZY foo
MAIL FROM <postmaster@bench.example>
RSET foo
HELO
NOOP foo
noop
 NOOP
VRFY postmaster
EXPN postmaster
ETRN bench.example
TURN
SOML
SAML
RCPT TO:<postmaster>
MAIL FOO:<>
MAIL FROM:<> BOGUS=1
NOOP
HELP
MAIL
XYZZY foo
RSET foo
HELO
NOOP foo
noop
VRFY postmaster
PROBES
awk '{ printf "probe-%d\t%s\\r\\n\n", NR, $0 }' "$dir/probes" >"$dir/plan.txt"
{ echo "EHLO bench.example"; cat "$dir/probes"; echo QUIT; } >"$dir/commands"
awk -v n="$hosts" 'BEGIN { for (i = 0; i < n; i++)
	printf "127.%d.%d.%d\n", 1 + i / 62500, i / 250 % 250, i % 250 + 1 }' \
	>"$dir/hosts"

"$FARM" -p "$port" -w 1 -t 600 >/dev/null &
farm=$!
sleep 1

cpu() { # command...: user + system seconds of it
	/usr/bin/env bash -c 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1' \
		- "$@" 2>&1 | tail -n 1 | awk '{ print $1 + $2 }'
}
ours() {
	cpu "$mxprint" probe --allow-private --plan "$dir/plan.txt" --no-tls \
		--ehlo bench.example --port "$port" -c "$open" -q \
		--hosts "$dir/hosts" -o "$dir/out.jsonl"
}
floor() {
	cpu "$FLOOR" -n "$hosts" -c "$open" -p "$port" -f "$dir/hosts" \
		-x "$dir/commands"
}
ours >/dev/null
greeted=$(grep -c '"outcome":"greeted"' "$dir/out.jsonl")
whole=$(grep -c '"end":"quit-closed"' "$dir/out.jsonl")
echo "$hosts hosts, $(wc -l <"$dir/commands") commands: $greeted greeted," \
	"$whole ended with QUIT"
for i in $(seq "$pairs"); do
	a=$(ours) b=$(floor)
	awk -v a="$a" -v b="$b" -v n="$hosts" 'BEGIN { printf "pair: %.2f s " \
		"against %.2f s, %.0f us a host, ratio %.2f\n",
		a, b, a * 1e6 / n, a / b }'
done | tee "$dir/pairs"
awk '{ print $NF }' "$dir/pairs" | sort -n |
	awk '{ v[NR] = $1 } END { printf "median ratio %.2f (%.2f..%.2f)\n",
		v[int((NR + 1) / 2)], v[1], v[NR] }'
