#!/usr/bin/python3
"""Routes as short lines, sorted by domain, for comparison in a test.

usage: routes.py SCHEMA < routes.jsonl

  DOMAIN OUTCOME TTL [PREFERENCE NAME OUTCOME [CANONICAL] ADDRESS[!OUTCOME]...]

Each line is validated against docs/schema/route.schema.json.
"""
import json
import sys

import jsonschema


def host(mx):
    words = [str(mx["preference"]), mx["name"], mx["outcome"]]
    if mx.get("canonical"):
        words.append("=" + mx["canonical"])
    for a in mx["addresses"]:
        outcome = "" if a["outcome"] == "ok" else "!" + a["outcome"]
        words.append(a["address"] + outcome)
    return "[" + " ".join(words) + "]"


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    validator = jsonschema.validators.validator_for(schema)(schema)
    lines = []
    for line in sys.stdin:
        route = json.loads(line)
        validator.validate(route)
        words = [route["domain"], route["outcome"], str(route["ttl"])]
        lines.append(" ".join(words + [host(mx) for mx in route["mx"]]))
    print("\n".join(sorted(lines)))


if __name__ == "__main__":
    main()
