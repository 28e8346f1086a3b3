"""Foreign servers on a free loopback port, and what they stored."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time

import support
import tidy
from connection import HOST, PATIENCE
from ports import free_port
from sender import check, send
from support import PASSWORD, USER


def listens(port, address=HOST):
    try:
        socket.create_connection((address, port), PATIENCE).close()
    except OSError:
        return False
    return True


def end(process, whole_session):
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        if whole_session:
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
    tidy.ended(process)


@contextlib.contextmanager
def running(command, port, address=HOST, **more):
    """Runs a server until it listens, and then until the context ends. Yields what it said."""
    with open(os.path.join(more.get("cwd", "."), "said"), "w+b") as said:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, **more
        )
        tidy.watch(process)
        try:
            deadline = time.monotonic() + PATIENCE
            while not listens(port, address):
                if process.poll() is not None or time.monotonic() > deadline:
                    said.seek(0)
                    raise RuntimeError("%s: %r" % (command, said.read()[-3000:]))
                time.sleep(0.02)
            yield process
        finally:
            end(process, more.get("start_new_session"))


def eventually(look, wanted):
    """What look() gives once it is what is wanted, or PATIENCE is over."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = look()
        if found == wanted or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def tells(log, *words):
    """A line of what log() gives has, sooner or later, all these words."""

    def told():
        return any(all(word in line for word in words) for line in log().splitlines())

    return eventually(told, True)


def files_in(folder):
    """The octets of all files in a folder, oldest name first."""
    if not os.path.isdir(folder):
        return []
    return [support.slurp(os.path.join(folder, name)) for name in sorted(os.listdir(folder))]


def login(here, password=PASSWORD, user=USER):
    """The options by which sansmtp-send logs in."""
    name = "password-" + password.replace(" ", "-")
    path = support.written(here, name, password.encode() + b"\n")
    return "--auth-user", user, "--auth-password-file", path


def deliver(tap, here, port, name, sent, *options, result="ok", **more):
    """One run, and a check of what it says."""
    path = support.written(here, "message-to-send", sent)
    run = send(port, path, *options, **more)
    check(tap, name, run, result)
    return run


# -- messages to one server, and what it has of them ----------------------------------------------

# The fields that servers write in front of a message.
ADDED = re.compile(
    rb"(?:(?:Return-Path|Delivered-To|X-Original-To|Envelope-[Tt]o|Received): [^\r\n]+\r?\n"
    rb"(?:[ \t]+[^\r\n]+\r?\n)*)*"
)
EIGHT_BIT = bytes(range(0x80, 0x100)) + b"\r\n.\xff\r\n\xfe\r\n"  # no UTF-8
LARGE = (b"." + b"x" * 61 + b"\r\n") * ((10 << 20) // 64)


def difference(stored, sent):
    """"" if stored is the server's fields and then sent, octet for octet; or where it is not."""
    front = stored[: max(0, len(stored) - len(sent))]
    if stored[len(front) :] == sent and ADDED.fullmatch(front):
        return ""
    front = ADDED.match(stored).group()
    told = support.first_difference(stored[len(front) :], sent)
    return "%s; in front: %r" % (told, front[:300])


class Deliveries:
    """Runs of sansmtp-send to one server. has(address) gives what it stored for an address."""

    def __init__(self, tap, here, peer, has, newline=b"\n"):
        self.tap, self.here, self.peer, self.has, self.newline = tap, here, peer, has, newline

    def send(self, port, name, sent, *options, **more):
        """One run; its waits are short, for a server that hangs."""
        wait = ("--timeout", "%d" % PATIENCE)
        return deliver(self.tap, self.here, port, name, sent, *wait, *options, **more)

    def arrived(self, name, address, sent):
        """The server has it once, unchanged."""
        sent = sent.replace(b"\r\n", self.newline)
        eventually(lambda: len(self.has(address)), 1)
        whys = [difference(octets, sent) for octets in self.has(address)]
        self.tap.check(whys == [""], "%s: %s has it unchanged" % (name, address), whys)

    def one(self, port, name, *options, body=support.AWKWARD, to=None, end=b"", **more):
        """A message to one recipient. It is stored with this end behind it."""
        name = "%s, %s" % (self.peer, name)
        address = to or name.replace(", ", "-").replace(" ", "-").lower() + "@example.test"
        sent = message(name, body)
        run = self.send(port, name, sent, *options, to=(address,), **more)
        told = run.code(address) == "250" and len(run.recipients) == 1
        if self.tap.check(told, "%s: 250 is told of %s" % (name, address), run):
            self.arrived(name, address, sent + end)
        return run

    def bodies(self, port, name, *options, **more):
        """Lines that begin with dots and lines of full length; 8-bit octets; 10 MiB; nothing."""
        self.one(port, name + " awkward", *options, **more)
        self.one(port, name + " eight bits", *options, body=EIGHT_BIT, **more)
        self.one(port, name + " large", *options, body=LARGE, **more)
        self.one(port, name + " empty", *options, body=b"", **more)

    def several(self, port, name, *options, refusal=("550", "5"), **more):
        """Five recipients; the one in the middle, refused@example.test, is refused, with this
        code and an enhanced one of this class."""
        name = "%s, %s" % (self.peer, name)
        user = name.replace(", ", "-").replace(" ", "-").lower()
        to = ["%s-%d@example.test" % (user, i) for i in range(5)]
        to[2] = "refused@example.test"
        sent = message(name, support.AWKWARD)
        run = self.send(port, name, sent, *options, result="perm", to=to, **more)
        told = [(who, code, enhanced[:1]) for who, code, enhanced, _ in run.recipients]
        wanted = {(who, *refusal) if who == to[2] else (who, "250", "2") for who in to}
        once = len(told) == len(to) and set(told) == wanted
        self.tap.check(once, "%s: each is told of once, and how" % name, run)
        for address in to[:2] + to[3:]:
            self.arrived(name, address, sent)
        self.tap.check(not self.has(to[2]), "%s: nothing came for %s" % (name, to[2]))

    def reported(self, port, *lines):
        """By a server that reports to the sender, whom it serves too: with all these lines, where
        a report is asked for, and not at all, where none is."""
        sender, nobody = "dsn-sender@example.test", "never@example.test"
        options = ("--dsn-notify", "success", "--dsn-ret", "hdrs", "--envid", "a+b=c")
        self.one(port, "dsn", *options, sender=sender)
        eventually(lambda: len(self.has(sender)), 1)
        reports = self.has(sender)
        wanted = (*lines, b"\nAction: delivered\n", b"\nContent-Type: text/rfc822-headers")
        right = len(reports) == 1 and all(line in reports[0] for line in wanted)
        self.tap.check(right, "dsn: the report is what was asked for", reports)
        self.one(port, "dsn never", "--dsn-notify", "never", sender=nobody)
        self.tap.check(not self.has(nobody), "dsn never: no report")

    def fails(self, port, name, result, *options, code=None, to="nobody@example.test", **more):
        """Nothing is delivered."""
        name = "%s, %s" % (self.peer, name)
        sent = message(name, support.AWKWARD)
        run = self.send(port, name, sent, *options, result=result, to=(to,), **more)
        self.tap.check(not code or run.code(to) == code, "%s: %s is told" % (name, code), run)
        self.tap.check(not self.has(to), "%s: nothing came" % name, self.has(to))
        return run


class Lmtp(Deliveries):
    def send(self, *arguments, **more):
        return super().send(*arguments, "--lmtp", **more)


def message(name, body):
    """The octets of a message with a body of text or octets."""
    if isinstance(body, str):
        body = body.encode("utf-8")
    return support.message(name, "") + body
