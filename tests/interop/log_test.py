"""What --log and --trace of sansmtp-receive say, and what they must not."""

import re

import foreign
import support
from connection import Wire, attempt, stuffed

SMALL = support.message("small")


def logs(tap, here):
    options = [*support.passwords(here), "--auth-without-tls", "--trace"]
    with support.Receiver(here, *options) as receiver, Wire(receiver.port) as wire:
        wire.command("EHLO client.example.test")
        wire.command("AUTH LOGIN", 334)
        wire.command("dGVzdGVy", 334)
        attempt(tap, "a wrong password by LOGIN", wire.command, "bm8=", 535)
        attempt(tap, "an unknown user", wire.command, "AUTH PLAIN AHdobwBubw==", 535)
        attempt(tap, "a broken PLAIN", wire.command, "AUTH PLAIN bm8=", 535)
        attempt(tap, "acting as another", wire.command,
                "AUTH PLAIN b3RoZXIAdGVzdGVyAGNvcnJlY3QgaG9yc2U=", 535)
        wire.command("AUTH LOGIN dGVzdGVy", 334)
        attempt(tap, "a cancelled exchange", wire.command, "*", 501)
        attempt(tap, "the right password", wire.command,
                "AUTH PLAIN AHRlc3RlcgBjb3JyZWN0IGhvcnNl", 235)
        wire.envelope("a@example.test", hello=False)
        wire.command("DATA", 354)
        wire.send(stuffed(SMALL))
        wire.expect(250)
        wire.send(b"\x1b[31mNOT\x07\r\n")
        wire.expect(500)
        wire.command("QUIT", 221)
        wire.ended()
        stored = receiver.stored("a@example.test")[0]
        tap.check(b"with ESMTPA id" in stored, "Received says ESMTPA", stored)
        line = re.compile(r"[0-9-]{10}T[0-9:]{8}Z 127\.0\.0\.1:[0-9]+ [A-Z]+ [0-9a-z-]+ [0-9]+")
        lines = receiver.log().splitlines()
        strange = [one for one in lines if not line.fullmatch(one)]
        tap.check(lines and not strange, "a line of the log: peer, verb, verdict, octets", strange)
        wanted = "END 250 %d" % len(SMALL)
        tap.check(any(one.endswith(wanted) for one in lines), "with the size", lines)
        errors = receiver.errors()
        tap.check("S: 235 2.7.0" in errors and "C: MAIL FROM:" in errors, "the trace", errors)
        secret = [word for word in ("dGVzdGVy", "bm8=", "Y29ycm") if word in errors]
        tap.check(not secret, "no credentials are in it", secret)
        tap.check("\x1b" not in errors and "\\x1B[31mNOT\\x07" in errors, "nor control characters")
        support.check_end(tap, receiver)


def events(receiver):
    """The log without time and peer."""
    return [line.split(" ", 2)[2] for line in receiver.log().splitlines()]


def refusals(tap, here):
    """What the engine refuses by itself is in the log as the client was told it."""
    bare, large = b"a bare\nnewline\r\n", b"x" * 998 + b"\r\n"
    short = 7  # octets up to the newline

    def data(wire, body, code):
        wire.command("DATA", 354)
        wire.send(body + b".\r\n")
        wire.expect(code)

    def chunk(wire, head, size, code):
        wire.send(b"BDAT %s\r\n" % head + b"x" * size)
        wire.expect(code)

    cases = {
        "a bare newline": (data, (bare, 550), "", ["RESET bare-newline %d" % short,
                                                   "END 550 %d" % short]),
        "a message too large": (data, (large * 3, 552), "", ["RESET message-size 2000",
                                                             "END 552 2000"]),
        "a chunk too large": (chunk, (b"2001", 2001, 552), "", ["RESET message-size 0",
                                                                "END 552 0"]),
        "DATA for what is binary": (lambda wire: wire.command("DATA", 503), (),
                                    "BODY=BINARYMIME", ["RESET binary 0", "DATA 503 0"]),
    }
    with support.Receiver(here, "--max-size", "2000") as receiver:
        for name, (action, arguments, mail, wanted) in cases.items():
            with Wire(receiver.port) as wire:
                wire.envelope("a@example.test", mail=mail)
                attempt(tap, name, action, wire, *arguments)
                wire.command("RSET")
                wire.command("NOOP")
                wire.command("QUIT", 221)
                wire.ended()
            said = events(receiver)
            begin = said.index(wanted[0]) if wanted[0] in said else 0
            tap.check(said[begin:] == [*wanted, "CLOSING quit 0"], "%s: the log" % name, said)
        with Wire(receiver.port) as wire:
            wire.command("EHLO client.example.test")
            wire.command("MAIL FROM:<>")
            attempt(tap, "BDAT without recipients", chunk, wire, b"3 LAST", 3, 503)
            tap.check(events(receiver)[-2:] == ["RESET chunk 0", "BDAT 503 0"], "the log",
                      events(receiver)[-3:])
            wire.command("QUIT", 221)
        with Wire(receiver.port) as wire:
            wire.envelope("a@example.test")
            wire.command("DATA", 354)
            wire.send(bare + b"and no end")
        foreign.eventually(lambda: "CLOSING gone 0" in events(receiver), True)
        tap.check(events(receiver)[-2:] == ["RESET bare-newline %d" % short, "CLOSING gone 0"],
                  "who is gone was told nothing", events(receiver)[-3:])
        support.check_end(tap, receiver)
    with support.Receiver(here, "--lmtp") as receiver, Wire(receiver.port) as wire:
        wire.command("LHLO client.example.test")
        wire.envelope("a@example.test", "b@example.test", hello=False)
        attempt(tap, "LMTP: a bare newline", data, wire, bare, 550)
        attempt(tap, "for the second one too", wire.expect, 550)
        wire.command("NOOP")
        wanted = ["RESET bare-newline %d" % short, "END 550 %d" % short]
        tap.check(events(receiver)[-2:] == wanted, "one line of log", events(receiver)[-3:])
        support.check_end(tap, receiver)


def test(tap, here):
    logs(tap, here)
    refusals(tap, here)


support.main(test)
