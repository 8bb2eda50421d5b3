#!/bin/sh
# A survey from a list to survey.db: a real name server, scripted SMTP hosts
# that count who connects, and every accident on the way.
exec /usr/bin/python3 - "$MXPRINT" "$(dirname "$0")/../../docs/mxprint-run.5" <<'PYTHON'
import asyncio, collections, gzip, glob, json, os, resource, shutil
import signal, socket, sqlite3, subprocess, sys, tempfile, threading, time

PROGRAM, PAGE = sys.argv[1:]
DNS, SLOW_DNS = "127.45.0.53", "127.45.0.54"
PORT = 20000 + os.getpid() % 5000 * 2  # two runs at once do not collide
DNS_PORT = PORT + 1
SLOW = 40  # hosts that take their time: for stops in the middle
BLOCKED = 66  # hosts in 22 networks that never answer a SYN
NUMBER = 0
FAILED = False
work = tempfile.mkdtemp(prefix="mxprint-survey-")
connections = collections.Counter()  # by address
allowed = None  # so many connections are answered, others wait; None: all


def tell(ok, name, *why):
    global NUMBER, FAILED
    NUMBER += 1
    print(f"{'ok' if ok else 'not ok'} {NUMBER} - {name}", flush=True)
    if not ok:
        FAILED = True
        for w in why:
            for line in str(w).splitlines()[:30]:
                print("#", line[:300], flush=True)


# ---------------------------------------------------------------- the world

def blocked_address(i):
    return f"127.45.{10 + i // 3}.{i % 3 + 1}"


def zone():
    lines = ["$ORIGIN test.", "@ 300 SOA ns. hm. 1 3600 600 86400 60",
             "@ 300 NS ns", f"ns 300 A {DNS}"]
    for name, host in (("mx1", 1), ("mx2", 2), ("mx3", 3), ("dead", 9)):
        lines.append(f"{name} 300 A 127.45.0.{host}")
    lines += ["a 300 MX 10 mx1", "b 300 MX 10 mx1",
              "c 300 MX 10 dead", "c 300 MX 20 mx2",
              "d 300 MX 10 mx1", "d 300 MX 20 mx3",
              "n 300 MX 0 .", "n 300 A 127.45.0.4",
              "i 300 A 127.45.0.5", "r 300 MX 10 dead"]
    for i in range(SLOW):
        lines += [f"s{i} 300 MX 10 slow{i}", f"slow{i} 300 A 127.45.1.{i + 1}"]
    for i in range(BLOCKED):
        lines += [f"p{i} 300 MX 10 mxp{i}", f"mxp{i} 300 A {blocked_address(i)}"]
    return "\n".join(lines) + "\n"


def start_nsd():
    folder = work + "/nsd"
    os.mkdir(folder)
    with open(folder + "/zone", "w") as f:
        f.write(zone())
    with open(folder + "/conf", "w") as f:
        f.write(f"""server:
  ip-address: {DNS}@{DNS_PORT}
  username: ""
  chroot: ""
  database: ""
  zonesdir: "{folder}"
  pidfile: "{folder}/pid"
  xfrdfile: "{folder}/xfrd"
  zonelistfile: "{folder}/zonelist"
  logfile: "{folder}/log"
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: test.
  zonefile: "{folder}/zone"
""")
    nsd = shutil.which("nsd", path=os.environ["PATH"] + ":/usr/sbin")
    return subprocess.Popen([nsd, "-d", "-c", folder + "/conf"],
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


async def talk(reader, writer):
    address = writer.get_extra_info("sockname")[0]
    connections[address] += 1
    delay = 0.02 if address.startswith("127.45.1.") else 0
    while allowed is not None and sum(connections.values()) > allowed:
        await asyncio.sleep(0.02)

    async def say(text):
        await asyncio.sleep(delay)
        writer.write(text.encode())
        await writer.drain()
    try:
        await say("220 mx.example.com ESMTP Postfix\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                await say("250-mx.example.com\r\n250-PIPELINING\r\n"
                          "250 8BITMIME\r\n")
            elif verb == b"NOOP":
                await say("250 2.0.0 Ok\r\n")
            elif verb == b"QUIT":
                await say("221 2.0.0 Bye\r\n")
                break
            elif verb == b"MAIL":
                await say("501 5.5.4 Syntax: MAIL FROM:<address>\r\n")
            else:
                await say("502 5.5.2 Error: command not recognized\r\n")
        writer.close()
    except OSError:
        pass


def start_hosts():
    ready = threading.Event()

    async def serve():
        addresses = [f"127.45.0.{i}" for i in (1, 2, 3, 4, 5)]
        addresses += [f"127.45.1.{i + 1}" for i in range(SLOW)]
        await asyncio.start_server(talk, addresses, PORT, limit=1 << 16)
        ready.set()
        await asyncio.sleep(600)
    threading.Thread(target=lambda: asyncio.run(serve()),
                     daemon=True).start()
    assert ready.wait(10)


# ------------------------------------------------------------------- tools

def put(name, text):
    path = f"{work}/{name}"
    with open(path, "w") as f:
        f.write(text)
    return path


OPTIONS = ["--allow-private", "--resolver", f"{DNS}:{DNS_PORT}", "--port",
           str(PORT), "--model", "none", "--dns-timeout", "500ms",
           "--dns-tries", "2"]


def command(*arguments):
    return [PROGRAM, "survey", *OPTIONS, *arguments]


def run(*arguments, **more):
    done = subprocess.run(command(*arguments), capture_output=True, text=True,
                          timeout=120, stdin=subprocess.DEVNULL, **more)
    return done.returncode, done.stdout, done.stderr


def records(folder, stage):
    out = []
    shard = f"{folder}/{stage}/00000-of-00001"
    for path in sorted(glob.glob(shard + "/seg-*.jsonl.gz")):
        with gzip.open(path, "rt") as f:
            out += [json.loads(line) for line in f]
    for path in glob.glob(shard + "/.part.*"):
        with open(path) as f:
            out += [json.loads(line) for line in f if line.endswith("\n")]
    return out


def hosts_of(folder):
    return collections.Counter(t["host"] for t in records(folder, "probe"))


def rows(folder, query):
    db = sqlite3.connect(f"file:{folder}/survey.db?mode=ro", uri=True)
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()


def content(folder):
    """Everything in survey.db but ids and the time it was finished."""
    return [rows(folder, q) for q in (
        "SELECT * FROM domains ORDER BY 1", "SELECT * FROM mx ORDER BY 1,2",
        "SELECT * FROM addresses ORDER BY 1,2",
        "SELECT * FROM chosen ORDER BY 1,2",
        "SELECT host, port, name, outcome, plan, start, hex(transcript)"
        " FROM hosts ORDER BY 1,2",
        "SELECT host, port, record FROM predictions ORDER BY 1,2",
        "SELECT * FROM labels ORDER BY 1,2",
        "SELECT * FROM meta WHERE key <> 'finished' ORDER BY 1")]


def wait_for(condition, what, seconds=40):
    end = time.time() + seconds
    while not condition():
        if time.time() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


# ------------------------------------------------------------------- tests

def whole_path():
    list_ = put("list.txt", "# own\na.test\nB.Test\nc.test, Firm C\nd.test\n"
                "n.test\ni.test\nx.test\na.test\n")
    folder = list_ + ".run"
    code, out, err = run(list_)
    tell(code == 0 and "Postfix" in out, "a survey ends with the table",
         code, out, err)
    tell(folder in err and "mxprint report" in err and "mxprint review" in err,
         "and says where the folder is and what to do next", err)
    outcomes = dict(rows(folder, "SELECT domain, outcome FROM domains"))
    tell(outcomes == {"a.test": "ok", "b.test": "ok", "c.test": "ok",
                      "d.test": "ok", "n.test": "null-mx",
                      "i.test": "implicit-mx", "x.test": "nxdomain"},
         "every domain has its outcome", outcomes)
    order = [d for d, in rows(folder,
             "SELECT domain FROM domains ORDER BY position")]
    tell(order == ["a.test", "b.test", "c.test", "d.test", "n.test",
                   "i.test", "x.test"], "in the order of the list", order)
    transcripts = {t["host"]: t for t in records(folder, "probe")}
    tell(sorted(transcripts) == ["127.45.0.1", "127.45.0.2", "127.45.0.5",
                                 "127.45.0.9"] and
         set(hosts_of(folder).values()) == {1},
         "each host once: shared, implicit, dead and the next preference",
         sorted(transcripts))
    tell(all(connections[h] == len(t["connections"])
             for h, t in transcripts.items() if h != "127.45.0.9"),
         "no connection that is not in a transcript", connections)
    tell(connections["127.45.0.4"] == 0, "null MX is never contacted")
    tell(connections["127.45.0.3"] == 0,
         "nor the next preference where the best one greets")
    chosen = rows(folder, "SELECT domain, host, preference FROM chosen"
                  " ORDER BY 1, 3")
    tell(("c.test", "127.45.0.9", 10) in chosen and
         ("c.test", "127.45.0.2", 20) in chosen and
         ("b.test", "127.45.0.1", 10) in chosen,
         "survey.db says who was asked for whom", chosen)
    done = subprocess.run([PROGRAM, "score", "--model", "none"] + sorted(
        glob.glob(folder + "/probe/*/seg-*.gz")), capture_output=True,
        text=True)
    now = sorted(json.loads(x)["host"] + x for x in done.stdout.splitlines())
    then = sorted(h + r for h, r in rows(folder,
                  "SELECT host, record FROM predictions"))
    tell(now == then, "scores are those of the stored transcripts", now, then)
    before = sum(connections.values())
    code, out, err = run(list_)
    tell(code == 0 and "finished" in err and "Postfix" in out and
         sum(connections.values()) == before,
         "a finished survey again says so and contacts nobody", code, err)
    return list_, folder


def manual(folder):
    with open(PAGE) as f:
        blocks = f.read().split(".Bd -literal -offset indent\n")[1:]
    questions = [b.split(".Ed")[0] for b in blocks if b.startswith("SELECT")]
    answers = [rows(folder, q) for q in questions]
    tell(len(questions) >= 5 and answers[0] == [("postfix", 3)] and
         answers[2][0][0] == "127.45.0.1" and answers[2][0][2] == 3,
         "the manual's SQL runs", questions, answers)


def settings(list_, folder):
    code, _, err = run(list_, "--plan", "polite")
    tell(code == 64 and "another plan" in err and "--run NEW" in err,
         "another plan is refused", code, err)
    code, _, err = run(list_, "--blocklist", put("bl", "192.0.2.0/24\n"))
    tell(code == 64 and "blocklist" in err, "another use of --blocklist too",
         code, err)
    code, _, err = run(list_, "--rules", "none")
    tell(code == 64 and "score --again" in err, "other rules too", code, err)
    with open(list_, "a") as f:
        f.write("r.test\n")
    code, _, err = run(list_)
    tell(code == 64 and "another list of domains" in err, "a changed list too",
         code, err)
    code, _, err = run(list_, "--run", work + "/fresh.run")
    tell(code == 0 and os.path.exists(work + "/fresh.run/survey.db"),
         "and goes into a new folder", code, err)


def rebuild(folder):
    before = content(folder)
    with open(folder + "/labels.jsonl", "w") as f:
        t = dict(records(folder, "probe")[0])
        t["label"] = {"product": "postfix", "source": "person"}
        f.write(json.dumps(t) + "\n")
    with open(folder + "/survey.db", "r+b") as f:
        f.truncate(5000)
    done = subprocess.run([PROGRAM, "report", folder], capture_output=True,
                          text=True)
    tell(done.returncode == 65 and "--rebuild" in done.stderr,
         "a damaged survey.db is told", done.returncode, done.stderr)
    code, _, err = run("--rebuild", folder)
    after = content(folder)
    label = after[6]
    after[6] = before[6]
    tell(code == 0 and after == before and len(label) == 1 and
         rows(folder, "SELECT 1 FROM meta WHERE key = 'finished'"),
         "--rebuild gives the same rows, and the labels", code, err)
    done = subprocess.run([PROGRAM, "score", "--again", "--model", "none",
                           "--rules", "none", folder], capture_output=True,
                          text=True)
    left = rows(folder, "SELECT DISTINCT product FROM predictions"
                " WHERE product IS NOT NULL")
    tell(done.returncode == 0 and left == [("unknown",)],
         "score --again replaces the predictions", done.stderr, left)
    code, _, err = run("--rebuild", folder)
    tell(rows(folder, "SELECT DISTINCT product FROM predictions WHERE product"
              " IS NOT NULL") == left, "also after --rebuild", err)


def slow_list(name):
    return put(name, "".join(f"s{i}.test\n" for i in range(SLOW)))


def start(list_, *more):
    # Few at a time, so that there is a middle.
    return subprocess.Popen(command(list_, "-c", "4", *more),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            stdin=subprocess.DEVNULL, text=True)


def stopped(name, number, expected):
    """Stopped in the middle by a signal, then gone on with."""
    list_ = slow_list(name)
    folder = list_ + ".run"
    global allowed
    connections.clear()
    allowed = 24
    process = start(list_)
    try:
        wait_for(lambda: len(hosts_of(folder)) >= 8, "8 hosts")
        second = run(list_) if number == signal.SIGINT else None
        process.send_signal(number)
        allowed = None
        _, err = process.communicate(timeout=30)
    finally:
        allowed = None
        process.kill()
    done_before = set(hosts_of(folder))
    tell(process.returncode == expected, f"{name}: ends with {expected}",
         process.returncode, err)
    if second:
        tell(second[0] == 75 and "another mxprint (process" in second[2],
             "a second survey beside it is told to wait", second)
        tell("run the same command again" in err and "Traceback" not in err,
             "the sentence says how to go on", err)
    tell(8 <= len(done_before) < SLOW, f"{name}: was in the middle",
         len(done_before))
    told = subprocess.run([PROGRAM, "report", folder], capture_output=True,
                          text=True)
    tell(told.returncode == 0 and "is not finished" in told.stderr,
         f"{name}: the report says that it is not finished", told)
    first = collections.Counter(connections)
    code, out, err = run(list_)
    tell(code == 0 and "Postfix" in out, f"{name}: the same command goes on",
         code, err)
    tell(set(hosts_of(folder).values()) == {1} and
         len(hosts_of(folder)) == SLOW, f"{name}: each host once",
         hosts_of(folder))
    tell(all(connections[h] == first[h] for h in done_before),
         f"{name}: no finished host is asked again")
    tell(rows(folder, "SELECT count(*) FROM hosts") == [(SLOW,)] and
         rows(folder, "SELECT count(*) FROM predictions") == [(SLOW,)] and
         rows(folder, "SELECT count(*) FROM chosen") == [(SLOW,)],
         f"{name}: survey.db is complete")
    told = subprocess.run([PROGRAM, "report", folder], capture_output=True,
                          text=True)
    tell(told.returncode == 0 and not told.stderr,
         f"{name}: the report is of the whole", told)


def slow_names():
    """A name server that knows no name, and takes 0.1 s to say so."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((SLOW_DNS, DNS_PORT))

    def answer(data, peer):
        end = data.index(b"\0", 12) + 5  # of the question
        server.sendto(data[:2] + b"\x81\x83\0\1" + b"\0" * 6 +
                      data[12:end], peer)

    def serve():
        while True:
            data, peer = server.recvfrom(4096)
            timer = threading.Timer(0.1, answer, (data, peer))
            timer.daemon = True
            timer.start()
    threading.Thread(target=serve, daemon=True).start()


def stopped_resolving():
    list_ = put("names.txt", "".join(f"q{i}.test\n" for i in range(SLOW)))
    folder = list_ + ".run"
    slow_names()
    ask = [PROGRAM, "survey", "--allow-private", "--resolver",
           f"{SLOW_DNS}:{DNS_PORT}", "--dns-window", "2", "--model", "none",
           list_]
    process = subprocess.Popen(ask, stderr=subprocess.PIPE, text=True,
                               stdin=subprocess.DEVNULL)
    try:
        wait_for(lambda: len(records(folder, "resolve")) >= 5, "5 routes")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    before = len(records(folder, "resolve"))
    tell(process.returncode == 75 and "domains are resolved" in err and
         5 <= before < SLOW, "Ctrl-C while resolving: 75, saved",
         process.returncode, err, before)
    done = subprocess.run(ask, capture_output=True, text=True, timeout=120)
    domains = [r["domain"] for r in records(folder, "resolve")]
    tell(done.returncode == 0 and len(domains) == len(set(domains)) == SLOW,
         "the same command resolves the rest", done.stderr, domains)


def database_gone(folder):
    before = content(folder)
    os.unlink(folder + "/survey.db")
    list_ = folder[:-len(".run")]
    code, _, err = run(list_)
    tell(code == 0 and content(folder) == before,
         "without survey.db the same command makes it again", code, err)


def transcript_damaged(folder):
    db = sqlite3.connect(folder + "/survey.db")
    db.execute("UPDATE hosts SET transcript = x'00'")
    db.commit()
    db.close()
    done = subprocess.run([PROGRAM, "review", "--all", folder],
                          capture_output=True, text=True)
    tell(done.returncode == 65 and "survey.db" in done.stderr and
         "--rebuild" in done.stderr, "a damaged transcript is told", done)


def tried_twice():
    list_ = put("twice.txt", "s0.test\ns1.test\n")
    folder = list_ + ".run"
    global allowed
    for _ in range(2):
        seen = allowed = sum(connections.values())
        process = start(list_)
        wait_for(lambda: sum(connections.values()) >= seen + 2, "connections")
        process.kill()
        process.communicate()
    allowed = None
    before = sum(connections.values())
    code, _, err = run(list_)
    outcomes = rows(folder, "SELECT outcome FROM hosts")
    tell(code == 0 and set(outcomes) == {("interrupted",)} and
         sum(connections.values()) == before,
         "a host contacted twice without a record is left alone",
         code, err, outcomes)


def opted_out():
    """A blocklist that grows between two attempts."""
    global allowed
    list_ = put("out.txt", "s2.test\ns3.test\n")
    block = put("out.block", "192.0.2.0/24\n")
    seen = allowed = sum(connections.values())
    process = start(list_, "--blocklist", block)
    wait_for(lambda: sum(connections.values()) > seen, "a connection")
    process.kill()
    process.communicate()
    allowed = None
    before = sum(connections.values())
    put("out.block", "192.0.2.0/24\ndomain:s2.test\ndomain:s3.test\n")
    code, _, err = run(list_, "--blocklist", block)
    tell(code == 0 and sum(connections.values()) == before,
         "who is put on the blocklist in between is not asked", code, err)


def dry_run():
    list_ = put("dry.txt", "a.test\nc.test\nn.test\n")
    before = sum(connections.values())
    code, out, err = run(list_, "--dry-run")
    tell(code == 0 and "127.45.0.1" in out and "127.45.0.9" in out and
         "127.45.0.4" not in out and "QUIT" in out, "--dry-run says whom",
         code, out, err)
    tell(sum(connections.values()) == before and
         not os.path.exists(list_ + ".run"), "contacts and stores nothing")


def mistakes():
    list_ = put("m.txt", "a.test\n")
    done = subprocess.run([PROGRAM, "survey", list_, "--model", "none"],
                          capture_output=True, text=True)
    tell(done.returncode == 64 and "--ehlo" in done.stderr and
         not os.path.exists(list_ + ".run"),
         "without --ehlo strangers are not asked", done.stderr)
    code, _, err = run(list_, "--resolver", f"127.45.0.99:{DNS_PORT}", "--run",
                       work + "/nodns.run")
    # one that answers and one that does not: still fine
    tell(code == 0, "one dead resolver of two is no trouble", code, err)
    done = subprocess.run(
        [PROGRAM, "survey", list_, "--allow-private", "--resolver",
         f"127.45.0.99:{DNS_PORT}", "--model", "none", "--dns-timeout", "200ms",
         "--dns-tries", "1", "--run", work + "/nodns2.run"],
        capture_output=True, text=True)
    tell(done.returncode == 69 and "resolver" in done.stderr,
         "no resolver at all: 69", done.returncode, done.stderr)
    code, _, err = run("-")
    tell(code == 64 and "--run" in err, "a pipe needs --run", err)
    code, _, err = run(put("empty.txt", "# nothing\n"))
    tell(code == 65, "an empty list: 65", code, err)
    code, _, err = run(work + "/missing.txt")
    tell(code == 66, "a missing list: 66", code, err)
    code, _, err = run(list_, "--may-test", work + "/missing")
    tell(code == 66, "a missing file of an option: 66", code, err)
    code, _, err = run(list_, "--plan", put("plan.bad", "no tab\n"))
    tell(code == 65, "a damaged plan file: 65", code, err)
    code, out, err = run(put("refused.txt", "r.test\n"))
    tell(code == 0 and rows(work + "/refused.txt.run",
                            "SELECT outcome FROM hosts") == [("refused",)],
         "a refused port is an outcome", code, err)


def deaf_hosts():
    """A full backlog: further SYNs are dropped, as by a filter."""
    sockets = []
    for i in range(BLOCKED):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((blocked_address(i), PORT))
        listener.listen(0)
        sockets.append(listener)
        for _ in range(2):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex((blocked_address(i), PORT))
            sockets.append(filler)
    return sockets


def port_blocked():
    list_ = put("port.txt", "".join(f"p{i}.test\n" for i in range(BLOCKED)))
    folder = list_ + ".run"
    sockets = deaf_hosts()
    for _ in range(3):
        code, _, err = run(list_, "--connect-timeout", "400ms")
    tell(code == 69 and "blocked" in err, "port 25 blocked: 69", code, err)
    tell(not hosts_of(folder), "and no host is called dead for it",
         hosts_of(folder))
    for s in sockets:
        s.close()
    code, _, err = run(list_, "--connect-timeout", "400ms")
    outcomes = rows(folder, "SELECT outcome, count(*) FROM hosts GROUP BY 1")
    tell(code == 0 and outcomes == [("refused", BLOCKED)],
         "once it is open the same command asks them all", code, err, outcomes)


def disk_full():
    list_ = slow_list("full.txt")
    disk = work + "/disk"
    os.mkdir(disk)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", disk],
        capture_output=True).returncode == 0
    folder = disk + "/full.run"
    try:
        if mounted:
            code, _, err = run(list_, "--run", folder)
        else:
            code, _, err = run(
                list_, "--run", folder, preexec_fn=lambda:
                resource.setrlimit(resource.RLIMIT_FSIZE, (60000, 60000)))
        tell(code == 74 and "make room" in err and
             "Input/output" not in err, "a full disk: 74", code, err)
        before = set(hosts_of(folder))
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=8m", disk],
                           check=True)
        code, out, err = run(list_, "--run", folder)
        tell(code == 0 and len(hosts_of(folder)) == SLOW and
             set(hosts_of(folder).values()) == {1} and
             before <= set(hosts_of(folder)) and
             rows(folder, "SELECT count(*) FROM hosts") == [(SLOW,)],
             "with room again the same command goes on", code, err,
             hosts_of(folder))
    finally:
        if mounted:
            subprocess.run(["umount", disk])


nsd = start_nsd()
try:
    start_hosts()
    wait_for(lambda: os.path.exists(work + "/nsd/pid") or
             nsd.poll() is not None, "nsd")
    time.sleep(0.3)
    list_, folder = whole_path()
    manual(folder)
    settings(list_, folder)
    rebuild(folder)
    stopped("sigint", signal.SIGINT, 75)
    stopped("sigterm", signal.SIGTERM, 75)
    stopped("kill-9", signal.SIGKILL, -9)
    stopped_resolving()
    database_gone(work + "/sigint.run")
    transcript_damaged(work + "/sigint.run")
    tried_twice()
    opted_out()
    dry_run()
    mistakes()
    port_blocked()
    disk_full()
except Exception as problem:  # a test that cannot go on is a failed test
    tell(False, "the test itself", repr(problem))
finally:
    nsd.terminate()
    nsd.wait(10)
    shutil.rmtree(work, ignore_errors=True)
print(f"1..{NUMBER}")
sys.stdout.flush()
os._exit(1 if FAILED else 0)
PYTHON
