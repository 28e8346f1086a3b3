"""Local mail by LMTP, over TCP and over a Unix socket: each recipient has the answer that the
server has for it, also if the server dies between two of them, or we do."""

import os
import time

import relaying
import support
from delivering import QUICK, drained, submit
from relay import Relay
from scripted_hop import LOST, OFFERS, Hop

NEAR = "127.0.0.2"
TO = ["box-%d@box.test" % number for number in range(3)]


class Way:
    """Where the server is: over TCP, or a Unix socket."""

    def __init__(self, here, kind):
        self.name = kind
        self.port = relaying.common_port((NEAR,)) if kind == "TCP" else 0
        self.place = NEAR if kind == "TCP" else os.path.join(here, "lmtp")
        self.where = "%s:%d" % (NEAR, self.port) if kind == "TCP" else self.place

    def hop(self, answers=None, **more):
        if "/" in self.place and os.path.exists(self.place):
            os.unlink(self.place)
        return Hop(self.place, self.port, answers, lmtp=True, **more)


def relaying_to(here, way, *options):
    usual = ("--network", "127.0.0.0/8", "--trace", "yes", *QUICK, "--lmtp", way.where)
    return Relay(here, *usual, *options, local=("box.test", "client.test"))


def taken(hop, address):
    """How often the server has said yes for it."""
    given = [line for message in hop.taken for line in message.recipients]
    return sum("<%s>" % address in "<" + line for line in given)


def only(fates):
    """The answer to the dot for a recipient, by what is in its line; else 250."""

    def answer(line):
        text = line if isinstance(line, str) else line.decode()
        found = [fates[key] for key in fates if key in text]
        if not found:
            return "250 2.1.5 stored"
        return found[0].pop(0) if isinstance(found[0], list) and found[0] else found[0] or LOST

    return answer


def each(tap, here, way):
    """One of three is refused at the end, one must wait, one has it."""
    fates = {"box-1": "550 5.2.1 disabled", "box-2": ["452 4.2.2 full", "250 2.1.5 stored"]}
    hop = way.hop({"END": only(fates)})
    with hop.running(), relaying_to(here, way) as relay:
        submit(relay, *TO)
        relay.until(lambda: "to=<%s> bounce" % TO[1] in relay.log())
        drained(tap, relay, way.name)
        had = [taken(hop, address) for address in TO]
        tap.check(had == [1, 0, 1], way.name + ": each has what it should, once", had)
        log = relay.log()
        said = ("to=<%s> delivered code=250" % TO[0], "to=<%s> bounce code=550" % TO[1],
                "to=<%s> later code=452" % TO[2], "to=<%s> delivered code=250" % TO[2])
        tap.check(all(each in log for each in said), way.name + ": and the log says so", log)
        null = [message for message in hop.taken if message.mail.startswith("MAIL FROM:<>")]
        report = [message for message in null if b"5.2.1" in message.octets]
        tap.check(len(report) == 1, way.name + ": its sender hears of one", len(hop.taken))
        tap.check(hop.said("^LHLO") and not hop.said("^EHLO"), way.name + ": LHLO", hop.lines)


def refused(tap, here, way):
    """All at RCPT but one; and all of them."""
    for good in (1, 0):
        answers = ["550 5.1.1 unknown"] * (3 - good) + ["250 2.1.5 ok"]
        hop = way.hop({"RCPT": answers})
        with hop.running(), relaying_to(here, way) as relay:
            submit(relay, *TO, sender="")
            drained(tap, relay, "%s, RCPT is refused to %d" % (way.name, 3 - good))
            had = [taken(hop, address) for address in TO]
            tap.check(had == [0, 0, good], "%s: %d has it" % (way.name, good), had)


def broken_off(tap, here, way):
    """The server dies behind the answer for the first: that one is settled."""
    hop = way.hop({"END": ["250 2.1.5 stored", LOST, "250 2.1.5 stored"]})
    with hop.running(), relaying_to(here, way) as relay:
        submit(relay, *TO)
        drained(tap, relay, way.name + ", lost between two answers")
        had = [taken(hop, address) for address in TO]
        tap.check(had == [1, 1, 1], way.name + ": the others once more, the first not", had)
        told = relay.log().count(" later code=0 host=%s: all was sent, no answer" % way.where)
        tap.check(told == 2, way.name + ": of two it is not known", relay.log())


def absent(tap, here, way):
    """Nobody is there; then somebody is."""
    hop = way.hop()
    with relaying_to(here, way) as relay:
        submit(relay, *TO)
        relay.until(lambda: relay.log().count(" later ") >= 3)
        tap.check(len(relay.listed()) == 3, way.name + ": no server, all wait", relay.log())
        with hop.running():
            drained(tap, relay, way.name + ", the server is there")
            had = [taken(hop, address) for address in TO]
            tap.check(had == [1, 1, 1], way.name + ": and has it for each", had)


def killed(tap, here, way):
    """We are killed at random moments: nothing is lost, and what was recorded comes no more."""
    count, kills = 40, 8

    def slowly(_):
        time.sleep(0.004)
        return "250 2.1.5 stored"

    hop = way.hop({"END": slowly}, offers=(*OFFERS, "CHUNKING"))
    with hop.running(), relaying_to(here, way, "--lanes-each", "2") as relay:
        for number in range(kills):
            for message in range(count // kills):
                sent = support.message("number %d-%d" % (number, message))
                submit(relay, *TO, sent=sent)
            relay.until(lambda: len(hop.taken) > 3 * number)
            time.sleep(0.003 * number)
            relay.kill()
            relay.start()
        drained(tap, relay, way.name + ", killed %d times" % kills, 60)
        subjects = [(number, at) for number in range(kills) for at in range(count // kills)]
        had = {pair: 0 for pair in subjects}
        for message in hop.taken:
            for pair in subjects:
                if b"number-%d-%d@" % pair in message.octets:
                    had[pair] += len(message.recipients)
        lost = [pair for pair in had if had[pair] < len(TO)]
        tap.check(not lost, way.name + ": nothing is lost", lost)
        more = sum(had.values()) - len(subjects) * len(TO)
        most = kills * 2 * len(TO)  # lanes under way at a kill
        tap.check(more <= most, "%s: twice only what was under way: %d" % (way.name, more), had)


def test(tap, here):
    for kind in ("TCP", "a Unix socket"):
        way = Way(here, kind)
        for case in (each, refused, broken_off, absent, killed):
            case(tap, here, way)


support.main(test)
