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


def unanswered(record, silent):
    """Probes that met silence where the server is not known for it."""
    return [x["probe"] for c in record["connections"] for x in c["exchanges"]
            if x["end"] == "timeout" and x["probe"] not in silent]


def ehlo_refused(answered):
    """Then the polite plan says no more than QUIT, and may be alone by then."""
    return any(x["probe"] == "ehlo" and x["received"][0] in "45"
               for x in answered)


def complaint(text, plan, silent):
    """
    None, or why this is no transcript to learn from. A machine under load
    makes time-outs that are none of the server's doing, so that each one has
    to be announced: `silent` are the probes that it does not answer.
    """
    lines = text.splitlines()
    if len(lines) != 1:
        return f"{len(lines)} records instead of one"
    record = json.loads(lines[0])
    if record.get("plan") != plan:
        return "another plan was probed"
    if record["outcome"] not in ("greeted", "deferred", "rejected"):
        return f"outcome {record['outcome']}"
    answered = [x for c in record["connections"] for x in c["exchanges"]
                if x["received"]]
    if record["outcome"] == "greeted" and len(answered) < (
            2 if ehlo_refused(answered) else 3):
        return f"only {len(answered)} answers"
    missing = unanswered(record, silent)
    if missing:
        return (f"no answer in time to {' '.join(missing[:8])} (if that is "
                "the server's way, its recipe says so in `silent`)")
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


def gather(captured, path_of, deployments, folder):
    """
    Puts the captured deployments into FOLDER/transcripts/PRODUCT.jsonl.gz
    and, held out, FOLDER/demo/PRODUCT.jsonl.gz. Deployments not captured this
    time stay as they are; those no recipe knows any more go.
    """
    for held_out, name in ((False, "transcripts"), (True, "demo")):
        mine = {d["deployment"]: d["product"] for d in deployments
                if d["held_out"] == held_out}
        new = {d["deployment"]: d for d in captured
               if d["deployment"] in mine}
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        old = {os.path.basename(p)[:-len(".jsonl.gz")] for p in glob.glob(
            os.path.join(folder, name, "*.jsonl.gz"))}
        for product in sorted(set(mine.values()) | old):
            path = os.path.join(folder, name, product + ".jsonl.gz")
            found = {d: lines for d, lines in read(path).items()
                     if mine.get(d) == product}
            for deployment, d in new.items():
                if mine[deployment] == product:
                    found.update(read(path_of(d)))
            if found:
                write(path, found)
            elif os.path.exists(path):
                os.remove(path)
