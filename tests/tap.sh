# What the script tests share; to be sourced first, from anywhere:
#   . "$(dirname "$0")/../tap.sh"
# Goes to the top of the tree and gives a temporary folder $tmp, which goes at
# the end of the test, as do the processes in $pids. Prints TAP lines.
cd "$(dirname "$0")/../.." || exit 1
export MXPRINT="${MXPRINT:-$PWD/build/release/mxprint}"
export BUILD="${BUILD:-$PWD/build/release}"
tmp=$(mktemp -d) || exit 1
pids=
tap_count=0 tap_failed=0

tap_leave() {
	for tap_pid in $pids; do
		kill "$tap_pid" 2>/dev/null
	done
	wait
	rm -rf "$tmp"
}
trap tap_leave EXIT
trap 'exit 1' INT TERM

# STATUS NAME [FILE...]: passed if STATUS is 0; else shows the files.
result() {
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_count - $2"
		return
	fi
	echo "not ok $tap_count - $2"
	tap_failed=1
	shift 2
	[ $# -eq 0 ] || cat "$@" | head -n 40 | sed 's/^/# /'
}

# NAME COMMAND...: passed if the command succeeds; else shows what it said.
check() {
	tap_name=$1
	shift
	"$@" >"$tmp/tap" 2>&1 </dev/null
	result $? "$tap_name" "$tmp/tap"
}

# NAME STATUS WORDS COMMAND...: passed if the command ends with STATUS and
# says WORDS (patterns, one a line), on whichever output. Leaves both in
# $tmp/out and $tmp/err.
says() {
	tap_name=$1 tap_want=$2 tap_words=$3
	shift 3
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	tap_status=$? tap_missing=
	while IFS= read -r tap_word; do
		cat "$tmp/out" "$tmp/err" | grep -q -e "$tap_word" ||
			tap_missing="$tap_missing '$tap_word'"
	done <<-WORDS
		$tap_words
	WORDS
	{
		echo "status $tap_status, not $tap_want; missing:$tap_missing"
		cat "$tmp/out" "$tmp/err"
	} >"$tmp/tap"
	[ "$tap_status" -eq "$tap_want" ] && [ -z "$tap_missing" ]
	result $? "$tap_name" "$tmp/tap"
}

# NAME LINES: passed if there are no lines.
none() {
	printf '%s\n' "$2" >"$tmp/tap"
	[ -z "$2" ]
	result $? "$1" "$tmp/tap"
}

# FILE WORDS: waits until the file has them, for at most half a minute.
wait_for() {
	tap_tries=0
	until grep -q -e "$2" "$1" 2>/dev/null; do
		tap_tries=$((tap_tries + 1))
		[ $tap_tries -lt 300 ] || return 1
		sleep 0.1
	done
}

# The last line of a test.
tap_end() {
	echo "1..$tap_count"
	exit $tap_failed
}
