#!/usr/bin/python3
"""Records of a small survey, for tests: pipe them into fill_run.

usage: example_run.py > records.jsonl

40 greeting hosts: 20 Postfix, 12 Exim (in four configurations each), 6 unknown that look alike (but for
names), one disputed, one unsure; besides a refused and a silent host, a null
MX and a domain that does not exist. Texts are hostile on purpose.
"""
import json
import sys

PORT = 2525


def put(record):
    sys.stdout.write(json.dumps(record, ensure_ascii=True) + "\n")


def route(domain, hosts, outcome="ok", columns=None):
    put({"type": "route", "v": 1, "domain": domain, "input": domain.upper(),
         "outcome": outcome, "ttl": 300, "time": "2026-11-24T10:00:00.000Z",
         "mx": [{"name": name, "preference": 10, "outcome": "ok",
                 "addresses": [{"address": a, "outcome": "ok"}
                               for a in addresses]}
                for name, addresses in hosts],
         "columns": columns})


def exchange(probe, sent, received, end="reply"):
    return {"probe": probe, "sent": sent, "received": received,
            "first_ms": 2, "last_ms": 3, "end": end}


# Four configurations of a product: alike, but no two the same.
KEYWORDS = ["", "250-SIZE 1000\r\n", "250-8BITMIME\r\n250-DSN\r\n",
            "250-SIZE 1000\r\n250-STARTTLS\r\n250-CHUNKING\r\n"]


def dialogue(name, dialect, variant):
    hello, unknown = {
        "postfix": (f"250-{name}\r\n{KEYWORDS[variant]}"
                    "250-PIPELINING\r\n250 SMTPUTF8\r\n",
                    "502 5.5.2 Error: command not recognized\r\n"),
        "exim": (f"250-{name} Hello probe.example.org\r\n{KEYWORDS[variant]}"
                 "250 HELP\r\n",
                 "500 unrecognized command\r\n"),
        "odd": (f"250-{name} at your service\r\n250 X-ODD\r\n",
                "500 eh?\x1b[31m\r\n"),
    }[dialect]
    return [exchange("ehlo", "EHLO probe.example.org\r\n", hello),
            exchange("unknown-verb", "XYZZY\r\n", unknown),
            exchange("quit", "QUIT\r\n", "221 bye\r\n")]


def host(address, name, greeting, dialect, product, confidence, version=None,
         flags=(), candidates=(), operator=None, front=None, reasons=(), variant=0):
    exchanges = [exchange("greeting", "", greeting)]
    exchanges += dialogue(name, dialect, variant)
    put({"type": "transcript", "v": 1, "host": address, "port": PORT,
         "name": name, "plan": "standard", "ehlo": "probe.example.org",
         "start": "2026-11-24T10:00:00.000Z", "outcome": "greeted",
         "connections": [{"source": "127.0.0.1", "start_ms": 0,
                          "connect_ms": 1, "duration_ms": 9,
                          "end": "quit-closed", "exchanges": exchanges}]})
    put({"type": "prediction", "v": 1, "host": address, "port": PORT,
         "name": name, "outcome": "greeted", "product": product,
         "confidence": confidence, "version": version, "family": None,
         "operator": operator, "front": front, "flags": list(flags),
         "candidates": [{"id": i, "confidence": c} for i, c in candidates],
         "source": "svm" if product != "unknown" else None,
         "reasons": list(reasons), "plan": "standard", "model": "test"})


def dead(address, name, outcome):
    put({"type": "transcript", "v": 1, "host": address, "port": PORT,
         "name": name, "plan": "standard", "ehlo": "probe.example.org",
         "start": "2026-11-24T10:00:00.000Z", "outcome": outcome,
         "connections": []})


def main():
    for i in range(20):
        a, name = f"127.30.1.{i + 1}", f"mx{i}.post.example"
        host(a, name, f"220 {name} ESMTP Postfix\r\n", "postfix", "postfix",
             0.97, "3.7.11" if i % 2 else None, variant=i % 4)
        route(f"post{i}.example", [(name, [a])], columns={
            "company": "=HYPERLINK(\"x\")" if i == 0 else f"Häuser {i}, Ltd",
            "host": "a column of mine"})
    for i in range(12):
        a, name = f"127.30.2.{i + 1}", f"mx{i}.exim.example"
        host(a, name, f"220 {name} ESMTP Exim 4.96\r\n", "exim", "exim",
             0.95, "4.96", variant=i % 4)
        route(f"exim{i}.example", [(name, [a])])
    for i in range(6):
        a, name = f"127.30.3.{i + 1}", f"mx{i}.odd.example"
        host(a, name, f"220 {name} hello\r\n", "odd", "unknown", 0.2,
             flags=["novel"], candidates=[("exim", 0.2), ("postfix", 0.1)],
             reasons=["does not look like any trained product"])
        for k in range(3):
            route(f"odd{i}-{k}.example", [(name, [a])])
    host("127.30.4.1", "fake.example", "220 fake.example ESMTP Exim 4.96\r\n",
         "postfix", "postfix", 0.96, flags=["banner-disputed"],
         reasons=["the greeting claims exim"])
    host("127.30.4.2", "maybe.example", "220 maybe.example ESMTP\r\n",
         "exim", "exim", 0.6, operator="google", front="barracuda",
         candidates=[("exim", 0.6), ("postfix", 0.4)])
    # two hosts, one dead: the domain counts whole for the one that greeted
    route("fake.example", [("fake.example", ["127.30.4.1", "127.30.9.1"])])
    # two that greet: half each
    route("half.example", [("fake.example", ["127.30.4.1", "127.30.4.2"])])
    dead("127.30.9.1", "fake.example", "refused")
    dead("127.30.9.2", "quiet.example", "silent")
    # a second name of a host that was asked under its first
    route("second.example", [("second-name.example", ["127.30.4.2"])])
    route("quiet.example", [("quiet.example", ["127.30.9.2"])])
    route("null.example", [], "null-mx")
    route("gone.example", [], "nxdomain")


main()
