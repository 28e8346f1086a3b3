"""Octets as they are: what a plain socket and Python's smtplib send is what is stored."""

import os
import random
import smtplib
import socket

import support
from support import HOST, Wire, attempt, check_stored, stuffed

SEED = 20261121
MEBIBYTE = 1 << 20


def text(size):
    """Lines of every length up to 998, of all octets but CR and LF, many dots in front."""
    source = random.Random(SEED)
    keep = bytes(octet if octet not in b"\r\n" else 0x2E for octet in range(256))
    lines = []
    while size > 0:
        length = min(source.randrange(999), max(0, size - 2))
        dots = b"." * min(length, source.choice([0, 0, 1, 2, 3]))
        line = dots + source.randbytes(length - len(dots)).translate(keep) + b"\r\n"
        lines.append(line)
        size -= len(line)
    return b"".join(lines)


def orders():
    """Every octet, in several orders, and CR and LF alone, at the ends, and in pairs."""
    source = random.Random(SEED)
    every = bytes(range(256))
    yield "ascending", every
    yield "descending", every[::-1]
    for number in range(3):
        shuffled = list(every)
        source.shuffle(shuffled)
        yield "shuffled-%d" % number, bytes(shuffled) * 5
    pairs = b"".join(bytes([octet, end]) for octet in every for end in b"\r\n.")
    yield "pairs", pairs
    yield "cr", b"\r"
    yield "lf", b"\n"
    yield "lone", b"\n\r\r\n\n.\n.\r.\r\n.\n\r\n.\r\r\n"
    yield "ends", b"\r\n.\r\n" * 50 + b"QUIT\r\n"
    yield "random", source.randbytes(100003)


# What transparency (RFC 5321 4.5.2) must carry.
CORNERS = [
    ("empty", b""),
    ("crlf", b"\r\n"),
    ("dot", b".\r\n"),
    ("dots", b"..\r\n"),
    ("dot-first", b".x\r\ny\r\n"),
    ("two-dots-first", b"..x\r\n"),
    ("dot-last", b"x\r\n.\r\n"),
    ("dots-last", b"x\r\n..\r\n"),
    ("only-dots", b".\r\n..\r\n...\r\n.\r\n"),
    ("dot-lines", b".\r\n" * 5000),
    ("blank-then-dot", b"\r\n\r\n.x\r\n\r\n.\r\n"),
    ("dot-space", b". \r\n.\t\r\n"),
    ("dot-inside", b"a.\r\nb.c\r\n"),
    ("long", b"x" * 998 + b"\r\n" + b"." * 998 + b"\r\n"),
    ("longer", b"x" * 100000 + b"\r\n" + b"." * 100000 + b"\r\n"),
    ("no-header", b"just a line\r\n"),
    ("leading-space", b" looks like a folded line\r\n"),
    ("nul", b"a\0b\r\n\0\r\n"),
]


def odd_chunks(message):
    """The message in chunks of odd sizes, empty ones and an empty last among them."""
    sizes = [1, 3, 7, 0, 255, 257, 4099, 65521]
    at = number = 0
    while at < len(message):
        size = sizes[number % len(sizes)]
        yield message[at : at + size]
        at += size
        number += 1


def by_data(receiver, to, message):
    with Wire(receiver.port) as wire:
        wire.envelope(to)
        wire.command("DATA", 354)
        wire.send(stuffed(message))
        wire.expect(250)
        wire.command("QUIT", 221)


def by_bdat(receiver, to, message, chunks):
    with Wire(receiver.port) as wire:
        hello = wire.command("EHLO client.example.test")
        for keyword in (b"CHUNKING", b"BINARYMIME"):
            if keyword not in hello:
                raise AssertionError("%r is not announced: %r" % (keyword, hello))
        wire.envelope(to, mail="BODY=BINARYMIME", hello=False)
        for chunk in chunks:
            wire.send(b"BDAT %d\r\n" % len(chunk) + chunk)
            wire.expect(250)
        wire.send(b"BDAT 0 LAST\r\n")
        wire.expect(250)
        wire.command("QUIT", 221)


def large(tap, receiver):
    message = text(10 * MEBIBYTE)

    def by_smtplib():
        with smtplib.SMTP(HOST, receiver.port, "client.example.test", timeout=120) as client:
            client.sendmail("sender@client.example.test", ["smtplib@example.test"], message)

    attempt(tap, "smtplib sends 10 MiB", by_smtplib)
    check_stored(tap, receiver, "smtplib@example.test", message, "10 MiB by DATA are unchanged")
    binary = random.Random(SEED).randbytes(10 * MEBIBYTE)
    chunks = [binary[at : at + 65521] for at in range(0, len(binary), 65521)]
    to = "binary@example.test"
    attempt(tap, "10 MiB of any octets by BDAT", by_bdat, receiver, to, binary, chunks)
    check_stored(tap, receiver, to, binary, "10 MiB by BDAT are unchanged")


def every_octet(tap, receiver):
    for name, message in orders():
        to = "octets-%s@example.test" % name
        chunks = list(odd_chunks(message))
        attempt(tap, "octets, %s, by BDAT" % name, by_bdat, receiver, to, message, chunks)
        check_stored(tap, receiver, to, message, "octets, %s, are unchanged" % name)


def corners(tap, receiver):
    for name, message in CORNERS:
        to = "dots-%s@example.test" % name
        attempt(tap, "dots, %s, by DATA" % name, by_data, receiver, to, message)
        check_stored(tap, receiver, to, message, "dots, %s, are unchanged" % name)


def whole_session(to, message):
    """Two messages and the answers to them, as one pipelined write."""
    envelope = b"MAIL FROM:<sender@client.example.test>\r\nRCPT TO:<%s>\r\n" % to.encode("ascii")
    sent = b"EHLO client.example.test\r\n" + envelope
    sent += b"BDAT %d LAST\r\n" % len(message) + message
    sent += envelope + b"DATA\r\n" + stuffed(message) + b"NOOP\r\nQUIT\r\n"
    return sent, [250, 250, 250, 250, 250, 250, 354, 250, 250, 221]


def session_by(receiver, sent, answers, write):
    with Wire(receiver.port) as wire:
        write(wire, sent)
        said = [wire.reply()[0] for _ in answers]
        if said != answers:
            raise AssertionError("answers %s, not %s" % (said, answers))
        if not wire.ended():
            raise AssertionError("it did not close behind 221")


def cuts(tap, receiver):
    message = support.message("one write", support.AWKWARD)
    ways = [
        ("one-write", lambda wire, sent: wire.send(sent)),
        ("an-octet-a-write", lambda wire, sent: wire.drip(sent)),
    ]
    for name, write in ways:
        to = name + "@example.test"
        sent, answers = whole_session(to, message)
        attempt(tap, "a whole session, %s" % name, session_by, receiver, sent, answers, write)
        check_stored(tap, receiver, to, message, "both messages, %s" % name, count=2)


def half_closed(receiver, to, message):
    """A peer that says all it has to say and ends its half still gets every answer."""
    sent, answers = whole_session(to, message)
    with Wire(receiver.port) as wire:
        wire.send(sent)
        wire.socket.shutdown(socket.SHUT_WR)
        said = [wire.reply()[0] for _ in answers]
        if said != answers:
            raise AssertionError("answers %s, not %s" % (said, answers))


def cut_off(receiver, to, *commands):
    """A message that does not come to its end; the connection does."""
    with Wire(receiver.port) as wire:
        wire.envelope(to)
        for octets, code in commands:
            wire.send(octets)
            if code:
                wire.expect(code)
        wire.socket.shutdown(socket.SHUT_WR)
        code, lines = wire.reply()
        if code and code < 400:
            raise AssertionError("it is accepted: %r" % lines)


def ends(tap, receiver):
    message = support.message("half closed", support.AWKWARD)
    to = "half-closed@example.test"
    attempt(tap, "half-close behind the last command", half_closed, receiver, to, message)
    check_stored(tap, receiver, to, message, "half-close: both messages", count=2)
    data = (b"DATA\r\n", 354)
    message = b"Subject: cut off\r\n\r\na line\r\n"
    cuts = [
        ("body", data, (message, None)),
        ("dot", data, (message + b".", None)),
        ("dot-cr", data, (message + b".\r", None)),
        ("bare-end", data, (message + b".\n", None)),
        ("nothing", data),
        ("chunk", (b"BDAT 100 LAST\r\n" + b"x" * 99, None)),
        ("not-last", (b"BDAT 3\r\nx\r\n", 250)),
        ("no-chunk", (b"BDAT 0 LAST\r", None)),
    ]
    for name, *commands in cuts:
        to = "cut-%s@example.test" % name
        attempt(tap, "cut off: %s" % name, cut_off, receiver, to, *commands)
        tap.check(not receiver.stored(to), "cut off: %s: not stored" % name)


def lmtp(tap, receiver):
    """RFC 2033 4.2: a reply for each accepted recipient, by DATA and by BDAT LAST."""
    message = support.message("lmtp", support.AWKWARD)

    def transaction(last):
        with Wire(receiver.port) as wire:
            wire.command("LHLO client.example.test")
            wire.envelope("one@example.test", "two@example.test", hello=False)
            wire.command("RCPT TO:<stranger@elsewhere.test>", 550)
            last(wire)
            wire.expect(250)
            wire.expect(250)
            wire.command("QUIT", 221)

    def data(wire):
        wire.command("DATA", 354)
        wire.send(stuffed(message))

    def bdat(wire):
        wire.send(b"BDAT %d LAST\r\n" % len(message) + message)

    attempt(tap, "LMTP by DATA, two answers", transaction, data)
    attempt(tap, "LMTP by BDAT, two answers", transaction, bdat)
    for to in ("one@example.test", "two@example.test"):
        check_stored(tap, receiver, to, message, "LMTP: %s has both" % to, count=2)


def not_offered(receiver):
    """RFC 5321 4.1.1.11: parameters of extensions that were not offered are refused by 555."""
    with Wire(receiver.port) as wire:
        hello = wire.command("EHLO client.example.test")
        if b"DSN" in hello or b"AUTH" in hello or b"STARTTLS" in hello:
            raise AssertionError("offered: %r" % hello)
        wire.command("MAIL FROM:<sender@client.example.test> RET=HDRS ENVID=x", 555)
        wire.command("MAIL FROM:<sender@client.example.test>")
        wire.command("RCPT TO:<user@example.test> NOTIFY=SUCCESS", 555)
        wire.command("STARTTLS", 500, 502, 503)
        wire.command("QUIT", 221)


def escape(tap, receiver):
    """No address can leave the Maildir."""
    hostile = [
        '"../../../escaped"@example.test',
        '"/tmp/escaped"@example.test',
        "/etc/escaped@example.test",
        '".."@example.test',
        '"."@example.test',
        '"\\.\\./escaped"@example.test',
        "%2e%2e%2fescaped@example.test",
        '"a\\"b"@example.test',
        "x" * 64 + "@example.test",
        "new/tmp@example.test",
    ]
    message = support.message("escape")
    before = set(os.listdir(receiver.here)) | {"mail"}

    for address in hostile:
        attempt(tap, "%s is taken" % address, by_data, receiver, address, message)
    stored = [octets for octets in receiver.stored() if octets.endswith(message)]
    tap.check(len(stored) == len(hostile), "each is stored", len(stored))
    strange = []
    for where, _, names in os.walk(receiver.maildir):
        below = os.path.relpath(where, receiver.maildir).split(os.sep)
        if names and (len(below) != 2 or below[1] != "new" or below[0].startswith(".")):
            strange.append(where)
    tap.check(not strange, "all in DIR/<one name>/new", strange)
    beside = set(os.listdir(receiver.here)) - before
    tap.check(not beside, "nothing is beside the Maildir", beside)


def test(tap, here):
    with support.Receiver(here) as receiver:
        large(tap, receiver)
        every_octet(tap, receiver)
        corners(tap, receiver)
        cuts(tap, receiver)
        ends(tap, receiver)
        attempt(tap, "what is not offered is refused", not_offered, receiver)
        support.check_end(tap, receiver)
    with support.Receiver(here, "--lmtp", domains=["example.test"]) as receiver:
        lmtp(tap, receiver)
        support.check_end(tap, receiver)
    with support.Receiver(here) as receiver:
        escape(tap, receiver)
        support.check_end(tap, receiver)


support.main(test)
