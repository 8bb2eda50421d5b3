#!/usr/bin/python3
"""Runs real mail servers and keeps labelled transcripts of them.

Brings up every deployment of recipes/*.toml in a box of its own (network,
process and mount namespaces; nothing in it can reach another machine), probes
it with `mxprint probe`, and puts the transcripts into training-data/. Needs
root, debootstrap and overlayfs; see ../README.md.

Can be stopped at any time; the same command goes on where it stopped.
"""
import argparse
import fcntl
import fnmatch
import glob
import hashlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time

import recipes
import roots
import transcripts

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
PATIENCE = 420  # seconds for one deployment, start to end

# `make lab-subset`: the main products in two configurations.
SUBSETS = {
    "small": [f"{recipe}-bookworm-{config}"
              for recipe in ("postfix", "exim-light", "sendmail", "opensmtpd",
                             "courier", "qpsmtpd", "aiosmtpd",
                             "haraka-2.8.28", "smtp-server-3.13.6")
              for config in ("stock", "hidden")],
}


def options():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="examples: lab.py --list 'exim-*'; lab.py --only 'postfix-*'")
    parser.add_argument("--only", action="append", metavar="PATTERN",
                        help="deployments whose id matches (may be repeated)")
    parser.add_argument("--subset", choices=sorted(SUBSETS))
    parser.add_argument("--list", nargs="?", const="*", metavar="PATTERN",
                        help="print the deployments and stop")
    parser.add_argument("--again", action="store_true",
                        help="capture anew what is already there")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", default=os.path.join(TREE, "build/lab"),
                        help="roots, scratch and what was captured")
    parser.add_argument("--output", default=os.path.join(
        TREE, "training-data"), help="gets transcripts/ and demo/")
    parser.add_argument("--mxprint", default=os.environ.get(
        "MXPRINT", os.path.join(TREE, "mxprint")))
    return parser.parse_args()


def matching(deployments, patterns):
    if not patterns:
        return deployments
    return [d for d in deployments if any(
        fnmatch.fnmatch(d["deployment"], p) for p in patterns)]


def digest(deployment):
    """Of everything that decides what is captured."""
    return hashlib.sha256(json.dumps(
        deployment, sort_keys=True).encode()).hexdigest()


class Lab:
    def __init__(self, opts):
        self.opts = opts
        self.roots = roots.Roots(opts.folder)
        self.occupy()
        self.captured = os.path.join(self.roots.folder, "captured")
        self.scratch = os.path.join(self.roots.folder, f"run.{os.getpid()}")
        self.lock = threading.Lock()
        self.boxes = {}
        self.stopping = False
        self.skipped = []
        self.done = []
        os.makedirs(self.captured, exist_ok=True)

    def occupy(self):
        """One lab at a time; what a killed one left is swept up."""
        path = os.path.join(self.roots.folder, "lock")
        self.occupied = open(path, "w", encoding="ascii")
        try:
            fcntl.flock(self.occupied, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"lab: another one is at work in {self.roots.folder}")
        for left in glob.glob(os.path.join(self.roots.folder, "run.*")):
            shutil.rmtree(left, ignore_errors=True)

    def kept(self, deployment):
        """Was it captured from this very recipe before?"""
        path = os.path.join(self.captured, deployment["deployment"])
        try:
            with open(path + ".sha256", encoding="ascii") as f:
                return (f.read().strip() == digest(deployment) and
                        os.path.exists(path + ".jsonl"))
        except FileNotFoundError:
            return False

    def layers(self, d):
        """What npm installed lies on top: it is /node_modules in the box."""
        npm = [self.roots.npm(d["npm"])] if d["npm"] else []
        return npm + self.roots.layers(d["suite"], d["packages"])

    def spec(self, d, where):
        name = d["deployment"]
        spec = dict(d, layers=self.layers(d), scratch=where, mxprint=os.path.abspath(
            self.opts.mxprint), log=self.roots.log(name),
            output=os.path.join(self.captured, name + ".jsonl"))
        if os.path.exists(spec["log"]):
            os.remove(spec["log"])
        return spec

    def box(self, d):
        """Runs one deployment; None or why it failed."""
        where = os.path.join(self.scratch, d["deployment"])
        os.makedirs(where)
        spec_path = where + ".json"
        with open(spec_path, "w", encoding="utf-8") as f:
            json.dump(self.spec(d, where), f)
        with self.lock:
            if self.stopping:
                return "stopped"
            box = subprocess.Popen(
                ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc",
                 "--fork", "--kill-child", sys.executable,
                 os.path.join(HERE, "box.py"), spec_path],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.boxes[d["deployment"]] = box
        timer = threading.Timer(PATIENCE, box.stdin.close)
        timer.start()
        answer = box.stdout.read()
        box.wait()
        timer.cancel()
        with self.lock:
            del self.boxes[d["deployment"]]
        shutil.rmtree(where, ignore_errors=True)
        if not answer.strip():
            return "stopped" if self.stopping else f"over {PATIENCE} s"
        return json.loads(answer.splitlines()[-1]).get("why")

    def one(self, d):
        began = time.monotonic()
        try:
            why = self.box(d)
        except roots.Missing as e:
            why = str(e)
        took = time.monotonic() - began
        if why:
            self.skipped.append((d["deployment"], why))
        else:
            self.done.append(d["deployment"])
            with open(os.path.join(self.captured, d["deployment"] +
                                   ".sha256"), "w", encoding="ascii") as f:
                f.write(digest(d) + "\n")
        print(f"lab: {d['deployment']}: {why or 'captured'} ({took:.0f} s)",
              flush=True)

    def work(self, waiting):
        while not self.stopping:
            try:
                self.one(waiting.get_nowait())
            except queue.Empty:
                return

    def stop(self):
        with self.lock:
            self.stopping = True
            for box in self.boxes.values():
                box.stdin.close()

    def run(self, deployments):
        waiting = queue.Queue()
        todo = [d for d in deployments
                if self.opts.again or not self.kept(d)]
        for d in todo:
            waiting.put(d)
        # Roots first, one at a time: two would only wait for each other.
        for d in todo:
            try:
                if not self.stopping:
                    self.layers(d)
            except roots.Missing:
                pass
        threads = [threading.Thread(target=self.work, args=(waiting,))
                   for _ in range(self.opts.jobs)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        shutil.rmtree(self.scratch, ignore_errors=True)
        return len(deployments) - len(todo)


def main():
    opts = options()
    try:
        everything = recipes.read_all(opts.seed)
    except recipes.Bad as e:
        sys.exit(f"lab: {e}")
    if opts.list:
        for d in matching(everything, [opts.list]):
            held = "held out" if d["held_out"] else "training"
            print(d["deployment"], d["product"], d["host"], held, sep="\t")
        return
    if os.geteuid() != 0:
        sys.exit("lab: needs root (namespaces, overlayfs, debootstrap)")
    if not os.access(opts.mxprint, os.X_OK):
        sys.exit(f"lab: {opts.mxprint} is not there; run `make mxprint`")
    wanted = matching(everything, (opts.only or []) + SUBSETS.get(
        opts.subset, []))
    lab = Lab(opts)
    signal.signal(signal.SIGINT, lambda *_: lab.stop())
    signal.signal(signal.SIGTERM, lambda *_: lab.stop())
    kept = lab.run(wanted)
    transcripts.gather(lab.captured, everything, opts.output)
    print(f"lab: {len(lab.done)} captured, {kept} already there, "
          f"{len(lab.skipped)} skipped")
    for name, why in sorted(lab.skipped):
        print(f"lab: skipped {name}: {why}")
    sys.exit(1 if lab.skipped or lab.stopping else 0)


if __name__ == "__main__":
    main()
