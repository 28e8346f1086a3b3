"""kill -9 at moments that a seed chooses, while many sessions send a thousand messages; and the
account of what was answered 250, none of which may be lost."""

import random
import threading
import time

import support
from support import Lost, Wire, stuffed

MESSAGES = 1000
SESSIONS = 8
LONGEST = 300  # seconds for all of it


def message(number, lines):
    """One that says who it is, at both ends."""
    line = "line %d of message %d, which must be whole\r\n"
    body = "".join(line % (at, number) for at in range(lines))
    return support.message("number %d" % number, body + "end of %d\r\n" % number)


class Ledger:
    """Who sends what, and what was answered 250."""

    def __init__(self):
        self.lock = threading.Lock()
        self.lives = threading.Event()
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


class Killing:
    """server: what is started, killed and started again. message(number) and recipient(number) tell
    what is sent; delay is how many seconds a kill comes after its moment, at the most."""

    def __init__(self, server, message, recipient, seed, kills, delay):
        self.server, self.message, self.recipient = server, message, recipient
        self.random, self.kills, self.delay = random.Random(seed), kills, delay
        self.ledger = Ledger()

    def send(self, wire, number):
        wire.envelope(self.recipient(number), hello=False)
        wire.command("DATA", 354)
        wire.send(stuffed(self.message(number)))
        wire.expect(250)

    def session(self):
        """Sends until all is accepted, over one connection after the other. What a lost connection
        left without an answer is sent again, as every client does."""
        ledger = self.ledger
        while not ledger.over():
            number = None
            ledger.lives.wait(support.PATIENCE)
            try:
                with Wire(self.server.port) as wire:
                    wire.command("EHLO client.example.test")
                    while (number := ledger.take()) is not None:
                        self.send(wire, number)
                        ledger.done(number)
            except (AssertionError, OSError) as problem:
                if isinstance(problem, AssertionError) and not isinstance(problem, Lost):
                    ledger.problems.append(problem)
                if number is not None:
                    ledger.again(number)
            time.sleep(0.01)

    def kill(self):
        """Kills and restarts it at its moments; returns how often."""
        ledger = self.ledger
        moments = sorted(self.random.sample(range(50, MESSAGES - 50), self.kills))
        kills = 0
        deadline = time.monotonic() + LONGEST
        while not ledger.over() and time.monotonic() < deadline:
            if moments and len(ledger.accepted) >= moments[0]:
                moments.pop(0)
                time.sleep(self.random.random() * self.delay)
                ledger.lives.clear()
                self.server.kill()
                kills += 1
                self.server.start()
                ledger.lives.set()
            time.sleep(0.001)
        return kills

    def run(self):
        """Returns how often it was killed."""
        threads = [threading.Thread(target=self.session, daemon=True) for _ in range(SESSIONS)]
        for thread in threads:
            thread.start()
        self.ledger.lives.set()
        kills = self.kill()
        self.ledger.stop = True
        self.ledger.lives.set()
        for thread in threads:
            thread.join(timeout=2 * support.PATIENCE)
        return kills


def check_killed(tap, killing):
    """It is killed as often as it shall be, in the middle of things; in the end all is accepted."""
    kills, ledger = killing.run(), killing.ledger
    tap.check(kills == killing.kills, "it was killed %d times" % killing.kills, kills)
    tap.say("%d transactions were cut off" % ledger.broken)
    in_the_middle = ledger.broken >= killing.kills
    tap.check(in_the_middle, "each time in the middle of transactions", ledger.broken)
    tap.check(not ledger.problems, "every answer was one of the right", ledger.problems[:5])
    accepted = len(ledger.accepted)
    tap.check(accepted == MESSAGES, "all were answered 250 in the end", accepted)
