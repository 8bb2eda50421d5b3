#!/bin/bash
# The README's commands, run as they stand there: the blocks marked ```sh, in
# order, in an empty folder. Only what a user has is put in place: a list of
# domains, a name server and mail hosts (loopback; see training-data/demo), and
# training-data/. The few options that point at loopback come from a wrapper.
cd "$(dirname "$0")/../.." || exit 1
top=$PWD
folder=$(mktemp -d)
pids=
stop() {
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	rm -rf "$folder"
}
trap stop EXIT
n=0 failed=0

result() { # status, name
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else
		echo "not ok $n - $2"
		tail -n 8 "$folder/out" | sed 's/^/# /'
		failed=1
	fi
}

"$BUILD/tests/farm/replay_farm" -b 127.45.0.1 -p 2545 -t 500 \
	-m "$folder/hosts.tsv" training-data/demo/*.jsonl.gz >"$folder/farm" 2>&1 &
pids=$!
for _ in $(seq 300); do grep -q '^ready' "$folder/farm" && break; sleep 0.1; done
/usr/bin/python3 training-data/demo/internet.py "$folder/hosts.tsv" "$folder" \
	127.45.53.53 5453 127.46.0.1 >"$folder/out" || exit 1
PATH=$PATH:/usr/sbin nsd -d -c "$folder/nsd.conf" >"$folder/nsd.out" 2>&1 &
pids="$pids $!"

mkdir "$folder/bin" "$folder/home"
cat >"$folder/bin/mxprint" <<WRAPPER
#!/bin/bash
near="--allow-private --port 2545 --greeting-timeout 10s --reply-timeout 10s"
case \$1 in
survey) case " \$* " in *" --rebuild "*) ;; *)
	set -- "\$@" --resolver 127.45.53.53:5453 \$near ;; esac ;;
identify) set -- "\$@" --resolver 127.45.53.53:5453 \$near ;;
resolve) set -- "\$@" --resolver 127.45.53.53:5453 --allow-private ;;
probe) set -- "\$@" \$near --ehlo probe.example.org ;;
esac
exec "$top/$(realpath --relative-to="$top" "$MXPRINT")" "\$@"
WRAPPER
chmod +x "$folder/bin/mxprint"
ln -s "$top/training-data" "$folder/home/training-data"
cp "$folder/domains.csv" "$folder/home/domains.txt"
cd "$folder/home" || exit 1
PATH=$folder/bin:$PATH
for _ in $(seq 60); do
	mxprint resolve --timeout 500ms --tries 1 domains.txt >/dev/null 2>&1 && break
	sleep 0.3
done

host=$(sed -n 1p "$folder/hosts.tsv" | cut -f1)
domain=$(awk -F'\t' -v h="$host" '$2 == h {print $1; exit}' "$folder/truth.tsv")
sed -n '/^```sh$/,/^```$/p' "$top/README.md" | grep -v '^```' |
	sed "s/127\.20\.0\.1/$host/g; s/first\.example/$domain/g" >"$folder/commands"
# `train` before a survey cannot add its answers yet: the README's order is by
# use, so a survey and its labels are made first.
mxprint survey domains.txt --run domains.run >"$folder/out" 2>&1
result $? "a survey to work with"
mxprint review domains.run --label "$host=postfix" >"$folder/out" 2>&1
result $? "a label to work with"
while IFS= read -r line; do
	[ -n "$line" ] || continue
	bash -o pipefail -c "$line" >"$folder/out" 2>&1 </dev/null
	result $? "$line"
done <"$folder/commands"
echo "1..$n"
exit $failed
