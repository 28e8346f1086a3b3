"""A next hop that answers as a test likes, for as many connections as come, and writes down what it
was given: the thing that no real server does on demand is to fail at one place only.
"""

import contextlib
import re
import socket
import ssl
import threading

from connection import PATIENCE

OFFERS = ("PIPELINING", "8BITMIME", "DSN", "SIZE 10000000")
LOST = None  # as an answer: hang up instead

USUAL = {
    "CONNECT": "220 hop ready",
    "EHLO": "",
    "HELO": "250 hop",
    "STARTTLS": "220 go",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go",
    "END": "250 2.0.0 taken",
    "BDAT": "250 2.0.0 octets",
    "RSET": "250 2.0.0 reset",
    "QUIT": "221 2.0.0 bye",
}


class Message:
    def __init__(self, mail):
        self.mail = mail
        self.recipients = []
        self.octets = bytearray()


class Server:
    """Takes connections at an address, IPv6 too, and counts them: all, open, most at a time."""

    def __init__(self, address, port):
        self.address, self.port = address, port
        self.sessions = self.open = self.most = 0
        self.lock = threading.Lock()

    @contextlib.contextmanager
    def running(self):
        with socket.socket(family_of(self.address)) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(self.place())
            listener.listen(128)
            thread = threading.Thread(target=self.accept, args=(listener,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                listener.shutdown(socket.SHUT_RDWR)
                thread.join(PATIENCE)

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with self.lock:
            self.sessions += 1
            self.open += 1
            self.most = max(self.most, self.open)
        connection.settimeout(PATIENCE)
        try:
            self.talk(connection)
        except OSError:
            pass  # the client has gone: what it says of it is what is looked at
        finally:
            connection.close()
            with self.lock:
                self.open -= 1

    def place(self):
        """A path is a Unix socket, whatever the port."""
        return self.address if "/" in self.address else (self.address, self.port)

    def talk(self, connection):
        raise NotImplementedError


def family_of(address):
    if "/" in address:
        return socket.AF_UNIX
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Raw(Server):
    """One that does what talk does with a connection, until that returns; lines: what it heard by
    hear()."""

    def __init__(self, address, port, talk):
        super().__init__(address, port)
        self.script = talk
        self.lines = []

    def talk(self, connection):
        self.script(self, connection)

    def hear(self, file):
        """A line; None at the end."""
        line = file.readline()
        self.lines.append(line.decode("utf-8", "replace").strip())
        return line or None

    def stay(self, connection):
        """Says nothing any more, until the other side goes."""
        while connection.recv(65536):
            pass


class Hop(Server):
    """answers: {place: answer or [answer, ...]}, a place of USUAL; of a list each once, the last
    for good; an answer may be a function of the line. Taken is a message once END says 250; by
    LMTP, where END is asked for each recipient and its line, for those to whom it says so."""

    def __init__(self, address, port, answers=None, offers=OFFERS, tls=None, lmtp=False):
        super().__init__(address, port)
        self.answers = {}
        for place, answer in {**USUAL, **(answers or {})}.items():
            self.answers[place] = list(answer) if isinstance(answer, list) else [answer]
        self.offers, self.tls, self.lmtp = list(offers), tls, lmtp
        self.taken, self.lines = [], []

    def answer(self, place, line=b""):
        with self.lock:
            left = self.answers[place]
            found = left[0] if len(left) == 1 else left.pop(0)
        return found(line) if callable(found) else found

    def talk(self, connection):
        Dialogue(self, connection).run()

    def said(self, pattern):
        """The lines that were heard and match."""
        return [line for line in list(self.lines) if re.search(pattern, line, re.IGNORECASE)]


class Dialogue:
    def __init__(self, hop, connection):
        self.hop, self.socket = hop, connection
        self.file = connection.makefile("rb")
        self.message, self.secure = None, False

    def say(self, text):
        """False: hang up."""
        if text is LOST:
            return False
        self.socket.sendall(text.encode("utf-8") + b"\r\n")
        return not text.startswith("421")

    def run(self):
        going = self.say(self.hop.answer("CONNECT"))
        while going:
            line = self.file.readline()
            if not line:
                return
            self.hop.lines.append(line.decode("utf-8", "replace").strip())
            verb = line.split()[0].upper().decode("ascii", "replace") if line.split() else ""
            going = getattr(self, "on_" + verb.lower(), self.on_other)(verb, line)

    def on_other(self, verb, line):
        known = verb in self.hop.answers
        return self.say(self.hop.answer(verb, line) if known else "500 5.5.2 what?") and (
            verb != "QUIT"
        )

    def on_lhlo(self, verb, line):
        return self.on_ehlo(verb, line)

    def on_ehlo(self, verb, line):
        answer = self.hop.answer("EHLO", line)
        if answer != "":
            return self.say(answer)
        offers = ["hop", *self.hop.offers]
        if self.hop.tls and not self.secure:
            offers.append("STARTTLS")
        lines = ["250-" + offer for offer in offers[:-1]] + ["250 " + offers[-1]]
        return self.say("\r\n".join(lines))

    def on_starttls(self, verb, line):
        answer = self.hop.answer("STARTTLS", line)
        going = self.say(answer)
        if going and answer.startswith("220"):
            try:
                self.socket = self.hop.tls.wrap_socket(self.socket, server_side=True)
            except ssl.SSLError:
                return False
            self.file = self.socket.makefile("rb")
            self.secure = True
        return going

    def on_mail(self, verb, line):
        answer = self.hop.answer("MAIL", line)
        taken = answer and answer.startswith("250")
        self.message = Message(line.decode("utf-8").strip()) if taken else None
        return self.say(answer)

    def on_rcpt(self, verb, line):
        if not self.message:
            return self.say("503 5.5.1 no sender")
        answer = self.hop.answer("RCPT", line)
        if answer and answer.startswith("250"):
            self.message.recipients.append(line.decode("utf-8").strip()[8:])
        return self.say(answer)

    def on_data(self, verb, line):
        if not (self.message and self.message.recipients):
            return self.say("503 5.5.1 nobody to send it to")
        answer = self.hop.answer("DATA", line)
        if not self.say(answer) or not answer.startswith("354"):
            return answer is not LOST and not answer.startswith("421")
        while True:
            text = self.file.readline()
            if not text:
                return False
            if text == b".\r\n":
                return self.end()
            self.message.octets += text[1:] if text.startswith(b".") else text

    def on_bdat(self, verb, line):
        words = line.split()
        self.message.octets += self.file.read(int(words[1]))
        if len(words) > 2:
            return self.end()
        return self.say(self.hop.answer("BDAT", line))

    def end_each(self):
        """False: hang up, what was answered before stands."""
        wanted, self.message.recipients = self.message.recipients, []
        with self.hop.lock:
            self.hop.taken.append(self.message)
        for recipient in wanted:
            answer = self.hop.answer("END", recipient)
            if answer and answer.startswith("250"):
                self.message.recipients.append(recipient)
            if not self.say(answer):
                return False
        self.message = None
        return True

    def end(self):
        if self.hop.lmtp:
            return self.end_each()
        answer = self.hop.answer("END")
        if answer and answer.startswith("250"):
            with self.hop.lock:
                self.hop.taken.append(self.message)
        self.message = None
        return self.say(answer)
