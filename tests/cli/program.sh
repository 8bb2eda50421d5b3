#!/bin/sh
# What the program answers before any command runs: help, version, mistakes.
. "$(dirname "$0")/../tap.sh"

says "no command: the overview, as a mistake" 64 "commands:" "$MXPRINT"
says "help is no mistake" 0 "commands:" "$MXPRINT" help
says "--help too" 0 "commands:" "$MXPRINT" --help
says "--version names program and licence" 0 "MIT License" "$MXPRINT" --version
says "help of a command" 0 "usage: mxprint catalog" "$MXPRINT" help catalog
says "an unknown command" 64 "mxprint help" "$MXPRINT" serve
says "hostile words are quoted" 64 'x1b' "$MXPRINT" "$(printf '\033[2J')"
says "an unknown option names the closest" 64 "did you mean --format" \
	"$MXPRINT" catalog --formt json
says "an option without its value" 64 "format" "$MXPRINT" catalog --format
says "catalog finds a product" 0 "Postfix" "$MXPRINT" catalog show postfix
says "catalog says what it has not" 64 "nobody" "$MXPRINT" catalog show nobody
says "rules name the product" 0 '"product":"postfix"' \
	sh -c "echo '220 mx ESMTP Postfix' | '$MXPRINT' rules match --stage banner"
says "no rule passes no test" 65 "no rule" "$MXPRINT" rules test /dev/null
check "| head ends the output without a word" sh -c \
	"test -z \"\$( { '$MXPRINT' catalog list | head -n 1 >/dev/null; } 2>&1)\""
says "a full disk is noticed" 74 "disk full" \
	sh -c "'$MXPRINT' catalog list >/dev/full"
tap_end
