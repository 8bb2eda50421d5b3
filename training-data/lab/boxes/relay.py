"""A line-based TCP relay in front of a mail server: what every box is.

A box is a class that changes what passes; this module moves the bytes. One
command is at work at a time: the next line of the client waits for the answer
to the last one, as in boxes that inspect a dialogue. After a 220 to STARTTLS
or a 354 the rest passes unseen. The server sees the client's own address.
"""
import argparse
import re
import select
import socket
import threading
import time

MOST = 1 << 16  # bytes of one line or reply
REPLY_END = re.compile(rb"^\d{3}(?: [^\n]*)?\r?\n", re.M)
ENHANCED = re.compile(rb"^([245]\.\d{1,3}\.\d{1,3})(?: |$)")


class Answer(bytes):
    """A reply of the box's own; the server never sees the command."""


class Box:
    """What a box does by default: nothing. Subclasses say otherwise."""

    finished = False  # set to hang up after what is being said

    def __init__(self, args, client):
        self.args = args
        self.client = client[0]

    @staticmethod
    def options(parser):
        pass

    def opening(self):
        """Said before the server's greeting, b"" for nothing."""
        return b""

    def command(self, line):
        """The line that the server shall see, or an Answer."""
        return line

    def reply(self, verb, lines):
        """Lines without their ends; verb b"" for the greeting."""
        return lines

    def delay(self, code):
        """Seconds before a reply with this code is passed on."""
        return 0


def verb_of(line):
    return line.split(None, 1)[0].upper() if line.split() else b""


def code_of(reply):
    return reply[:3]


def refusal(lines):
    return lines[-1][:1] in (b"4", b"5")


def split_line(line):
    """(code, separator, text) of one line of a reply."""
    return line[:3], line[3:4], line[4:]


def without_keywords(lines, dropped):
    """The answer to EHLO, without some of its keywords."""
    return relined([lines[0]] + [line for line in lines[1:] if
                                 verb_of(line[4:]) not in dropped])


def relined(lines):
    """The same lines with '-' after every code but the last one's."""
    return [line[:3] + (b"-" if i < len(lines) - 1 else b" ") + line[4:]
            for i, line in enumerate(lines)]


class Passage:
    """One client's connection through the box."""

    def __init__(self, box, client, server):
        self.box = box
        self.client = client
        self.server = server
        self.from_client = b""
        self.from_server = b""
        self.verb = b""      # whose reply is awaited
        self.waiting = True  # for the greeting, first
        self.unseen = False

    def run(self):
        first = self.box.opening()
        if first:
            self.client.sendall(first)
        while True:
            ready, _, _ = select.select([self.client, self.server], [], [],
                                        300)
            if not ready:
                return
            if self.server in ready and not self.server_said():
                return
            if self.client in ready and not self.client_said():
                return
            if not self.next_commands():
                return

    def client_said(self):
        data = self.client.recv(MOST)
        if self.unseen:
            self.server.sendall(data)
        else:
            self.from_client += data
        return bool(data) and len(self.from_client) < MOST

    def server_said(self):
        data = self.server.recv(MOST)
        if self.unseen:
            self.client.sendall(data)
            return bool(data)
        self.from_server += data
        while True:
            end = REPLY_END.search(self.from_server)
            if not end:
                break
            reply = self.from_server[:end.end()]
            self.from_server = self.from_server[end.end():]
            self.pass_reply(reply)
        if not data and self.from_server:
            self.client.sendall(self.from_server)
        return bool(data) and len(self.from_server) < MOST

    def pass_reply(self, reply):
        lines = [line.rstrip(b"\r") for line in reply.split(b"\n")[:-1]]
        time.sleep(self.box.delay(code_of(lines[-1])))
        told = self.box.reply(self.verb, lines)
        self.client.sendall(b"".join(line + b"\r\n" for line in told))
        self.waiting = False
        code = code_of(lines[-1])
        if code == b"354" or (self.verb == b"STARTTLS" and code == b"220"):
            self.unseen = True
            self.server.sendall(self.from_client)
            self.from_client = b""

    def next_commands(self):
        """False when the box hangs up."""
        while b"\n" in self.from_client and not (
                self.waiting or self.unseen or self.box.finished):
            line, _, self.from_client = self.from_client.partition(b"\n")
            self.verb = verb_of(line)
            passed = self.box.command(line + b"\n")
            if isinstance(passed, Answer):
                time.sleep(self.box.delay(code_of(passed)))
                self.client.sendall(passed)
            else:
                self.waiting = True
                self.server.sendall(passed)
        return not self.box.finished


def serve(kind, args, client, peer):
    with client:
        try:
            with socket.create_connection(args.server, 10, (peer[0], 0)) as s:
                s.settimeout(None)
                Passage(kind(args, peer), client, s).run()
        except OSError:
            pass  # one side is gone: so is the other


def address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def arguments(kind, description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--listen", type=address, required=True)
    parser.add_argument("--server", type=address, required=True)
    parser.add_argument("--host", required=True,
                        help="name of the server behind")
    kind.options(parser)
    return parser.parse_args()


def main(kind, description):
    args = arguments(kind, description)
    listener = socket.create_server(args.listen, backlog=64)
    while True:
        client, peer = listener.accept()
        threading.Thread(target=serve, args=(kind, args, client, peer),
                         daemon=True).start()
