#!/usr/bin/python3
"""Plays the scripted servers of *.txt on loopback, runs mxprint probe on each
and compares the transcript: with the lines the script expects, and byte for
byte with what the server itself received and sent. Prints TAP lines.

A script:
    options --reply-timeout 500ms     of mxprint probe
    chunk 1 3 0                       bytes a write; 0: whole. One run each
    plan ID BYTES                     a line of a plan file
    on connect: send "220 hi\\r\\n"   what to do; ";" between several
    on EHLO: send "250 hi\\r\\n"      by the beginning of a command, any case
    on *: send "500 no\\r\\n"         everything else
    expect outcome greeted            lines of the transcript, in order;
                                      "a|b": either word; a "*" at the
                                      end: anything
    within 5                          seconds the run may take (20)
    errors 2                          most replies 4xx/5xx but to QUIT
    delay greeting 500                least milliseconds to its first byte
Actions: send "..", blurt ".." (send, whatever the client does), wait SECONDS, close, fin ".."
(send, then say no more but listen), reset, silent, tls, drip "..",
forever "..", fill COUNT (bytes on one line).
"""
import json, os, re, select, socket, ssl, struct, subprocess, sys
import tempfile, threading, time
from concurrent.futures import ThreadPoolExecutor

MXPRINT = os.environ.get("MXPRINT", "./mxprint")
HERE = os.path.dirname(os.path.abspath(__file__))
DIRECTORY = tempfile.mkdtemp(prefix="mxprint-dialog-")


class Script:
    def __init__(self, path):
        self.name = os.path.basename(path)[:-4]
        self.options, self.chunks, self.plan = [], [0], []
        self.rules, self.expected = [], []
        self.within, self.errors, self.delays = 20.0, None, []
        for number, line in enumerate(open(path, encoding="latin-1"), 1):
            word, _, rest = line.strip().partition(" ")
            if not word or word.startswith("#"):
                continue
            if word == "options":
                self.options += rest.split()
            elif word == "chunk":
                self.chunks = [int(n) for n in rest.split()]
            elif word == "plan":
                self.plan.append("\t".join(rest.split(" ", 1)))
            elif word == "on":
                when, _, actions = rest.partition(": ")
                self.rules.append((when, self.actions(actions)))
            elif word == "expect":
                self.expected.append(rest)
            elif word == "within":
                self.within = float(rest)
            elif word == "delay":
                self.delays.append(rest.split())
            elif word == "errors":
                self.errors = int(rest)
            else:
                raise SystemExit(f"{path}:{number}: {word}?")

    @staticmethod
    def actions(text):
        found = re.findall(r'(\w+)(?:\s+("(?:[^"\\]|\\.)*"|[\d.]+))?\s*(?:;|$)',
                           text)
        return [(verb, json.loads(re.sub(r"\\x(..)", r"\\u00\1", argument)
                                  ) if argument else None)
                for verb, argument in found]

    def rule(self, line):
        for when, actions in self.rules:
            if when == "*" or line.upper().startswith(
                    when.encode("latin-1").upper()):
                return actions
        return []


class Server(threading.Thread):
    """One connection after the other; logs what went each way."""

    def __init__(self, script, chunk, address):
        super().__init__(daemon=True)
        self.script, self.chunk = script, chunk
        self.received, self.sent, self.early = [], [], 0
        self.stop = False
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, 0))
        self.listener.listen(8)
        self.port = self.listener.getsockname()[1]

    def run(self):
        self.listener.settimeout(0.2)
        while not self.stop:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                continue
            self.received.append(b"")
            self.sent.append(b"")
            try:
                self.serve(sock)
            except OSError:
                pass
            finally:
                try:
                    self.sock.close()
                except OSError:
                    pass

    def serve(self, sock):
        self.sock = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(30)
        self.pending = b""
        when = b"connect"
        alive = self.act(self.script.rule(when))
        while alive and not self.stop:
            line = self.line()
            if line is None:
                return
            alive = self.act(self.script.rule(line))

    def line(self):
        while b"\n" not in self.pending:
            data = self.sock.recv(65536)
            if not data:
                return None
            self.received[-1] += data
            self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        return line

    def watch(self):
        """Bytes before our reply are early: lock-step is broken."""
        if isinstance(self.sock, ssl.SSLSocket):
            return
        if self.pending or select.select([self.sock], [], [], 0)[0]:
            try:
                extra = self.sock.recv(65536, socket.MSG_PEEK)
            except OSError:
                extra = b""
            self.early += len(self.pending) + len(extra)

    def send(self, data, gap=0.0, chunk=None):
        size = chunk or self.chunk or len(data)
        self.watch()
        for at in range(0, len(data), size):
            part = data[at:at + size]
            self.sock.sendall(part)
            self.sent[-1] += part
            if size < len(data):
                time.sleep(gap or 0.001)

    def act(self, actions):
        for verb, argument in actions:
            data = (argument.encode("latin-1")
                    if isinstance(argument, str) else b"")
            if verb == "send":
                self.send(data)
            elif verb == "blurt":
                self.sock.sendall(data)
            elif verb == "wait":
                time.sleep(argument)
            elif verb == "drip":
                self.send(data, gap=0.2, chunk=1)
            elif verb == "forever":
                self.sock.settimeout(5)
                while not self.stop:
                    self.sock.sendall(data * 100)
                    self.sent[-1] += data * 100
            elif verb == "fill":
                self.sock.settimeout(5)
                for _ in range(int(argument) // 100000):
                    self.sock.sendall(b"x" * 100000)
                    self.sent[-1] += b"x" * 100000
            elif verb == "tls":
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(f"{DIRECTORY}/cert.pem",
                                        f"{DIRECTORY}/key.pem")
                self.sock = context.wrap_socket(self.sock, server_side=True)
                self.pending = b""
            elif verb == "reset":
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                     struct.pack("ii", 1, 0))
                self.sock.close()
                return False
            elif verb == "close":
                self.sock.close()
                return False
            elif verb == "fin":  # the text and the end in one segment
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
                self.sock.sendall(latin(argument))
                self.sent[-1] += latin(argument)
                self.sock.shutdown(socket.SHUT_WR)
            elif verb == "silent":
                while self.sock.recv(65536):
                    pass
                return False
        return True


def latin(text):
    return text.encode("latin-1")


def lines_of(transcript):
    """The transcript as the lines that scripts expect."""
    lines = [f"outcome {transcript['outcome']}"]
    for connection in transcript["connections"]:
        for x in connection["exchanges"]:
            received = x["received"]
            shown = (json.dumps(received) if len(received) < 400
                     else f"{len(received)} bytes")
            secure = " secure" if x.get("secure") else ""
            lines.append(f"{x['probe']} {x['end']}{secure} {shown}")
        if "tls" in connection:
            tls = connection["tls"]
            lines.append(f"tls {tls.get('error') or tls['version']}")
        lines.append(f"end {connection['end']}")
    return lines


def matches(expected, line):
    """An expected line may hold "a|b", and end with "*"."""
    pattern = re.escape(expected)
    if expected.endswith("*"):
        pattern = pattern[:-2] + ".*"
    pattern = re.sub(r"(\w+)\\\|(\w+)", r"(?:\1|\2)", pattern)
    return re.fullmatch(pattern, line, re.S) is not None


def bytes_differ(transcript, server):
    """Both directions against the server's own log, connection by connection.
    What the server sent after we left is not ours to know."""
    for i, connection in enumerate(transcript["connections"]):
        if connection["end"] == "not-opened":
            continue
        sent = b"".join(latin(x["sent"]) for x in connection["exchanges"])
        received = b"".join(latin(x["received"])
                            for x in connection["exchanges"])
        if i >= len(server.received):
            return f"connection {i} unknown to the server"
        log = server.received[i]
        if sent != log and not (sent.startswith(log) and
                                connection["end"] in ("reset", "closed",
                                                      "quit-silent")):
            return f"we sent {sent!r}, the server got {log!r}"
        if not server.sent[i].startswith(received):
            return f"we got {received!r}, the server sent " \
                   f"{server.sent[i][:200]!r}"
    return None


def provoked(transcript):
    count = 0
    for connection in transcript["connections"]:
        for x in connection["exchanges"]:
            if x["probe"] not in ("greeting", "quit"):
                count += x["received"][:1] in ("4", "5")
    return count


def check(script, chunk, address):
    server = Server(script, chunk, address)
    server.start()
    command = [MXPRINT, "probe", "--allow-private", "--ehlo",
               "probe.example.org", "-q", f"{address}:{server.port}"]
    if script.plan:
        path = f"{DIRECTORY}/{script.name}.plan"
        with open(path, "w") as out:
            out.write("\n".join(script.plan) + "\n")
        command += ["--plan", path]
    start = time.monotonic()
    try:
        done = subprocess.run(command + script.options, capture_output=True,
                              timeout=script.within + 30)
    except subprocess.TimeoutExpired:
        return "never ended"
    finally:
        server.stop = True
    took = time.monotonic() - start
    server.join(3)
    server.listener.close()
    if done.returncode != 0:
        return f"exit {done.returncode}: {done.stderr.decode()[-2000:]}"
    transcript = json.loads(done.stdout)
    got = lines_of(transcript)
    if not (len(got) == len(script.expected) and
            all(map(matches, script.expected, got))):
        return ("expected:\n  " + "\n  ".join(script.expected) + "\ngot:\n  "
                + "\n  ".join(got))
    if took > script.within:
        return f"took {took:.1f} s"
    if server.early:
        return f"{server.early} bytes came before the server's reply"
    if script.errors is not None and provoked(transcript) > script.errors:
        return f"{provoked(transcript)} provoked errors"
    for probe, least in script.delays:
        for x in transcript["connections"][0]["exchanges"]:
            if x["probe"] == probe and x["first_ms"] < int(least):
                return f"{probe} after {x['first_ms']} ms"
    return bytes_differ(transcript, server)


def main():
    names = sys.argv[1:] or sorted(
        name for name in os.listdir(HERE) if name.endswith(".txt"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
         "/CN=mx.example.org", "-addext", "subjectAltName=DNS:mx.example.org",
         "-days", "2", "-keyout", f"{DIRECTORY}/key.pem",
         "-out", f"{DIRECTORY}/cert.pem"], check=True, capture_output=True)
    jobs = []
    for name in names:
        script = Script(os.path.join(HERE, os.path.basename(name)))
        jobs += [(script, chunk) for chunk in script.chunks]
    failed = 0
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(
            lambda job: check(job[1][0], job[1][1],
                              f"127.77.{job[0] // 250}.{job[0] % 250 + 1}"),
            enumerate(jobs))
        for (script, chunk), wrong in zip(jobs, results):
            how = f" in chunks of {chunk}" if chunk else ""
            print(("not ok" if wrong else "ok") + f" - {script.name}{how}")
            for line in (wrong or "").splitlines():
                print("#", line)
            failed += wrong is not None
    return failed > 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        subprocess.run(["rm", "-rf", DIRECTORY])
