"""A hundred thousand queued messages: start-up, listing, taking one more and picking the next cost
what they cost with a thousand. Prints the figures."""

import os
import sqlite3
import time

import support
from relay import Relay
from support import Wire, stuffed

FEW, MANY = 1000, 100000
DESTINATIONS = 1000
TIMES = 5  # many may cost so much more than few, on a machine that is busy with other things
LEAST = 0.4  # seconds: nothing that is below this grows
SECONDS = 5  # in which attempts are counted

GROW = """
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)
INSERT INTO %s SELECT %s FROM number, %s WHERE %s
"""


def send(relay, user):
    with Wire(relay.port) as wire:
        wire.envelope("%s@seed.example" % user)
        wire.command("DATA", 354)
        wire.send(stuffed(support.message("seed")))
        wire.expect(250)


def columns(database, table, **changed):
    names = [row[1] for row in database.execute("PRAGMA table_info(%s)" % table)]
    return ", ".join(changed.get(name, table + "." + name) for name in names)


def grow(relay, count):
    """Makes count copies of the one message, each for another user at one of DESTINATIONS, due in
    an hour. Only the queue itself could do it, and it would take its time."""
    database = sqlite3.connect(os.path.join(relay.queue, "queue.sqlite"))
    (seed,) = database.execute("SELECT max(id) FROM message").fetchone()
    later = int(time.time()) + 3600
    with database:
        values = {"count": count, "seed": seed}
        database.execute(
            GROW % ("message", columns(database, "message", id=":seed + n"), "message",
                    "message.id = :seed"), values)
        database.execute(
            GROW % ("chunk", columns(database, "chunk", message=":seed + n"), "chunk",
                    "chunk.message = :seed"), values)
        database.executemany(
            "INSERT INTO destination(id, name, due) VALUES (?, ?, ?)",
            [(1000 + at, b"d%d.example" % at, later) for at in range(DESTINATIONS)])
        changed = columns(
            database, "recipient", id="1000 + n", message=":seed + n",
            destination="1000 + n %% %d" % DESTINATIONS,
            address="CAST('user-' || n || '@d' || (n %% %d) || '.example' AS BLOB)" % DESTINATIONS,
            due=str(later), attempt=str(later)).replace("%%", "%")
        database.execute(
            GROW.replace("%s", "{}").format("recipient", changed, "recipient",
                                            "recipient.message = :seed"), values)
    database.close()


def timed(action, *arguments, tries=3):
    """The best of so many."""
    best = None
    for _ in range(tries):
        begun = time.monotonic()
        action(*arguments)
        took = time.monotonic() - begun
        best = took if best is None else min(best, took)
    return best


def attempts(relay, count):
    """Attempts a second when all is due: each picks one, fails to look up a name, and records."""
    before = relay.log().count(" later ")
    relay.manage("retry", "all")
    relay.until(lambda: relay.log().count(" later ") > before, SECONDS)
    begun, first = time.monotonic(), relay.log().count(" later ")
    relay.until(lambda: relay.log().count(" later ") >= before + count, SECONDS)
    return (relay.log().count(" later ") - first) / (time.monotonic() - begun)


def restarted(relay):
    """Behind kill -9, so that there is something to clear away."""
    relay.kill()
    return relay.start()


def measure(tap, here, count):
    figures = {}
    with Relay(here, "--relay-domain", "seed.example") as relay:
        send(relay, "first")
        relay.stop()
        begun = time.monotonic()
        grow(relay, count)
        tap.say("%d messages made in %.1f s" % (count, time.monotonic() - begun))
        figures["start, s"] = min(restarted(relay) for _ in range(3))
        figures["page of 50, s"] = timed(relay.listed, "--limit", "50")
        figures["one more, s"] = timed(send, relay, "more")
        last = relay.listed("--limit", "50")[-1]["id"]
        figures["next page, s"] = timed(relay.listed, "--limit", "50", "--after", last)
        figures["show, s"] = timed(relay.manage, "show", last)
        rows = relay.manage("list").count("\n")
        tap.check(rows > count, "all %d are listed" % count, rows)
        figures["memory, MiB"] = relay.anonymous() / 1048576
        figures["attempts a second"] = attempts(relay, count)
        figures["memory then, MiB"] = relay.anonymous() / 1048576
        figures["delete all, s"] = timed(relay.manage, "delete", "all", tries=1)
        tap.check(relay.stop() == 0, "SIGTERM ends it with 0", relay.errors())
    return figures


def test(tap, here):
    few = measure(tap, here, FEW)
    many = measure(tap, here, MANY)
    tap.say("%-20s %12d %12d" % ("queued", FEW, MANY))
    for name in few:
        tap.say("%-20s %12.4f %12.4f" % (name, few[name], many[name]))
    for name in ("start, s", "page of 50, s", "one more, s", "next page, s", "show, s"):
        limit = max(TIMES * few[name], LEAST)
        tap.check(many[name] <= limit, "%s stays flat" % name[:-3], "%s > %s" % (many[name], limit))
    rate = "attempts a second"
    tap.check(many[rate] > 0, "there are attempts", many[rate])
    tap.check(TIMES * many[rate] >= few[rate], "picking the next stays flat")
    tap.check(many["memory then, MiB"] < 2 * few["memory then, MiB"] + 32, "memory is bounded")


support.main(test)
