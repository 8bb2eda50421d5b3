"""Captures deployments: several boxes at a time, what fails once more at the end.

    FOLDER/KIND/NAME.jsonl        one transcript a plan; KIND is captured,
                                  or again for those that are compared
    FOLDER/KIND/NAME.sha256       of the deployment that they are from
    FOLDER/logs/NAME.log          what the server said to its operator
    FOLDER/run.PID/               scratch, gone when the run is
"""
import collections
import concurrent.futures
import fcntl
import glob
import hashlib
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time

import roots

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 900  # seconds for one deployment, start to end
GREETING_PATIENCE = 40
MORE_PATIENCE = 120
STOPPED = "stopped"


def digest(deployment):
    """Of everything that decides what is captured."""
    return hashlib.sha256(json.dumps(
        deployment, sort_keys=True).encode()).hexdigest()


def verdict(answer, code):
    """None, or why a box that ended with this code captured nothing."""
    try:
        said = json.loads(answer.splitlines()[-1])
        if said.get("captured") is True and code == 0:
            return None
        if said.get("why"):
            return said["why"]
    except (IndexError, ValueError, AttributeError):
        pass
    return f"the box ended with code {code} and did not say why"


class Lab:
    def __init__(self, folder, roots_folder, mxprint, kind):
        self.folder = os.path.abspath(folder)
        self.mxprint = os.path.abspath(mxprint)
        self.captured = os.path.join(self.folder, kind)
        self.logs = os.path.join(self.folder, "logs")
        self.scratch = os.path.join(self.folder, f"run.{os.getpid()}")
        for path in (self.captured, self.logs):
            os.makedirs(path, exist_ok=True)
        self.occupy()
        self.roots = roots.Roots(roots_folder)
        self.lock = threading.Lock()
        self.boxes = {}
        self.stopping = False
        self.todo = []
        self.skipped = {}
        self.done = []

    def occupy(self):
        """One lab at a time; what a killed one left is swept up."""
        path = os.path.join(self.folder, "lock")
        self.occupied = open(path, "w", encoding="ascii")
        try:
            fcntl.flock(self.occupied, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"lab: another one is at work in {self.folder}; wait "
                     "for it, or choose another --folder")
        for left in glob.glob(os.path.join(self.folder, "run.*")):
            shutil.rmtree(left, ignore_errors=True)

    def path(self, deployment):
        return os.path.join(self.captured,
                            deployment["deployment"] + ".jsonl")

    def kept(self, deployment):
        """Was it captured from this very recipe before?"""
        path = self.path(deployment)
        try:
            with open(path[:-len("jsonl")] + "sha256",
                      encoding="ascii") as f:
                return (f.read().strip() == digest(deployment) and
                        os.path.exists(path))
        except FileNotFoundError:
            return False

    def layers(self, d):
        """What npm installed lies on top: it is /node_modules in the box."""
        npm = [self.roots.npm(d["npm"])] if d["npm"] else []
        return npm + self.roots.layers(
            d["suite"], d["packages"], d.get("build", ""))

    def spec(self, d, where, patience):
        spec = dict(d, layers=self.layers(d), scratch=where,
                    mxprint=self.mxprint, patience=patience,
                    log=os.path.join(self.logs, d["deployment"] + ".log"),
                    output=self.path(d))
        if os.path.exists(spec["log"]):
            os.remove(spec["log"])
        return spec

    def start(self, d, where, patience):
        """A box at work on one deployment; None when we are to stop."""
        os.makedirs(where)
        with open(where + ".json", "w", encoding="utf-8") as f:
            json.dump(self.spec(d, where, patience), f)
        with self.lock:
            if self.stopping:
                return None
            box = subprocess.Popen(
                ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc",
                 "--fork", "--kill-child", sys.executable,
                 os.path.join(HERE, "box.py"), where + ".json"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.boxes[d["deployment"]] = box
        return box

    def run_box(self, d, patience):
        """Runs one deployment; None or why it failed."""
        where = os.path.join(self.scratch, d["deployment"])
        box = self.start(d, where, patience)
        if not box:
            return STOPPED
        timer = threading.Timer(LIMIT, box.stdin.close)
        timer.start()
        answer = box.stdout.read()
        code = box.wait()
        late = not timer.is_alive()
        timer.cancel()
        with self.lock:
            del self.boxes[d["deployment"]]
        shutil.rmtree(where, ignore_errors=True)
        if not answer.strip() and (self.stopping or late):
            return STOPPED if self.stopping else f"over {LIMIT} s"
        return verdict(answer, code)

    def one(self, d, patience):
        began = time.monotonic()
        try:
            why = self.run_box(d, patience)
        except roots.Missing as e:
            why = str(e)
        took = time.monotonic() - began
        if why == STOPPED:
            return
        if why:
            self.skipped[d["deployment"]] = why
        else:
            self.skipped.pop(d["deployment"], None)
            self.done.append(d["deployment"])
            with open(self.path(d)[:-len("jsonl")] + "sha256", "w",
                      encoding="ascii") as f:
                f.write(digest(d) + "\n")
        print(f"lab: {d['deployment']}: {why or 'captured'} ({took:.0f} s)",
              flush=True)

    def work(self, waiting, patience):
        while not self.stopping:
            try:
                self.one(waiting.get_nowait(), patience)
            except queue.Empty:
                return

    def stop(self):
        with self.lock:
            self.stopping = True
            for box in self.boxes.values():
                box.stdin.close()

    def together(self, deployments, jobs, patience):
        waiting = queue.Queue()
        for d in deployments:
            waiting.put(d)
        threads = [threading.Thread(target=self.work,
                                    args=(waiting, patience))
                   for _ in range(jobs)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()

    def make_roots(self, deployments):
        """Before anything runs, so that no time-out can be their doing."""
        def make(deployment):
            try:
                if not self.stopping:
                    self.layers(deployment)
            except roots.Missing:
                pass  # told for each deployment that needs it
        one_each = {(d["suite"], d["npm"], d.get("build"),
                     *d["packages"]): d for d in deployments}.values()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(make, one_each))

    def run(self, deployments, jobs, again=False):
        """How many were there already; the rest is `done` or `skipped`."""
        todo = [d for d in deployments if again or not self.kept(d)]
        self.todo = todo
        print(f"lab: {len(todo)} to capture, {len(deployments) - len(todo)} "
              "already there", flush=True)
        self.make_roots(todo)
        self.together(todo, jobs, GREETING_PATIENCE)
        # A machine under load makes failures of its own: once more, calmly.
        failed = [d for d in todo if d["deployment"] in self.skipped]
        if failed and not self.stopping:
            print(f"lab: {len(failed)} failed; once more, fewer at a time",
                  flush=True)
            self.together(failed, max(1, jobs // 4), MORE_PATIENCE)
        shutil.rmtree(self.scratch, ignore_errors=True)
        return len(deployments) - len(todo)

    def summary(self, kept):
        lines = [f"{len(self.done)} captured, {kept} already there, "
                 f"{len(self.skipped)} skipped"]
        left = len(self.todo) - len(self.done) - len(self.skipped)
        if left:
            lines.append(f"{left} not reached; the same command goes on there")
        reasons = collections.defaultdict(list)
        for name, why in sorted(self.skipped.items()):
            reasons[why.replace(name, "NAME")].append(name)
        for why, names in sorted(reasons.items(), key=lambda r: -len(r[1])):
            lines.append(f"skipped {len(names)}: {why}: {' '.join(names)}")
        return lines
