"""What was answered 250 is not lost: kill -9 at random moments while a thousand messages come in
and go out, and a disk that is full.

Half of the messages are for here, and are delivered while others still come; the other half wait
for a server that there is not."""

import random
import re
import resource

import killing
import support
from killing import MESSAGES
from relay import Relay
from support import Wire, stuffed

SEED = 20261122
KILLS = 8
ANYWHERE = ["--relay-domain", "elsewhere.example"]
SMALL_FILES = 1500000  # octets of the largest file, where the disk is full


def message(number):
    """Some need chunks."""
    most = 6000 if number % 50 == 0 else 100
    return killing.message(number, random.Random(SEED + number).randrange(1, most))


def recipient(number):
    return "box-%d@%s" % (number, "example.test" if number % 2 else "elsewhere.example")


def is_delivered(relay):
    return not [row for row in relay.listed() if row["recipient"].endswith("@example.test>")]


def check_delivered(tap, relay):
    """All that is for here lies in its Maildir, whole; twice only where a kill came between."""
    lost, partial, twice = [], [], 0
    for number in range(1, MESSAGES, 2):
        stored = relay.stored(recipient(number))
        whys = [support.difference(octets, message(number)) for octets in stored]
        partial += ["%d: %s" % (number, why) for why in whys if why]
        lost += [] if stored else [number]
        twice += len(stored) > 1
    tap.check(not lost, "none that is for here is lost", lost[:20])
    tap.check(not partial, "each is what was sent", partial[:5])
    tap.say("%d were delivered more than once, as RFC 1047 allows" % twice)
    tap.check(twice <= KILLS * 100, "twice only what was under way at a kill", twice)


def check_waiting(tap, relay):
    """All that is for elsewhere waits, and may do so twice if its 250 was lost."""
    rows = relay.listed()
    waiting = {int(re.match(r"<box-([0-9]+)@", row["recipient"]).group(1)) for row in rows}
    lost = set(range(0, MESSAGES, 2)) - waiting
    tap.check(not lost, "none that is for elsewhere is lost", sorted(lost)[:20])
    cut = [row for row in rows if int(row["size"]) < len(message(
        int(re.match(r"<box-([0-9]+)@", row["recipient"]).group(1))))]
    tap.check(not cut, "each is whole", cut[:5])
    tap.say("%d wait more than once: their 250 was lost" % (len(rows) - len(waiting)))


def killed(tap, here):
    with Relay(here, *ANYWHERE) as relay:
        traffic = killing.Killing(relay, message, recipient, SEED, KILLS, delay=0.02)
        killing.check_killed(tap, traffic)
        tap.check(relay.until(lambda: is_delivered(relay), 120), "what is for here is delivered",
                  relay.listed()[:5])
        check_delivered(tap, relay)
        check_waiting(tap, relay)
        tap.check(relay.stop() == 0, "SIGTERM ends it with 0", relay.errors())


def limit_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_FILES, SMALL_FILES))


def fill(relay):
    """Sends until it is answered 452; returns how many were accepted."""
    body = "x" * 70 + "\r\n"
    for number in range(1000):
        sent = support.message("number %d" % number, body * (1 if number % 2 else 3000))
        with Wire(relay.port) as wire:
            wire.envelope("full-%d@elsewhere.example" % number)
            wire.command("DATA", 354)
            wire.send(stuffed(sent))
            said = wire.expect(250, 452)
            if said.startswith(b"452"):
                wire.command("NOOP")
                return number
    raise AssertionError("a thousand fit")


def full(tap, here):
    with Relay(here, *ANYWHERE) as relay:
        relay.kill()
        relay.start(preexec_fn=limit_files)
        accepted = support.attempt(tap, "when the disk is full it says 452", fill, relay)
        tap.check(relay.process.poll() is None, "and lives on", relay.errors())
        relay.kill()
        relay.start()
        rows = relay.listed()
        tap.check(len(rows) == accepted, "all that it had accepted is there, and nothing else",
                  "%d, not %s" % (len(rows), accepted))
        with Wire(relay.port) as wire:
            wire.envelope("more@elsewhere.example")
            wire.command("DATA", 354)
            wire.send(stuffed(support.message("more")))
            support.attempt(tap, "with room it takes mail again", wire.expect, 250)
        relay.manage("delete", "all")
        tap.check(not relay.listed(), "and what was deleted is gone")
        tap.check(relay.stop() == 0, "SIGTERM ends it with 0", relay.errors())


def limit(relay, octets):
    """Of the largest file of a server that runs."""
    _, hard = resource.prlimit(relay.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(relay.process.pid, resource.RLIMIT_FSIZE, (octets, hard))


def send_some(relay, count):
    with Wire(relay.port) as wire:
        wire.command("EHLO client.example.test")
        for number in range(count):
            wire.envelope("late-%d@elsewhere.example" % number, hello=False)
            wire.command("DATA", 354)
            wire.send(stuffed(support.message("late")))
            wire.expect(250)


def unrecorded(tap, here):
    """They are delivered while the disk is too full to write that down: more than there are lanes,
    so that all of these wait."""
    with Relay(here, *ANYWHERE, "--lanes", "2") as relay:
        send_some(relay, 10)
        relay.until(lambda: {row["attempts"] for row in relay.listed()} == {"1"})
        relay.stop()
        relay.command[relay.command.index("--relay-domain")] = "--local-domain"
        relay.start()
        limit(relay, 6000)
        relay.manage("retry", "all")
        said = relay.until(lambda: "cannot record" in relay.errors())
        tap.check(said, "it says that it cannot record", relay.errors())
        stored = len(relay.stored())
        tap.check(0 < stored <= 2, "no lane goes on before that is done", stored)
        limit(relay, resource.RLIM_INFINITY)
        tap.check(relay.until(lambda: not relay.listed()), "with room it is", relay.listed())
        each = [len(relay.stored("late-%d@elsewhere.example" % number)) for number in range(10)]
        tap.check(each == [1] * 10, "and each was delivered once", each)
        tap.check(relay.stop() == 0, "SIGTERM ends it with 0", relay.errors())


def test(tap, here):
    full(tap, here)
    unrecorded(tap, here)
    killed(tap, here)


support.main(test)
