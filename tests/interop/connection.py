"""A bare connection: octets out, replies in, and nothing in between."""

import re
import socket
import ssl

HOST = "127.0.0.1"
SENDER = "sender@client.example.test"
PATIENCE = 30.0  # seconds for one step of a dialogue; far beyond what any should take


class Lost(AssertionError):
    """The peer is gone, where it had to say something."""


class Wire:
    """A connection that sends what it is told and reads replies, one at a time."""

    def __init__(
        self, port, patience=PATIENCE, greet=True, tls=None, receive_buffer=None, source=None
    ):
        self.socket = socket.socket()
        if source:
            self.socket.bind((source, 0))
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect((HOST, port))
        self.pending = b""
        if tls:
            self.start_tls(tls)
        if greet:
            self.expect(220)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def start_tls(self, context):
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def send(self, octets):
        self.socket.sendall(octets)

    def drip(self, octets):
        """One octet a write."""
        for octet in octets:
            self.socket.sendall(bytes([octet]))

    def line(self):
        """One line with its CRLF; b"" at the end of the stream."""
        while b"\r\n" not in self.pending:
            more = self.socket.recv(65536)
            if not more:
                if self.pending:
                    raise Lost("half a line at the end: %r" % self.pending)
                return b""
            self.pending += more
        line, self.pending = self.pending.split(b"\r\n", 1)
        return line + b"\r\n"

    def reply(self):
        """(code, all its lines); (None, b"") at the end of the stream. A reply that is not one
        by RFC 5321 4.2 is an error."""
        lines = b""
        code = None
        while True:
            line = self.line()
            if not line and not lines:
                return None, b""
            if not line:
                raise Lost("half a reply at the end: %r" % lines)
            found = re.fullmatch(rb"([2-5][0-5][0-9])([ -])([\t -~]|[^\0-\x7f])*\r\n", line)
            if not found or (code and found.group(1) != code):
                raise AssertionError("not a reply: %r behind %r" % (line, lines))
            code = found.group(1)
            lines += line
            if found.group(2) == b" ":
                return int(code), lines

    def expect(self, *codes):
        code, lines = self.reply()
        if code not in codes:
            problem = AssertionError if code else Lost
            raise problem("%r, not %s" % (lines, " or ".join(map(str, codes))))
        return lines

    def command(self, line, *codes):
        self.send(line.encode("utf-8") + b"\r\n")
        return self.expect(*(codes or (250,)))

    def envelope(self, *recipients, mail="", hello=True):
        if hello:
            self.command("EHLO client.example.test")
        self.command("MAIL FROM:<%s>%s" % (SENDER, mail and " " + mail))
        for recipient in recipients:
            self.command("RCPT TO:<%s>" % recipient)

    def ended(self):
        """Did the peer close, with nothing more to say? A reset says so as well."""
        try:
            return not self.pending and self.socket.recv(65536) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


def stuffed(message):
    """Transparency by RFC 5321 4.5.2, and the end of data. message is lines with CRLF."""
    body = b"." + message if message.startswith(b".") else message
    return body.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def attempt(tap, name, action, *arguments):
    """A check that action runs through; what stopped it, if not. Returns what it returned."""
    try:
        result = action(*arguments)
    except (AssertionError, OSError, RuntimeError, ssl.SSLError) as problem:
        tap.check(False, name, "%s: %s" % (type(problem).__name__, problem))
        return None
    tap.check(True, name)
    return result
