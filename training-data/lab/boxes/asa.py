#!/usr/bin/python3
"""Cisco ASA with `inspect esmtp`, as its manuals tell it.

EHLO passes and so do the known commands; other verbs become X's, which the
server refuses. Keywords in the answer to EHLO that the policy does not know
(STARTTLS too, unless allow-tls is set) are masked: X's, and at the end A for
the first one, B for the second and so on. A line over 512 bytes drops the
connection; the greeting is in asterisks unless mask-banner is off.
"""
import relay
from pix import masked

COMMANDS = {b"AUTH", b"DATA", b"EHLO", b"ETRN", b"HELO", b"HELP", b"MAIL",
            b"NOOP", b"QUIT", b"RCPT", b"RSET", b"SAML", b"SEND", b"SOML",
            b"VRFY"}
PARAMETERS = {b"8BITMIME", b"AUTH", b"BINARYMIME", b"CHECKPOINT", b"DSN",
              b"ETRN", b"PIPELINING", b"SIZE", b"VRFY"}
LONGEST = 512


class Asa(relay.Box):
    @staticmethod
    def options(parser):
        parser.add_argument("--no-mask-banner", action="store_true")
        parser.add_argument("--allow-tls", action="store_true")
        parser.add_argument("--no-mask-others", action="store_true",
                            help="unknown EHLO keywords stand, STARTTLS apart")

    def command(self, line):
        if len(line) > LONGEST:
            self.finished = True
            return relay.Answer(b"")
        verb = relay.verb_of(line)
        if verb in COMMANDS or (verb == b"STARTTLS" and self.args.allow_tls):
            return line
        begin = len(line) - len(line.lstrip())
        return line[:begin] + b"X" * len(verb) + line[begin + len(verb):]

    def is_masked(self, keyword):
        if keyword == b"STARTTLS":
            return not self.args.allow_tls
        return keyword not in PARAMETERS and not self.args.no_mask_others

    def keywords(self, lines):
        letter = ord("A")
        told = [lines[0]]
        for line in lines[1:]:
            code, mark, text = relay.split_line(line)
            if self.is_masked(relay.verb_of(text)):
                text = b"X" * (len(text) - 1) + bytes([letter])
                letter = min(letter + 1, ord("Z"))
            told.append(code + mark + text)
        return told

    def reply(self, verb, lines):
        if not verb and not self.args.no_mask_banner:
            return [line[:4] + masked(line[4:], False) for line in lines]
        if verb == b"EHLO" and lines[-1].startswith(b"250"):
            return self.keywords(lines)
        return lines


if __name__ == "__main__":
    relay.main(Asa, __doc__)
