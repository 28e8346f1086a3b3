"""Nothing that was answered 250 is lost: kill -9 in the middle of a thousand deliveries; and
SIGTERM lets the message that has begun come to its end.
"""

import random
import re
import subprocess
import threading
import time

import support
from support import Wire, stuffed

SEED = 20261121
MESSAGES = 1000
SESSIONS = 8
KILLS = 5
BOXES = 20


def message(number):
    """A message that says who it is, at both ends, of a size of its own."""
    size = random.Random(SEED + number).randrange(1, 400)
    lines = "line %d of message %d, which must be whole\r\n"
    body = "".join(lines % (line, number) for line in range(size))
    return support.message("number %d" % number, body + "end of %d\r\n" % number)


def recipient(number):
    return "box-%d@example.test" % (number % BOXES)


def numbered(receiver):
    """All that is stored, as a list for each number; and what is not whole."""
    whole, partial = [[] for _ in range(MESSAGES)], []
    for octets in receiver.stored():
        found = re.search(rb"Subject: number ([0-9]+)\r\n", octets)
        number = int(found.group(1)) if found else None
        why = "no number" if number is None else support.difference(octets, message(number))
        if why:
            partial.append("%s: %s" % (number, why))
        else:
            whole[number].append(octets)
    return whole, partial


class Ledger:
    """Who sends what, and what was answered 250."""

    def __init__(self):
        self.lock = threading.Lock()
        self.waiting = list(range(MESSAGES))
        self.accepted = set()
        self.broken = 0
        self.stop = False
        self.problems = []

    def take(self):
        with self.lock:
            return self.waiting.pop() if self.waiting and not self.stop else None

    def done(self, number):
        with self.lock:
            self.accepted.add(number)

    def again(self, number):
        with self.lock:
            self.waiting.append(number)
            self.broken += 1

    def over(self):
        with self.lock:
            return self.stop or len(self.accepted) == MESSAGES


def deliver(wire, number):
    wire.envelope(recipient(number), hello=False)
    wire.command("DATA", 354)
    wire.send(stuffed(message(number)))
    wire.expect(250)


def session(receiver, ledger):
    """Delivers until all is delivered, over one connection after the other. What a lost connection
    left without an answer is sent again, as every client does."""
    while not ledger.over():
        number = None
        try:
            with Wire(receiver.port) as wire:
                wire.command("EHLO client.example.test")
                while (number := ledger.take()) is not None:
                    deliver(wire, number)
                    ledger.done(number)
            time.sleep(0.01)
        except (AssertionError, OSError) as problem:
            if isinstance(problem, AssertionError) and "b''" not in str(problem):
                ledger.problems.append(problem)
            if number is not None:
                ledger.again(number)
            time.sleep(0.01)


def killer(receiver, ledger):
    """Kills and restarts it at moments that the seed chooses; returns how often."""
    source = random.Random(SEED)
    moments = sorted(source.sample(range(50, MESSAGES - 50), KILLS))
    kills = 0
    deadline = time.monotonic() + 300
    while not ledger.over() and time.monotonic() < deadline:
        if moments and len(ledger.accepted) >= moments[0]:
            moments.pop(0)
            time.sleep(source.random() * 0.005)
            receiver.kill()
            kills += 1
            receiver.start()
        time.sleep(0.001)
    return kills


def killed(tap, here):
    with support.Receiver(here) as receiver:
        ledger = Ledger()
        threads = [
            threading.Thread(target=session, args=(receiver, ledger), daemon=True)
            for _ in range(SESSIONS)
        ]
        for thread in threads:
            thread.start()
        kills = killer(receiver, ledger)
        ledger.stop = True
        for thread in threads:
            thread.join(timeout=2 * support.PATIENCE)
        tap.check(kills == KILLS, "it was killed %d times" % KILLS, kills)
        tap.say("%d transactions were cut off" % ledger.broken)
        tap.check(ledger.broken >= KILLS, "each time in the middle of transactions", ledger.broken)
        tap.check(not ledger.problems, "every answer was one of the right", ledger.problems[:5])
        accepted = len(ledger.accepted)
        tap.check(accepted == MESSAGES, "all were answered 250 in the end", accepted)
        stored, partial = numbered(receiver)
        lost = [number for number in ledger.accepted if not stored[number]]
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
