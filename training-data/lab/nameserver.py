"""The lab's own DNS responder: the only name server its mail servers see.

Every box has one on 127.0.0.1:53 inside its own network namespace. It knows
the example domains, the box's own host and the prober, and denies the rest,
so that no server stalls and no question leaves the machine.
"""
import socket
import struct

TYPES = {1: "A", 12: "PTR", 15: "MX", 28: "AAAA"}
TTL = 60
RESPONSE, AUTHORITATIVE, NXDOMAIN = 0x8000, 0x0400, 3
KNOWN = ("example.org", "example.com", "example.net", "test", "example")


def read_question(query):
    """(name in lower case, type, end of the question) of a query."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]])
        at += 1 + query[at]
    kind = struct.unpack("!H", query[at + 1:at + 3])[0]
    return b".".join(labels).decode("latin-1").lower(), kind, at + 5


def encode_name(name):
    return b"".join(bytes([len(p)]) + p.encode("latin-1")
                    for p in name.split(".") if p) + b"\0"


class Zone:
    """What exists: `addresses` by name, `names` by address, and KNOWN."""

    def __init__(self, addresses, names, default):
        self.addresses = addresses
        self.names = names
        self.default = default

    def find(self, name, kind):
        """Record data, [] for a name without such records, None: no name."""
        if name.endswith(".in-addr.arpa"):
            address = ".".join(reversed(name.split(".")[:4]))
            if address not in self.names:
                return None
            return [encode_name(self.names[address])] if kind == 12 else []
        if name in self.addresses:
            return [socket.inet_aton(self.addresses[name])] * (kind == 1)
        if any(name == k or name.endswith("." + k) for k in KNOWN):
            return [socket.inet_aton(self.default)] * (kind == 1)
        return None

    def answer(self, query):
        name, kind, end = read_question(query)
        found = self.find(name, kind)
        flags = RESPONSE | AUTHORITATIVE | struct.unpack(
            "!H", query[2:4])[0] & 0x0100 | (NXDOMAIN if found is None else 0)
        found = found or []
        head = struct.pack("!HHHHHH", struct.unpack("!H", query[:2])[0],
                           flags, 1, len(found), 0, 0)
        records = b"".join(
            b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, TTL, len(data)) + data
            for data in found)
        return head + query[12:end] + records


def serve(zone, address="127.0.0.1"):
    """Answers for ever; run it in a daemon thread."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))
    while True:
        query, peer = server.recvfrom(4096)
        try:
            server.sendto(zone.answer(query), peer)
        except (IndexError, struct.error):
            continue
