#!/usr/bin/python3
"""A box that blanks the texts of replies: only the codes are the server's.

What is left of a reply is its code alone, or one text for all of a kind. The
keywords of EHLO may stand, without the words in their first line.
"""
import relay

GENERIC = {b"2": b"OK", b"3": b"Go on", b"4": b"Try again later",
           b"5": b"Error"}


class Blank(relay.Box):
    @staticmethod
    def options(parser):
        parser.add_argument("--form", default="generic", choices=[
            "bare", "blank", "generic", "code-twice"])
        parser.add_argument("--ehlo", default="keep", choices=[
            "keep", "drop"], help="the keywords of EHLO")
        parser.add_argument("--greeting", default="blank", choices=[
            "keep", "blank"])
        parser.add_argument("--successes", default="blank", choices=[
            "keep", "blank"], help="replies that are no refusals")

    def one(self, code):
        text = {"bare": b"", "blank": b" ",
                "generic": b" " + GENERIC.get(code[:1], b"Error"),
                "code-twice": b" " + code}[self.args.form]
        return code + text

    def reply(self, verb, lines):
        code = lines[-1][:3]
        if not verb and self.args.greeting == "keep":
            return lines
        if (verb and self.args.successes == "keep" and
                not relay.refusal(lines) and verb != b"EHLO"):
            return lines
        if verb == b"EHLO" and code == b"250" and self.args.ehlo == "keep":
            return relay.relined([code + b" " + self.args.host.encode()] +
                                 lines[1:])
        return [self.one(code)]


if __name__ == "__main__":
    relay.main(Blank, __doc__)
