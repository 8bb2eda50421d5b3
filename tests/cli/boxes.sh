#!/bin/sh
# The middle boxes of the laboratory, on loopback: what the server behind sees
# of a command, and what the client sees of the answer.
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 - <<'PYTHON'
import socket, subprocess, sys, threading, time

BOXES = "training-data/lab/boxes"
NAME = "mx.example.org"
GREETING = f"220 {NAME} ESMTP 2020 ready"
REPLIES = {
    "EHLO": f"250-{NAME} Hello probe.test\n250-PIPELINING\n250-STARTTLS\n"
            "250-ENHANCEDSTATUSCODES\n250-CHUNKING\n250 SIZE 1000",
    "HELO": f"250 {NAME}", "NOOP": "250 2.0.0 Ok", "QUIT": "221 2.0.0 Bye",
    "HELP": "214-2.0.0 Topics\n214 2.0.0 End", "RCPT": "250 2.1.5 Ok",
    "MAIL": "501 5.5.4 Syntax: MAIL FROM:<address>", "STARTTLS": "220 2.0.0 Go"}


def check(good, what):
    print(("ok" if good else "not ok"), "-", what)


class Server:
    """Answers from the table and remembers what it was sent."""

    def __init__(self):
        self.seen = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.talk, args=(client,),
                             daemon=True).start()

    def talk(self, client):
        with client, client.makefile("rwb", buffering=0) as f:
            self.say(f, GREETING)
            for line in f:
                text = line.decode("latin-1").rstrip("\r\n")
                self.seen.append(text)
                verb = (text.split() or [""])[0].upper()
                self.say(f, REPLIES.get(
                    verb, f'500 5.5.1 Command unrecognized: "{text}"'))
                if verb == "QUIT":
                    return
                if verb == "STARTTLS":
                    f.write(b"raw " + f.readline())

    @staticmethod
    def say(f, reply):
        f.write(reply.replace("\n", "\r\n").encode() + b"\r\n")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def connected(port):
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), 5)
        except OSError:
            time.sleep(0.05)
    sys.exit("not ok - a box does not listen")


def read_reply(f):
    """One reply without its line ends, joined by newlines; "" at the end."""
    lines = []
    while True:
        try:
            line = f.readline().decode("latin-1")
        except ConnectionResetError:
            line = ""
        if not line:
            return "\n".join(lines)
        lines.append(line.rstrip("\r\n"))
        if line[3:4] != "-":
            return "\n".join(lines)


def through(box, arguments, *commands):
    """(greeting and replies, what the server saw) of a dialogue."""
    server, port = Server(), free_port()
    process = subprocess.Popen(
        [sys.executable, "-B", f"{BOXES}/{box}.py", "--listen",
         f"127.0.0.1:{port}", "--server", f"127.0.0.1:{server.port}",
         "--host", NAME, *arguments])
    try:
        with connected(port) as s, s.makefile("rwb", buffering=0) as f:
            replies = [read_reply(f)]
            for command in commands:
                try:
                    f.write(command.encode("latin-1") + b"\r\n")
                except OSError:
                    pass  # it has hung up
                replies.append(read_reply(f))
        return replies, server.seen
    finally:
        process.kill()
        process.wait()


def expect(what, box, arguments, dialogue, seen=None):
    """`dialogue`: the greeting, then (command, reply) pairs."""
    answer, saw = through(box, arguments, *(c for c, _ in dialogue[1:]))
    wanted = [dialogue[0]] + [reply for _, reply in dialogue[1:]]
    good = answer == wanted and (seen is None or saw == seen)
    check(good, f"{box}: {what}")
    if not good:
        print(f"# {answer}\n# {wanted}\n# {saw}")


expect("masks the greeting and what is no RFC 821 command", "pix", [], [
    "220 *********************2020 *****",
    ("EHLO probe.test",
     '500 5.5.1 Command unrecognized: "XXXX probe.test"'),
    ("HELO probe.test", f"250 {NAME}"),
    ("XYZZY foo", '500 5.5.1 Command unrecognized: "XXXXX foo"')],
    ["XXXX probe.test", "HELO probe.test", "XXXXX foo"])
expect("some releases make it a NOOP", "pix",
       ["--unknown", "noop", "--mask", "4.4"],
       ["220 " + "*" * len(GREETING[4:]), ("HELP", "250 2.0.0 Ok")], ["NOOP"])
expect("or an answer that means nothing", "pix",
       ["--unknown", "ok", "--mask", "none"],
       [GREETING, ("HELP", "250 OK")], [])
MASKED = (f"250-{NAME} Hello probe.test\n250-PIPELINING\n250-XXXXXXXA\n"
          "250-XXXXXXXXXXXXXXXXXXB\n250-XXXXXXXC\n250 SIZE 1000")
expect("masks keywords, lets HELP through, stops STARTTLS", "asa", [], [
    "220 *********************2020 *****", ("EHLO probe.test", MASKED),
    ("HELP", REPLIES["HELP"]),
    ("STARTTLS", '500 5.5.1 Command unrecognized: "XXXXXXXX"'),
    ("EXPN x", '500 5.5.1 Command unrecognized: "XXXX x"')])
expect("leaves TLS and keywords alone where it is told to", "asa",
       ["--allow-tls", "--no-mask-others", "--no-mask-banner"],
       [GREETING, ("EHLO probe.test", REPLIES["EHLO"]),
        ("STARTTLS", "220 2.0.0 Go"), ("hello", "raw hello")])
expect("drops a connection over a long line", "asa", ["--no-mask-banner"],
       [GREETING, ("NOOP " + "a" * 600, "")], [])
expect("answers in its own words", "gateway", ["--words", "coded"], [
    GREETING, ("XYZZY", "500 5.5.1 Command not allowed here"),
    ("HELP", "502 5.5.1 HELP is disabled"),
    ("VRFY x", "502 5.7.0 VRFY is disabled"), ("NOOP", "250 2.0.0 Ok"),
    ("MAIL", REPLIES["MAIL"])], ["NOOP", "MAIL"])
expect("checks what it passes, if it likes", "gateway",
       ["--words", "friendly", "--noop", "--syntax"], [
           GREETING, ("NOOP", "250 Still here"),
           ("MAIL", "501 Usage: MAIL FROM:<address>"),
           ("HELP", "214-This is a mail gateway. It knows:\n"
            "214-  EHLO HELO MAIL RCPT DATA RSET NOOP QUIT\n"
            "214 End of help")], [])
expect("hangs up on strangers", "gateway", ["--words", "closing"], [
    GREETING, ("XYZZY", "421 Protocol violation, closing connection")], [])
expect("leaves codes", "blank", ["--form", "bare", "--ehlo", "drop"], [
    "220", ("EHLO probe.test", "250"), ("MAIL", "501"), ("HELP", "214")])
expect("leaves one text of a kind", "blank", [], [
    "220 OK", ("EHLO probe.test", f"250-{NAME}" + REPLIES["EHLO"][
        REPLIES["EHLO"].index("\n"):]), ("MAIL", "501 Error")])
expect("leaves what succeeds", "blank", [
    "--successes", "keep", "--greeting", "keep", "--form", "code-twice"], [
    GREETING, ("NOOP", "250 2.0.0 Ok"), ("MAIL", "501 501")])
expect("strips enhanced codes and their keyword", "strip", [], [
    GREETING, ("EHLO probe.test", REPLIES["EHLO"].replace(
        "250-ENHANCEDSTATUSCODES\n", "")),
    ("MAIL", "501 Syntax: MAIL FROM:<address>"), ("NOOP", "250 Ok"),
    ("HELP", "214-Topics\n214 End")])
expect("strips all lines but one", "strip",
       ["--first-line", "--keywords", "SIZE"], [
           GREETING, ("HELP", "214 Topics"),
           ("EHLO probe.test", REPLIES["EHLO"].replace(
               "\n250 SIZE 1000", "").replace("-CHUNK", " CHUNK"))])
expect("hides both names", "hide", ["--name", "gw", "--client", "you"], [
    "220 gw ESMTP 2020 ready",
    ("EHLO probe.test", REPLIES["EHLO"].replace(NAME, "gw").replace(
        "probe.test", "you"))])
expect("hides what was sent", "hide", ["--echo", "cut"], [
    GREETING.replace(NAME, "mail-gateway"),
    ("XYZZY", "500 5.5.1 Command unrecognized:"),
    ("MAIL", "501 5.5.4 Syntax: MAIL FROM:")])
expect("changes the case of commands", "rewrite", ["--commands", "lower"], [
    GREETING, ("XYZZY Foo", '500 5.5.1 Command unrecognized: "xyzzy foo"')],
    ["xyzzy foo"])
expect("sends verbs alone", "rewrite", ["--commands", "verb-only"], [
    GREETING, (" noop foo", "250 2.0.0 Ok")], ["NOOP"])
expect("rewrites refusals", "rewrite", [
    "--refusals", "upper", "--prefix", "No: ", "--cut-echo"], [
    GREETING, ("XYZZY", "500 No: 5.5.1 COMMAND UNRECOGNIZED"),
    ("NOOP", "250 2.0.0 Ok")])
expect("greets in its own name and offers what it can scan", "antivirus",
       ["--bye", "done"], [
           f"220 {NAME} SMTP virus scanner",
           ("EHLO probe.test", f"250-{NAME} Hello probe.test\n"
            "250-ENHANCEDSTATUSCODES\n250 SIZE 1000"),
           ("STARTTLS", "502 Command not implemented"),
           ("NOOP " + "a" * 1000, "500 Line too long"),
           ("MAIL", REPLIES["MAIL"]), ("QUIT", "221 done")])
expect("speaks first, puts off, and has enough of it", "greylist", [
    "--first", "Wait", "--pause", "0.2", "--errors", "2", "--slow", "0"], [
    "220-Wait\n" + GREETING,
    ("RCPT TO:<x>", "451 4.7.1 Greylisted, please try again in five minutes"),
    ("MAIL", REPLIES["MAIL"]), ("MAIL", "421 Too many errors"), ("NOOP", "")])
expect("refuses and hangs up", "blocked", [
    "--greeting", "554-{host}|no mail|from {client}"], [
    f"554-{NAME}\n554-no mail\n554 from 127.0.0.1"], [])
expect("refuses and listens on", "blocked", [
    "--greeting", "554 no", "--then", "refuse"], [
    "554 no", ("EHLO probe.test", "503 bad sequence"), ("QUIT", "221 Bye")],
    [])

# Lines that come in pieces, or several at once, are lines all the same.
server, port = Server(), free_port()
process = subprocess.Popen([
    sys.executable, "-B", f"{BOXES}/strip.py", "--listen",
    f"127.0.0.1:{port}", "--server", f"127.0.0.1:{server.port}", "--host",
    NAME])
with connected(port) as s, s.makefile("rwb", buffering=0) as f:
    read_reply(f)
    for piece in (b"NO", b"O", b"P\r", b"\nMAIL\r\nNOOP\r\n"):
        f.write(piece)
        time.sleep(0.05)
    answers = [read_reply(f) for _ in range(3)]
process.kill()
process.wait()
check(answers == ["250 Ok", "501 Syntax: MAIL FROM:<address>", "250 Ok"] and
      server.seen == ["NOOP", "MAIL", "NOOP"],
      f"strip: pieces and pipelines are lines {answers}")
PYTHON
