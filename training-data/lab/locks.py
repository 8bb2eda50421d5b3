"""Lock files of npm packages: npm/NAME-VERSION/package{,-lock}.json.

They say which version of every package below goes with one version of a mail
server, and its checksum; not where it is fetched from, which is npm's own
registry or the mirror of whoever runs the lab.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "npm")
LOCK = "package-lock.json"
PUBLIC = "https://registry.npmjs.org/"


class Failed(Exception):
    """What could not be locked, in a sentence."""


def folder(package):
    """Where the lock file of NAME@VERSION lies."""
    name, _, version = package.rpartition("@")
    if not name or not re.fullmatch(r"\d+\.\d+\.\d+[\w.-]*", version):
        raise Failed(f"\"{package}\" is not NAME@VERSION with an exact "
                     "version, such as Haraka@3.1.7")
    return os.path.join(FOLDER, f"{name.replace('/', '+')}-{version}")


def faults(text):
    """What makes a lock file unfit to be committed, in sentences."""
    lock = json.loads(text)
    if lock.get("lockfileVersion") != 3:
        return ["lockfileVersion is not 3"]
    return [f"{name} is fetched from {entry['resolved']}"
            for name, entry in lock["packages"].items()
            if not entry.get("resolved", PUBLIC).startswith(PUBLIC)] + [
            f"{name} has no checksum"
            for name, entry in lock["packages"].items()
            if name and not entry.get("integrity")]


def make(package):
    """Writes the lock file anew; returns its path."""
    into = folder(package)
    with tempfile.TemporaryDirectory() as scratch:
        with open(os.path.join(scratch, "package.json"), "w",
                  encoding="ascii") as f:
            f.write('{"name": "lab", "private": true}\n')
        done = subprocess.run(
            ["npm", "install", "--package-lock-only", "--ignore-scripts",
             "--omit-lockfile-registry-resolved", "--lockfile-version=3",
             "--no-audit", "--no-fund", "--save-exact", package],
            cwd=scratch, stdin=subprocess.DEVNULL, capture_output=True,
            text=True)
        if done.returncode:
            raise Failed(f"npm: {done.stderr.strip()[-300:]}")
        with open(os.path.join(scratch, LOCK), encoding="utf-8") as f:
            wrong = faults(f.read())
        if wrong:
            raise Failed(f"{package}: {'; '.join(wrong[:3])}")
        os.makedirs(into, exist_ok=True)
        for name in ("package.json", LOCK):
            shutil.copy(os.path.join(scratch, name), into)
    return os.path.join(into, LOCK)
