#!/usr/bin/python3
"""Transcripts for the tests of score, explain and identify.

  transcripts.py train    labelled deployments of four products
  transcripts.py hosts    hosts to score, each with its case as its name
  transcripts.py operators  whose service it is, disputed and not
  transcripts.py fronts   something that answers first
  transcripts.py bytes    one host whose replies hold every byte 0-255

Replies are those of real servers in their stock configuration, as many as the
standard plan gets with its two errors; host names, sizes and extensions vary
so that no two deployments are alike.
"""
import json
import sys

EHLO = "probe.example.org"


def postfix(host, n):
    keywords = ["PIPELINING", "SIZE %d" % (10240000 + n * 7), "VRFY", "ETRN",
                "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "CHUNKING"]
    return {
        "greeting": "220 %s ESMTP Postfix" % host,
        "ehlo": ehlo(host, drop(keywords, n)),
        "noop": "250 2.0.0 Ok",
        "help": "500 5.5.2 Error: command not recognized",
        "mail-noarg": "501 5.5.4 Syntax: MAIL FROM:<address>",
        "quit": "221 2.0.0 Bye",
    }


def exim(host, n):
    keywords = ["SIZE 52428800", "8BITMIME", "PIPELINING", "PIPECONNECT",
                "CHUNKING", "PRDR", "HELP"]
    return {
        "greeting": "220 %s ESMTP Exim 4.9%d Tue, 24 Nov 2026 10:%02d:00 +0000"
                    % (host, 4 + n % 3, n),
        "ehlo": ehlo("%s Hello %s [192.0.2.9]" % (host, EHLO),
                     drop(keywords, n)),
        "noop": "250 OK",
        "help": "214-Commands supported:\r\n214 AUTH HELO EHLO MAIL RCPT DATA"
                " BDAT NOOP QUIT RSET HELP",
        "mail-noarg": "500 unrecognized command",
        "nul": "501 NUL characters are not allowed in SMTP commands",
        "quit": "221 %s closing connection" % host,
    }


def sendmail(host, n):
    keywords = ["ENHANCEDSTATUSCODES", "PIPELINING", "EXPN", "VERB",
                "8BITMIME", "SIZE", "DSN", "ETRN", "DELIVERBY", "HELP"]
    return {
        "greeting": "220 %s ESMTP Sendmail 8.17.1/8.17.1; Tue, 24 Nov 2026"
                    " 10:00:%02d GMT" % (host, n),
        "ehlo": ehlo("%s Hello %s [192.0.2.9], pleased to meet you"
                     % (host, EHLO), drop(keywords, n)),
        "noop": "250 2.0.0 OK",
        "help": "214-2.0.0 This is sendmail version 8.17.1\r\n"
                "214 2.0.0 End of HELP info",
        "mail-noarg": "501 5.5.2 Syntax error in parameters scanning \"\"",
        "nul": "500 5.5.1 Command unrecognized: \"HE\"",
        "quit": "221 2.0.0 %s closing connection" % host,
    }


def opensmtpd(host, n):
    keywords = ["8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 36700160", "DSN",
                "HELP"]
    return {
        "greeting": "220 %s ESMTP OpenSMTPD" % host,
        "ehlo": ehlo("%s Hello %s [192.0.2.9], pleased to meet you"
                     % (host, EHLO), drop(keywords, n)),
        "noop": "250 2.0.0 Ok",
        "help": "214-2.0.0 This is OpenSMTPD\r\n214 2.0.0 End of HELP info",
        "mail-noarg": "500 5.5.1 Invalid command: Command unrecognized",
        "nul": "500 5.5.1 Invalid command: Command unrecognized",
        "quit": "221 2.0.0 Bye",
    }


def stranger(host, _n):
    return {
        "greeting": "220 %s ready" % host,
        "ehlo": ehlo("%s what do you want" % host, ["ZORK", "GNUSTO 9"]),
        "noop": "299 zzz",
        "help": "299 say ZORK, FROTZ or REZROV, dear adventurer",
        "mail-noarg": "555 mailing things needs a mailbox and a leaflet",
        "nul": "599 there is no such spell in your spell book",
        "quit": "299 you have died",
    }


PRODUCTS = {"postfix": postfix, "exim": exim, "sendmail": sendmail,
            "opensmtpd": opensmtpd}
SENT = {"greeting": "", "ehlo": "EHLO %s\r\n" % EHLO,
        "helo": "HELO %s\r\n" % EHLO, "noop": "NOOP\r\n",
        "help": "HELP\r\n", "mail-noarg": "MAIL\r\n",
        "nul": "HE\0LO\r\n", "quit": "QUIT\r\n"}


def drop(keywords, n):
    """Leaves one out, a different one for each n."""
    return [k for i, k in enumerate(keywords) if i != n % len(keywords)]


def ehlo(first, keywords):
    lines = [first] + keywords
    return "\r\n".join("250%s%s" % (" " if i + 1 == len(lines) else "-", line)
                       for i, line in enumerate(lines))


def transcript(address, replies, name=None, **more):
    exchanges = [{"probe": p, "sent": SENT[p], "received": r + "\r\n",
                  "first_ms": 3, "last_ms": 4, "end": "reply"}
                 for p, r in replies.items()]
    record = {"type": "transcript", "v": 1, "host": address, "port": 25,
              "plan": "standard", "ehlo": EHLO,
              "start": "2026-11-24T10:00:00.000Z", "outcome": "greeted",
              "connections": [{"start_ms": 0, "connect_ms": 1,
                               "duration_ms": 40, "end": "quit-closed",
                               "exchanges": exchanges}]}
    if name:
        record["name"] = name
    record.update(more)
    return record


def train():
    for p, (product, make) in enumerate(sorted(PRODUCTS.items())):
        for n in range(24):
            host = "mx%d.site%d.example" % (n, p)
            yield transcript("192.0.2.%d" % (p * 30 + n + 1), make(host, n),
                             host, deployment="%s-%d" % (product, n),
                             label={"product": product, "source": "lab",
                                    "version": "1.%d" % n})


def hosts():
    plain = postfix("mail.honest.example", 3)
    yield transcript("198.51.100.1", plain, "honest")
    forged = postfix("mail.forged.example", 5)
    forged["greeting"] = "220 mail.forged.example ESMTP Exim 4.96"
    yield transcript("198.51.100.2", forged, "forged")
    hidden = exim("mail.hidden.example", 2)
    hidden["greeting"] = "220 mail.hidden.example ESMTP"
    yield transcript("198.51.100.3", hidden, "hidden")
    yield transcript("198.51.100.4", stranger("odd.example", 0), "stranger")
    busy = {"greeting": "421 mx.busy.example ESMTP Postfix too busy"}
    yield transcript("198.51.100.5", busy, "deferred", outcome="deferred")
    silent = transcript("198.51.100.6", {}, "refused", outcome="refused",
                        detail="ECONNREFUSED")
    silent["connections"] = []
    yield silent
    evil = postfix("mail.evil.example", 1)
    evil["greeting"] = ("220 mail.evil.example ESMTP \x1b]0;x\x07\x1b[31m"
                        "<script>alert(1)</script>")
    evil["help"] = "500 5.5.2 \x1b[2J\x00\xff Error: command not recognized"
    yield transcript("198.51.100.7", evil, "evil")


GOOGLE = "aspmx.l.google.com"


def refusal(address, greeting, name):
    return transcript(address, {"greeting": greeting}, name,
                      outcome="rejected")


# Of no rule's product: what is told is told by something else.
UNKNOWN_WORDS = "501 Bad sender"


def operators():
    """Whose service it is, by MX name, greeting and certificate."""
    mimecast = ("220 eu-smtp-inbound-1.mimecast.com ESMTP;"
                " Tue, 24 Nov 2026 10:11:12 +0000")
    torn = postfix("relay.example", 1)
    torn["greeting"] = mimecast
    torn["mail-noarg"] = UNKNOWN_WORDS
    yield transcript("203.0.113.1", torn, GOOGLE)
    agreed = postfix("relay.example", 2)
    agreed["mail-noarg"] = UNKNOWN_WORDS
    agreed["greeting"] = "220 mx.google.com ESMTP ek4si1234567edb.15"
    yield transcript("203.0.113.2", agreed, GOOGLE)
    three = transcript("203.0.113.3", torn, GOOGLE)
    three["connections"][0]["tls"] = {
        "version": "TLSv1.3", "handshake_ms": 9, "session_ticket": True,
        "chain": [{"subject": "in1-smtp.messagingengine.com",
                   "issuer": "Example CA", "key": "RSA 2048",
                   "names": ["in1-smtp.messagingengine.com"]}]}
    yield three
    silent = transcript("203.0.113.4", {}, GOOGLE, outcome="refused",
                        detail="ECONNREFUSED")
    silent["connections"] = []
    yield silent


def fronts():
    """Something answers before the server does, or instead of it."""
    # a PIX lets HELO and MAIL through, but neither the greeting nor EHLO
    pix = {"greeting": "220 *****************************0*2******0****",
           "ehlo": "502 5.5.2 Error: command not recognized",
           "helo": "250 relay.example", "noop": "250 2.0.0 Ok",
           "help": "502 5.5.2 Error: command not recognized",
           "mail-noarg": "401 4.5.4 Syntax: MAIL FROM:<address>",
           "quit": "221 2.0.0 Bye"}
    yield transcript("203.0.113.11", pix, "pix.example")
    # its successor masks single extensions
    asa = postfix("relay.example", 3)
    asa["greeting"] = "220 *****************************0*2******0****"
    asa["ehlo"] = asa["ehlo"].replace("CHUNKING", "XXXXXXXA")
    yield transcript("203.0.113.12", asa, "asa.example")
    rbl = {"greeting": "220 rblsmtpd.local", "ehlo": "250 rblsmtpd.local",
           "noop": "250 rblsmtpd.local", "mail-noarg": "250 rblsmtpd.local",
           "quit": "221 rblsmtpd.local"}
    yield transcript("203.0.113.13", rbl, "rbl.example")
    yield refusal("203.0.113.14", "554 gate.example no SMTP service here",
                  "shut.example")
    yield refusal("203.0.113.15", "550-192.0.2.1 is listed by Spamhaus\r\n"
                                  "550 go away", "listed.example")
    yield refusal("203.0.113.16", "421 4.3.2 All screening ports are busy",
                  "screened.example")
    spamd = {"greeting": "220 mx.example.com ESMTP spamd IP-based SPAM"
                         " blocker; Tue Nov 24 10:11:12 2026",
             "ehlo": "250 Hello, spam sender. Pleased to be wasting your"
                     " time.", "quit": "221 mx.example.com"}
    yield transcript("203.0.113.17", spamd, "spamd.example")
    # a proxy that passes on the greeting of what it protects
    passed = dict(rbl)
    passed["greeting"] = "220 mail.example ESMTP Exim 4.96"
    yield transcript("203.0.113.18", passed, "passed.example")


def every_byte():
    replies = postfix("bytes.example", 0)
    replies["help"] = "500 " + "".join(map(chr, range(256)))
    record = transcript("198.51.100.9", replies, "bytes")
    for x in record["connections"][0]["exchanges"]:
        if x["probe"] == "mail-noarg":
            x["sent"] = "".join(map(chr, range(256)))
    yield record


def main():
    kinds = {"train": train, "hosts": hosts, "operators": operators,
             "fronts": fronts, "bytes": every_byte}
    for record in kinds[sys.argv[1]]():
        print(json.dumps(record))


main()
