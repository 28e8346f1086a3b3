"""A disk that is nearly full: no mail is taken that would leave no room to write down what became
of the rest, nor to delete it."""

import os
import sqlite3
import sys

import support
from delivering import QUICK
from relay import Relay
from support import Wire, stuffed

FAULTS = os.path.abspath(sys.argv[2])  # faults.c
ENOUGH, TOO_LITTLE = 16 << 20, (16 << 20) - 1
ANYWHERE = ("--relay-domain", "elsewhere.example")


def begin(relay, octets):
    """So much room is left while the file relay.faults is there."""
    relay.faults = os.path.join(relay.here, "faults")
    more = dict(os.environ, LD_PRELOAD=FAULTS, FAULTS=relay.faults, ROOM=str(octets))
    more["ASAN_OPTIONS"] = more.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    relay.stop()
    relay.start(env=more)


def send(relay, code):
    with Wire(relay.port) as wire:
        wire.envelope("user@elsewhere.example")
        wire.command("DATA", 354)
        wire.send(stuffed(support.message("one")))
        return wire.expect(code)


def by_chunks(relay, then):
    """The room is gone behind the first of two chunks."""
    with Wire(relay.port) as wire:
        wire.envelope("user@elsewhere.example")
        wire.send(b"BDAT 200000\r\n" + b"x" * 199998 + b"\r\n")
        wire.expect(250)
        then()
        wire.send(b"BDAT 200000 LAST\r\n" + b"x" * 199998 + b"\r\n")
        return wire.expect(452)


def unfinished(relay):
    """Rows and chunks of what was not whole when the relay was killed."""
    database = sqlite3.connect(os.path.join(relay.queue, "queue.sqlite"))
    rows = database.execute("SELECT id FROM message WHERE ready = 0").fetchall()
    chunks = database.execute("SELECT 1 FROM chunk WHERE message NOT IN"
                              " (SELECT id FROM message WHERE ready = 1)").fetchall()
    database.close()
    return len(rows), len(chunks)


def leave_half(relay):
    """Killed in the middle of a message."""
    with Wire(relay.port) as wire:
        wire.envelope("user@elsewhere.example")
        wire.send(b"BDAT 200000\r\n" + b"x" * 199998 + b"\r\n")
        wire.expect(250)
        relay.kill()


def full_at_start(tap, here):
    """Others have filled the disk to the last octet: what is there is delivered all the same."""
    with Relay(here, *ANYWHERE, *QUICK) as relay:
        to = "user@example.test"
        os.makedirs(relay.maildir, exist_ok=True)
        broken = support.written(relay.maildir, to, b"")
        with Wire(relay.port) as wire:
            wire.envelope(to)
            wire.command("DATA", 354)
            wire.send(stuffed(support.message("waits")))
            wire.expect(250)
        relay.until(lambda: " later " in relay.log())
        support.attempt(tap, "the relay is killed in a message", leave_half, relay)
        tap.check(unfinished(relay)[0] == 1, "half of it is left", unfinished(relay))
        os.remove(broken)
        support.written(relay.here, "faults", b"")
        support.attempt(tap, "it starts on a disk that is full", begin, relay, 0)
        tap.check("disk is full" in relay.errors(), "says so", relay.errors())
        support.attempt(tap, "takes no mail", send, relay, 452)
        tap.check(relay.until(lambda: relay.stored(to)), "delivers", relay.log())
        tap.check(len(relay.listed()) == 1, "cannot write it down", relay.listed())
        os.remove(relay.faults)
        support.attempt(tap, "and takes mail once there is room", send, relay, 250)
        tap.check(relay.until(lambda: unfinished(relay) == (0, 0)), "the half goes",
                  unfinished(relay))
        tap.check(relay.until(lambda: all(row["recipient"] != "<%s>" % to
                                          for row in relay.listed())),
                  "what was delivered is written down", relay.listed())
        tap.check(len(relay.stored(to)) == 1, "it came once", relay.stored(to))
        tap.check(relay.stop() == 0, "SIGTERM ends it with 0", relay.errors())


def test(tap, here):
    full_at_start(tap, here)
    with Relay(here, *ANYWHERE) as relay:
        begin(relay, TOO_LITTLE)
        support.attempt(tap, "with room a message is taken", send, relay, 250)
        said = support.attempt(tap, "it may be gone in the middle of one", by_chunks, relay,
                               lambda: support.written(relay.here, "faults", b""))
        tap.check(said and said.startswith(b"452 4.3.1"), "by 4.3.1", said)
        support.attempt(tap, "then none is taken", send, relay, 452)
        tap.check(len(relay.listed()) == 1, "what was taken stays", relay.listed())
        relay.manage("delete", "all")
        tap.check(not relay.listed(), "and can be deleted", relay.listed())
        os.remove(relay.faults)
        support.attempt(tap, "with room again it is taken again", send, relay, 250)
        support.written(relay.here, "faults", b"")
        begin(relay, ENOUGH)
        support.attempt(tap, "16 MiB are enough", send, relay, 250)
        tap.check(relay.stop() == 0, "SIGTERM ends it with 0", relay.errors())


support.main(test)
