#!/bin/sh
# mxprint evaluate: every part on a few deployments, and what its JSON is.
. "$(dirname "$0")/../tap.sh"

# Ten deployments of a product with their versions, plan standard.
/usr/bin/python3 - "$tmp/some.jsonl" <<'PY' || exit 1
import gzip, json, sys
out = open(sys.argv[1], "w")
for product in ("exim", "haraka", "qpsmtpd"):
    taken = {}
    with gzip.open("training-data/transcripts/%s.jsonl.gz" % product, "rt") as f:
        for line in f:
            record = json.loads(line)
            version = record["label"]["version"]
            if "front" in record["label"]:
                continue
            if record["plan"] == "standard" and taken.get(version, 0) < 4:
                taken[version] = taken.get(version, 0) + 1
                out.write(line)
PY

parts() { # output, further options
	out=$1
	shift
	"$MXPRINT" evaluate --folds 2 --cost 1 --format json "$@" \
		"$tmp/some.jsonl" >"$out" 2>"$tmp/err" || { cat "$tmp/err"; return 1; }
}
check "all parts" parts "$tmp/a.json"

tac "$tmp/some.jsonl" >"$tmp/back" && mv "$tmp/back" "$tmp/some.jsonl"
again() { parts "$tmp/b.json" && cmp "$tmp/a.json" "$tmp/b.json"; }
check "the same bytes twice, whatever the order of the lines" again

seeded() {
	parts "$tmp/c.json" --parts ladder --seed 2 &&
		/usr/bin/python3 - "$tmp/a.json" "$tmp/c.json" <<'PY'
import json, sys
a, c = (json.load(open(p)) for p in sys.argv[1:])
assert c["seed"] == 2 and "curve" in a and "curve" not in c, c.keys()
assert a["data"] == c["data"] and a["ladder"] != c["ladder"]
PY
}
check "another seed draws anew; --parts leaves the others out" seeded

figures() {
	/usr/bin/python3 - "$tmp/a.json" <<'PY'
import json, sys
e = json.load(open(sys.argv[1]))
s = e["folds"]["standard"]
assert e["data"]["products"] == 3 and e["data"]["versions"] >= 6, e["data"]
assert s["micro"]["low"] <= s["micro"]["value"] <= s["micro"]["high"], s
assert len(s["classes"]) == 3 and s["reliability"], s
mass = sum(c["deployments"] for c in s["classes"])
assert abs(mass - sum(b["deployments"] for b in s["reliability"])) < 1e-6
rungs = e["ladder"]["standard"]
masked = [r for r in rungs if r["greeting"] == "masked"]
assert masked[0]["micro"] is None and masked[1]["micro"], masked
assert e["versions"]["rounds"] >= 3, e["versions"]
assert [p["product"] for p in e["versions"]["products"]] == ["exim", "haraka"]
ranges = e["versions"]["ranges"]
assert ranges["oldest"]["versions"] == ranges["newest"]["versions"] == 2, ranges
for r in ranges.values():
    assert 0 <= r["told"] <= r["items"] and r["items"] > 0, ranges
    assert (r["right"] is None) == (r["told"] == 0), ranges
recipes = e["configurations"]["recipes"]
assert [r["recipe"] for r in recipes] == ["exim", "haraka", "qpsmtpd"], recipes
for view in ("everything", "no-banner"):
    strangers = e["products"][view]["products"]
    assert len(strangers) == 3, strangers
    for s in strangers:
        assert s["product"] not in [n["answer"] for n in s["named"]], s
        left = sum(n["deployments"] for n in s["named"])
        novel = s["called_novel"]["value"] * s["deployments"]
        assert abs(left + novel - s["deployments"]) < 1e-3, s
assert [p["deployments_per_product"] for p in e["curve"]] == \
    [1, 2, 4, 8, 16, None]
# All evidence and all deployments: the folds' models, in either part.
assert masked[-1]["micro"] == e["curve"][-1]["micro"], masked[-1]
PY
}
check "the figures stand where the page says" figures

named() { # the option's help lists what the table of parts has
	"$MXPRINT" evaluate --help >"$tmp/help" &&
		/usr/bin/python3 - "$tmp/a.json" "$tmp/help" <<'PY'
import json, re, sys
known = ("type", "v", "features", "folds_count", "seed", "data")
parts = [k for k in json.load(open(sys.argv[1])) if k not in known]
text = open(sys.argv[2]).read()
words = re.search(r"only these of (.*?)\(default", text, re.S).group(1)
assert re.findall(r"[a-z]+", words) == parts, (words, parts)
PY
}
check "--help lists the parts" named

if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	valid() { # want, file
		/usr/bin/python3 - "$@" <<'PY'
import json, sys
import jsonschema
schema = json.load(open("docs/schema/evaluation.schema.json"))
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
faults = list(kind(schema).iter_errors(json.load(open(sys.argv[2]))))
for fault in faults[:5]:
    print(fault.json_path, fault.message[:200])
sys.exit((not faults) != (sys.argv[1] == "valid"))
PY
	}
	check "the JSON is what its schema says" valid valid "$tmp/a.json"
	sed 's/"micro":{"value":[0-9.]*/"micro":{"value":7/' "$tmp/a.json" \
		>"$tmp/wrong.json"
	check "the schema refuses a share of 7" valid invalid "$tmp/wrong.json"
fi

table() {
	"$MXPRINT" evaluate --folds 2 --cost 1 --parts versions,curve \
		"$tmp/some.jsonl" >"$tmp/table" 2>"$tmp/err" || return 1
	cat "$tmp/table"
	grep -q '^== versions' "$tmp/table" && grep -q '^== curve' "$tmp/table" &&
		! grep -q '^== ladder' "$tmp/table" && grep -q 'curve' "$tmp/err"
}
check "a table of two parts, progress on stderr" table

nearest() {
	"$MXPRINT" evaluate --parts folds,laddre "$tmp/some.jsonl" \
		2>"$tmp/err"
	code=$?
	cat "$tmp/err"
	[ "$code" -eq 64 ] && grep -q "did you mean 'ladder'" "$tmp/err"
}
check "an unknown part: the nearest is offered" nearest

says "more folds than deployments" 64 "100 folds are more than the [0-9]* depl" \
	"$MXPRINT" evaluate --folds 100 "$tmp/some.jsonl"
for option in "--parts folds" "--folds 3" "--cost 1"; do
	# shellcheck disable=SC2086 # an option and its value
	says "$option is nothing for a model" 64 "are for learning anew" \
		"$MXPRINT" evaluate --model "$tmp/a.model" $option "$tmp/some.jsonl"
done
gzip -c "$tmp/some.jsonl" | head -c 5000 >"$tmp/cut.jsonl.gz"
says "half a compressed file" 65 "cut.jsonl.gz:[0-9]*: the file ends in the mid" \
	"$MXPRINT" evaluate "$tmp/cut.jsonl.gz"
head -c -100 "$tmp/some.jsonl" >"$tmp/cut.jsonl"
printf %s "$(cat "$tmp/some.jsonl")" >"$tmp/no-newline.jsonl"
check "a whole file without its last newline" "$MXPRINT" evaluate \
	--folds 2 --cost 1 --parts leak "$tmp/no-newline.jsonl"
says "half a file" 65 "cut.jsonl:[0-9]*: the file ends in the middle" \
	"$MXPRINT" evaluate "$tmp/cut.jsonl"
says "half a file through a pipe" 65 "input:[0-9]*: the file ends in the mid" \
	sh -c 'cat "$1" | "$MXPRINT" evaluate --parts leak -' - "$tmp/cut.jsonl.gz"
says "a pipe cannot be read twice" 64 "baselines reads its transcripts twice" \
	sh -c 'cat "$1" | "$MXPRINT" evaluate -' - "$tmp/some.jsonl"
tap_end
