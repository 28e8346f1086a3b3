"""sansmtp-send under test: running it, reading what it says, and servers that do what they like."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading

from connection import HOST, PATIENCE, SENDER

OK, PERM, TEMP, PROTO, REFUSED = 0, 69, 75, 76, 77
WORDS = {"ok": OK, "perm": PERM, "temp": TEMP, "unknown": TEMP, "proto": PROTO, "refused": REFUSED}
NAME = "client.example.test"
TO = "user@example.test"

RECIPIENT = re.compile(r"RECIPIENT <(.*)> ([0-9]{3}|-) ([0-9]+\.[0-9]+\.[0-9]+|-)(?: (.*))?")


def program():
    """The sansmtp-send under test."""
    return os.path.abspath(sys.argv[2])


class Run:
    """One run, ended: its status, its last word, and (address, code, text) of each recipient."""

    def __init__(self, command, octets, environment):
        done = subprocess.run(
            command,
            input=octets,
            stdin=subprocess.DEVNULL if octets is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=300,
            env=environment,
        )
        self.status = done.returncode
        self.errors = done.stderr.decode("utf-8", "backslashreplace")
        self.out = done.stdout.decode("utf-8", "backslashreplace")
        lines = self.out.splitlines()
        self.result = lines[-1].partition("RESULT ")[2] if lines else ""
        lines = [line for line in lines if not line.startswith("COMMAND <")]
        found = [RECIPIENT.fullmatch(line) for line in lines[:-1]]
        self.well_formed = all(found)
        self.recipients = [match.groups() for match in found if match]

    def code(self, address):
        """The code told for an address, which must be told exactly once."""
        codes = [code for who, code, _, _ in self.recipients if who == address]
        return codes[0] if len(codes) == 1 else codes

    def __str__(self):
        return "%d\n%s\n%s" % (self.status, self.out[-3000:], self.errors[-3000:])


def send(server, path, *options, to=(TO,), sender=SENDER, tls="none", octets=None, **more):
    """Runs sansmtp-send. server is HOST:PORT, or a port on loopback; no path: no file."""
    if isinstance(server, int):
        server = "%s:%d" % (HOST, server)
    command = [program(), "--server", server, "--hello", NAME, "--from", sender]
    for address in to:
        command += ["--to", address]
    if tls:
        command += ["--tls", tls]
    return Run([*command, *options, *([path] if path else [])], octets, dict(os.environ, LC_ALL="C.UTF-8", **more))


def say(port, *options):
    """Runs sansmtp-send with commands, and no message."""
    command = [program(), "--server", "%s:%d" % (HOST, port), "--hello", NAME, "--tls", "none"]
    return Run([*command, *options], None, dict(os.environ, LC_ALL="C.UTF-8"))


def check(tap, name, run, result):
    """It ends with this result, and the status that belongs to it."""
    told = run.result == result and run.status == WORDS[result] and run.well_formed
    return tap.check(told, "%s: %s" % (name, result), run)


# -- servers that do what they like ---------------------------------------------------------------


class Peer:
    """What a script has of its connection."""

    def __init__(self, connection):
        self.socket = connection
        self.file = connection.makefile("rb")
        self.lines = []

    def say(self, text):
        self.socket.sendall(text.encode("latin-1") + b"\r\n")

    def hear(self):
        line = self.file.readline()
        self.lines.append(line)
        return line

    def offer(self, extensions=()):
        """The answer to EHLO; its first line is a greeting."""
        lines = ["script", *extensions]
        for line in lines[:-1]:
            self.say("250-" + line)
        self.say("250 " + lines[-1])

    def envelope(self, recipients=1, extensions=(), body=b"."):
        """Up to the 354, or the end of the message if body says by which line it ends."""
        self.say("220 script ESMTP")
        self.hear()
        self.offer(extensions)
        self.hear()
        self.say("250 2.1.0 sender")
        for _ in range(recipients):
            self.hear()
            self.say("250 2.1.5 recipient")
        self.hear()
        self.say("354 go")
        if body:
            while self.hear() not in (body + b"\r\n", b""):
                pass


@contextlib.contextmanager
def serving(*scripts):
    """A server whose connections are for one script(Peer) each, in this order. Yields its port, and
    a list of what went wrong."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        listener.settimeout(PATIENCE)
        problems = []

        def serve():
            try:
                for script in scripts:
                    connection, _ = listener.accept()
                    connection.settimeout(PATIENCE)
                    peer = Peer(connection)
                    with connection, peer.file:
                        script(peer)
            except OSError as problem:
                problems.append(problem)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], problems
        finally:
            thread.join(PATIENCE)


@contextlib.contextmanager
def scripted(script):
    """A server for one connection. Yields its port. If it goes wrong the client has gone: what that
    says of it is what is looked at."""
    with serving(script) as (port, _):
        yield port
