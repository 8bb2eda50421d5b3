#!/usr/bin/python3
"""Runs real mail servers and keeps labelled transcripts of them.

Brings up every deployment of recipes/*.toml and boxes/*.toml in namespaces of
its own (nothing in it can reach another machine), probes it with
`mxprint probe`, and puts the transcripts into training-data/. Needs root,
debootstrap and overlayfs; see ../README.md.

Can be stopped at any time; the same command goes on where it stopped.
"""
import argparse
import fnmatch
import os
import random
import signal
import sys

import capture
import locks
import recapture
import recipes
import transcripts

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))

# `make lab`: the first two deployments of each main product, one with
# a middle box in front, and one that speaks something else than SMTP.
SUBSETS = {
    "small": [(pattern, 2) for pattern in (
        "postfix-bookworm-*", "exim-*-bookworm-*", "sendmail-bookworm-*",
        "opensmtpd-bookworm-*", "courier-bookworm-*", "qpsmtpd-bookworm-*",
        "aiosmtpd-bookworm-*", "haraka-*-bookworm-*",
        "smtp-server-*-bookworm-*")] +
    [("pix-postfix-bookworm-*", 1), ("dovecot-lmtp-bookworm-*", 1)],
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
    parser.add_argument("--lock", action="append", metavar="PACKAGE@VERSION",
                        help="write the lock file of an npm package and stop")
    parser.add_argument("--again", action="store_true",
                        help="capture anew what is already there")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1),
                        help="deployments at a time (%(default)s)")
    parser.add_argument("--recapture", type=int, metavar="N",
                        help="capture N committed deployments anew, picked "
                        "at random, and compare")
    parser.add_argument("--seed", type=int, default=None,
                        help="what is drawn (1); with --recapture: which are "
                        "picked (another choice every time)")
    parser.add_argument("--folder", default=os.path.join(TREE, "build/lab"),
                        help="scratch, logs and what was captured")
    parser.add_argument("--roots", metavar="FOLDER",
                        help="bases, layers and npm packages (--folder); "
                        "several labs may share one")
    parser.add_argument("--output", default=os.path.join(
        TREE, "training-data"), help="gets transcripts/ and demo/")
    parser.add_argument("--mxprint", default=os.environ.get(
        "MXPRINT", os.path.join(TREE, "mxprint")))
    return parser.parse_args()


def matching(deployments, patterns):
    if not patterns:
        return deployments
    return [d for d in deployments if any(
        fnmatch.fnmatchcase(d["deployment"], p) for p in patterns)]


def subset(deployments, name):
    """Those of a named subset, which has something of every pattern."""
    chosen = []
    for pattern, count in SUBSETS[name]:
        found = [d for d in matching(deployments, [pattern])
                 if not d["held_out"]]
        if not found:
            raise recipes.Bad(f"subset {name}: no deployment is called "
                              f"{pattern}")
        chosen += found[:count]
    return chosen


def print_list(deployments):
    """Deployment, product, host, held out or training, plans, front."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for d in deployments:
        print(d["deployment"], d["product"], d["host"],
              "held out" if d["held_out"] else "training",
              ",".join(d["plans"]), d["front"] or "-", sep="\t")


def opened(opts, kind):
    if os.geteuid() != 0:
        sys.exit("lab: needs root (namespaces, overlayfs, debootstrap)")
    if not os.access(opts.mxprint, os.X_OK):
        sys.exit(f"lab: {opts.mxprint} is not there; run `make mxprint`")
    lab = capture.Lab(opts.folder, opts.roots or opts.folder, opts.mxprint,
                      kind)
    signal.signal(signal.SIGINT, lambda *_: lab.stop())
    signal.signal(signal.SIGTERM, lambda *_: lab.stop())
    return lab


def recapture_some(opts):
    """0 when what servers say now is what was committed."""
    seed = opts.seed if opts.seed is not None else random.randrange(10**6)
    known = recapture.committed(opts.output)
    everything = recipes.read_all(recapture.recipe_seed(
        line for lines in known.values() for line in lines))
    chosen = recapture.choose(matching(everything, opts.only), known,
                              opts.recapture, seed)
    if not chosen:
        raise recapture.Failed("no committed deployment is known to the "
                               "recipes")
    print(f"lab: {len(chosen)} deployments, picked with --seed {seed}")
    lab = opened(opts, "again")
    lab.run(chosen, opts.jobs, again=True)
    bad = recapture.report(lab, chosen, known, lab.folder)
    for line in lab.summary(0)[1:]:
        print(f"lab: {line}")
    return 1 if bad or lab.skipped or lab.stopping else 0


def capture_all(opts):
    everything = recipes.read_all(1 if opts.seed is None else opts.seed)
    wanted = matching(subset(everything, opts.subset) if opts.subset else
                      everything, opts.only)
    if opts.list:
        print_list(matching(wanted, [opts.list]))
        return 0
    if not wanted:
        sys.exit("lab: no deployment matches; see --list")
    lab = opened(opts, "captured")
    kept = lab.run(wanted, opts.jobs, opts.again)
    transcripts.gather([d for d in everything if lab.kept(d)], lab.path,
                       everything, opts.output)
    for line in lab.summary(kept):
        print(f"lab: {line}")
    return 1 if lab.skipped or lab.stopping else 0


def main():
    opts = options()
    try:
        if opts.lock:
            for package in opts.lock:
                print(f"lab: {locks.make(package)} written")
        elif opts.recapture:
            sys.exit(recapture_some(opts))
        else:
            sys.exit(capture_all(opts))
    except (recipes.Bad, locks.Failed, recapture.Failed) as e:
        sys.exit(f"lab: {e}")


if __name__ == "__main__":
    main()
