"""Captures committed deployments anew and compares what was said.

Compared is the normal form that the program itself learns from and tells
duplicates by (`mxprint corpus --normal`): host names, addresses, dates and
ids are replaced in it, so that what differs is the server.
"""
import glob
import json
import os
import random
import subprocess

import transcripts


class Failed(Exception):
    """What could not be compared, in a sentence."""


def committed(folder):
    """Lines of the committed transcripts, by deployment."""
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "*", "*.jsonl.gz"))):
        for deployment, lines in transcripts.read(path).items():
            found.setdefault(deployment, []).extend(lines)
    if not found:
        raise Failed(f"no transcripts in {folder}")
    return found


def recipe_seed(lines):
    """The seed that the committed deployments were drawn with."""
    seeds = {json.loads(line)["provenance"]["seed"] for line in lines}
    if len(seeds) != 1:
        raise Failed(f"the committed transcripts are of seeds {sorted(seeds)}")
    return seeds.pop()


def choose(deployments, known, count, seed):
    """`count` of those that are committed and that a recipe knows."""
    there = sorted(d["deployment"] for d in deployments
                   if d["deployment"] in known)
    picked = set(random.Random(seed).sample(there, min(count, len(there))))
    return [d for d in deployments if d["deployment"] in picked]


def normal_forms(mxprint, path):
    """(deployment, plan) -> what was said, line by line."""
    done = subprocess.run([mxprint, "corpus", "--normal", path], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True)
    found = {}
    for line in done.stdout.splitlines():
        record = json.loads(line)
        found[record["deployment"], record["plan"]] = record["normal"]
    if not found:
        raise Failed(f"mxprint corpus --normal {path}: "
                     f"{done.stderr.strip()[-300:] or 'no answer'}")
    return found


def differences(before, after):
    """(line before, line after) where two normal forms part."""
    old, new = before.splitlines(), after.splitlines()
    most = max(len(old), len(new))
    old += ["(nothing)"] * (most - len(old))
    new += ["(nothing)"] * (most - len(new))
    return [(a, b) for a, b in zip(old, new) if a != b]


def compare(deployment, before, after):
    """Lines for people about one deployment; [] when all is equal."""
    told = []
    for plan in deployment["plans"]:
        key = deployment["deployment"], plan
        if key not in before:
            continue  # a plan that was not captured then
        for old, new in differences(before[key], after.get(key, "")):
            told += [f"    {plan} committed: {old}", f"    {plan} now:       {new}"]
    return told


def report(lab, chosen, known, folder):
    """Prints how each deployment compares; how many differ unannounced."""
    old_path = os.path.join(folder, "committed.jsonl")
    new_path = os.path.join(folder, "again.jsonl")
    captured = [d for d in chosen if d["deployment"] in lab.done]
    if not captured:
        return 0
    with open(old_path, "w", encoding="utf-8") as old, open(
            new_path, "w", encoding="utf-8") as new:
        for d in captured:
            old.writelines(known[d["deployment"]])
            with open(lab.path(d), encoding="utf-8") as f:
                new.write(f.read())
    before = normal_forms(lab.mxprint, old_path)
    after = normal_forms(lab.mxprint, new_path)
    bad = 0
    for d in captured:
        told = compare(d, before, after)
        verdict = "equal"
        if told and d["random"]:
            verdict = f"differs, as it may: {d['random']}"
        elif told:
            verdict = "differs"
            bad += 1
        print("\n".join([f"lab: {d['deployment']}: {verdict}", *told]))
    print(f"lab: {len(captured)} captured again, {bad} differ unannounced, "
          f"{len(chosen) - len(captured)} not captured")
    return bad
