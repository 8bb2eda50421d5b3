#!/usr/bin/python3
"""Some of the project's transcripts, for tests that need no more.

usage: some_transcripts.py transcripts|demo COUNT PRODUCT... > some.jsonl

The first COUNT deployments of each product that nothing stands in front of,
with all their transcripts.
"""
import gzip
import json
import os
import sys

TOP = os.path.join(os.path.dirname(__file__), "../..")


def main():
    folder, most, products = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    for product in products:
        seen = set()
        path = f"{TOP}/training-data/{folder}/{product}.jsonl.gz"
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                deployment = record["deployment"]
                if "front" in record["label"]:
                    continue
                if deployment in seen or len(seen) < most:
                    seen.add(deployment)
                    sys.stdout.write(line)


main()
