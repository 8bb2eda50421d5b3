"""The lab's transcripts: what to keep, and the files that are committed."""
import glob
import gzip
import json
import os
import re


def upstream_version(version):
    """'1:3.7.11-0+deb12u1' -> '3.7.11'."""
    version = re.sub(r"^\d+:", "", version)
    version = re.sub(r"-[^-]*$", "", version)
    return re.sub(r"[+~].*$", "", version)


def complaint(text, plan):
    """None, or why this is no transcript to learn from."""
    lines = text.splitlines()
    if len(lines) != 1:
        return f"{len(lines)} records instead of one"
    record = json.loads(lines[0])
    if record.get("plan") != plan:
        return "another plan was probed"
    if record["outcome"] not in ("greeted", "deferred", "rejected"):
        return f"outcome {record['outcome']}"
    exchanges = [x for c in record["connections"] for x in c["exchanges"]]
    answered = [x for x in exchanges if x["received"]]
    silent = [x["probe"] for x in exchanges
              if x["end"] == "timeout" and not x["received"]]
    if record["outcome"] == "greeted" and len(answered) < 4:
        return f"only {len(answered)} answers"
    # A server may wait for ever on a probe or two (courier on a bare LF).
    if len(silent) > 2 + len(exchanges) // 20:
        return f"{len(silent)} probes unanswered: {' '.join(silent[:8])}"
    return None


def read(path):
    """Records of a file by deployment; nothing when there is no file."""
    found = {}
    if os.path.exists(path):
        opened = gzip.open if path.endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8") as f:
            for line in f:
                found.setdefault(json.loads(line)["deployment"],
                                 []).append(line)
    return found


def write(path, found):
    """Deterministic gzip: the same records are the same bytes."""
    part = path + ".part"
    with open(part, "wb") as raw, gzip.GzipFile(
            filename="", mode="wb", fileobj=raw, mtime=0) as f:
        for deployment in sorted(found):
            for line in found[deployment]:
                f.write(line.encode("utf-8"))
    os.rename(part, path)


def gather(captured, deployments, folder):
    """
    Puts what stands in `captured` into FOLDER/transcripts/PRODUCT.jsonl.gz
    and, held out, FOLDER/demo/PRODUCT.jsonl.gz. Deployments not captured this
    time stay as they are; those no recipe knows any more go.
    """
    known = {d["deployment"]: d for d in deployments}
    for held_out, name in ((False, "transcripts"), (True, "demo")):
        mine = {d["deployment"] for d in deployments
                if d["held_out"] == held_out}
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        products = {known[m]["product"] for m in mine}
        old = {os.path.basename(p)[:-len(".jsonl.gz")] for p in glob.glob(
            os.path.join(folder, name, "*.jsonl.gz"))}
        for product in sorted(products | old):
            path = os.path.join(folder, name, product + ".jsonl.gz")
            found = {d: lines for d, lines in read(path).items()
                     if d in mine and known[d]["product"] == product}
            for deployment in mine:
                if known[deployment]["product"] == product:
                    found.update(read(os.path.join(
                        captured, deployment + ".jsonl")))
            if found:
                write(path, found)
            elif os.path.exists(path):
                os.remove(path)
