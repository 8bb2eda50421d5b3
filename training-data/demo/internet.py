#!/usr/bin/python3
"""A little internet for the demo: a zone, a list of domains, and the truth.

usage: internet.py MAP FOLDER [DNS_ADDRESS DNS_PORT DEAD_ADDRESS]

DEAD_ADDRESS is one where nobody listens. MAP is what tests/farm/replay_farm wrote: one host a line (address, deployment,
product, version, front, greeting). FOLDER gets domains.csv (what is surveyed),
truth.tsv (what really answers for each domain), example.zone and nsd.conf.
Everything is drawn from one seed: the same map gives the same files.
Only loopback addresses are ever written.
"""
import csv
import os
import random
import sys

DOMAINS = 300
DNS_ADDRESS, DNS_PORT, DEAD_ADDRESS = "127.20.53.53", 5353, "127.21.0.1"
COUNTRIES = ["AT", "BR", "CH", "DE", "FR", "JP", "KE", "NL", "SE", "US"]
FIRST = ["north", "river", "blue", "alpine", "metro", "delta", "silver",
         "green", "union", "harbor", "falcon", "amber", "summit", "cedar"]
SECOND = ["foods", "steel", "labs", "travel", "optics", "logistics", "press",
          "energy", "textiles", "insurance", "robotics", "printing"]


def read_map(path):
    with open(path, encoding="utf-8") as f:
        return [line.rstrip("\n").split("\t") for line in f]


def company(rng, used):
    while True:
        name = f"{rng.choice(FIRST)}-{rng.choice(SECOND)}"
        if rng.random() < 0.5:
            name += f"-{rng.randint(2, 99)}"
        if name not in used:
            used.add(name)
            return name


class Zone:
    def __init__(self):
        self.lines = [
            "$ORIGIN example.", "$TTL 300",
            "@ IN SOA ns.example. hostmaster.example. 1 3600 600 86400 60",
            "@ IN NS ns.example.", f"ns IN A {DNS_ADDRESS}"]

    def add(self, name, kind, value):
        self.lines.append(f"{name} IN {kind} {value}")


def odd_domains(zone, names):
    """One of each thing that DNS does to those who look for mail."""
    odd = []

    def make(outcome, *records):
        name = names()
        for kind, value in records:
            zone.add(name, kind, value)
        odd.append((name, outcome))

    for _ in range(6):
        make("null-mx", ("MX", "0 ."))
    for _ in range(5):
        make("nxdomain")
    make("localhost", ("MX", "10 localhost."))
    make("ip-literal", ("MX", f"10 {DEAD_ADDRESS}."))
    for _ in range(2):
        make("dangling", ("MX", "10 gone.example."))
    make("no-mail", ("TXT", '"no mail here"'))
    for _ in range(4):
        make("refused", ("MX", "10 dead.example."))
    zone.add("dead", "A", DEAD_ADDRESS)
    return odd


def build(hosts):
    rng = random.Random(20261124)
    zone, used, rows, truth = Zone(), set(), [], []

    def names():
        return company(rng, used)

    mx = []
    for i, (address, *what) in enumerate(hosts):
        name = rng.choice(["mx", "mail", "smtp", "in", "gw"]) + str(i + 1)
        zone.add(name, "A", address)
        mx.append((name, address, *what))
    rng.shuffle(mx)
    weights = [1 / (rank + 3) for rank in range(len(mx))]

    def add_domain(name, host, how):
        if how == "implicit":
            zone.add(name, "A", host[1])
        elif how == "cname":
            zone.add(f"alias-{name}", "CNAME", f"{host[0]}.example.")
            zone.add(name, "MX", f"10 alias-{name}.example.")
        else:
            zone.add(name, "MX", f"10 {host[0]}.example.")
            if how == "backup":
                zone.add(name, "MX", "20 dead.example.")
        truth.append((name, host))
        rows.append(name)

    for host in mx:  # every host has a domain
        add_domain(names(), host, "mx")
    hows = ["implicit"] * 5 + ["cname"] * 3 + ["backup"] * 10
    while len(rows) < DOMAINS - 24:
        host = rng.choices(mx, weights)[0]
        add_domain(names(), host, hows.pop() if hows else "mx")
    odd = odd_domains(zone, names)
    rows += [name for name, _ in odd]
    rng.shuffle(rows)
    return zone, rows, truth, odd, rng


def main():
    global DNS_ADDRESS, DNS_PORT, DEAD_ADDRESS
    if len(sys.argv) == 6:
        DNS_ADDRESS, DNS_PORT, DEAD_ADDRESS = sys.argv[3:]
    elif len(sys.argv) != 3:
        sys.exit(__doc__)
    hosts, folder = read_map(sys.argv[1]), sys.argv[2]
    zone, rows, truth, odd, rng = build(hosts)
    os.makedirs(folder, exist_ok=True)

    def path(name):
        return os.path.join(folder, name)

    with open(path("example.zone"), "w", encoding="ascii") as f:
        f.write("\n".join(zone.lines) + "\n")
    with open(path("domains.csv"), "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(["domain", "company", "country"])
        for name in rows:
            title = name.replace("-", " ").title()
            out.writerow([f"{name}.example", title, rng.choice(COUNTRIES)])
    with open(path("truth.tsv"), "w", encoding="utf-8") as f:
        f.write("domain\taddress\tproduct\tversion\tfront\tdeployment\t"
                "greeting\n")
        for name, (_, address, deployment, product, version, front,
                   greeting) in truth:
            f.write(f"{name}.example\t{address}\t{product}\t{version}\t"
                    f"{front}\t{deployment}\t{greeting}\n")
        for name, outcome in odd:
            f.write(f"{name}.example\t-\t-\t-\t-\t{outcome}\t-\n")
    base = os.path.abspath(folder)
    with open(path("nsd.conf"), "w", encoding="utf-8") as f:
        f.write(f"""server:
    ip-address: {DNS_ADDRESS}@{DNS_PORT}
    username: ""
    chroot: ""
    zonesdir: "{base}"
    database: ""
    pidfile: "{base}/nsd.pid"
    xfrdfile: "{base}/xfrd.state"
    zonelistfile: "{base}/zone.list"
    logfile: "{base}/nsd.log"
    server-count: 1
    hide-version: yes
remote-control:
    control-enable: no
zone:
    name: "example"
    zonefile: "example.zone"
""")
    print(f"{len(rows)} domains, {len(mx_hosts(truth))} mail hosts")


def mx_hosts(truth):
    return {host[1] for _, host in truth}


if __name__ == "__main__":
    main()
