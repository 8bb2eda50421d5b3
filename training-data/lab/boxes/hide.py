#!/usr/bin/python3
"""A box that hides names: the server's, the client's, and addresses.

Topology hiding as gateways offer it: every name of the inside that a reply
could tell becomes a name of the box, or nothing; echoes of addresses and of
what was sent go the same way.
"""
import re

import relay

QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'|<[^>]*>")


class Hide(relay.Box):
    @staticmethod
    def options(parser):
        parser.add_argument("--name", default="mail-gateway",
                            help="told instead of the server's")
        parser.add_argument("--client", default="[hidden]",
                            help="told instead of the client's")
        parser.add_argument("--echo", choices=["keep", "cut"], default="keep",
                            help="quoted words of refusals")

    def __init__(self, args, client):
        super().__init__(args, client)
        self.hello = b""

    def command(self, line):
        words = line.split()
        if len(words) > 1 and words[0].upper() in (b"EHLO", b"HELO"):
            self.hello = words[1]
        return line

    def hidden(self, text):
        for name, instead in ((self.args.host.encode(), self.args.name),
                              (self.hello, self.args.client),
                              (self.client.encode(), self.args.client)):
            if name:
                text = re.sub(re.escape(name), lambda _, i=instead: i.encode(),
                              text, flags=re.I)
        return text

    def reply(self, verb, lines):
        lines = [line[:4] + self.hidden(line[4:]) for line in lines]
        if verb and self.args.echo == "cut" and relay.refusal(lines):
            lines = [line[:4] + QUOTED.sub(b"", line[4:]).strip()
                     for line in lines]
        return lines


if __name__ == "__main__":
    relay.main(Hide, __doc__)
