"""What the interop tests share: sansmtp-receive on a free loopback port in a folder of its own,
its Maildir, a bare connection, certificates, and the foreign clients.

A test is `<name>_test.py PROGRAM`, prints TAP, and leaves nothing behind.
"""

import contextlib
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tap import Tap

# A test finds all that it needs here.
from connection import HOST, PATIENCE, SENDER, Wire, attempt, stuffed
from peers import PEERS, missing, peer, run

HOSTNAME = "mx.example.test"

USER = "tester"
PASSWORD = "correct horse"

# What we put in front of a message; all behind it must be what came.
TRACE = re.compile(
    rb"Return-Path: <%s>\r\n"
    rb"(Received: [^\r\n]+\r\n(?:[ \t]+[^\r\n]+\r\n)*)" % re.escape(SENDER.encode("ascii"))
)
# RFC 5321 4.4, with the tls clause of RFC 8314 4.3.
RECEIVED = re.compile(
    rb"Received: from \S+ \((?:\S+ )?\[127\.0\.0\.1\]\)\s+by %s\s+with ([A-Z0-9]+)\s+id \S+"
    rb"(?:\s+for <\S+>)?(?:\s+tls [A-Z0-9_]+(?:\s+group \S+)?)?;"
    rb"\s+[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} 20[0-9]{2}"
    rb" [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}\r\n" % re.escape(HOSTNAME.encode("ascii"))
)


def program():
    """The sansmtp-receive under test."""
    return os.path.abspath(sys.argv[1])


@contextlib.contextmanager
def folder():
    """A folder that is gone afterwards, whatever happens."""
    path = tempfile.mkdtemp(prefix="sansmtp-interop-")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


# -- the receiver ---------------------------------------------------------------------------------


class Receiver:
    """sansmtp-receive, running. Used as a context, which ends it by its pid."""

    def __init__(self, here, *options, store=True, domains=("*",)):
        self.here = tempfile.mkdtemp(prefix="receiver-", dir=here)
        self.maildir = os.path.join(self.here, "mail")
        self.log_path = os.path.join(self.here, "log")
        self.out_path = os.path.join(self.here, "stdout")
        self.err_path = os.path.join(self.here, "stderr")
        command = [program(), "--listen", HOST + ":0", "--hostname", HOSTNAME]
        for domain in domains:
            command += ["--domain", domain]
        if store:
            command += ["--maildir", self.maildir]
        else:
            command += ["--store", "none"]
        self.command = command + list(options) + ["--log", self.log_path]
        self.process = None
        self.port = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        """Starts it (again), and waits until it says where it listens."""
        with open(self.out_path, "wb") as out, open(self.err_path, "ab") as err:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with open(self.out_path, "rb") as out:
                line, newline, _ = out.read().partition(b"\n")
            if newline:
                found = re.fullmatch(rb"listening on 127\.0\.0\.1:([0-9]+)", line)
                if not found:
                    raise RuntimeError("its first line is %r" % line)
                self.port = int(found.group(1))
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError(
            "it does not listen: %s\n%s" % (" ".join(self.command), self.errors())
        )

    def kill(self):
        """As kill -9; harmless if it has ended."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """SIGTERM; returns the exit status, or None if it did not end."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def errors(self):
        return slurp(self.err_path).decode("utf-8", "backslashreplace")

    def log(self):
        return slurp(self.log_path).decode("utf-8", "backslashreplace")

    def traced(self):
        """All that it said: what --trace shows is in it, wherever it goes."""
        return slurp(self.out_path) + slurp(self.err_path) + slurp(self.log_path)

    def anonymous(self):
        """Octets of anonymous memory in use."""
        with open("/proc/%d/status" % self.process.pid) as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
        raise RuntimeError("no RssAnon in /proc/PID/status")

    def files(self, kind):
        """All files in every `kind` (new, tmp) folder: (address folder, path)."""
        found = []
        if os.path.isdir(self.maildir):
            for address in sorted(os.listdir(self.maildir)):
                inner = os.path.join(self.maildir, address, kind)
                if os.path.isdir(inner):
                    found += [(address, os.path.join(inner, f)) for f in sorted(os.listdir(inner))]
        return found

    def stored(self, address=None):
        """The octets of each message in new/, of one address or of all."""
        name = address and urllib.parse.quote(address, safe="@+")
        return [slurp(path) for where, path in self.files("new") if name in (None, where)]


def slurp(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def written(here, name, octets):
    """The path of a new file."""
    path = os.path.join(here, name)
    with open(path, "wb") as file:
        file.write(octets)
    return path


def difference(stored, sent):
    """"" if stored is our trace headers and then sent, octet for octet; or where it is not."""
    head = TRACE.match(stored)
    if not head:
        return "no Return-Path and Received in front: %r" % stored[:200]
    cut = len(stored) - len(sent)
    if cut > 0 and stored[cut:] == sent and TRACE.fullmatch(stored[:cut]):
        return ""
    rest = stored[head.end() :]
    where = next((i for i, (a, b) in enumerate(zip(rest, sent)) if a != b), None)
    if where is None:
        where = min(len(rest), len(sent))
    near = slice(max(0, where - 20), where + 20)
    return "%d octets stored, %d sent, first difference at %d: %r, not %r" % (
        len(rest),
        len(sent),
        where,
        rest[near],
        sent[near],
    )


def received(stored, sent, protocol):
    """"" if our Received is well formed and says by which protocol (RFC 3848, RFC 6531 4.3) the
    message came; or what it says. sent is known to be what is behind it."""
    line = TRACE.fullmatch(stored[: len(stored) - len(sent)]).group(1)
    found = RECEIVED.fullmatch(line)
    if not found:
        return "not a Received by RFC 5321 4.4: %r" % line
    said = found.group(1).decode("ascii")
    if protocol and said != protocol:
        return "received with %s, not %s" % (said, protocol)
    return ""


def check_stored(tap, receiver, address, sent, name, count=1, protocol=None):
    """Exactly `count` messages for address, each what was sent."""
    stored = receiver.stored(address)
    if len(stored) != count:
        folders = sorted({where for where, _ in receiver.files("new")})
        why = "%d messages for %s, not %d; there are: %s" % (
            len(stored),
            address,
            count,
            " ".join(folders),
        )
    else:
        whys = (difference(octets, sent) or received(octets, sent, protocol) for octets in stored)
        why = next(filter(None, whys), "")
    return tap.check(not why, name, why)


def check_end(tap, receiver):
    """What holds for every receiver: nothing half stored, private files, a clean end."""
    status = receiver.stop()
    tap.check(status == 0, "SIGTERM ends it with 0", "%s\n%s" % (status, receiver.errors()))
    left = [path for _, path in receiver.files("tmp")]
    tap.check(not left, "tmp/ is empty", left)
    wide = [path for _, path in receiver.files("new") if os.stat(path).st_mode & 0o077]
    tap.check(not wide, "stored messages are the owner's alone", wide[:3])


# -- TLS and passwords ----------------------------------------------------------------------------


def certificate(here):
    """The receiver's options for a certificate made now, and a context that trusts it."""
    cert, key = os.path.join(here, "cert.pem"), os.path.join(here, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        + ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert]
        + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
    )
    return ["--tls-cert", cert, "--tls-key", key], ssl.create_default_context(cafile=cert)


def passwords(here):
    """The receiver's options for a file that knows USER and PASSWORD."""
    made = subprocess.run(
        ["openssl", "passwd", "-6", "-salt", "interop", PASSWORD],
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    path = os.path.join(here, "users")
    with open(path, "w", encoding="ascii") as file:
        file.write("%s:%s\n" % (USER, made.stdout.strip()))
    os.chmod(path, 0o600)
    return ["--auth-file", path]


# -- messages -------------------------------------------------------------------------------------


def message(subject, body="Plain text.\r\n"):
    """A small message that no client has a reason to change."""
    return (
        "From: <sender@client.example.test>\r\n"
        "To: <user@example.test>\r\n"
        "Subject: %s\r\n"
        "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
        "Message-ID: <%s@client.example.test>\r\n"
        "\r\n"
        "%s" % (subject, subject.replace(" ", "-"), body)
    ).encode("utf-8")


# Lines that transparency has to carry, none longer than RFC 5321 4.5.3.1.6 allows.
AWKWARD = (
    "A line.\r\n"
    ".\r\n"
    "..\r\n"
    "...three\r\n"
    ".hidden\r\n"
    "\r\n"
    "\r\n"
    ". \r\n"
    "From here on\r\n"
    " trailing space \r\n"
    "\ttab\r\n" + "x" * 998 + "\r\n" + "." * 998 + "\r\n"
    "the end\r\n"
)


def main(test):
    """Runs a test file: test(tap, here)."""
    tap = Tap()
    with folder() as here:
        try:
            test(tap, here)
        except Exception as problem:  # a test that stops half way has failed, whatever stopped it
            why = "%s: %s" % (type(problem).__name__, problem)
            tap.check(False, "the test runs to its end", why)
            raise
        finally:
            status = tap.done()
    sys.exit(status)
