#!/bin/sh
# Every command has help with examples and its place in the manual; the pages
# format; every rule wins its examples.
. "$(dirname "$0")/../tap.sh"

documented() { # command
	"$MXPRINT" "$1" --help | grep -q '^examples:' || {
		echo "mxprint $1 --help gives no examples"
		return 1
	}
	grep -q "^.SS mxprint $1\$" "$BUILD/mxprint.1"
}

commands=$("$MXPRINT" help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
for command in ${commands:-none}; do
	check "mxprint $command: help with examples, in the manual" \
		documented $command
done
# One letter means one option, whichever the command.
letters() {
	for command in $commands; do
		"$MXPRINT" $command --help
	done | sed -n 's/^  \(-[[:alnum:]]\), \(--[a-z0-9-]*\).*/\1 \2/p' |
		sort -u | cut -d ' ' -f 1 | uniq -d
}
none "a letter is the same option in every command" "$(letters)"
check "every rule wins its examples" "$MXPRINT" rules test
manuals() {
	for page in "$BUILD/mxprint.1" docs/*.5; do
		warnings=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l \
			-Tutf8 "$page" 2>&1 >/dev/null)
		[ -z "$warnings" ] || { echo "$page: $warnings"; return 1; }
	done
}
check "manual pages format without warnings" manuals
tap_end
