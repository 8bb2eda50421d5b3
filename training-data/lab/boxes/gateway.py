#!/usr/bin/python3
"""A gateway that answers itself what a mail transaction does not need.

Unknown verbs, HELP, VRFY and EXPN never reach the server; neither do NOOP and
a MAIL without its FROM: where the gateway checks syntax. Its words are its
own, one of a few ways in which gateways speak.
"""
import relay

PASSED = {b"EHLO", b"HELO", b"MAIL", b"RCPT", b"DATA", b"RSET", b"NOOP",
          b"QUIT", b"STARTTLS", b"AUTH", b"BDAT"}
WORDS = {
    "plain": {
        "unknown": b"500 Unknown command", "help": b"502 Not implemented",
        "vrfy": b"252 Try and see", "noop": b"250 OK",
        "syntax": b"501 Syntax error in MAIL"},
    "coded": {
        "unknown": b"500 5.5.1 Command not allowed here",
        "help": b"502 5.5.1 HELP is disabled",
        "vrfy": b"502 5.7.0 VRFY is disabled", "noop": b"250 2.0.0 OK",
        "syntax": b"501 5.5.4 FROM: expected"},
    "policy": {
        "unknown": b"550 Command rejected by security policy",
        "help": b"550 Command rejected by security policy",
        "vrfy": b"550 Command rejected by security policy",
        "noop": b"250 accepted",
        "syntax": b"550 Command rejected by security policy"},
    "friendly": {
        "unknown": b"502 Sorry, this gateway does not know that command",
        "help": b"214-This is a mail gateway. It knows:\r\n"
                b"214-  EHLO HELO MAIL RCPT DATA RSET NOOP QUIT\r\n"
                b"214 End of help",
        "vrfy": b"252 Addresses are not verified here",
        "noop": b"250 Still here",
        "syntax": b"501 Usage: MAIL FROM:<address>"},
    "short": {
        "unknown": b"500 error", "help": b"500 error", "vrfy": b"500 error",
        "noop": b"250 ok", "syntax": b"500 error"},
    "closing": {
        "unknown": b"421 Protocol violation, closing connection",
        "help": b"502 Command not supported", "noop": b"250 Ready",
        "vrfy": b"502 Command not supported",
        "syntax": b"501 Malformed command"},
}


class Gateway(relay.Box):
    @staticmethod
    def options(parser):
        parser.add_argument("--words", choices=sorted(WORDS),
                            default="plain")
        parser.add_argument("--noop", action="store_true",
                            help="answers NOOP, too")
        parser.add_argument("--syntax", action="store_true",
                            help="checks MAIL, too")

    def own(self, key):
        text = WORDS[self.args.words][key]
        self.finished = text.startswith(b"421")
        return relay.Answer(text + b"\r\n")

    def command(self, line):
        verb = relay.verb_of(line)
        if verb in (b"VRFY", b"EXPN"):
            return self.own("vrfy")
        if verb == b"HELP":
            return self.own("help")
        if verb not in PASSED:
            return self.own("unknown")
        if verb == b"NOOP" and self.args.noop:
            return self.own("noop")
        if (verb == b"MAIL" and self.args.syntax and
                not line[4:].strip().upper().startswith(b"FROM:")):
            return self.own("syntax")
        return line


if __name__ == "__main__":
    relay.main(Gateway, __doc__)
