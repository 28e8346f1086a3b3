"""A DNS server that says what a test likes, and sets AD as if it had validated it."""

import contextlib
import socket
import struct
import threading

from connection import HOST, PATIENCE

A, NS, MX, TXT, AAAA, TLSA = 1, 2, 15, 16, 28, 52


def name_of(text):
    labels = [label.encode("ascii") for label in text.strip(".").split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def exchange(host, preference=10):
    return struct.pack(">H", preference) + name_of(host)


def text(line):
    octets = line.encode("ascii")
    return bytes([len(octets)]) + octets


def address(text):
    return socket.inet_aton(text)


class Dns:
    """records: {(name, kind): [rdata, ...]}; bogus: those of them to which it says SERVFAIL;
    signed: does it say AD, to whom asks by AD?"""

    def __init__(self, records, signed=True, bogus=()):
        self.records, self.signed, self.bogus = records, signed, bogus
        self.port = None
        self.asked = []

    def where(self):
        return "%s:%d" % (HOST, self.port)

    @contextlib.contextmanager
    def running(self):
        with socket.socket(type=socket.SOCK_DGRAM) as server:
            server.bind((HOST, 0))
            server.settimeout(0.1)
            self.port = server.getsockname()[1]
            ending = threading.Event()
            thread = threading.Thread(target=self.serve, args=(server, ending), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                ending.set()
                thread.join(PATIENCE)

    def serve(self, server, ending):
        while not ending.is_set():
            try:
                query, client = server.recvfrom(4096)
            except TimeoutError:
                continue
            server.sendto(self.answer(query), client)

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii").lower())
            at += 1 + query[at]
        end = at + 5
        (kind,) = struct.unpack(">H", query[at + 1 : at + 3])
        name = ".".join(labels)
        self.asked.append((name, kind))
        found = self.records.get((name, kind), [])
        known = any(name == each or each.endswith("." + name) for each, _ in self.records)
        code = 2 if (name, kind) in self.bogus else 0 if known else 3
        secure = 0x20 if self.signed and query[3] & 0x20 and not code == 2 else 0
        found = [] if code else found
        head = query[:2] + bytes([0x85, 0x80 | secure | code])
        head += struct.pack(">HHHH", 1, len(found), 0, 0)
        rows = b"".join(
            b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data for data in found
        )
        return head + query[12:end] + rows
