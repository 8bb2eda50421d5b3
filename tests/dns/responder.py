#!/usr/bin/python3
"""A name server that does what a real one does not: silence, failures, lies.

usage: responder.py ADDRESS PORT COUNTS

Answers UDP and TCP on a loopback address; the first label of the question's
name says how. It ends with its parent. COUNTS gets, after each question, how
often each (name, type) was asked.
"""
import collections
import ctypes
import json
import signal
import socket
import struct
import sys
import threading

A, NS, CNAME, SOA, PTR, MX, AAAA = 1, 2, 5, 6, 12, 15, 28
MUTE = []
TRUNCATED, RESPONSE, RECURSION = 0x0200, 0x8000, 0x0180


def encode(name):
    if isinstance(name, bytes):
        return name
    labels = [label for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(x)]) + x.encode() for x in labels) + b"\0"


def record(owner, kind, data, ttl=300):
    return encode(owner) + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


def address(text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return socket.inet_pton(family, text)


def mx(preference, name):
    return struct.pack(">H", preference) + encode(name)


def question_of(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("ascii"))
        at += 1 + packet[at]
    kind = struct.unpack(">H", packet[at + 1:at + 3])[0]
    return ".".join(labels).lower(), kind, packet[12:at + 5]


def reply(packet, question, answers=(), additional=(), rcode=0, flags=0,
          count=None):
    ident = packet[:2]
    head = struct.pack(">HHHHH", RESPONSE | RECURSION | flags | rcode, 1,
                       len(answers) if count is None else count, 0,
                       len(additional))
    return ident + head + question + b"".join(answers) + b"".join(additional)


def behave(packet, tcp, seen):
    """The packets to send back for one question."""
    name, kind, question = question_of(packet)
    how = name.split(".")[0]
    if how == "shutup" or MUTE:  # from now on
        MUTE.append(name)
        return []

    def good(*answers, **more):
        return [reply(packet, question, answers, **more)]

    if name == "" and kind == NS:
        return good(rcode=5)
    if how == "silent":
        return []
    if how in ("servfail", "refused", "formerr", "notimp"):
        code = {"servfail": 2, "refused": 5, "formerr": 1, "notimp": 4}[how]
        return good(rcode=code)
    if how == "noedns":  # knows no OPT record
        if packet[10:12] != b"\0\0":
            return good(rcode=1)
        return good(record(name, A, address("127.53.2.9"))) \
            if kind == A else good()
    if how == "flaky":  # the second time only
        if seen[(name, kind)] == 1:
            return []
        return good(record(name, A, address("127.53.2.9"))) \
            if kind == A else good()
    if how == "foreign":  # records of others: no MX, no address is left
        data = mx(10, "evil.liar") if kind == MX else address("127.66.6.6")
        return good(record("other.liar", kind, data))
    if how == "extra" and kind == MX:  # an address nobody asked for
        return good(record(name, MX, mx(10, "host.liar")),
                    additional=[record("host.liar", A,
                                       address("127.66.6.6"))])
    if how == "host" and kind == A:
        return good(record(name, A, address("127.53.2.8")))
    if how == "cutshort":  # says five records, has half of one
        return good(record(name, MX, mx(10, "host.liar"))[:-4], count=5)
    if how == "pointer":  # a compression pointer to itself
        return good(record(name, MX, b"\0\x0a\xc0" +
                           bytes([12 + len(question) + len(name) + 14])))
    if how == "garbage":
        return [b"\xff" * 40, packet[:2] + b"\xff" * 5]
    if how == "noanswer":  # the question itself, not a response
        return [packet]
    if how == "forgedid":  # somebody else's answer, then nothing
        lie = bytearray(good(record(name, MX, mx(10, "evil.liar")))[0])
        lie[0] ^= 0x55
        return [bytes(lie)]
    if how == "longlist":  # only whole over TCP
        if not tcp:
            return good(flags=TRUNCATED)
        return good(*[record(name, MX, mx(100 - i, f"m{i:02d}.liar"))
                      for i in range(80)])
    if name.startswith("m") and name[1:3].isdigit() and kind == A:
        return good(record(name, A, address("127.53.2.7")))
    if how == "manyaddresses" and kind in (A, MX):
        return good(*[record(name, A, address(f"127.53.3.{i}"))
                      for i in range(1, 31)]) if kind == A else good()
    if how == "loop":  # an alias of an alias of itself
        return good(record(name, CNAME, encode("loop2.liar")),
                    record("loop2.liar", CNAME, encode(name)))
    if how == "chase":  # each alias in an answer of its own
        return good(record(name, CNAME, encode("target.liar"), ttl=60))
    if how == "endless":  # one alias after the other
        number = int(name.split(".")[1]) if name.split(".")[1].isdigit() else 0
        return good(record(name, CNAME, encode(f"endless.{number + 1}.liar")))
    if how == "target":
        return good(record(name, MX, mx(5, "host.liar"))) if kind == MX \
            else good(record(name, A, address("127.53.2.6")))
    if how == "weird":  # names no host can have
        return good(record(name, MX, mx(1, b"\x08a b\x1b[2J\"\0")),
                    record(name, MX, mx(2, b"\x03a.b\x04liar\0")),
                    record(name, MX, mx(3, "host.liar")))
    return good(rcode=3)


def serve_tcp(listener, answer):
    while True:
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(2)
            try:
                while True:
                    size = peer.recv(2)
                    if len(size) < 2:
                        break
                    packet = peer.recv(struct.unpack(">H", size)[0])
                    for out in answer(packet, True):
                        peer.sendall(struct.pack(">H", len(out)) + out)
            except OSError:
                pass


def main():
    host, port, counts = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    signal.alarm(300)
    seen = collections.Counter()

    def answer(packet, tcp):
        try:
            name, kind, _ = question_of(packet)
        except (IndexError, UnicodeDecodeError):
            return []
        if not tcp:
            seen[(name, kind)] += 1
            with open(counts, "w", encoding="ascii") as f:
                json.dump({f"{n} {k}": v for (n, k), v in seen.items()}, f)
        return behave(packet, tcp, seen)

    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((host, port))
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(20)
    threading.Thread(target=serve_tcp, args=(listener, answer),
                     daemon=True).start()
    print("ready", flush=True)
    while True:
        packet, peer = udp.recvfrom(4096)
        for out in answer(packet, False):
            udp.sendto(out, peer)


if __name__ == "__main__":
    main()
