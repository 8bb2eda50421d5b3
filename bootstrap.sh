#!/bin/sh
# Installs the Debian packages that mxprint needs, if any is missing.
#   ./bootstrap.sh [demo|test|lab|evaluation]
# demo: build and run the example; test (default): also the tests; lab: also
# what brings up real mail servers; evaluation: what docs/evaluation.md is made
# with. Needs root or sudo only when something is missing. Debian 12 or newer.
set -eu

build="gcc make pkg-config libc6-dev libevent-dev libc-ares-dev libssl-dev
	zlib1g-dev libsqlite3-dev libpcre2-dev libvectorscan-dev libyajl-dev
	libidn2-dev libpsl-dev libsvm-dev"
demo="$build nsd python3"
evaluation="$build gnuplot-nox python3"
test="$demo gnuplot-nox git g++ openssl libcmocka-dev libjansson-dev
	python3-jsonschema clang clang-format libclang-rt-14-dev sqlite3 man-db groff
	procps"
lab="$test debootstrap iproute2"
# Node.js from elsewhere brings npm along and conflicts with Debian's package.
command -v npm >/dev/null 2>&1 || lab="$lab npm"

case ${1:-test} in
demo) wanted=$demo ;;
test) wanted=$test ;;
lab) wanted=$lab ;;
evaluation) wanted=$evaluation ;;
*)
	echo "usage: ./bootstrap.sh [demo|test|lab|evaluation]" >&2
	exit 64
	;;
esac

missing=
for package in $wanted; do
	dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null |
		grep -q '^install ok' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null 2>&1; then
	as_root=sudo
else
	echo "bootstrap: these packages are missing and neither root nor sudo" >&2
	echo "is at hand; as root, run: apt-get install$missing" >&2
	exit 69
fi

echo "bootstrap: installing$missing"
# A name server that starts by itself on port 53 is not wanted: nsd is only
# run by the demo and the tests, on a loopback address and a high port.
policy=/usr/sbin/policy-rc.d
made=
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
	$as_root chmod 755 $policy
	made=yes
fi
status=0
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update || status=$?
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
	--no-install-recommends install $missing >/dev/null || status=$?
[ -z "$made" ] || $as_root rm -f $policy
if [ "$status" -ne 0 ]; then
	echo "bootstrap: apt-get failed; see its messages above" >&2
	exit 69
fi
