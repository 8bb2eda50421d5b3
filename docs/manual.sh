#!/bin/sh
# The manual page of the program: mxprint.1.in with the commands' own --help,
# so that the option tables stay the only list.
#   docs/manual.sh PROGRAM VERSION <docs/mxprint.1.in
set -eu
program=$1 version=$2
escape() { # text to troff: backslashes, hyphens, leading dots and quotes
	sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^\([.']\)/\\\\\&\1/"
}
while IFS= read -r line; do
	case $line in
	@COMMANDS@)
		"$program" help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' |
			while read -r command; do
				printf '.SS mxprint %s\n.nf\n' "$command"
				"$program" "$command" --help |
					sed '/^exit status:/,$d' | escape
				printf '.fi\n'
			done
		;;
	*) printf '%s\n' "$line" | sed "s/@VERSION@/$version/" ;;
	esac
done
