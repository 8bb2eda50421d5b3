#!/usr/bin/python3
"""A box that rewrites: the case of commands before, of refusals after.

Proxies that parse a command and send what they understood change its case and
its blanks; others put their own words around a refusal. The server's words
are still there, in another shape.
"""
import re

import relay

ECHO = re.compile(rb"[:;]? *(?:\"[^\"]*\"|'[^']*'|<[^>]*>)")


class Rewrite(relay.Box):
    @staticmethod
    def options(parser):
        parser.add_argument("--commands", default="keep", choices=[
            "keep", "upper", "lower", "verb-only"])
        parser.add_argument("--refusals", default="keep", choices=[
            "keep", "upper", "lower", "last-line"])
        parser.add_argument("--prefix", default="",
                            help="words before the text of a refusal")
        parser.add_argument("--suffix", default="",
                            help="words after it")
        parser.add_argument("--cut-echo", action="store_true",
                            help="quoted words of refusals go")

    def command(self, line):
        if self.args.commands in ("upper", "lower"):
            return getattr(line, self.args.commands)()
        if self.args.commands == "verb-only" and relay.verb_of(line) not in (
                b"EHLO", b"HELO", b"MAIL", b"RCPT", b"AUTH"):
            return relay.verb_of(line) + b"\r\n"
        return line

    def text(self, text):
        if self.args.cut_echo:
            text = ECHO.sub(b"", text)
        if self.args.refusals in ("upper", "lower"):
            text = getattr(text, self.args.refusals)()
        return (self.args.prefix.encode() + text +
                self.args.suffix.encode()).strip()

    def reply(self, verb, lines):
        if not relay.refusal(lines):
            return lines
        if self.args.refusals == "last-line":
            lines = lines[-1:]
        return [line[:4] + self.text(line[4:]) for line in lines]


if __name__ == "__main__":
    relay.main(Rewrite, __doc__)
