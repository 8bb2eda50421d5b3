#!/usr/bin/python3
"""A gateway that refuses at the greeting: nothing of the server ever shows.

It says no and hangs up, or listens on as RFC 5321 (3.1) has it and refuses
everything but QUIT.
"""
import relay


class Blocked(relay.Box):
    @staticmethod
    def options(parser):
        parser.add_argument("--greeting", required=True, help="the whole "
                            "reply; {host} and {client} stand for the two")
        parser.add_argument("--then", default="close", choices=[
            "close", "refuse"])
        parser.add_argument("--refusal", default="503 bad sequence")

    def filled(self, text):
        return text.replace("{host}", self.args.host).replace(
            "{client}", self.client).encode()

    def command(self, line):
        if relay.verb_of(line) == b"QUIT":
            self.finished = True
            return relay.Answer(b"221 Bye\r\n")
        return relay.Answer(self.filled(self.args.refusal) + b"\r\n")

    def reply(self, verb, lines):
        self.finished = self.args.then == "close"
        texts = self.filled(self.args.greeting).split(b"|")
        code = texts[0][:4]
        return relay.relined(texts[:1] + [code + t for t in texts[1:]])


if __name__ == "__main__":
    relay.main(Blocked, __doc__)
