# A real name server (nsd) for a test: its configuration, and its start. Sourced
# after tests/tap.sh; the zones are files in $tmp. The caller waits for
# "started" in $tmp/nsd.log where it needs that.

name_server() { # ADDRESS PORT, then ZONE FILE pairs; adds its pid to $pids
	cat >"$tmp/nsd.conf" <<-CONF
		server:
		    ip-address: $1@$2
		    do-ip6: no
		    username: ""
		    chroot: ""
		    zonesdir: "$tmp"
		    database: ""
		    pidfile: "$tmp/nsd.pid"
		    xfrdfile: "$tmp/xfrd.state"
		    zonelistfile: "$tmp/zone.list"
		    logfile: "$tmp/nsd.log"
		    server-count: 1
		remote-control:
		    control-enable: no
	CONF
	shift 2
	while [ $# -gt 0 ]; do
		printf 'zone:\n    name: "%s"\n    zonefile: "%s"\n' "$1" "$2"
		shift 2
	done >>"$tmp/nsd.conf"
	PATH=$PATH:/usr/sbin nsd -d -c "$tmp/nsd.conf" >"$tmp/nsd.out" 2>&1 &
	pids="${pids-} $!"
}
