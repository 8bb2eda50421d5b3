#!/bin/sh
# What the program answers before any command runs: help, version, mistakes.
n=0 failed=0
out=$(mktemp) err=$(mktemp)
trap 'rm -f "$out" "$err"' EXIT

check() { # name, expected status, expected words (out or err), command...
	name=$1 status=$2 words=$3
	shift 3
	n=$((n + 1))
	"$@" >"$out" 2>"$err" </dev/null
	code=$?
	if [ "$code" -eq "$status" ] && cat "$out" "$err" | grep -q -- "$words"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name (status $code, not $status)"
		cat "$out" "$err" | head -n 5 | sed 's/^/# /'
		failed=1
	fi
}

check "no command: the overview, as a mistake" 64 "commands:" "$MXPRINT"
check "help is no mistake" 0 "commands:" "$MXPRINT" help
check "--help too" 0 "commands:" "$MXPRINT" --help
check "--version names program and licence" 0 "MIT License" "$MXPRINT" --version
check "help of a command" 0 "usage: mxprint catalog" "$MXPRINT" help catalog
check "an unknown command" 64 "mxprint help" "$MXPRINT" serve
check "hostile words are quoted" 64 'x1b' "$MXPRINT" "$(printf '\033[2J')"
check "an unknown option names the closest" 64 "did you mean --format" \
	"$MXPRINT" catalog --formt json
check "an option without its value" 64 "format" "$MXPRINT" catalog --format
check "catalog finds a product" 0 "Postfix" "$MXPRINT" catalog show postfix
check "catalog says what it has not" 64 "nobody" "$MXPRINT" catalog show nobody
check "rules name the product" 0 '"product":"postfix"' \
	sh -c "echo '220 mx ESMTP Postfix' | '$MXPRINT' rules match --stage banner"
check "a full disk is noticed" 74 "disk full" \
	sh -c "'$MXPRINT' catalog list >/dev/full"
echo "1..$n"
exit $failed
