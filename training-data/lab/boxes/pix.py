#!/usr/bin/python3
"""Cisco PIX with `fixup protocol smtp` (MailGuard), as its manuals tell it.

Seven commands of RFC 821 pass: HELO, MAIL, RCPT, DATA, RSET, NOOP and QUIT.
Of any other the letters of its verb become X before the server sees it, so
that the refusal is the server's and names the X's; some releases send NOOP in
its place. The greeting is masked with asterisks: from 5.1 on the characters
2 and 0 and the blank after a 0 stand; 4.4 leaves none but its code.
"""
import re

import relay

ALLOWED = {b"HELO", b"MAIL", b"RCPT", b"DATA", b"RSET", b"NOOP", b"QUIT"}


def masked(text, everything):
    """The text of a greeting, in asterisks."""
    if everything:
        return b"*" * len(text)
    return re.sub(rb"(?<!0) |[^20 ]", b"*", text)


class Pix(relay.Box):
    @staticmethod
    def options(parser):
        parser.add_argument("--mask", choices=["5.1", "4.4", "none"],
                            default="5.1", help="greeting, as this release")
        parser.add_argument("--unknown", choices=["x", "noop", "ok"],
                            default="x", help="what becomes of other verbs: "
                            "X's, a NOOP, or an answer of its own")

    def command(self, line):
        verb = relay.verb_of(line)
        if verb in ALLOWED:
            return line
        if self.args.unknown == "ok":
            return relay.Answer(b"250 OK\r\n")
        if self.args.unknown == "noop":
            return b"NOOP\r\n"
        begin = len(line) - len(line.lstrip())
        return line[:begin] + b"X" * len(verb) + line[begin + len(verb):]

    def reply(self, verb, lines):
        if verb or self.args.mask == "none":
            return lines
        return [line[:4] + masked(line[4:], self.args.mask == "4.4")
                for line in lines]


if __name__ == "__main__":
    relay.main(Pix, __doc__)
