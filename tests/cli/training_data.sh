#!/bin/sh
# The committed transcripts and the recipes they come from: nothing held out
# that is trained on, nothing but loopback, recipes that know them. (`mxprint
# corpus` checks the records themselves: tests/check/corpus.sh.)
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 - <<'EOF'
import collections, glob, gzip, ipaddress, json, subprocess

def check(good, what):
    print(("ok" if good else "not ok"), "-", what)

def records(folder):
    for path in sorted(glob.glob(f"training-data/{folder}/*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as f:
            for line in f:
                yield path, json.loads(line)

MAIN = ("postfix exim sendmail opensmtpd courier qpsmtpd aiosmtpd haraka "
        "nodemailer-smtp-server").split()
training, demo = list(records("transcripts")), list(records("demo"))
both = training + demo

check(len(training) > 200, "there is something to learn from")
wrong = [p for p, t in both
         if not p.endswith("/" + t["label"]["product"] + ".jsonl.gz")]
check(not wrong, f"each file has its own product {wrong[:3]}")
check(all(t["label"]["source"] == "lab" and "banner" in t["provenance"]
          for _, t in both), "each label is the lab's")
check(all(ipaddress.ip_address(a).is_loopback for _, t in both
          for a in [t["host"]] + [c["source"] for c in t["connections"]]),
      "loopback addresses only")

trained = {t["deployment"] for _, t in training}
shown = {t["deployment"] for _, t in demo}
check(shown and not trained & shown, "the demo is held out")
check({t["plan"] for _, t in demo} == {"standard"}, "the demo is standard")
check({t["label"]["product"] for _, t in demo} -
      {t["label"]["product"] for _, t in training} != set(),
      "the demo has products that nobody trained on")

configs = collections.defaultdict(set)
banners = collections.defaultdict(set)
for _, t in training:
    configs[t["label"]["product"]].add(t["provenance"]["config"])
    banners[t["label"]["product"]].add(t["provenance"]["banner"])
for product in MAIN:
    check(len(configs[product]) >= 6 and {"stock", "hidden", "forged"} <=
          banners[product], f"{product}: six configurations, some that lie")

listed = subprocess.run(["training-data/lab/lab.py", "--list"], text=True,
                        capture_output=True)
names = {line.split("\t")[0]: line.split("\t")[3]
         for line in listed.stdout.splitlines()}
check(listed.returncode == 0 and trained | shown <= set(names),
      f"recipes know every deployment {sorted((trained | shown) - set(names))[:3]}")
check(all(names.get(d) == "training" for d in trained) and
      all(names.get(d) == "held out" for d in shown),
      "recipes agree on what is held out")
EOF
