"""Nothing that was answered 250 is lost: kill -9 in the middle of a thousand deliveries; and
SIGTERM lets the message that has begun come to its end.
"""

import random
import re
import subprocess

import killing
import support
from support import Wire, stuffed

SEED = 20261121
KILLS = 5
BOXES = 20


def message(number):
    return killing.message(number, random.Random(SEED + number).randrange(1, 400))


def recipient(number):
    return "box-%d@example.test" % (number % BOXES)


def numbered(receiver):
    """All that is stored, as a list for each number; and what is not whole."""
    whole, partial = [[] for _ in range(killing.MESSAGES)], []
    for octets in receiver.stored():
        found = re.search(rb"Subject: number ([0-9]+)\r\n", octets)
        number = int(found.group(1)) if found else None
        why = "no number" if number is None else support.difference(octets, message(number))
        if why:
            partial.append("%s: %s" % (number, why))
        else:
            whole[number].append(octets)
    return whole, partial


def killed(tap, here):
    with support.Receiver(here) as receiver:
        traffic = killing.Killing(receiver, message, recipient, SEED, KILLS, delay=0.005)
        killing.check_killed(tap, traffic)
        stored, partial = numbered(receiver)
        lost = [number for number in traffic.ledger.accepted if not stored[number]]
        tap.check(not lost, "none that was answered 250 is lost", lost[:20])
        tap.check(not partial, "none in new/ is partial", partial[:20])
        twice = sum(len(copies) > 1 for copies in stored)
        tap.say("%d were stored more than once, as RFC 1047 allows" % twice)
        tap.check(receiver.stop() == 0, "SIGTERM ends it with 0", receiver.errors())


def finish(receiver, sent):
    """A message of which half has come when SIGTERM does."""
    half = len(sent) // 2
    with Wire(receiver.port) as idle, Wire(receiver.port) as wire:
        wire.envelope("finished@example.test")
        wire.command("DATA", 354)
        wire.send(sent[:half])
        receiver.process.terminate()
        idle.expect(421)
        if not idle.ended():
            raise AssertionError("the idle one stays")
        wire.send(sent[half:])
        wire.expect(250)
        code, lines = wire.reply()
        if code not in (421, None):
            raise AssertionError("it goes on: %r" % lines)


def terminated(tap, here):
    sent = support.message("finished", support.AWKWARD)
    with support.Receiver(here) as receiver:
        name = "a message is finished behind SIGTERM"
        support.attempt(tap, name, finish, receiver, stuffed(sent))
        support.check_stored(tap, receiver, "finished@example.test", sent, "and stored")
        try:
            status = receiver.process.wait(timeout=support.PATIENCE)
        except subprocess.TimeoutExpired:
            status = "still running"
        tap.check(status == 0, "then it leaves with 0", "%s %s" % (status, receiver.errors()))


def test(tap, here):
    killed(tap, here)
    terminated(tap, here)


support.main(test)
