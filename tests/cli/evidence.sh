#!/bin/bash
# identify and score: disputed operators are both shown with what names them,
# fronts with their role and with what is behind them.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../name_server.sh"
dns=127.96.0.1:5303 port=2576

identify() { # name, words expected, arguments...
	local name=$1 words=$2
	shift 2
	says "$name" 0 "$words" timeout 60 "$MXPRINT" identify --port $port \
		--resolver $dns --no-tls --allow-private "$@"
}

told() { # name, python expression over p, predictions by host
	python3 - "$tmp/predictions.jsonl" "$2" >"$tmp/tap" 2>&1 <<-'PYTHON'
		import json, sys
		p = {}
		for line in open(sys.argv[1]):
		    x = json.loads(line)
		    x["who"] = [(e["id"], e["stage"]) for e in x["evidence"]
		                if e["about"] == "operator"]
		    x["behind"] = [(e["id"], e["rule"]) for e in x["evidence"]
		                   if e["about"] == "behind"]
		    p[x["host"]] = x
		    print(x["host"], x["product"], x["flags"], x["evidence"])
		sys.exit(not eval("(" + sys.argv[2] + ")"))
	PYTHON
	result $? "$1" "$tmp/tap"
}

tests/cli/transcripts.py train >"$tmp/train.jsonl"
tests/cli/transcripts.py operators >"$tmp/operators.jsonl"
tests/cli/transcripts.py fronts >"$tmp/fronts.jsonl"
"$MXPRINT" train -o "$tmp/test.model" "$tmp/train.jsonl" 2>/dev/null

# as records
"$MXPRINT" score -m none "$tmp/operators.jsonl" "$tmp/fronts.jsonl" \
	>"$tmp/predictions.jsonl" 2>"$tmp/err"
result $? "scored by rules alone" "$tmp/err"
told "MX name and greeting name two operators: both are there" '
	p["203.0.113.1"]["flags"] == ["operator-disputed"] and
	p["203.0.113.1"]["operator"] == "mimecast" and
	p["203.0.113.1"]["who"] == [("mimecast", "banner"),
	                            ("google-mx", "mx-name")]'
told "with the rule and the words" '
	{"about": "operator", "id": "google-mx", "stage": "mx-name",
	 "rule": "mx/google-mx", "words": "aspmx.l.google.com"}
	in p["203.0.113.1"]["evidence"]'
told "so are three" '
	p["203.0.113.3"]["who"][2:] == [("fastmail", "certificate")]'
told "where they agree nothing is disputed" '
	p["203.0.113.2"]["flags"] == [] and
	p["203.0.113.2"]["who"] == [("google-mx", "mx-name")]'
told "a silent host has its name to tell whose it is" '
	p["203.0.113.4"]["product"] is None and
	p["203.0.113.4"]["who"] == [("google-mx", "mx-name")]'
told "what a rule finds behind a firewall" '
	p["203.0.113.11"]["front"] == "cisco-pix-mailguard" and
	p["203.0.113.11"]["behind"] == [("postfix", "mail/postfix")]'
told "behind what answers alone is nothing known" '
	not any(p["203.0.113.%d" % n]["behind"] for n in (13, 14, 15, 17)) and
	all(p["203.0.113.%d" % n]["front"] for n in (13, 14, 15, 17))'
told "a front that is part of a product stands before it" '
	p["203.0.113.16"]["front"] == "postfix-postscreen" and
	p["203.0.113.16"]["behind"][0][0] == "postfix"'
told "a greeting that is passed on" '
	p["203.0.113.18"]["product"] == "rblsmtpd" and
	p["203.0.113.18"]["behind"] == [("exim", "banner/exim-version")]'

# for a person: .1 torn .2 agreed .3 PIX .4 ASA .5 rblsmtpd
# .6 no service .7 listed .8 postscreen .9 spamd .10 greeting passed on
{
	head -n 2 "$tmp/operators.jsonl"
	cat "$tmp/fronts.jsonl"
} >"$tmp/farm.jsonl"
"$BUILD/tests/farm/replay_farm" -p $port -b 127.96.1.1 -t 300 \
	"$tmp/farm.jsonl" >"$tmp/farm.out" 2>&1 &
pids=$!
cat >"$tmp/zone" <<'ZONE'
$TTL 600
@ IN SOA ns.test. hostmaster.test. 1 3600 600 86400 60
@ IN NS ns.test.
torn.test. IN MX 10 alt1.aspmx.l.google.com.
agreed.test. IN MX 10 alt2.aspmx.l.google.com.
alt1.aspmx.l.google.com. IN A 127.96.1.1
alt2.aspmx.l.google.com. IN A 127.96.1.2
ns.test. IN A 127.96.0.1
ZONE
name_server 127.96.0.1 5303 . zone
wait_for "$tmp/farm.out" ready
wait_for "$tmp/nsd.log" started

identify "two operators, each with what names it" \
	'^    operator    .*Mimecast.*, by its greeting "eu-smtp.*(rule banner/m
^    disputed    Gmail.*, by its MX name "alt1.aspmx.*(rule mx/google-mx)
(operator-disputed)$' -m none torn.test
identify "one operator" "^    operator    Gmail[^,]*$" -m none agreed.test
none "which nothing disputes" "$(grep disputed "$tmp/out")"
identify "a firewall, and what a rule finds behind it" \
	'^    front       Cisco PIX.*, a firewall, by its greeting "\*\*\*
^    behind it   Postfix, by its answer to MAIL.* "4.5.4 .*(rule mail/p' \
	-m none --no-help 127.96.1.3
identify "or the model" \
	'^    front       Cisco ASA.*, a firewall, by its answer to EHLO "XXX
^    behind it   Postfix, by the model (0.' -m "$tmp/test.model" --plan polite 127.96.1.4
identify "a refusal by rblsmtpd, and nothing else" \
	'^    front       rblsmtpd.*, a proxy or filter, by its answer to
^    behind it   nothing known$' -m none 127.96.1.5
identify "no service for us" '^    front       .*, a firewall, by its greet
^    behind it   nothing known$' -m none 127.96.1.6
identify "listed" '^    front       .*Spamhaus, a proxy or filter, by its greet
^    behind it   nothing known$' -m none 127.96.1.7
identify "postscreen" '^    front       Postfix postscreen, a proxy or filter
^    behind it   Postfix, by its greeting' -m none 127.96.1.8
identify "a tarpit" '^    front       OpenBSD spamd, a honeypot or tarpit, by its greeting
^    behind it   nothing known$' -m none 127.96.1.9
tap_end
