"""What connections cost: ten thousand idle ones a bounded amount of memory each, and one that sends
without end and never reads nothing.
"""

import os
import resource
import subprocess
import sys
import time

import support
from support import Wire, attempt

CONNECTIONS = 10000
EACH = 6 * 1024  # octets of anonymous memory
FLOOD = 10 << 20
GROWTH = 256 * 1024  # octets; nothing that depends on how much is sent


def enough_files():
    """Can both processes have so many files? Raises our hard limit if it may."""
    need = CONNECTIONS + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < need:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, need))
        except (ValueError, OSError):
            return False
    # The receiver raises its own limit: let it begin with the usual one.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    return True


def settled(receiver):
    """Its anonymous memory, once it is at rest."""
    last, deadline = -1, time.monotonic() + 10
    while time.monotonic() < deadline:
        now = receiver.anonymous()
        if now == last:
            break
        last = now
        time.sleep(0.2)
    return last


def greet(receiver):
    with Wire(receiver.port) as wire:
        wire.command("QUIT", 221)


def idle(tap, here):
    if not enough_files():
        support.missing(tap, "idle connections", "the hard limit of files is too low")
        return
    client = os.path.join(os.path.dirname(os.path.abspath(__file__)), "idle_client.py")
    with support.Receiver(here, "--timeout", "300") as receiver:
        greet(receiver)
        before = settled(receiver)
        command = [sys.executable, client, str(receiver.port), str(CONNECTIONS)]
        peer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            said = peer.stdout.readline().strip()
            tap.check(said == "greeted %d" % CONNECTIONS, "%d are greeted" % CONNECTIONS, said)
            each = (settled(receiver) - before) / CONNECTIONS
            name = "an idle connection costs at most %d octets of anonymous memory" % EACH
            tap.say("%.0f octets a connection; %d before the first" % (each, before))
            tap.check(each <= EACH, name, "%.0f octets" % each)
            attempt(tap, "one more is served", greet, receiver)
            peer.stdin.close()
            said = peer.stdout.readline().strip()
            tap.check(said == "left %d" % CONNECTIONS, "and all still answer", said)
            peer.wait(timeout=support.PATIENCE)
        finally:
            if peer.poll() is None:
                peer.kill()
                peer.wait()
        tap.say("%d octets when all have left" % settled(receiver))
        support.check_end(tap, receiver)


def pour(wire, unit, watch):
    """Sends FLOOD octets and never reads; stops when nothing moves for a second, or at the end of
    the connection. Returns how many went out."""
    block = unit * (65536 // len(unit) + 1)
    sent, pending = 0, b""
    wire.socket.settimeout(1)
    try:
        while sent < FLOOD:
            pending = pending or block
            done = wire.socket.send(pending)
            pending = pending[done:]
            sent += done
            watch()
    except (TimeoutError, ConnectionError):
        pass
    return sent


ENVELOPE = b"MAIL FROM:<sender@client.example.test>\r\nRCPT TO:<flood@example.test>\r\n"
FLOODS = [
    ("NOOP", b"", b"NOOP\r\n"),
    ("RCPT", ENVELOPE, b"RCPT TO:<flood@example.test>\r\n"),
    ("messages", b"", ENVELOPE + b"BDAT 3 LAST\r\nx\r\n"),
    ("a line without end", b"", b"x" * 1000),
    ("a body without end", ENVELOPE + b"DATA\r\n", b"a line\r\n.\n"),
]


def flood(tap, here, name, first, unit):
    with support.Receiver(here, store=False) as receiver:
        with Wire(receiver.port) as wire:  # whatever is set up with the first message is there
            wire.envelope("first@example.test")
            wire.send(b"BDAT 3 LAST\r\nx\r\n")
            wire.expect(250)
        before = settled(receiver)
        peak = [before]

        def watch():
            peak[0] = max(peak[0], receiver.anonymous())

        with Wire(receiver.port, receive_buffer=4096) as wire:
            wire.command("EHLO client.example.test")
            wire.send(first)
            sent = pour(wire, unit, watch)
            peak[0] = max(peak[0], settled(receiver))
            grown = peak[0] - before
            tap.say("%s: %d octets were taken, memory grew by %d" % (name, sent, grown))
            tap.check(grown <= GROWTH, "%s, never read: no growth" % name, grown)
            attempt(tap, "%s: others are served meanwhile" % name, greet, receiver)
        support.check_end(tap, receiver)


def test(tap, here):
    idle(tap, here)
    for name, first, unit in FLOODS:
        flood(tap, here, name, first, unit)


support.main(test)
