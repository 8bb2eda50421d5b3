#!/bin/sh
# What the program writes is what docs/schema says; every byte comes back.
# (Routes are checked in resolve.sh.)
. "$(dirname "$0")/../tap.sh"
schemas=docs/schema

if ! /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	echo "ok 1 - # SKIP python3-jsonschema is not installed"
	exit 0
fi

valid() { # schema, file: every line is valid, and there is one
	/usr/bin/python3 - "$schemas/$1.schema.json" "$2" <<-'PYTHON'
		import json, sys
		import jsonschema
		schema = json.load(open(sys.argv[1]))
		kind = jsonschema.validators.validator_for(schema)
		kind.check_schema(schema)
		lines = [json.loads(l) for l in open(sys.argv[2])]
		faults = [e.message for l in lines
		          for e in kind(schema).iter_errors(l)]
		for fault in faults[:5]:
		    print("#", fault[:200])
		sys.exit(bool(faults) or not lines)
	PYTHON
}

invalid() { # schema, file: no line is valid
	/usr/bin/python3 - "$schemas/$1.schema.json" "$2" <<-'PYTHON'
		import json, sys
		import jsonschema
		schema = json.load(open(sys.argv[1]))
		kind = jsonschema.validators.validator_for(schema)
		sys.exit(any(kind(schema).is_valid(json.loads(l))
		             for l in open(sys.argv[2])))
	PYTHON
}

for kind in train hosts operators fronts bytes; do
	tests/cli/transcripts.py $kind >"$tmp/$kind.jsonl"
	valid transcript "$tmp/$kind.jsonl"
	result $? "transcripts of these tests: $kind"
done
"$MXPRINT" train -o "$tmp/test.model" "$tmp/train.jsonl" 2>/dev/null
for model in none "$tmp/test.model"; do
	"$MXPRINT" score -m "$model" "$tmp/hosts.jsonl" "$tmp/bytes.jsonl" \
		"$tmp/operators.jsonl" "$tmp/fronts.jsonl" \
		>"$tmp/predictions.jsonl"
	valid prediction "$tmp/predictions.jsonl"
	result $? "predictions of score, model ${model##*/}"
done
{
	sed 's/"confidence":[0-9.]*/"confidence":7/' "$tmp/predictions.jsonl"
	sed 's/"flags":\[[^]]*\]/"flags":["odd"]/' "$tmp/predictions.jsonl"
	sed 's/"reasons":/"raisons":/' "$tmp/predictions.jsonl"
	# a dispute, or a front, without what names it
	grep -e operator-disputed -e '"about":"front"' \
		"$tmp/predictions.jsonl" | sed 's/"evidence":\[.*\],/"evidence":[],/'
	sed 's/"flags":\[[^]]*\]/"flags":[]/' "$tmp/predictions.jsonl" |
		grep -e '"about":"operator".*"about":"operator"'
} | grep -v '"outcome":"refused"' >"$tmp/wrong.jsonl"
invalid prediction "$tmp/wrong.jsonl"
result $? "the schema refuses wrong predictions"

# transcripts of a real run: the farm replays the hosts above
"$BUILD/tests/farm/replay_farm" -p 2571 -b 127.94.0.1 -t 60 \
	"$tmp/bytes.jsonl" >"$tmp/farm.out" 2>&1 &
pids=$!
wait_for "$tmp/farm.out" ready
"$MXPRINT" probe --allow-private --plan lab --port 2571 --no-tls -q \
	-o "$tmp/probed.jsonl" 127.94.0.1 127.94.0.200 2>"$tmp/err"
result $? "hosts are probed"
valid transcript "$tmp/probed.jsonl"
result $? "transcripts of probe"
"$MXPRINT" identify --model "$tmp/test.model" --allow-private --format jsonl \
	127.94.0.1:2571 127.94.0.200:2571 >"$tmp/identified.jsonl" 2>"$tmp/err"
valid prediction "$tmp/identified.jsonl"
result $? "predictions of identify"

# the bytes of a reply, as they left the farm
/usr/bin/python3 - "$tmp/bytes.jsonl" "$tmp/probed.jsonl" <<'PYTHON'
import json, sys
def replies(path, probe):
    for line in open(path):
        for c in json.loads(line)["connections"]:
            for x in c["exchanges"]:
                if x["probe"] == probe:
                    yield x["received"].encode("latin-1")
stored = next(replies(sys.argv[1], "help"))
seen = list(replies(sys.argv[2], "help"))
assert bytes(range(256)) in stored
# one read of the program: what follows the line end inside comes with it
sys.exit(stored not in seen)
PYTHON
result $? "a reply with all 256 bytes is recorded"

# written, read and written again: the same bytes
"$MXPRINT" explain --model none "$tmp/bytes.jsonl" >"$tmp/out" 2>&1
result $? "a transcript with all 256 bytes is read"
tap_end
