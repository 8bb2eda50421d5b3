#!/usr/bin/python3
"""A box that strips: enhanced codes, and keywords that it does not support.

The texts stand, but without the code of RFC 3463 that went before them.
"""
import relay


class Strip(relay.Box):
    @staticmethod
    def options(parser):
        parser.add_argument("--keywords", default="ENHANCEDSTATUSCODES",
                            help="EHLO keywords to drop, with commas")
        parser.add_argument("--first-line", action="store_true",
                            help="drops all lines of a reply but the first")

    def reply(self, verb, lines):
        if verb == b"EHLO" and lines[-1].startswith(b"250"):
            return relay.without_keywords(
                lines, self.args.keywords.encode().split(b","))
        told = [line[:4] + relay.ENHANCED.sub(b"", line[4:])
                for line in lines]
        if verb and self.args.first_line:
            told = relay.relined(told[:1])
        return told


if __name__ == "__main__":
    relay.main(Strip, __doc__)
