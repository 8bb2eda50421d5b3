#!/bin/sh
# Formatting, banned calls, sizes, and what must never stand in the tree.
cd "$(dirname "$0")/../.." || exit 1
n=0 failed=0

verdict() { # name, offending lines
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | head -n 20 | sed 's/^/# /'
		failed=1
	fi
}

sources=$(find common catalog transcript prober features rules model survey \
	report review tools tests -name '*.[ch]' 2>/dev/null | sort)

bad=
for f in $sources; do
	clang-format "$f" | cmp -s - "$f" || bad="$bad $f"
done
verdict "formatted (make format)" "$bad"

bad=$(grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets|system|popen|svm_load_model|svm_cross_validation)\(' \
	$(echo "$sources" | grep -v '^tests/'))
verdict "no banned call" "$bad"

# Only tools/ prints to the user or ends the program (arena and log apart).
bad=$(grep -nE '\b(printf|puts|exit|perror)\(' $(echo "$sources" |
	grep -v '^tests/\|^tools/') | grep -vE \
	'^(common/arena\.c|common/log\.c)|^[^:]*:[0-9]+:[[:space:]]*(\*|/\*)')
verdict "only tools/ prints or exits" "$bad"

bad=$(for f in $(echo "$sources" | grep -v '^tests/'); do
	lines=$(wc -l <"$f")
	[ "$lines" -le 500 ] || echo "$f: $lines lines"
done | grep -v '^transcript/format.c')
verdict "no file over 500 lines" "$bad"

bad=$(find . -path ./build -prune -o -path ./.git -prune -o \
	\( -name 'util*.[ch]' -o -name 'misc*.[ch]' \) -print)
verdict "no util or misc" "$bad"

bad=$(grep -rnE 'TODO|FIXME|XXX\b' $(echo "$sources" | grep -v '^tests/') |
	grep -v 'XXXX')
verdict "nothing is left for later in the code" "$bad"

bad=$(git ls-files 2>/dev/null | grep -v '^tests/check/' |
	xargs grep -nE '(^|[^a-zA-Z0-9_}])/(work|root|home)/[a-z]' 2>/dev/null | head)
verdict "no path of one machine" "$bad"
echo "1..$n"
exit $failed
