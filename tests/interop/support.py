"""What the interop tests share: sansmtp-receive on a free loopback port in a folder of its own,
its Maildir, a bare connection, certificates, and the foreign clients.

A test is `<name>_test.py PROGRAM`, prints TAP, and leaves nothing behind.
"""

import os
import re
import ssl
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tap import Tap

# A test finds all that it needs here.
from connection import HOST, PATIENCE, SENDER, Lost, Wire, attempt, stuffed
from daemon import Daemon, crashed, slurp
from peers import PEERS, missing, peer, run
from tidy import folder

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


# -- the receiver ---------------------------------------------------------------------------------


class Receiver(Daemon):
    """sansmtp-receive, running."""

    def __init__(self, here, *options, store=True, domains=("*",)):
        super().__init__(here, "receiver")
        command = [program(), "--listen", HOST + ":0", "--hostname", HOSTNAME]
        for domain in domains:
            command += ["--domain", domain]
        if store:
            command += ["--maildir", self.maildir]
        else:
            command += ["--store", "none"]
        self.command = command + list(options) + ["--log", self.log_path]
        self.port = None

    def start(self):
        """Starts it (again), and waits until it says where it listens."""
        self.launch()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            line, newline, _ = slurp(self.out_path).partition(b"\n")
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

    def traced(self):
        """All that it said: what --trace shows is in it, wherever it goes."""
        return slurp(self.out_path) + slurp(self.err_path) + slurp(self.log_path)


def written(here, name, octets):
    """The path of a new file."""
    path = os.path.join(here, name)
    with open(path, "wb") as file:
        file.write(octets)
    return path


def first_difference(stored, sent):
    where = len(os.path.commonprefix([stored, sent]))
    near = slice(max(0, where - 20), where + 20)
    return "%d octets stored, %d sent, first difference at %d: %r, not %r" % (
        len(stored),
        len(sent),
        where,
        stored[near],
        sent[near],
    )


def difference(stored, sent):
    """"" if stored is our trace headers and then sent, octet for octet; or where it is not."""
    head = TRACE.match(stored)
    if not head:
        return "no Return-Path and Received in front: %r" % stored[:200]
    cut = len(stored) - len(sent)
    if cut > 0 and stored[cut:] == sent and TRACE.fullmatch(stored[:cut]):
        return ""
    return first_difference(stored[head.end() :], sent)


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


def ends(tap, name, command, status, *words, out=b""):
    """A program ends by itself with this status, and says all these words on standard error."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE
    )
    said = done.stderr.decode("utf-8", "backslashreplace")
    why = "%d: %s" % (done.returncode, said)
    tap.check(done.returncode == status, "%s: ends with %d" % (name, status), why)
    absent = [word for word in words if word not in said]
    tap.check(not absent and out in done.stdout, "%s: says what and why" % name, why)


def main(test):
    """Runs a test file: test(tap, here)."""
    tap = Tap()
    try:
        with folder() as here:
            try:
                test(tap, here)
            except Exception:
                for line in "\n".join(crashed()).splitlines():
                    tap.say(line)
                raise
    except Exception as problem:  # a test that stops half way has failed, whatever stopped it
        why = "%s: %s" % (type(problem).__name__, problem)
        tap.check(False, "the test runs to its end", why)
        raise
    finally:
        status = tap.done()
    sys.exit(status)
