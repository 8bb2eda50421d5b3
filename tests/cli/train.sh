#!/bin/sh
# mxprint train and evaluate on the transcripts that come with the program.
. "$(dirname "$0")/../tap.sh"

# Two products, each deployment once as "seen" or as "fresh".
/usr/bin/python3 - "$tmp" <<'PY' || exit 1
import gzip, json, sys, zlib
seen = open(sys.argv[1] + "/seen.jsonl", "w")
fresh = open(sys.argv[1] + "/fresh.jsonl", "w")
stranger = open(sys.argv[1] + "/stranger.jsonl", "w")
for product in ("exim", "postfix", "sendmail"):
    with gzip.open("training-data/transcripts/%s.jsonl.gz" % product, "rt") as f:
        for line in f:
            record = json.loads(line)
            if record["plan"] != "standard":
                continue
            if product == "sendmail":
                stranger.write(line)
                continue
            odd = zlib.crc32(record["deployment"].encode()) % 3 == 0
            (fresh if odd else seen).write(line)
PY

train() {
	"$MXPRINT" train --output "$tmp/a.model" "$tmp/seen.jsonl" \
		2>"$tmp/said" || { cat "$tmp/said"; return 1; }
	cat "$tmp/said"
	grep -q '2 of them classes' "$tmp/said" &&
		[ -s "$tmp/a.model" ]
}
check "train writes a model and says what it does" train

same() { # compressed, backwards and in two files
	tac "$tmp/seen.jsonl" | head -n 20 | gzip >"$tmp/1.jsonl.gz"
	tac "$tmp/seen.jsonl" | tail -n +21 >"$tmp/2.jsonl"
	"$MXPRINT" train -o "$tmp/b.model" "$tmp/2.jsonl" \
		"$tmp/1.jsonl.gz" && cmp "$tmp/a.model" "$tmp/b.model"
}
check "the same transcripts in another order give the same bytes" same

figures() {
	"$MXPRINT" evaluate --model "$tmp/a.model" --format json \
		--min-deployments 2 "$tmp/fresh.jsonl" >"$tmp/json" &&
		/usr/bin/python3 - "$tmp/json" <<'PY'
import json, sys
e = json.load(open(sys.argv[1]))["model"]
assert e["standard"]["items"] > 5, e
assert e["standard"]["micro"]["value"] > 0.9, e
assert e["greetings"]["masked"]["micro"]["value"] > 0.9, e
assert e["seen_in_training"] == 0, e
PY
}
check "evaluate --model: unseen deployments, right" figures

strangers() {
	"$MXPRINT" evaluate --model "$tmp/a.model" --format json \
		"$tmp/stranger.jsonl" >"$tmp/json" &&
		/usr/bin/python3 - "$tmp/json" <<'PY'
import json, sys
u = json.load(open(sys.argv[1]))["model"]["unknown"]
assert u["items"] > 5 and u["called_novel"]["value"] > 0.9, u
PY
}
check "evaluate --model: a product never trained on is novel" strangers

warns() {
	"$MXPRINT" evaluate --model "$tmp/a.model" "$tmp/seen.jsonl" \
		2>&1 >/dev/null | tee "$tmp/said"
	grep -q 'was trained on' "$tmp/said"
}
check "evaluate warns about deployments the model was trained on" warns

folds() {
	"$MXPRINT" evaluate --folds 3 --cost 1 "$tmp/seen.jsonl" \
		>"$tmp/table" || return 1
	cat "$tmp/table"
	grep -q '^+ negative replies' "$tmp/table" &&
		grep -q '^accuracy, deployments equal' "$tmp/table" &&
		grep -q '^known from unknown' "$tmp/table"
}
check "evaluate in folds prints the figures and the ladder" folds

added() { # a run folder with a person's answers
	mkdir -p "$tmp/domains.run" &&
		head -n 8 "$tmp/fresh.jsonl" >"$tmp/domains.run/labels.jsonl" &&
		"$MXPRINT" train -o "$tmp/c.model" --add "$tmp/domains.run" \
			"$tmp/seen.jsonl" && ! cmp -s "$tmp/a.model" "$tmp/c.model"
}
check "train --add learns from a run's answers" added

refused() { # exit code, words, then arguments of train
	want=$1 words=$2
	shift 2
	"$MXPRINT" train "$@" >"$tmp/said" 2>&1
	code=$?
	cat "$tmp/said"
	[ "$code" -eq "$want" ] && grep -q -- "$words" "$tmp/said"
}
check "no transcripts: usage" refused 64 'no transcripts' -o "$tmp/x"
check "a run without answers: what to do" refused 66 'mxprint review' \
	-o "$tmp/x" --add "$tmp" "$tmp/seen.jsonl"
check "no --output: usage" refused 64 'output FILE' "$tmp/seen.jsonl"
check "missing file: says which" refused 66 'nowhere' -o "$tmp/x" \
	"$tmp/nowhere"
sed '2s/"product":"[a-z]*"/"product":"no-such"/' "$tmp/seen.jsonl" \
	>"$tmp/bad.jsonl"
check "a label unknown to the catalogue: file and line" refused 65 \
	'bad.jsonl:2: .*no-such' -o "$tmp/x" "$tmp/bad.jsonl"
head -c -100 "$tmp/seen.jsonl" >"$tmp/cut.jsonl"
check "half a file: file and line" refused 65 \
	'cut.jsonl:[0-9]*: the file ends in the middle' -o "$tmp/x" "$tmp/cut.jsonl"
check "an output that cannot be written" refused 73 'no-folder' \
	-o "$tmp/no-folder/x" "$tmp/seen.jsonl"
tap_end
