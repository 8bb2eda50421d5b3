#!/usr/bin/python3
"""A transparent antivirus proxy: its own greeting, the server's refusals.

It greets in its own name, offers only the extensions that it can scan
through, has a limit of its own for lines, and says goodbye itself where told
to. Everything else is the server's.
"""
import relay

DROPPED = [b"PIPELINING", b"CHUNKING", b"BINARYMIME", b"STARTTLS",
           b"SMTPUTF8", b"XCLIENT", b"ETRN"]


class Antivirus(relay.Box):
    @staticmethod
    def options(parser):
        parser.add_argument("--greeting", default="{host} SMTP virus scanner",
                            help="text after 220; {host} is the server's")
        parser.add_argument("--drop", default="some", choices=[
            "some", "all"], help="keywords of EHLO")
        parser.add_argument("--longest", type=int, default=1000)
        parser.add_argument("--bye", default="",
                            help="own answer to QUIT, after 221")
        parser.add_argument("--noop", action="store_true",
                            help="answers NOOP itself")

    def command(self, line):
        verb = relay.verb_of(line)
        if len(line) > self.args.longest:
            return relay.Answer(b"500 Line too long\r\n")
        if verb == b"QUIT" and self.args.bye:
            self.finished = True
            return relay.Answer(f"221 {self.args.bye}\r\n".encode())
        if verb == b"NOOP" and self.args.noop:
            return relay.Answer(b"250 OK\r\n")
        if verb == b"STARTTLS":
            return relay.Answer(b"502 Command not implemented\r\n")
        return line

    def reply(self, verb, lines):
        if not verb and lines[-1].startswith(b"220"):
            return [b"220 " + self.args.greeting.replace(
                "{host}", self.args.host).encode()]
        if verb == b"EHLO" and lines[-1].startswith(b"250"):
            if self.args.drop == "all":
                return relay.relined(lines[:1])
            return relay.without_keywords(lines, DROPPED)
        return lines


if __name__ == "__main__":
    relay.main(Antivirus, __doc__)
