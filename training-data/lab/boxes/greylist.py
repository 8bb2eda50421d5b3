#!/usr/bin/python3
"""A greylisting tarpit: slow, unwilling, and gone after some errors.

It speaks first and lets the client wait for the server's greeting, passes
refusals on late, puts off every recipient, and hangs up after too many errors.
"""
import time

import relay


class Greylist(relay.Box):
    @staticmethod
    def options(parser):
        parser.add_argument("--first", default="",
                            help="text after 220-, before the greeting")
        parser.add_argument("--pause", type=float, default=0.0,
                            help="seconds between the two")
        parser.add_argument("--slow", type=float, default=0.3,
                            help="seconds before a refusal")
        parser.add_argument("--errors", type=int, default=0,
                            help="421 at this refusal; 0: never")
        parser.add_argument("--defer", default="451 4.7.1 Greylisted, "
                            "please try again in five minutes")
        parser.add_argument("--bye", default="421 Too many errors")

    def __init__(self, args, client):
        super().__init__(args, client)
        self.refused = 0

    def opening(self):
        if not self.args.first:
            time.sleep(self.args.pause)
            return b""
        return f"220-{self.args.first}\r\n".encode()

    def command(self, line):
        if relay.verb_of(line) == b"RCPT" and b":" in line:
            return relay.Answer(self.args.defer.encode() + b"\r\n")
        return line

    def delay(self, code):
        return self.args.slow if code[:1] in (b"4", b"5") else 0

    def reply(self, verb, lines):
        if not verb and self.args.first:
            time.sleep(self.args.pause)
        if verb and relay.refusal(lines):
            self.refused += 1
            if self.refused == self.args.errors:
                self.finished = True
                return [self.args.bye.encode()]
        return lines


if __name__ == "__main__":
    relay.main(Greylist, __doc__)
