"""The queue under failure: a next hop that is down, says 4yz, says 5yz, greylists, or is lost
behind the dot; a DNS that is down, says no, or names a loop. What was accepted is delivered or
bounced."""

import os
import threading
import time

import delivering
import support
import zones
from delivering import drained, reported, reports, submit
from scripted_hop import LOST, Hop

NEAR, FAR, DEAD = "127.0.0.2", "127.0.0.3", "127.0.0.4"
TO = "user@hop.test"

MX = {
    "hop.test": [(10, "mx.hop.test")],
    "two.test": [(10, "dead.two.test"), (20, "mx.hop.test")],
    "pair.test": [(10, "far.hop.test"), (20, "mx.hop.test")],
    "ring.test": [(10, "mx.ring.test")],
    "lost.test": [(10, "nowhere.lost.test")],
}
HOSTS = {
    "mx.hop.test": NEAR,
    "far.hop.test": FAR,
    "dead.two.test": DEAD,
    "implicit.test": NEAR,
    "mx.ring.test": FAR,
}


def taken(tap, hop, relay, name, count=1, seconds=30):
    relay.until(lambda: len(hop.taken) >= count, seconds)
    return tap.check(len(hop.taken) == count, "%s: %d taken" % (name, count), relay.log())


def refused(tap, setting):
    """5yz at each place: the sender hears of it at once, with the host's own code and words."""
    cases = (
        ("MAIL", "550 5.7.1 no such sender", "5.7.1"),
        ("RCPT", "550 5.1.1 no such user", "5.1.1"),
        ("DATA", "554 5.6.0 no such message", "5.6.0"),
        ("END", "554 5.7.1 spam", "5.7.1"),
        ("CONNECT", "554 no mail here", "5.0.0"),
    )
    for place, answer, status in cases:
        hop = Hop(NEAR, setting.port, {place: answer})
        with hop.running(), setting.relay() as relay:
            rcpt = "NOTIFY=FAILURE ORCPT=rfc822;user+40hop.test"
            submit(relay, TO, rcpt=rcpt, mail="ENVID=e+2B1")
            report = reported(tap, relay, "5yz to " + place, TO, "failed", status)
            words = " ".join(answer.split()[2:])
            tap.check(report and words in report.text, "5yz to %s: its words" % place, report)
            known = report and "Original-Envelope-Id: e+1" in report.text
            tap.check(known, "5yz to %s: the envelope's id comes back" % place, report)
            drained(tap, relay, "5yz to " + place)


def put_off(tap, setting):
    """4yz at each place once: it comes through by the next attempt, once, and nobody is told."""
    for place in ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END"):
        usual = {"CONNECT": "220 hop", "EHLO": "", "MAIL": "250 ok", "RCPT": "250 ok"}
        usual.update({"DATA": "354 go", "END": "250 ok"})
        hop = Hop(NEAR, setting.port, {place: ["451 4.3.0 not now", usual[place]]})
        with hop.running(), setting.relay() as relay:
            sent = support.message("later")
            submit(relay, TO, sent=sent)
            taken(tap, hop, relay, "4yz to " + place)
            drained(tap, relay, "4yz to " + place)
            got = hop.taken[0].octets if hop.taken else b""
            tap.check(got.endswith(sent), "4yz to %s: octet for octet" % place, got)
            tap.check(not reports(relay), "4yz to %s: nobody is told" % place)


def lost(tap, setting):
    """The connection breaks off at each place: once more. Behind the dot it may come twice."""
    for place in ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END"):
        usual = {"CONNECT": "220 hop", "EHLO": "", "MAIL": "250 ok", "RCPT": "250 ok"}
        usual.update({"DATA": "354 go", "END": "250 ok"})
        hop = Hop(NEAR, setting.port, {place: [LOST, usual[place]]})
        with hop.running(), setting.relay() as relay:
            submit(relay, TO)
            taken(tap, hop, relay, "lost at " + place)
            drained(tap, relay, "lost at " + place)
            uncertain = "may be delivered or not" in relay.log()
            tap.check(uncertain == (place == "END"), "lost at %s: known for what it is" % place,
                      relay.log())


def deserted(tap, setting):
    """A host that hangs up whenever it hears MAIL is called once an attempt, not for ever."""
    hop = Hop(NEAR, setting.port, {"MAIL": LOST})
    slow = ("--retry-first", "600", "--retry-longest", "600", "--retry-greylisted", "600")
    with hop.running(), setting.relay(*slow, quick=False) as relay:
        submit(relay, TO)
        waits = relay.until(lambda: "later" in relay.log())
        tap.check(waits and hop.sessions == 1, "lost at every MAIL: it waits", hop.sessions)


def greylisted(tap, setting):
    """450 at first sight: the next attempt comes as soon as such hosts want it."""
    hop = Hop(NEAR, setting.port, {"RCPT": ["450 4.7.1 greylisted", "250 2.1.5 welcome back"]})
    slow = ("--retry-first", "600", "--retry-longest", "600", "--retry-greylisted", "1")
    with hop.running(), setting.relay(*slow, quick=False) as relay:
        submit(relay, TO)
        taken(tap, hop, relay, "greylisted")
        drained(tap, relay, "greylisted")


def several(tap, setting):
    """Each recipient has a fate of its own."""
    fates = {
        b"<good@": "250 2.1.5 ok",
        b"<bad@": "550 5.1.1 unknown",
        b"<busy@": "450 4.2.1 busy",
    }

    def answer(line):
        return next(fates[key] for key in fates if key in line)

    hop = Hop(NEAR, setting.port, {"RCPT": answer})
    with hop.running(), setting.relay() as relay:
        submit(relay, "good@hop.test", "bad@hop.test", "busy@hop.test")
        report = reported(tap, relay, "one of three", "bad@hop.test", "failed", "5.1.1")
        tap.check(report and len(report.fields) == 1, "only that one is in it")
        taken(tap, hop, relay, "one of three")
        left = [row["recipient"] for row in relay.listed()]
        tap.check(left == ["<busy@hop.test>"] or left == ["busy@hop.test"], "one waits", left)
        fates[b"<busy@"] = "250 2.1.5 ok"
        drained(tap, relay, "one of three")
        tap.check([len(each.recipients) for each in hop.taken] == [1, 1], "and comes alone")


def down(tap, setting):
    """Nobody listens: the next mail host; and where there is no other, later."""
    hop = Hop(NEAR, setting.port)
    with setting.relay() as relay:
        with hop.running():
            submit(relay, "user@two.test")
            taken(tap, hop, relay, "the first of two hosts is down")
        submit(relay, TO)
        waits = relay.until(lambda: "next host" in relay.log() and relay.listed())
        tap.check(waits, "all are down: it waits", relay.log())
        with hop.running():
            taken(tap, hop, relay, "it is up again", 2)
            submit(relay, "user@implicit.test")
            taken(tap, hop, relay, "no MX, an address", 3)
        drained(tap, relay, "down")
    far = Hop(FAR, setting.port, {"CONNECT": "421 4.3.2 too busy"})
    with hop.running(), far.running(), setting.relay() as relay:
        submit(relay, "user@pair.test")
        taken(tap, hop, relay, "421 of the better host", 4)


def hastened(tap, setting):
    """A host that failed is left alone for a while, until it says ETRN."""
    slow = ("--retry-first", "600", "--retry-longest", "600", "--retry-greylisted", "600")
    hop = Hop(NEAR, setting.port)
    with setting.relay(*slow, "--relay-domain", "hop.test", quick=False) as relay:
        submit(relay, TO)
        relay.until(lambda: "later" in relay.log())
        with hop.running():
            submit(relay, TO)
            relay.until(lambda: "failed a short while ago" in relay.log())
            tap.check(not hop.sessions, "a host that failed is left alone", relay.log())
            with support.Wire(relay.port) as wire:
                wire.command("EHLO mx.hop.test")
                wire.command("ETRN hop.test", 250, 251, 252, 253)
            taken(tap, hop, relay, "until ETRN", 2)
            drained(tap, relay, "ETRN")


def given_up(tap, setting):
    """Warned once, given up in the end; a second report about the report there is not."""
    options = ("--warn-after", "2", "--lifetime", "5")
    with setting.relay(*options) as relay:
        submit(relay, TO)
        relay.until(lambda: len(reports(relay)) == 2, 40)
        told = sorted(report.of(TO)[0] or "" for report in reports(relay))
        tap.check(told == ["delayed", "failed"], "delayed, then failed", (told, relay.log()))
        drained(tap, relay, "given up")
    hop = Hop(NEAR, setting.port, {"RCPT": "550 5.1.1 unknown"})
    with hop.running(), setting.relay() as relay:
        submit(relay, TO, sender="nobody@hop.test")
        drained(tap, relay, "no report about a report")
        tap.check(hop.said("^MAIL FROM:<>"), "the report was tried", hop.lines)
        submit(relay, TO, sender="")
        submit(relay, TO, rcpt="NOTIFY=NEVER")
        drained(tap, relay, "nobody to be told")
        tap.check(not reports(relay), "nobody is told")


def names(tap, setting):
    """What the DNS says."""
    cases = {"null.test": "5.1.10", "absent.test": "5.1.2", "lost.test": "5.4.4"}
    for domain, status in cases.items():
        with setting.relay() as relay:
            submit(relay, "user@" + domain)
            reported(tap, relay, domain, "user@" + domain, "failed", status)
            drained(tap, relay, domain)


def silent(tap, setting, program):
    """The DNS is down; then it is there."""
    os.mkdir(os.path.join(setting.here, "late"))
    late = zones.Zones(os.path.join(setting.here, "late"), program, mx=MX, hosts=HOSTS)
    hop = Hop(NEAR, setting.port)
    with hop.running(), setting.relay(dns=late.where()) as relay:
        submit(relay, TO)
        waits = relay.until(lambda: "later" in relay.log(), 60)
        tap.check(waits and relay.listed(), "the DNS is down: it waits", relay.log())
        with late.running():
            taken(tap, hop, relay, "the DNS is back", seconds=60)
            drained(tap, relay, "the DNS is back")


def stopped(tap, setting):
    """A stop before anything was said of a message is no attempt: it is due as it was."""
    ready = threading.Event()

    def greet(_):
        ready.wait(30)
        return "220 hop ready"

    hop = Hop(NEAR, setting.port, {"CONNECT": greet})
    with hop.running(), setting.relay() as relay:
        submit(relay, TO, "other@hop.test")
        relay.until(lambda: hop.sessions > 0)
        tap.check(relay.stop() == 0, "stopped at the greeting: it ends", relay.errors()[-3000:])
        rows = [(row["state"], row["due"] == row["arrived"], row["attempts"])
                for row in relay.listed()]
        tap.check(rows == [("waiting", True, "0")] * 2, "and all are due still", relay.listed())
        ready.set()
        relay.start()
        taken(tap, hop, relay, "stopped at the greeting, and started")
        drained(tap, relay, "stopped at the greeting, and started")


def looped(tap, setting):
    """Two relays that each take the other for the next one: the hops are counted, and it ends."""
    ring = ("--relay-domain", "ring.test", "--max-hops", "10")
    far = setting.relay(*ring, "--relay-listen", "%s:%d" % (FAR, setting.port),
                        "--smart-host", "%s:%d" % (NEAR, setting.port), "--hostname", "far.test",
                        listen=(), local=("far.test",))
    near = setting.relay(*ring, "--relay-listen", "%s:%d" % (NEAR, setting.port))
    with near, far:
        submit(near, "user@ring.test")
        reported(tap, near, "a loop", "user@ring.test", "failed", "5.4.6")
        drained(tap, near, "a loop")
        drained(tap, far, "a loop, the other")


def test(tap, here):
    program = zones.provided(tap)
    if not program:
        return
    with delivering.setting(here, program, (NEAR, FAR, DEAD), mx=MX, hosts=HOSTS,
                            null=("null.test",)) as setting:
        begun = time.monotonic()
        cases = (refused, put_off, lost, deserted, greylisted, several, down)
        for case in (*cases, hastened, given_up, stopped, names, looped):
            case(tap, setting)
            tap.say("%s: %.1f s" % (case.__name__, time.monotonic() - begun))
        silent(tap, setting, program)


support.main(test)
