"""A DNS server that says what a test likes, and sets AD as if it had validated it."""

import contextlib
import socket
import struct
import threading

from connection import HOST, PATIENCE

A, NS, CNAME, MX, TXT, AAAA, TLSA = 1, 2, 5, 15, 16, 28, 52


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
    signed: does it say AD, to whom asks by AD? unsigned: names of which it does not; lie(query,
    answer, tcp): what it says instead. Who asks for something else is led on by a CNAME."""

    def __init__(self, records, signed=True, bogus=(), unsigned=()):
        self.records, self.signed, self.bogus, self.unsigned = records, signed, bogus, unsigned
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
        aliases = []
        while kind != CNAME and (name, CNAME) in self.records:
            aliases.append((name, self.records[name, CNAME]))
            name = aliases[-1][1]
        found = self.records.get((name, kind), [])
        if kind == CNAME and found:
            found = [name_of(found)]
        known = any(name == each or each.endswith("." + name) for each, _ in self.records)
        code = 2 if (name, kind) in self.bogus else 0 if known else 3
        signed = self.signed and not {name, *dict(aliases)} & set(self.unsigned)
        secure = 0x20 if signed and query[3] & 0x20 and not code == 2 else 0
        rows = [] if code == 2 else [(owner, CNAME, name_of(to)) for owner, to in aliases]
        rows += [] if code else [(name, kind, data) for data in found]
        head = query[:2] + bytes([0x85, 0x80 | secure | code])
        head += struct.pack(">HHHH", 1, len(rows), 0, 0)
        return head + query[12:end] + b"".join(
            (b"\xc0\x0c" if owner == ".".join(labels) else name_of(owner))
            + struct.pack(">HHIH", each, 1, 60, len(data)) + data
            for owner, each, data in rows
        )
