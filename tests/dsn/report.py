"""Reports as Python writes them through the shared library, in steps of any size; and what a random
one is made of.
"""

import ctypes
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [
    os.path.join(HERE, "..", "..", "examples", "ffi"),
    os.path.join(HERE, "..", "support"),
]

import abi

SPANS = ("sender", "reporting_mta", "boundary", "from", "message_id", "subject", "in_reply_to",
         "envelope_id", "received_from", "client_address", "text", "path", "original",
         "remote_mta", "log_id")
FAILED, DELAYED = abi.SANSMTP_DSN_FAILED, abi.SANSMTP_DSN_DELAYED
DELIVERED, RELAYED = abi.SANSMTP_DSN_DELIVERED, abi.SANSMTP_DSN_RELAYED
EXPANDED = abi.SANSMTP_DSN_EXPANDED
WORDS = {FAILED: "failed", DELAYED: "delayed", DELIVERED: "delivered", RELAYED: "relayed",
         EXPANDED: "expanded"}
BASE = dict(reporting_mta=b"mx.example", sender=b"<ada@client.example>", boundary=b"=_x/1",
            seconds=1770087906, offset_minutes=60)


class Refused(Exception):
    pass


def load(path):
    library = ctypes.CDLL(path)
    for name, (result, arguments) in abi.FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def fill(kind, values):
    """A struct of the ABI from plain values; it keeps the octets that its spans point to."""
    struct = kind(size=ctypes.sizeof(kind))
    struct.kept = []
    for name, value in values.items():
        if name in SPANS and value:
            buffer = ctypes.create_string_buffer(value, len(value))
            struct.kept.append(buffer)
            value = abi.sansmtp_span(ctypes.cast(buffer, ctypes.c_void_p), len(value))
        if not (name in SPANS and value == b""):
            setattr(struct, name, value)
    return struct


class Writer:
    """Memory for a step: as little as the library says, or as much as `random` likes."""

    def __init__(self, library, random=None):
        self.library, self.random = library, random
        self.written = b""

    def step(self, name, *arguments):
        function = getattr(self.library, "sansmtp_dsn_" + name)
        capacity = self.random.choice((0, 1, 40, 200, 70000)) if self.random else 0
        while True:
            out = ctypes.create_string_buffer(max(capacity, 1))
            length = ctypes.c_size_t()
            error = function(*arguments, out, capacity, ctypes.byref(length))
            if error == 0:
                self.written += out.raw[: length.value]
                return
            if error != abi.SANSMTP_ERR_ROOM or length.value <= capacity:
                raise Refused(name, error)
            capacity = length.value


def pieces(octets, random):
    at = 0
    while at < len(octets):
        size = random.choice((1, 2, 7, 100, 100000)) if random else len(octets)
        yield octets[at : at + size]
        at += size


def scan(library, boundary, message, random=None):
    found = fill(abi.sansmtp_dsn_scanned, dict(boundary=boundary))
    for piece in pieces(message, random):
        if library.sansmtp_dsn_scan(ctypes.byref(found), piece, len(piece)) != 0:
            raise Refused("scan")
    return found


def write(library, values, recipients, message=None, random=None, text=(), fields=(),
          explain=True):
    """(octets, needs, returns) of a report."""
    values = {**BASE, **values}
    values.setdefault("actions", 0)
    for recipient in recipients:
        values["actions"] |= recipient["action"]
    if message is not None:
        found = scan(library, values["boundary"], message, random)
        values["returned"] = ctypes.pointer(found)
    report = fill(abi.sansmtp_dsn_report, values)
    dsn = fill(abi.sansmtp_dsn, {})
    given = [fill(abi.sansmtp_dsn_fate, recipient) for recipient in recipients]
    writer = Writer(library, random)
    writer.step("begin", ctypes.byref(dsn), ctypes.byref(report))
    for line in text:
        writer.step("text", ctypes.byref(dsn), line, len(line))
    for recipient in given if explain else ():
        writer.step("explain", ctypes.byref(dsn), ctypes.byref(recipient))
    for name, value in fields:
        writer.step("field", ctypes.byref(dsn), name, len(name), value, len(value))
    for recipient in given:
        writer.step("recipient", ctypes.byref(dsn), ctypes.byref(recipient))
    for piece in pieces(message or b"", random):
        buffer = ctypes.create_string_buffer(piece, len(piece))
        span = abi.sansmtp_span(ctypes.cast(buffer, ctypes.c_void_p), len(piece))
        while span.length:
            writer.step("original", ctypes.byref(dsn), ctypes.byref(span))
    if message == b"":
        writer.step("original", ctypes.byref(dsn), ctypes.byref(abi.sansmtp_span(None, 0)))
    writer.step("end", ctypes.byref(dsn))
    return (writer.written, library.sansmtp_dsn_needs(ctypes.byref(dsn)),
            library.sansmtp_dsn_returns(ctypes.byref(report)))


# -- reports by chance -----------------------------------------------------------------------------

LOCALS = (b"bob", b"a+b", b'"a b"', b'"a\\"(b"', "j\u00f6rg".encode(), "\u65e5\u672c".encode(),
          b"x" * 60, b"=_x", b'"--"')
DOMAINS = (b"x.example", b"[192.0.2.1]", "b\u00fccher.example".encode(), b"y" * 60 + b".example")
JUNK = (b"no such user", b"\x1b[31mred", b"nul\0", b"\xff\xfe", "gr\u00fc\u00df".encode(), b"\t",
        b"a\rb", b"--=_x/1", b"--=_x/1--", b"", b" ", b"word " * 40, b"w" * 2000,
        "\u00e9".encode() * 700, b"  two  spaces ", b"=3D=\r", b"...", b"(comment", b"b\n--=_x/1")
CODES = {FAILED: (5, 4), DELAYED: (4,), DELIVERED: (2,), RELAYED: (2, 4, 5), EXPANDED: (2,)}
HEADERS = (b"Subject: hello\r\n", b"From: <a@b.example>\r\n", b"X-Long: " + b"l" * 1200 + b"\r\n",
           "Subject: gr\u00fc\u00df\r\n".encode(), b"X-Latin: \xe9\r\n", b"X-Cut: \xc3\r\n",
           b"X-Bare: a\rb\r\n", b"X-Nul: \0\r\n", b"X-Fold: a\r\n b\r\n", b"--=_x/1\r\n")
BODIES = (b"text\r\n", b"\r\n", b".\r\n", b"caf\xe9\r\n", "\u00fc\r\n".encode(), b"bare\nline\r\n",
          b"\0\r\n", b"l" * 1500 + b"\r\n", b"trailing \r\n", b"From here\r\n", b"=\r\n",
          b"--=_x/1x\r\n", b"--=_x/\r\n", b"no end", b"\r", b"\r\r\n")


def random_recipient(random):
    action = random.choice(list(WORDS))
    recipient = dict(action=action,
                     path=random.choice(LOCALS) + b"@" + random.choice(DOMAINS),
                     text=b"\n".join(random.choice(JUNK) for _ in range(random.randint(0, 3))),
                     last_attempt=random.choice((0, 1770000000)))
    if random.random() < 0.5:
        recipient["path"] = b"<" + recipient["path"] + b">"
    if random.random() < 0.7:
        recipient["code"] = 100 * random.choice(CODES[action]) + random.choice((50, 51, 99))
    if "code" in recipient and random.random() < 0.5:
        recipient["enhanced"] = recipient["code"] // 100 * 1000000 + random.choice((0, 1001, 7023))
    recipient["original"] = random.choice(
        (b"", b"rfc822;a+2Bb@x.example", b"utf-8;\\x{F6}@x.example", b"x400;/G=a/",
         "utf-8;\u00f6@x.example".encode(), b"utf-8;\\x{D800}@x", b"rfc822;bad+zz"))
    recipient["remote_mta"] = random.choice((b"", b"mx.x.example", b"bad name", b"[192.0.2.7]"))
    recipient["log_id"] = random.choice((b"", b"4F1B2", b"bad\0id"))
    if action == DELAYED and random.random() < 0.5:
        recipient["will_retry_until"] = 1770500000
    return recipient


def random_message(random):
    """None, or a message; sometimes of a sane sender, sometimes of anybody."""
    kind = random.random()
    if kind < 0.1:
        return None
    few = 2 if kind < 0.5 else len(HEADERS)
    header = b"".join(random.choice(HEADERS[:few]) for _ in range(random.randint(0, 4)))
    body = b"".join(random.choice(BODIES[: 3 if kind < 0.3 else len(BODIES)])
                    for _ in range(random.randint(0, 5)))
    return random.choice((header + b"\r\n" + body, header, header[:-2], header + b"\r\n"))


def random_report(random):
    """(values, recipients, message)"""
    values = dict(flags=random.choice((0, 1, 2, 3, 4, 5, 6, 7, 10, 14, 18, 32, 64)),
                  ret=random.choice((0, abi.SANSMTP_RET_FULL, abi.SANSMTP_RET_HDRS)),
                  limit=random.choice((0, 100, 1 << 40)),
                  arrival=random.choice((0, 1770000001)),
                  envelope_id=random.choice((b"", b"QQ314159", b"a+20b+2B", b"bad+x", b"a+0D+0Ab")),
                  received_from=random.choice((b"", b"c.example", b"odd_name", b"[192.0.2.9]")),
                  client_address=random.choice((b"", b"\xc0\0\2\1", b"\x20\1\r\xb8" + b"\0" * 12)),
                  in_reply_to=random.choice((b"", b"<1@client.example>", b"<bad id>", b"\r\n")),
                  message_id=random.choice((b"", b"<dsn.1@mx.example>")))
    recipients = [random_recipient(random) for _ in range(random.randint(1, 4))]
    return values, recipients, random_message(random)
