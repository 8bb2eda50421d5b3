#!/usr/bin/python3
"""Records with one fault each, and what the schema says of them.

usage: mutants.py GOOD.jsonl >mutants.jsonl 2>verdicts

Each mutant is a deployment of its own (m0, m1, ...); a verdict is a line
"valid m0" or "invalid m0".
"""
import copy
import json
import os
import sys

import jsonschema

TOP = os.path.join(os.path.dirname(__file__), "../..")
OTHERS = [None, True, 7, -2, 1.5, "text", "\u0100", "", [], [7], {}, 70000]


def places(value, path=()):
    """Paths of all members; of an array, those of its first two items."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield path + (key,)
            if key != "provenance":
                yield from places(inner, path + (key,))
    elif isinstance(value, list):
        for i, inner in enumerate(value[:2]):
            yield from places(inner, path + (i,))


def mutants(record):
    for path in places(record):
        if path in (("deployment",), ("label",)):
            continue  # allowed to be missing, but not in a corpus
        for other in ["gone"] + OTHERS:
            mutant = copy.deepcopy(record)
            inner = mutant
            for key in path[:-1]:
                inner = inner[key]
            if other == "gone":
                del inner[path[-1]]
            elif json.dumps(inner[path[-1]]) != json.dumps(other):
                inner[path[-1]] = other
            else:
                continue
            yield mutant


def main():
    with open(f"{TOP}/docs/schema/transcript.schema.json") as f:
        schema = json.load(f)
    validator = jsonschema.validators.validator_for(schema)(schema)
    with open(sys.argv[1]) as f:
        records = [json.loads(line) for line in f]
    # the shortest of those that show everything
    whole = min((r for r in records if any(
        c.get("tls", {}).get("chain") for c in r["connections"])),
        key=lambda r: len(json.dumps(r)))
    for i, mutant in enumerate(mutants(whole)):
        mutant["deployment"] = f"m{i}"
        verdict = "valid" if validator.is_valid(mutant) else "invalid"
        print(json.dumps(mutant))
        print(verdict, f"m{i}", file=sys.stderr)


main()
