#!/bin/sh
# Formatting, banned calls, sizes, and what must never stand in the tree.
. "$(dirname "$0")/../tap.sh"

sources=$(find common catalog transcript prober features rules model \
	evaluation survey report review tools tests -name '*.[ch]' 2>/dev/null | sort)

check "formatted (make format)" clang-format --dry-run --Werror $sources

bad=$(grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets|system|popen|svm_load_model|svm_cross_validation)\(' \
	$(echo "$sources" | grep -v '^tests/'))
none "no banned call" "$bad"

# Only tools/ prints to the user or ends the program (arena and log apart).
bad=$(grep -nE '\b(printf|puts|exit|perror)\(' $(echo "$sources" |
	grep -v '^tests/\|^tools/') | grep -vE \
	'^(common/arena\.c|common/log\.c)|^[^:]*:[0-9]+:[[:space:]]*(\*|/\*)')
none "only tools/ prints or exits" "$bad"

bad=$(for f in $(echo "$sources" | grep -v '^tests/'); do
	lines=$(wc -l <"$f")
	[ "$lines" -le 500 ] || echo "$f: $lines lines"
done)
none "no file over 500 lines" "$bad"

bad=$(awk 'FNR == 1 { start = 0 }
	/^\{/ { start = FNR }
	/^}/ && start { if (FNR - start > 50)
		print FILENAME ":" start ": " FNR - start - 1 " lines"
		start = 0 }' $(echo "$sources" | grep -v '^tests/'))
none "no function over 50 lines" "$bad"

# A header says what its module is; a .c file without one says it itself.
bad=$(for f in $(echo "$sources" | grep -v '^tests/'); do
	case $f in *.c) [ ! -e "${f%c}h" ] || continue ;; esac
	head -n 1 "$f" | grep -q '^/\*' || echo "$f"
done)
none "every module begins with what it is" "$bad"

bad=$(find . -path ./build -prune -o -path ./.git -prune -o \
	\( -name 'util*.[ch]' -o -name 'misc*.[ch]' \) -print)
none "no util or misc" "$bad"

bad=$(grep -rnE 'TODO|FIXME|XXX\b' $(echo "$sources" | grep -v '^tests/') |
	grep -v 'XXXX')
none "nothing is left for later in the code" "$bad"

tracked=$(git ls-files 2>/dev/null)
[ -n "$tracked" ] || # no repository, or somebody else's
	tracked=$(find . -name build -prune -o -name .git -prune -o -type f -print)
bad=$(echo "$tracked" | grep -v 'tests/check/' |
	xargs grep -nE '(^|[^a-zA-Z0-9_}])/(work|root|home)/[a-z]' 2>/dev/null |
	head)
none "no path of one machine" "$bad"

bad=$(git ls-files 2>/dev/null | xargs -r grep -lP '^\x7fELF' 2>/dev/null)
none "no built program is kept" "$bad"
tap_end
