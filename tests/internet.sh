# A little internet for script tests; to be sourced after tests/tap.sh:
#   internet NETWORK PORT      ("127.45", 2545)
# Mail hosts from NETWORK.0.1 on, port PORT, replay the demo's transcripts; a
# name server on NETWORK.53.53:5453 knows domains that they serve. Both
# end with the test, which ends here if they do not start. Then there are
#   $tmp/hosts.tsv $tmp/truth.tsv   see training-data/demo/internet.py
#   $tmp/home        an empty folder but for domains.txt
#   $tmp/bin         in $PATH; its mxprint adds the options that point here
#   $dns $host $domain $name        the name server, a mail host, a domain that
#                    it serves, the host's name

internet() {
	dns=$1.53.53:5453
	internet_start "$1" "$2" && return
	result 1 "a little internet" "$tmp/farm" "$tmp/out"
	tap_end
}

internet_start() { # network, port
	"$BUILD/tests/farm/replay_farm" -b "$1.0.1" -p "$2" -t 580 \
		-m "$tmp/hosts.tsv" training-data/demo/*.jsonl.gz \
		>"$tmp/farm" 2>&1 &
	pids="$pids $!"
	wait_for "$tmp/farm" '^ready' || return 1
	/usr/bin/python3 training-data/demo/internet.py "$tmp/hosts.tsv" \
		"$tmp" "$1.53.53" 5453 "$1.99.1" >"$tmp/out" 2>&1 || return 1
	PATH=$PATH:/usr/sbin nsd -d -c "$tmp/nsd.conf" >>"$tmp/out" 2>&1 &
	pids="$pids $!"
	mkdir "$tmp/bin" "$tmp/home"
	cp "$tmp/domains.csv" "$tmp/home/domains.txt"
	internet_wrapper "$2"
	PATH=$tmp/bin:$PATH
	internet_is_up || return 1
	host=$(sed -n 1p "$tmp/hosts.tsv" | cut -f1)
	domain=$(awk -F'\t' -v h="$host" '$2 == h {print $1; exit}' \
		"$tmp/truth.tsv")
	name=$(sed -n "s/ IN A $host\$/.example/p" "$tmp/example.zone" |
		head -n 1)
}

internet_wrapper() { # port
	cat >"$tmp/bin/mxprint" <<-WRAPPER
		#!/bin/bash
		here="--resolver $dns --allow-private"
		hosts="--port $1 --greeting-timeout 4s --reply-timeout 4s"
		case \$1:" \$* " in
		*" --help "* | *" --rebuild "*) ;;
		survey:* | identify:*) set -- "\$@" \$here \$hosts ;;
		resolve:*) set -- "\$@" \$here ;;
		probe:*) set -- "\$@" \$here \$hosts ;;
		esac
		exec "$MXPRINT" "\$@"
	WRAPPER
	chmod +x "$tmp/bin/mxprint"
}

internet_is_up() {
	for tap_tries in $(seq 60); do
		mxprint resolve --timeout 500ms --tries 1 \
			"$tmp/home/domains.txt" >/dev/null 2>&1 && return
		sleep 0.3
	done
	return 1
}
