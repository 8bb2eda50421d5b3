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
import signal
import sys

import capture
import recipes
import transcripts

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))

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
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1),
                        help="deployments at a time (%(default)s)")
    parser.add_argument("--seed", type=int, default=1)
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


def print_list(deployments):
    """Deployment, product, host, held out or training, plans, front."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for d in deployments:
        print(d["deployment"], d["product"], d["host"],
              "held out" if d["held_out"] else "training",
              ",".join(d["plans"]), d["front"] or "-", sep="\t")


def opened(opts):
    if os.geteuid() != 0:
        sys.exit("lab: needs root (namespaces, overlayfs, debootstrap)")
    if not os.access(opts.mxprint, os.X_OK):
        sys.exit(f"lab: {opts.mxprint} is not there; run `make mxprint`")
    lab = capture.Lab(opts.folder, opts.roots or opts.folder, opts.mxprint)
    signal.signal(signal.SIGINT, lambda *_: lab.stop())
    signal.signal(signal.SIGTERM, lambda *_: lab.stop())
    return lab


def main():
    opts = options()
    try:
        everything = recipes.read_all(opts.seed)
    except recipes.Bad as e:
        sys.exit(f"lab: {e}")
    if opts.list:
        print_list(matching(everything, [opts.list]))
        return
    wanted = matching(everything, (opts.only or []) + SUBSETS.get(
        opts.subset, []))
    if not wanted:
        sys.exit("lab: no deployment matches; see --list")
    lab = opened(opts)
    kept = lab.run(wanted, opts.jobs, opts.again)
    transcripts.gather([d for d in everything if lab.kept(d)], lab.path,
                       everything, opts.output)
    for line in lab.summary(kept):
        print(f"lab: {line}")
    sys.exit(1 if lab.skipped or lab.stopping else 0)


if __name__ == "__main__":
    main()
