#!/bin/sh
# Every command of the manual exists and every option has its line in it;
# every rule wins its examples.
cd "$(dirname "$0")/../.." || exit 1
n=0 failed=0

check() { # name, then a command
	n=$((n + 1))
	name=$1
	shift
	if out=$("$@" 2>&1); then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		echo "$out" | head -n 20 | sed 's/^/# /'
		failed=1
	fi
}

documented() { # command
	"$MXPRINT" "$1" --help >build/help.$$ || return 1
	grep -q '^examples:' build/help.$$ || { echo "no examples"; return 1; }
	status=0
	for option in $(grep -oE '^ +(-[a-zA-Z], +)?--[a-z0-9-]+' build/help.$$ |
		grep -oE -e '--[a-z0-9-]+'); do
		escaped=$(echo "$option" | sed 's/-/\\\\-/g')
		grep -qE -e "$option\b|$escaped" docs/mxprint.1 ||
			{ echo "docs/mxprint.1 lacks $option"; status=1; }
	done
	rm -f build/help.$$
	return $status
}

for command in survey identify resolve probe score explain report review \
	train evaluate catalog rules; do
	check "mxprint $command: help, and every option in the manual" \
		documented $command
done
check "every rule wins its examples" "$MXPRINT" rules test
manuals() {
	for page in docs/*.[15]; do
		warnings=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l \
			-Tutf8 "$page" 2>&1 >/dev/null)
		[ -z "$warnings" ] || { echo "$page: $warnings"; return 1; }
	done
}
check "manual pages format without warnings" manuals
echo "1..$n"
exit $failed
