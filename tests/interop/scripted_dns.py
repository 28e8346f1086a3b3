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
    signed: does it say AD, to whom asks by AD? lie(query, answer, tcp): what it says instead."""

    def __init__(self, records, signed=True, bogus=()):
        self.records, self.signed, self.bogus = records, signed, bogus
        self.port, self.lie = None, None
        self.asked = []

    def where(self):
        return "%s:%d" % (HOST, self.port)

    @contextlib.contextmanager
    def running(self):
        with contextlib.ExitStack() as stack:
            server, listener = self.sockets(stack)
            ending = threading.Event()
            threads = [threading.Thread(target=work, args=(each, ending), daemon=True)
                       for work, each in ((self.serve, server), (self.accept, listener))]
            for thread in threads:
                thread.start()
            try:
                yield self
            finally:
                ending.set()
                for thread in threads:
                    thread.join(PATIENCE)

    def sockets(self, stack):
        """By UDP and by TCP, on one port."""
        while True:
            server = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            listener = stack.enter_context(socket.socket())
            server.bind((HOST, 0))
            self.port = server.getsockname()[1]
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                listener.bind((HOST, self.port))
                listener.listen(16)
                server.settimeout(0.1)
                listener.settimeout(0.1)
                return server, listener

    def said(self, query, tcp):
        """What is said to a query, in its order."""
        answer = self.answer(query)
        return self.lie(query, answer, tcp) if self.lie else [answer]

    def serve(self, server, ending):
        while not ending.is_set():
            try:
                query, client = server.recvfrom(4096)
            except TimeoutError:
                continue
            for answer in self.said(query, False):
                server.sendto(answer, client)

    def accept(self, listener, ending):
        while not ending.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            threading.Thread(target=self.serve_stream, args=(connection,), daemon=True).start()

    def serve_stream(self, connection):
        connection.settimeout(PATIENCE)
        with connection, connection.makefile("rb") as file, contextlib.suppress(OSError):
            while head := file.read(2):
                query = file.read(*struct.unpack(">H", head))
                for answer in self.said(query, True):
                    connection.sendall(struct.pack(">H", len(answer)) + answer)

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
