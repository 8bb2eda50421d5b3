#!/bin/sh
# The laboratory as far as it goes without root: which deployments the recipes
# make, what a mistake in one is told, what a capture may not look like.
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 - <<'PYTHON'
import collections, csv, gzip, json, os, subprocess, sys, tempfile

LAB = "training-data/lab"
sys.path.insert(0, LAB)
sys.dont_write_bytecode = True
import capture, certificates, drawing, locks, recapture, recipes, roots, transcripts

def check(good, what):
    print(("ok" if good else "not ok"), "-", what)

def listed(*arguments):
    return subprocess.run([f"{LAB}/lab.py", "--list", *arguments], text=True,
                          capture_output=True)

# Which deployments there are.
one, same, other = listed(), listed(), listed("--seed", "2")
check(one.returncode == 0 and one.stdout == same.stdout != "",
      "the same seed, the same list")
hosts = [{l.split("\t")[2] for l in run.stdout.splitlines()}
         for run in (one, other)]
check(other.returncode == 0 and len(hosts[0] & hosts[1]) < len(hosts[0]) / 2,
      "another seed, other hosts")

everything = recipes.read_all(1)
check(everything == recipes.read_all(1),
      "the same seed, the same configurations to the last byte")
names = [d["deployment"] for d in everything]
check(len(names) == len(set(names)), "a deployment has a name of its own")
check(len({d["host"].lower() for d in everything}) == len(names),
      "and a host name of its own")
with open("catalog/products.tsv", encoding="utf-8", newline="") as f:
    known = {row[0] for row in csv.reader(f, delimiter="\t",
                                          quoting=csv.QUOTE_NONE)}
labels = {d[k] for d in everything
          for k in ("product", "front", "server_product") if d[k]}
check(labels <= known, f"labels are of the catalogue {sorted(labels - known)}")
check(all(d["plans"] == (["standard"] if d["held_out"] else
                         ["polite", "standard", "deep", "lab"])
          for d in everything), "what is held out has no plan but standard")
wrong = {d["key"] for d in everything} - set(certificates.KEYS) - {""}
check(not wrong, f"certificates are of kinds that can be made {sorted(wrong)}")
wrong = [d["deployment"] for d in everything
         if "@{" in json.dumps([d["files"], d["setup"], d["start"]])]
check(not wrong, f"nothing is left to be spelled out {wrong[:3]}")

# Draws and twins.
drawn = [d for d in everything if "draw" in d["provenance"]]
originals = [d for d in drawn if "twin" not in d["provenance"]]
twins = [d for d in drawn if "twin" in d["provenance"]]
choices = collections.Counter(
    (d["provenance"]["recipe"], d["provenance"]["package"],
     d["deployment"].rpartition("-")[0],
     " ".join(w for w in d["provenance"]["draw"].split()
              if not w.startswith("style="))) for d in originals)
twice = [k for k, n in choices.items() if n > 1]
check(len(originals) > 100 and not twice,
      f"no choices are drawn twice {twice[:2]}")
check(0.04 < len(twins) / len(originals) < 0.15,
      f"one in twelve has a twin ({len(twins)} of {len(originals)})")

def without_identity(d):
    text = json.dumps({k: v for k, v in d.items() if k not in (
        "deployment", "ehlo", "source")})
    for secret, word in ((d["host"], "HOST"), (d["address"], "ADDRESS"),
                         (d["server_address"], "INNER")):
        text = text.replace(secret, word)
    record = json.loads(text)
    record["provenance"].pop("twin", None)
    return record

by_name = {d["deployment"]: d for d in everything}
pairs = [(d, by_name[d["provenance"]["twin"]]) for d in twins]
wrong = [a["deployment"] for a, b in pairs
         if without_identity(a) != without_identity(b)]
check(pairs and not wrong, f"twins are alike but for identity {wrong[:3]}")
check(all(a["host"] != b["host"] and a["address"] != b["address"]
          for a, b in pairs), "and have another host and address")
check({a["reverse"] for a, b in pairs} == {True, False},
      "twins share whether the prober's address has a name")
check(not any(d["held_out"] for d in twins), "nothing held out has a twin")

axes = drawing.axes_of({"axis": [{"id": a, "choices": [
    {"options": a + str(n), "weight": n + 1} for n in range(4)]}
    for a in ("x", "y")]}, "test")
few = list(drawing.draws(axes, {}, "bookworm", 5, (1, "test")))
many = list(drawing.draws(axes, {}, "bookworm", 40, (1, "test")))
check(few == many[:5] and len(many) == 16,
      "more draws begin with the same ones, and end with the last choice")
check(all(c["options"].count("\n") == 1 for c, _ in many),
      "options of all axes are joined")
axes = drawing.axes_of({"tls": "x", "axis": [{"id": "tls", "choices": [
    {"tls": "rsa", "suites": ["trixie"]}]}]}, "test")
check([c.get("tls") for c, _ in drawing.draws(axes, {}, "trixie", 3, (1,))] ==
      ["rsa"] and [c.get("tls") for c, _ in drawing.draws(
          axes, {}, "bookworm", 3, (1,))] == [None],
      "an axis of a recipe replaces the common one, in its suites")

# Mistakes in recipes.
GOOD = '''product = "postfix"
start = "run"
[[install]]
suites = ["bookworm"]
[[config]]
id = "a"
'''

def told(text, box=""):
    with tempfile.TemporaryDirectory() as folder:
        for name in ("recipes", "boxes"):
            os.mkdir(f"{folder}/{name}")
        with open(f"{folder}/recipes/test.toml", "w") as f:
            f.write(text)
        if box:
            with open(f"{folder}/boxes/wall.toml", "w") as f:
                f.write(box)
            for name in ("wall.py", "relay.py"):
                open(f"{folder}/boxes/{name}", "w").close()
        try:
            return recipes.read_all(1, folder)
        except recipes.Bad as e:
            return str(e)

check(len(told(GOOD)) == 1, "a recipe of six lines is one")
AXIS = "draws = 2\n" + GOOD + "[[axis]]\n"
for text, box, words in (
        ("colour = 1\n" + GOOD, "", "key colour is not known"),
        (GOOD.replace('start = "run"\n', ""), "", "key 'start' is missing"),
        (GOOD + 'banner = "loud"\n', "", 'banner "loud" is not known'),
        (GOOD + 'banner = "neutral"\n', "", "has no banner to set"),
        (GOOD.replace("run", "run @{nothing}"), "", "@{nothing} is not known"),
        (GOOD + 'style = "odd"\n', "", 'style "odd"'),
        (GOOD + 'front_box = "moat"\n', "", 'no box "moat"'),
        (AXIS + 'id = "x"\n', "", "needs an id and choices"),
        (AXIS + 'id = "x"\nchoices = [{ weight = 0 }]\n', "",
         "weight is a number"),
        (AXIS + 'id = "x"\nchoices = ["y"]\n', "", "a choice is a table"),
        ("product =", "", "test.toml: "),
        (GOOD, 'front = "postfix"\n[[behind]]\nrecipe = "gone"\n'
         'suite = "bookworm"\n', 'no recipe "gone"'),
        (GOOD, 'front = "postfix"\n[[behind]]\nrecipe = "test"\n'
         'suite = "sid"\n', "no such install in sid"),
        (GOOD, 'front = "postfix"\n[[behind]]\nrecipe = "test"\n'
         'suite = "bookworm"\nboxes = ["moat"]\n', 'no box "moat"')):
    answer = told(text, box)
    check(isinstance(answer, str) and words in answer,
          f"told: {words} ({str(answer)[:60]})")

CHOICES = (AXIS + 'id = "x"\nchoices = [' + ", ".join(
    f'{{ options = "{n}" }}' for n in range(99)) + "]\n").replace(
        "draws = 2", "draws = 80")
WALL = ('front = "postfix"\ndraws = 80\n[[behind]]\nrecipe = "test"\n'
        'suite = "bookworm"\n')
AT_RANDOM = 'random = "dice"\n'
counts = [sum("twin" in d["provenance"] for d in told(server, box)
              if d["deployment"].startswith(name))
          for server, box, name in (
              (CHOICES, WALL, "test"), (CHOICES, WALL, "wall"),
              (AT_RANDOM + CHOICES, WALL, "test"),
              (AT_RANDOM + CHOICES, WALL, "wall"),
              (CHOICES, AT_RANDOM + WALL, "test"),
              (CHOICES, AT_RANDOM + WALL, "wall"))]
check(min(counts[0], counts[1], counts[4]) > 0 and
      counts[2] == counts[3] == counts[5] == 0,
      f"what answers at random has no twin, nor what stands in front {counts}")

boxed = told("draws = 0\n" + GOOD, 'front = "cisco-asa-esmtp"\ndraws = 1\n'
             '[[behind]]\nrecipe = "test"\nsuite = "bookworm"\n')
check([(d["deployment"], d["product"], d["front"]) for d in boxed][1:] ==
      [("wall-test-bookworm-d01", "postfix", "cisco-asa-esmtp")] and
      boxed[1]["address"] != boxed[1]["server_address"],
      "a box stands in front of another recipe's server")
behind = '\n[[behind]]\nrecipe = "test"\nsuite = "bookworm"\ndraws = 2\n'
with tempfile.TemporaryDirectory() as folder:
    for name, text in (("recipes/test.toml", CHOICES.replace("80", "0")),
                       ("boxes/wall.toml", 'front = "cisco-asa-esmtp"\n'),
                       ("boxes/moat.toml", 'front = "cisco-asa-esmtp"\n'),
                       ("boxes/servers.toml", behind + 'boxes = ["moat"]\n' +
                        behind.replace("bookworm", "trixie"))):
        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
        with open(f"{folder}/{name}", "w") as f:
            f.write(text.replace('["bookworm"]', '["bookworm", "trixie"]'))
    for name in ("wall", "moat", "relay"):
        open(f"{folder}/boxes/{name}.py", "w").close()
    found = {(d["deployment"].split("-")[0], d["suite"])
             for d in recipes.read_all(1, folder) if "box" in d}
check(found == {("moat", "bookworm"), ("moat", "trixie"), ("wall", "trixie")},
      f"a server stands behind the boxes that it names, or all {found}")

# What is no transcript to learn from.
def record(*ends, plan="lab", outcome="greeted", count=4, ehlo="250 x"):
    exchanges = [{"probe": "ehlo" if n == 1 else f"p{n}", "end": "reply",
                  "received": ehlo if n == 1 else "250 x"}
                 for n in range(count)]
    exchanges += [{"probe": e, "received": "", "end": "timeout"} for e in ends]
    return json.dumps({"plan": plan, "outcome": outcome,
                       "connections": [{"exchanges": exchanges}]})

for text, silent, words in (
        (record(), [], None), (record("bare-lf"), ["bare-lf"], None),
        (record("noop"), ["bare-lf"], "no answer in time to noop"),
        (record(outcome="timeout"), [], "outcome timeout"),
        (record(plan="deep"), [], "another plan"),
        (record(count=2), [], "only 2 answers"),
        (record(count=2, ehlo="550 x"), [], None),
        (record(count=1), [], "only 1 answers"),
        (record() + "\n" + record(), [], "2 records")):
    answer = transcripts.complaint(text, "lab", silent)
    check(answer is None if words is None else words in (answer or ""),
          f"a capture: {words or 'good'}")

# A box that falls over is a deployment skipped, with the reason.
for answer, code, words in (
        ('{"captured": true}\n', 0, None), ('{"why": "no port"}\n', 0, "no port"),
        ("", 1, "code 1 and"), ("Traceback\n", -9, "code -9 and"),
        ("[]\n", 0, "code 0 and"), ('{"captured": true}\n', 3, "code 3 and")):
    said = capture.verdict(answer, code)
    check(said is None if words is None else words in (said or ""),
          f"a box: {words or 'captured'} ({said})")
with tempfile.TemporaryDirectory() as folder:
    with open(f"{folder}/spec.json", "w") as f:
        f.write("{}")
    box = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.path.insert(0, 'training-data/lab')\n"
         "import box\nbox.capture = lambda spec: spec['port']\nbox.main()",
         f"{folder}/spec.json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True)
    said = capture.verdict(box.stdout.read(), box.wait())
    box.stdin.close()
    check(said == "KeyError: 'port'", f"a fault within a box is told {said}")

# What was captured takes its place, what no recipe knows goes.
with tempfile.TemporaryDirectory() as folder:
    os.mkdir(f"{folder}/transcripts")
    transcripts.write(f"{folder}/transcripts/exim.jsonl.gz", {
        n: [json.dumps({"deployment": n, "was": "old"}) + "\n"]
        for n in ("kept", "anew", "gone")})
    with open(f"{folder}/new", "w") as f:
        f.write(json.dumps({"deployment": "anew", "was": "new"}) + "\n")
    there = [{"deployment": n, "product": "exim", "held_out": False}
             for n in ("kept", "anew")]
    transcripts.gather(there[1:], lambda d: f"{folder}/new", there, folder)
    with gzip.open(f"{folder}/transcripts/exim.jsonl.gz", "rt") as f:
        found = [(r["deployment"], r["was"]) for r in map(json.loads, f)]
    check(found == [("anew", "new"), ("kept", "old")],
          f"gathered beside what stays {found}")

# Captured again: which, and what differs.
known = {n: [] for n in names[::3]}
picked = [[d["deployment"] for d in recapture.choose(everything, known, 20, s)]
          for s in (7, 7, 8)]
check(picked[0] == picked[1] != picked[2] and len(picked[0]) == 20 and
      set(picked[0]) <= set(known), "twenty of what is there, by seed")
d = {"deployment": "a", "plans": ["polite", "lab"]}
check(recapture.compare(d, {("a", "lab"): "x 1\ny 2\n"},
                        {("a", "lab"): "x 1\ny 2\n"}) == [],
      "what is equal is silent")
answer = recapture.compare(d, {("a", "lab"): "x 1\ny 2\n"},
                           {("a", "lab"): "x 1\ny 3\n"})
check(answer == ["    lab committed: y 2", "    lab now:       y 3"],
      f"what differs shows both {answer}")

# Certificates.
def certificate(kind):
    with tempfile.TemporaryDirectory() as folder:
        certificates.make(folder, kind, "mx.example.org")
        with open(f"{folder}/cert.pem") as f:
            count = f.read().count("BEGIN")
        verified = subprocess.run(
            ["openssl", "verify", "-CAfile", f"{folder}/ca.pem",
             "-untrusted", f"{folder}/cert.pem", f"{folder}/cert.pem"],
            capture_output=True, text=True)
        return count, ("expired" if "expired" in verified.stderr else
                       verified.returncode)

for kind, count, verdict in (("ecdsa", 1, 0), ("chain", 3, 0),
                             ("long-chain", 5, 0), ("expired", 1, "expired")):
    answer = certificate(kind)
    check(answer == (count, verdict), f"certificate {kind} {answer}")

# Lock files.
wanted = {d["npm"] for d in everything if d["npm"]}
for package in sorted(wanted):
    path = f"{locks.folder(package)}/{locks.LOCK}"
    faults = ["no lock file"]
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        faults = locks.faults(text)
        name, _, version = package.rpartition("@")
        if json.loads(text)["packages"][f"node_modules/{name}"][
                "version"] != version:
            faults.append("another version")
    check(not faults, f"{package} is locked {faults[:2]}")
entry = {"lockfileVersion": 3, "packages": {"": {}, "node_modules/x": {
    "resolved": "http://mirror.example/x.tgz", "integrity": "sha512-x"}}}
check(locks.faults(json.dumps(entry)) ==
      ["node_modules/x is fetched from http://mirror.example/x.tgz"],
      "a mirror in a lock file is told")

# Roots: made once, tried twice, remembered when they fail.
with tempfile.TemporaryDirectory() as folder:
    shelf, tries = roots.Roots(folder), []
    def fail(part):
        tries.append(part)
        raise roots.Missing("no such package")
    said = []
    for _ in range(2):
        try:
            shelf.once(f"{folder}/layers/x", fail, "x")
        except roots.Missing as e:
            said.append(str(e))
    check(len(tries) == 2 and said == ["x: no such package"] * 2,
          "a root that cannot be made is tried twice, and told each time")
    for _ in range(2):
        shelf.once(f"{folder}/layers/y", lambda p: tries.append(os.mkdir(p)),
                   "y")
    check(len(tries) == 3, "a root is made once")
PYTHON
