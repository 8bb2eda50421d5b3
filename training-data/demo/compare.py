#!/usr/bin/python3
"""What the demo's survey found, beside the known truth.

usage: compare.py PROGRAM RUN TRUTH.tsv

Prints the shares found beside the true ones (by domains), how many hosts were
named right, which forged greetings were noticed, and what became of products
that the model was never trained on: those should be "unknown". Exits 1 only
when the survey found nothing that could be compared.
"""
import collections
import csv
import glob
import gzip
import json
import os
import re
import subprocess
import sys

UNKNOWN = "unknown"
LABEL = re.compile(r'"label":\{"product":"([^"]+)"')


def read_truth(path):
    """domain -> row; the domains that no host stands behind are left out."""
    with open(path, encoding="utf-8", newline="") as f:
        rows = csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["domain"]: row for row in rows if row["address"] != "-"}


def ask(program, *arguments):
    return subprocess.run([program, *arguments], check=True,
                          stdout=subprocess.PIPE, encoding="utf-8").stdout


def read_found(program, run):
    """domain -> its rows that greeted."""
    found = collections.defaultdict(list)
    for line in ask(program, "report", run, "--by", "domain",
                    "--format", "jsonl").splitlines():
        row = json.loads(line)
        if row["outcome"] == "greeted":
            found[row["domain"]].append(row)
    return found


def read_families(program):
    rows = json.loads(ask(program, "catalog", "--format", "json"))
    return ({row["id"]: row["family"] for row in rows},
            {row["id"]: row["name"] for row in rows})


def trained_products():
    """Products with labelled transcripts beside this file's folder."""
    here = os.path.dirname(os.path.abspath(__file__))
    products = set()
    pattern = os.path.join(here, "..", "transcripts", "*.jsonl.gz")
    for path in glob.glob(pattern):
        with gzip.open(path, "rt", encoding="ascii", errors="replace") as f:
            for line in f:
                match = LABEL.search(line)
                if match:
                    products.add(match.group(1))
    return products


def print_shares(truth, found, names):
    """Both over the same domains: those with a truth that greeted."""
    true, said = collections.Counter(), collections.Counter()
    for domain, rows in found.items():
        if domain not in truth:
            continue
        true[truth[domain]["product"]] += 1
        for row in rows:
            said[row["product"] or UNKNOWN] += 1 / len(rows)
    total = sum(true.values())
    if total == 0:
        return 0
    print(f"{'software':<28} {'true':>13} {'found':>13} {'difference':>11}")
    order = sorted(set(true) | set(said), key=lambda p: (-true[p], -said[p], p))
    for product in order:
        name = names.get(product, product)[:28]
        difference = (said[product] - true[product]) / total * 100
        print(f"{name:<28} {true[product]:5d} {true[product] / total:6.1%} "
              f"{said[product]:6.1f} {said[product] / total:6.1%} "
              f"{difference:+10.1f}")
    print(f"{total} domains whose host greeted and whose software is known")
    return total


class Host:
    def __init__(self, truth, row, families, trained):
        self.address = row["host"]
        self.true = truth["product"]
        self.deployment = truth["deployment"]
        self.greeting = truth["greeting"]
        self.said = row["product"] or UNKNOWN
        self.confidence = row["confidence"] or 0
        self.sure = bool(row["sure"])
        self.disputed = "banner-disputed" in (row["flags"] or [])
        self.right = self.said == self.true
        family = families.get(self.said, self.said)
        self.near = (not self.right and self.said != UNKNOWN and
                     family == families.get(self.true, self.true))
        self.trained = self.true in trained

    @property
    def forged(self):
        return self.greeting == "forged"


def compare_hosts(truth, found, families, trained):
    hosts = {}
    for domain, rows in found.items():
        for row in rows:
            known = truth.get(domain)
            if known and row["host"] == known["address"]:
                hosts[row["host"]] = Host(known, row, families, trained)
    return [hosts[address] for address in sorted(hosts)]


def part(count, total):
    return f"{count} of {total}" + (f" ({count / total:.1%})" if total else "")


def print_accuracy(hosts):
    sure = [h for h in hosts if h.sure]
    unknown = [h for h in hosts if h.said == UNKNOWN]
    wrong = [h for h in hosts
             if not h.right and not h.near and h.said != UNKNOWN]
    print(f"right            {part(sum(h.right for h in hosts), len(hosts))}")
    print(f"same family      {part(sum(h.near for h in hosts), len(hosts))}")
    print(f"unknown          {part(len(unknown), len(hosts))}")
    print(f"wrong            {part(len(wrong), len(hosts))}")
    print(f"sure             {part(len(sure), len(hosts))}, of them right "
          f"{part(sum(h.right for h in sure), len(sure))}")
    for host in wrong:
        print(f"  wrong: {host.deployment} ({host.address}) is {host.true}, "
              f"called {host.said} with confidence {host.confidence:.2f}")


def print_strangers(hosts):
    if not hosts:
        print("none in this demo")
    for product in sorted({h.true for h in hosts}):
        group = [h for h in hosts if h.true == product]
        unknown = sum(h.said == UNKNOWN for h in group)
        print(f"{product}: {part(unknown, len(group))} unknown, as they "
              "should be")
        for host in group:
            if host.said != UNKNOWN:
                known = ("right all the same" if host.right else
                         "its family" if host.near else "wrong")
                print(f"  {host.deployment} ({host.address}) called "
                      f"{host.said} with confidence {host.confidence:.2f}: "
                      f"{known}")


def print_forged(hosts):
    forged = [h for h in hosts if h.forged]
    honest = [h for h in hosts if not h.forged]
    right = sum(h.right for h in forged)
    print(f"forged greetings flagged     "
          f"{part(sum(h.disputed for h in forged), len(forged))}")
    print(f"  their software named right {part(right, len(forged))}")
    print(f"others flagged by mistake    "
          f"{part(sum(h.disputed for h in honest), len(honest))}")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    program, run, truth = sys.argv[1], sys.argv[2], read_truth(sys.argv[3])
    found = read_found(program, run)
    families, names = read_families(program)
    trained = trained_products()
    if print_shares(truth, found, names) == 0:
        print("compare: no domain with a known truth was answered",
              file=sys.stderr)
        return 1
    hosts = compare_hosts(truth, found, families, trained)
    known = [h for h in hosts if h.trained]
    print(f"\n-- {len(known)} hosts of products the model was trained on "
          "(other deployments)")
    print_accuracy(known)
    strangers = [h for h in hosts if not h.trained]
    print(f"\n-- {len(strangers)} hosts of products it never saw")
    print_strangers(strangers)
    print("\n-- greetings that name another product")
    print_forged(hosts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
