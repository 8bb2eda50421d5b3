#!/bin/sh
# mxprint train and evaluate on the transcripts that come with the program.
cd "$(dirname "$0")/../.." || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
n=0 failed=0

check() { # name, then a command
	n=$((n + 1))
	name=$1
	shift
	if out=$("$@" 2>&1); then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		echo "$out" | head -n 40 | sed 's/^/# /'
		failed=1
	fi
}

# Two products, each deployment once as "seen" or as "fresh".
/usr/bin/python3 - "$folder" <<'PY' || exit 1
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
	"$MXPRINT" train --output "$folder/a.model" "$folder/seen.jsonl" \
		2>"$folder/said" || { cat "$folder/said"; return 1; }
	cat "$folder/said"
	grep -q '2 of them classes' "$folder/said" &&
		[ -s "$folder/a.model" ]
}
check "train writes a model and says what it does" train

same() { # compressed, backwards and in two files
	tac "$folder/seen.jsonl" | head -n 20 | gzip >"$folder/1.jsonl.gz"
	tac "$folder/seen.jsonl" | tail -n +21 >"$folder/2.jsonl"
	"$MXPRINT" train -o "$folder/b.model" "$folder/2.jsonl" \
		"$folder/1.jsonl.gz" && cmp "$folder/a.model" "$folder/b.model"
}
check "the same transcripts in another order give the same bytes" same

figures() {
	"$MXPRINT" evaluate --model "$folder/a.model" --format json \
		--min-deployments 2 "$folder/fresh.jsonl" >"$folder/json" &&
		/usr/bin/python3 - "$folder/json" <<'PY'
import json, sys
e = json.load(open(sys.argv[1]))
assert e["judged"] > 5, e
assert e["micro"]["value"] > 0.9, e
assert e["seen_in_training"] == 0, e
assert [r["evidence"] for r in e["ladder"]] == ["everything"], e
PY
}
check "evaluate --model: unseen deployments, right" figures

strangers() {
	"$MXPRINT" evaluate --model "$folder/a.model" --format json \
		"$folder/stranger.jsonl" >"$folder/json" &&
		/usr/bin/python3 - "$folder/json" <<'PY'
import json, sys
u = json.load(open(sys.argv[1]))["unknown"]
assert u["items"] > 5 and u["called_novel"] > 0.9, u
PY
}
check "evaluate --model: a product never trained on is novel" strangers

warns() {
	"$MXPRINT" evaluate --model "$folder/a.model" "$folder/seen.jsonl" \
		2>&1 >/dev/null | tee "$folder/said"
	grep -q 'was trained on' "$folder/said"
}
check "evaluate warns about deployments the model was trained on" warns

folds() {
	"$MXPRINT" evaluate --folds 3 --cost 1 "$folder/seen.jsonl" \
		>"$folder/table" || return 1
	cat "$folder/table"
	grep -q '^+ negative replies' "$folder/table" &&
		grep -q '^accuracy, deployments equal' "$folder/table" &&
		grep -q '^known from unknown' "$folder/table"
}
check "evaluate in folds prints the figures and the ladder" folds

added() { # a run folder with a person's answers
	mkdir -p "$folder/domains.run" &&
		head -n 8 "$folder/fresh.jsonl" >"$folder/domains.run/labels.jsonl" &&
		"$MXPRINT" train -o "$folder/c.model" --add "$folder/domains.run" \
			"$folder/seen.jsonl" && ! cmp -s "$folder/a.model" "$folder/c.model"
}
check "train --add learns from a run's answers" added

refused() { # exit code, words, then arguments of train
	want=$1 words=$2
	shift 2
	"$MXPRINT" train "$@" >"$folder/said" 2>&1
	code=$?
	cat "$folder/said"
	[ "$code" -eq "$want" ] && grep -q -- "$words" "$folder/said"
}
check "no transcripts: usage" refused 64 'no transcripts' -o "$folder/x"
check "no --output: usage" refused 64 'output FILE' "$folder/seen.jsonl"
check "missing file: says which" refused 66 'nowhere' -o "$folder/x" \
	"$folder/nowhere"
sed '2s/"product":"[a-z]*"/"product":"no-such"/' "$folder/seen.jsonl" \
	>"$folder/bad.jsonl"
check "a label unknown to the catalogue: file and line" refused 65 \
	'bad.jsonl:2: .*no-such' -o "$folder/x" "$folder/bad.jsonl"
check "an output that cannot be written" refused 73 'no-folder' \
	-o "$folder/no-folder/x" "$folder/seen.jsonl"
echo "1..$n"
exit $failed
