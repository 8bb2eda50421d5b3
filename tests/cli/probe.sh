#!/bin/sh
# mxprint probe as a command: what it refuses, what it writes, how it stops.
exec /usr/bin/python3 - "$MXPRINT" <<'PYTHON'
import gzip, json, os, resource, signal, socket, subprocess, sys, tempfile
import threading, time

PROGRAM = sys.argv[1]
DIR = tempfile.mkdtemp(prefix="mxprint-probe-")
failed = count = 0


def report(name, wrong):
    global failed, count
    count += 1
    print(f"{'not ok' if wrong else 'ok'} {count} - {name}")
    for line in str(wrong or "").splitlines()[:10]:
        print("#", line)
    failed += bool(wrong)


def run(*args, stdin=None, **more):
    return subprocess.run([PROGRAM, "probe", *args], capture_output=True,
                          text=True, input=stdin or "", timeout=90, **more)


def check(name, status, words, *args, stdin=None):
    done = run(*args, stdin=stdin)
    text = done.stdout + done.stderr
    report(name, None if done.returncode == status and words in text
           else f"status {done.returncode}\n{text}")
    return done


class Farm(threading.Thread):
    """Polite servers on any address of 127.78/16, one port."""

    def __init__(self, delay=0.0):
        super().__init__(daemon=True)
        self.delay, self.open, self.most, self.seen = delay, 0, 0, {}
        self.quits = 0
        self.lock = threading.Lock()
        self.listener = socket.socket()
        self.listener.bind(("0.0.0.0", 0))
        self.listener.listen(256)
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            sock, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(sock,),
                             daemon=True).start()

    def serve(self, sock):
        with self.lock:
            self.open += 1
            self.most = max(self.most, self.open)
            address = sock.getsockname()[0]
            self.seen[address] = self.seen.get(address, 0) + 1
        try:
            file = sock.makefile("rb")
            sock.sendall(b"220 hi\r\n")
            for line in file:
                time.sleep(self.delay)
                if line.startswith(b"QUIT"):
                    self.quits += 1
                    sock.sendall(b"221 bye\r\n")
                    break
                sock.sendall(b"250 ok\r\n")
        except OSError:
            pass
        with self.lock:
            self.open -= 1
        sock.close()


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


# --- what is refused before anything is sent
check("no host", 64, "name some")
check("a name is no address", 65, "mxprint resolve", "mx.example.org")
check("an unknown plan", 64, "polite, standard, deep, lab", "--plan", "rude",
      "127.0.0.1")
check("a bad number", 64, "--port", "--port", "70000", "127.0.0.1")
check("public without --ehlo", 64, "--ehlo NAME", "192.88.98.1")
check("an EHLO name that is not qualified", 64, "fully qualified",
      "--allow-private", "--ehlo", "localhost", "127.0.0.1")
check("the lab plan stays at home", 64, "private addresses only", "--plan",
      "lab", "192.88.98.1")
check("the deep plan needs permission", 64, "--may-test", "--plan", "deep",
      "--allow-private", "127.78.0.1")
may = f"{DIR}/may"
open(may, "w").write("127.78.9.0/24\n")
check("the deep plan stays in its networks", 64, "not in the files",
      "--plan", "deep", "--allow-private", "--may-test", may, "127.78.0.1")
plan = f"{DIR}/probes.txt"
open(plan, "w").write("tab\tNOOP\\tfoo\\r\\n\n")
check("a plan file stays at home", 64, "private addresses only", "--plan",
      plan, "192.88.98.1")
bad = f"{DIR}/bad"
open(bad, "w").write("10.0.0.0/99\n")
check("a blocklist with a bad line", 78, "bad:1", "--blocklist", bad,
      "127.0.0.1")
check("a provenance that is no object", 64, "JSON object", "--provenance",
      "[1]", "127.0.0.1")

check("a source that is not ours", 78, "no address of this machine",
      "--allow-private", "--source", "192.0.2.77", "127.78.0.1")
check("public hosts are not tried again within the hour", 64, "at least 1h",
      "--allow-private", "--ehlo", "probe.example.org", "--retry-deferred",
      "5m", "--dry-run", "192.88.98.1")

# --- no way out: nobody is called dead for it
def cut_off(count, status, words, written):
    hosts = "".join(f"127.{100 + i}.0.1:25\n" for i in range(count))
    done = subprocess.run(["unshare", "-rn", PROGRAM, "probe", "-q",
                           "--allow-private", "-"], input=hosts,
                          capture_output=True, text=True, timeout=90)
    report(f"{count} hosts while the network is down: {status}",
           None if done.returncode == status and words in done.stderr and
           len(lines(done.stdout)) == written else done.stderr)


if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
    report("no network of its own here # SKIP", None)
else:
    cut_off(60, 69, "network is down", 0)
    cut_off(5, 0, "network may be down", 5)

# --- dry run
done = check("dry run says what is sent", 0, "HE\\x00LO", "--dry-run",
             "--allow-private", "127.78.0.1", "127.78.0.2:26")
report("dry run says to whom", None if "127.78.0.2 port 26" in done.stdout
       and "at least 0 s" in done.stdout else done.stdout)

# --- hosts of every form, once each
farm = Farm()
route = {"type": "route", "v": 1, "domain": "example.org", "outcome": "ok",
         "ttl": 60, "time": "2026-11-24T00:00:00.000Z", "mx": [
             {"name": "a.example.org", "preference": 5, "outcome": "ok",
              "addresses": [{"address": "127.78.1.1", "outcome": "ok"},
                            {"address": "127.78.1.2",
                             "outcome": "special-address"}]},
             {"name": "b.example.org", "preference": 5, "outcome": "ok",
              "addresses": [{"address": "127.78.1.3", "outcome": "ok"}]},
             {"name": "c.example.org", "preference": 9, "outcome": "ok",
              "addresses": [{"address": "127.78.1.4", "outcome": "ok"}]}]}
text = (f"# hosts\n127.78.1.1:{farm.port}\tA.Example.ORG\n"
        f"127.78.1.9\n\n{json.dumps(route)}\nnonsense line\n")
done = run("--allow-private", "--port", str(farm.port), "-", stdin=text)
got = {(t["host"], t.get("name")) for t in lines(done.stdout)}
want = {("127.78.1.1", "a.example.org"), ("127.78.1.9", None),
        ("127.78.1.3", "b.example.org")}
report("hosts from lines and routes, each once",
       None if got == want and all(n == 1 for n in farm.seen.values())
       else f"{got} {farm.seen}\n{done.stderr}")
report("a bad line is told with its number",
       None if "-:6" in done.stderr or "stdin:6" in done.stderr or
       "standard input:6" in done.stderr else done.stderr)

# --- never contacted
block = f"{DIR}/block"
open(block, "w").write("127.78.2.0/24 reason=asked\ndomain:example.net\n")
farm = Farm()
text = (f"127.78.2.7\n127.78.3.1\tmx.example.net\n127.78.3.2\n")
done = run("--allow-private", "--port", str(farm.port), "--blocklist", block,
           "-", stdin=text)
got = {t["host"]: t["outcome"] for t in lines(done.stdout)}
report("a blocklist is asked for addresses and names",
       None if got == {"127.78.2.7": "blocklisted",
                       "127.78.3.1": "blocklisted",
                       "127.78.3.2": "greeted"} and
       list(farm.seen) == ["127.78.3.2"] else f"{got} {farm.seen}")
done = run("--port", str(farm.port), "127.78.3.3")
report("without --allow-private nothing private is contacted",
       None if lines(done.stdout)[0]["outcome"] == "special-address" and
       "127.78.3.3" not in farm.seen else done.stdout)

# --- labels, packed output
out = f"{DIR}/out.jsonl.gz"
done = run("--allow-private", "-o", out, "--label", "postfix",
           "--label-version", "3.7.11", "--deployment", "d1", "--provenance",
           '{"package":"postfix"}', f"127.78.4.1:{farm.port}")
with gzip.open(out, "rt") as file:
    t = json.loads(file.read())
report("labels and provenance are kept",
       None if t["label"] == {"product": "postfix", "version": "3.7.11",
                              "source": "lab", "date": t["start"][:10]} and
       t["deployment"] == "d1" and t["provenance"] == {"package": "postfix"}
       else t)

# --- descriptors, concurrency
farm = Farm(delay=0.01)
hosts = "".join(f"127.78.{5 + i // 200}.{i % 200 + 1}\n" for i in range(300))


def few_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (96, 96))


done = run("--allow-private", "--port", str(farm.port), "-q", "-",
           stdin=hosts, preexec_fn=few_files)
got = [t for t in lines(done.stdout) if t["outcome"] == "greeted"]
report("more hosts than descriptors",
       None if len(got) == 300 and farm.most <= 96 and farm.quits == 300
       else f"{len(got)} {farm.most} {farm.quits}\n{done.stderr}")

farm = Farm(delay=0.01)
taken = [os.open("/dev/null", os.O_RDONLY) for _ in range(75)]
done = run("--allow-private", "--port", str(farm.port), "-q", "-",
           stdin=hosts, preexec_fn=few_files, pass_fds=taken)
got = [t for t in lines(done.stdout) if t["outcome"] == "greeted"]
report("descriptors that others hold: told once, no host lost",
       None if len(got) == 300 and farm.quits == 300 and
       done.stderr.count("no more than") == 1
       else f"{len(got)} {farm.quits}\n{done.stderr}")
for fd in taken:
    os.close(fd)
check("only bad lines", 65, "none of the lines", "-", stdin="a b\n")

# --- IPv6
six = socket.socket(socket.AF_INET6)
try:
    six.bind(("::1", 0))
    six.listen(1)

    def once():
        sock, _ = six.accept()
        sock.sendall(b"554 no\r\n")
        sock.recv(100)
        sock.sendall(b"221 bye\r\n")
        sock.close()
    threading.Thread(target=once, daemon=True).start()
    done = run("--allow-private", f"[::1]:{six.getsockname()[1]}")
    t = lines(done.stdout)[0]
    report("IPv6", None if t["outcome"] == "rejected" and t["host"] == "::1"
           and t["connections"][0]["source"] == "::1" else t)
except OSError:
    print(f"ok - IPv6 # SKIP no ::1 here")

# --- stop: QUIT, no half transcripts
for number, name in ((signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM")):
    farm = Farm(delay=0.5)
    job = subprocess.Popen(
        [PROGRAM, "probe", "--allow-private", "-q",
         *(f"127.78.8.{i}:{farm.port}" for i in range(1, 21))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1.2)
    job.send_signal(number)
    start = time.monotonic()
    stdout, stderr = job.communicate(timeout=30)
    took = time.monotonic() - start
    time.sleep(0.2)
    report(f"{name}: QUIT to every host, status 75",
           None if job.returncode == 75 and farm.quits == 20 and took < 5
           and stdout == "" and "stopped" in stderr
           else f"{job.returncode} {farm.quits} quits {took:.1f}s\n"
                f"{stdout[:300]}\n{stderr}")

# --- port 25 blocked: a listener whose queue is full drops every SYN
full = socket.socket()
full.bind(("0.0.0.0", 0))
full.listen(0)
port = full.getsockname()[1]
fillers = []
for i in range(8):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex((f"127.79.0.{i + 1}", port))
    fillers.append(s)
time.sleep(0.2)
hosts = "".join(f"127.79.{1 + i % 25}.{1 + i // 25}\n" for i in range(60))
done = run("--allow-private", "--port", str(port), "--connect-timeout",
           "500ms", "-c", "60", "-", stdin=hosts)
report("all time out: stops and says why, records nothing",
       None if done.returncode == 69 and "blocked" in done.stderr and
       done.stdout == "" else
       f"{done.returncode} {done.stdout[:300]}\n{done.stderr}")
done = run("--allow-private", "--port", str(port), "--connect-timeout",
           "500ms", "-", stdin="127.79.1.1\n127.79.2.1\n")
got = [t["outcome"] for t in lines(done.stdout)]
report("a few that time out are an outcome",
       None if done.returncode == 0 and got == ["connect-timeout"] * 2
       else f"{done.returncode} {got}\n{done.stderr}")

# --- a full disk
done = run("--allow-private", "-o", "/dev/full", f"127.78.9.1:{farm.port}",
           "--reply-timeout", "5s")
report("a full disk is an error of ours",
       None if done.returncode in (73, 74) else
       f"{done.returncode} {done.stderr}")

subprocess.run(["rm", "-rf", DIR])
print(f"1..{count}")
sys.exit(failed > 0)
PYTHON
