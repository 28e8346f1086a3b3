"""Only CRLF.CRLF ends a message. Every look-alike that split messages on some server is sent for
real, with a second message behind it: there is one answer, and never a second transaction.
"""

import re

import support
from support import Wire, attempt

NAMES = {
    "CR": b"\r",
    "LF": b"\n",
    "DOT": b".",
    "NUL": b"\0",
    "HT": b"\t",
    "SP": b" ",
    "VT": b"\v",
    "FF": b"\f",
    "FS": b"\x1c",
    "GS": b"\x1d",
    "RS": b"\x1e",
    "US": b"\x1f",
    "NEL": b"\x85",
    "NEL-UTF8": b"\xc2\x85",
    "LINE-SEPARATOR": b"\xe2\x80\xa8",
    "PARAGRAPH-SEPARATOR": b"\xe2\x80\xa9",
    "FULLWIDTH-DOT": b"\xef\xbc\x8e",
    "CR-HIGH": b"\x8d",
    "LF-HIGH": b"\x8a",
}

# Each holds a CR without LF, or an LF without CR.
BARE = [
    "LF DOT LF",
    "LF DOT CR",
    "CR DOT LF",
    "CR DOT CR",
    "LF DOT CR LF",
    "CR DOT CR LF",
    "CR LF DOT LF",
    "CR LF DOT CR",
    "CR LF DOT CR CR LF",
    "CR CR LF DOT CR CR LF",
    "LF LF DOT CR LF",
    "CR LF DOT LF CR LF",
    "LF CR DOT LF CR",
    "LF CR DOT CR LF",
    "CR LF DOT LF CR",
    "LF DOT LF LF",
    "CR CR DOT CR LF",
    "CR CR DOT CR CR LF",
    "LF DOT CR CR LF",
    "LF NUL DOT NUL LF",
    "CR LF NUL DOT LF",
    "CR LF DOT NUL LF",
    "CR NUL LF DOT CR NUL LF",
    "CR LF DOT CR NUL LF",
    "CR LF DOT SP LF",
]

# All lines of these are proper lines, so the message is taken, and is one.
PROPER = [
    "CR LF NUL DOT CR LF",
    "CR LF DOT NUL CR LF",
    "CR LF DOT SP CR LF",
    "CR LF SP DOT CR LF",
    "CR LF DOT HT CR LF",
    "CR LF DOT DOT CR LF",
    "CR LF DOT VT CR LF",
    "CR LF DOT FF CR LF",
    "CR LF DOT NEL CR LF",
    "CR LF DOT LINE-SEPARATOR CR LF",
    "CR LF FULLWIDTH-DOT CR LF",
    "VT DOT VT",
    "FF DOT FF",
    "FS DOT FS",
    "GS DOT GS",
    "RS DOT RS",
    "US DOT US",
    "NEL DOT NEL",
    "NEL-UTF8 DOT NEL-UTF8",
    "LINE-SEPARATOR DOT LINE-SEPARATOR",
    "PARAGRAPH-SEPARATOR DOT PARAGRAPH-SEPARATOR",
    "CR-HIGH LF-HIGH DOT CR-HIGH LF-HIGH",
]

SMUGGLED = (
    b"MAIL FROM:<smuggler@client.example.test>\r\n"
    b"RCPT TO:<victim@example.test>\r\n"
    b"DATA\r\n"
    b"Subject: smuggled\r\n\r\nsmuggled\r\n.\r\n"
)


def octets(look_alike):
    return b"".join(NAMES[name] for name in look_alike.split())


def payload(look_alike):
    """What goes behind 354: its only CRLF.CRLF is at its end."""
    whole = b"Subject: outer\r\n\r\nthe first" + octets(look_alike) + SMUGGLED
    assert whole.index(b"\r\n.\r\n") == len(whole) - 5, look_alike
    return whole


def meant(whole):
    """The message by RFC 5321 4.5.2: one dot less in front of each line that has one more."""
    return re.sub(rb"(\A|\r\n)\.", rb"\1", whole[: -len(b".\r\n")])


def transaction(receiver, to, look_alike, code, drip):
    """One answer to the message; had there been a second command, its answer would stand in front
    of 221."""
    whole = payload(look_alike)
    with Wire(receiver.port) as wire:
        wire.envelope(to)
        wire.command("DATA", 354)
        if drip:
            cut = whole.index(SMUGGLED)
            start = cut - len(octets(look_alike))
            wire.send(whole[:start])
            wire.drip(whole[start:cut])
            wire.send(whole[cut:])
        else:
            wire.send(whole)
        answer = wire.expect(code)
        wire.command("QUIT", 221)
        if not wire.ended():
            raise AssertionError("something came behind 221")
    return answer


def look_alikes(tap, receiver, mode):
    for number, look_alike in enumerate(BARE + PROPER):
        bare = number < len(BARE)
        refused = bare and mode == "refuse"
        for drip in (False, True):
            to = "outer-%d-%s@example.test" % (number, "drip" if drip else "whole")
            name = "%s: %s, %s" % (mode, look_alike, "an octet a write" if drip else "one write")
            code = 550 if refused else 250
            answer = attempt(tap, name, transaction, receiver, to, look_alike, code, drip)
            sent = meant(payload(look_alike))
            if mode == "normalise":
                sent = re.sub(rb"\r\n|\r|\n", b"\r\n", sent)
            if refused:
                right = b" 5.6.0 " in (answer or b"") and not receiver.stored(to)
                tap.check(right, name + ": refused, not stored", answer)
            else:
                support.check_stored(tap, receiver, to, sent, name + ": one message, stored")
    tap.check(not receiver.stored("victim@example.test"), mode + ": nothing for the victim")


def refused_chunk(receiver):
    """RFC 3030 2: the octets of a refused chunk are still read as a chunk, never as commands."""
    with Wire(receiver.port) as wire:
        wire.envelope()
        wire.command("RCPT TO:<stranger@elsewhere.test>", 550)
        wire.send(b"BDAT %d LAST\r\n" % len(SMUGGLED) + SMUGGLED)
        wire.expect(503, 554)
        wire.command("QUIT", 221)


def unreadable_chunk(receiver):
    """A size that cannot be read: nobody knows where commands go on, so none do."""
    with Wire(receiver.port) as wire:
        wire.envelope("someone@example.test")
        wire.send(b"BDAT 99999999999999999999999 LAST\r\n" + SMUGGLED)
        wire.expect(501)
        if not wire.ended():
            raise AssertionError("it goes on")


def bare_command(receiver):
    """A bare LF ends no command line, and what is behind it is not a command."""
    for line in (b"NOOP\nMAIL FROM:<a@client.example.test>", b"NOOP\rNOOP", b"NO\0OP", b"NOOP\r"):
        with Wire(receiver.port) as wire:
            wire.command("EHLO client.example.test")
            wire.send(line + b"\r\n")
            wire.expect(500)
            wire.command("QUIT", 221)


def test(tap, here):
    for mode in ("refuse", "normalise", "pass"):
        options = ["--bare-newline", mode]
        with support.Receiver(here, *options, domains=["example.test"]) as receiver:
            look_alikes(tap, receiver, mode)
            attempt(tap, mode + ": a refused chunk is not commands", refused_chunk, receiver)
            attempt(tap, mode + ": nor is a chunk of unknown size", unreadable_chunk, receiver)
            attempt(tap, mode + ": bare CR, LF and NUL in commands", bare_command, receiver)
            stolen = receiver.stored("victim@example.test")
            tap.check(not stolen, mode + ": still nothing for the victim")
            support.check_end(tap, receiver)


support.main(test)
