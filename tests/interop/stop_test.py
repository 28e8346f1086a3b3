"""How sansmtp-receive and its sessions end: signals, what they let finish, and for how long."""

import signal
import socket
import time

import support
from connection import Wire, attempt

SMALL = support.message("small")


def refuses(port):
    try:
        socket.create_connection((support.HOST, port), 30).close()
    except ConnectionRefusedError:
        return True
    return False


def stops(tap, here):
    for name in "SIGTERM", "SIGINT":
        with support.Receiver(here) as receiver:
            with Wire(receiver.port) as idle, Wire(receiver.port) as busy:
                busy.envelope("a@example.test")
                busy.command("DATA", 354)
                busy.send(SMALL[:40])
                receiver.process.send_signal(getattr(signal, name))
                said = attempt(tap, "%s: an idle session gets 421" % name, idle.expect, 421)
                tap.check(said and b"4.3.2" in said, "%s: and 4.3.2" % name, said)
                tap.check(idle.ended(), "%s: and is closed" % name)
                tap.check(refuses(receiver.port), "%s: no new connection is taken" % name)
                busy.send(SMALL[40:] + b".\r\n")
                attempt(tap, "%s: an open transaction is finished" % name, busy.expect, 250)
                attempt(tap, "%s: then its session ends too" % name, busy.expect, 421)
            status = receiver.process.wait(support.PATIENCE)
            tap.check(status == 0, "%s: it ends with 0" % name, status)
            support.check_stored(tap, receiver, "a@example.test", SMALL, "%s: stored" % name)
    with support.Receiver(here) as receiver, Wire(receiver.port) as busy:
        busy.envelope("a@example.test")
        with Wire(receiver.port) as idle:
            receiver.process.terminate()
            attempt(tap, "the first signal is heard", idle.expect, 421)
        receiver.process.terminate()
        status = receiver.process.wait(support.PATIENCE)
        tap.check(status == -signal.SIGTERM, "a second signal ends it at once", status)


def grace(tap, here):
    """A message that goes on and on, and never ends, does not keep it for ever."""
    with support.Receiver(here, "--timeout", "2") as receiver, Wire(receiver.port) as drip:
        drip.envelope("a@example.test")
        drip.command("DATA", 354)
        began = time.monotonic()
        receiver.process.terminate()
        try:
            while receiver.process.poll() is None and time.monotonic() < began + support.PATIENCE:
                drip.send(b"x" * 1022 + b"\r\n")
                time.sleep(0.1)
        except OSError:
            pass
        took = time.monotonic() - began
        said = attempt(tap, "a message that drips gets 421", drip.expect, 421)
        tap.check(said and b"4.3.2" in said, "and 4.3.2", said)
        tap.check(took >= 1.5, "after its grace", took)
        status = receiver.process.wait(support.PATIENCE)
        tap.check(status == 0, "it ends with 0", status)
        tap.check(time.monotonic() - began < 15, "soon", time.monotonic() - began)
        tap.check(not receiver.stored(), "and nothing is stored")
        tap.check(not receiver.files("tmp"), "nor left over", receiver.files("tmp"))


def farewell(tap, here):
    """Who is told goodbye and goes on sending is cut off, long before the two seconds are over."""
    with support.Receiver(here) as receiver, Wire(receiver.port) as wire:
        wire.send(b"EHLO x\r\n" + b"what\r\n" * 50)
        sent = 0
        try:
            while sent < 256 << 20:
                wire.send(b"x" * 65536)
                sent += 65536
        except ConnectionError:
            pass
        tap.check(sent < 64 << 20, "it does not listen for long behind its farewell", sent)
        support.check_end(tap, receiver)


def test(tap, here):
    stops(tap, here)
    grace(tap, here)
    farewell(tap, here)


support.main(test)
