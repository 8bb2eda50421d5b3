#!/bin/sh
# ARCHITECTURE.md names every module of the tree, and none that is not there.
. "$(dirname "$0")/../tap.sh"

# Lines "folder name" of the tables under "### folder/".
named() {
	awk '/^##/ { folder = "" }
		/^### [a-z]+\// { folder = substr($2, 1, index($2, "/") - 1) }
		folder && /^    [^ ]/ { print folder, $1 }' ARCHITECTURE.md
}

# The same of the tree: foo.c, foo.h or both are one module.
modules() {
	for folder in common catalog transcript prober features rules model \
		evaluation survey report review tools; do
		for file in "$folder"/*.[ch]; do
			file=${file##*/}
			echo "$folder ${file%.*}"
		done
	done | sort -u
}

tables=$(named)
bad=
while read -r folder name; do
	case $name in cmd_*) name='cmd_*' ;; esac
	echo "$tables" | grep -qxF "$folder $name" || bad="$bad $folder/$name"
done <<MODULES
$(modules)
MODULES
none "ARCHITECTURE.md says what every module does" "$bad"

bad=
while read -r folder name; do
	found=
	for file in "$folder/$name" "$folder"/$name.[ch]; do
		for f in $file; do
			[ -e "$f" ] && found=yes
		done
	done
	[ -n "$found" ] || bad="$bad $folder/$name"
done <<TABLES
$tables
TABLES
none "every module that it names exists" "$bad"

# Paths in backquotes, as `prober/pacer` or `docs/features.md`.
bad=
for path in $(grep -ohE '`[a-z]+/[a-z0-9_./*-]+`' ./*.md docs/*.md |
	tr -d '`' | sort -u); do
	set -- $path $path.[ch]
	found=
	for f in "$@"; do
		[ -e "$f" ] && found=yes
	done
	[ -n "$found" ] || bad="$bad $path"
done
none "every path in backquotes exists" "$bad"
tap_end
