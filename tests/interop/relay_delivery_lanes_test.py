"""Which deliveries are under way at the same time: connections are used again and not too many,
limits of the next hop are kept to, and nobody waits for a destination that is dead or slow."""

import re
import threading
import time

import relaying
import scripted_dns
import support
from delivering import Setting, drained, submit
from scripted_dns import A, MX
from scripted_hop import OFFERS, Hop, Raw
from support import Wire, stuffed

NEAR, FAR, DEAD = "127.0.0.2", "127.0.0.3", "127.0.0.4"
TO = "user@hop.test"
SLOW = ("--retry-first", "600", "--retry-greylisted", "600", "--retry-longest", "600")
RECORDS = {
    ("hop.test", MX): [scripted_dns.exchange("mx.hop.test")],
    ("mx.hop.test", A): [scripted_dns.address(NEAR)],
    ("live.test", MX): [scripted_dns.exchange("mx.live.test")],
    ("mx.live.test", A): [scripted_dns.address(FAR)],
    ("dead.test", MX): [scripted_dns.exchange("mx.dead.test")],
    ("mx.dead.test", A): [scripted_dns.address(DEAD)],
}


def submit_many(relay, addresses):
    """One message each, in one session."""
    with Wire(relay.port) as wire:
        wire.command("EHLO client.test")
        for address in addresses:
            wire.command("MAIL FROM:<sender@client.test>")
            wire.command("RCPT TO:<%s>" % address)
            wire.command("DATA", 354)
            wire.send(stuffed(support.message("one")))
            wire.expect(250)


def count_of(hop):
    given = [line.split(">")[0].strip("<") for one in hop.taken for line in one.recipients]
    return {address: given.count(address) for address in given}


def together(tap, setting, options, hop, addresses):
    """Holds the messages until all are there, then lets them go. Returns the relay's log."""
    with hop.running(), setting.relay(*options, *SLOW, quick=False) as relay:
        hold = {"CONNECT": list(hop.answers["CONNECT"])}
        hop.answers["CONNECT"] = ["451 4.3.2 not yet"]
        submit_many(relay, addresses)
        relay.until(lambda: all(row["attempts"] != "0" for row in relay.listed()))
        hop.answers.update(hold)
        hop.sessions = hop.most = 0
        hop.lines.clear()
        relay.manage("retry", "all")
        drained(tap, relay, "%d messages with %s" % (len(addresses), " ".join(options)), 60)
        return relay.log()


def reused(tap, setting):
    """A hundred messages by the connections that there may be, and no more."""
    addresses = ["user%d@hop.test" % number for number in range(100)]
    for most in (1, 3):
        hop = Hop(NEAR, setting.port)
        log = together(tap, setting, ("--lanes-each", str(most)), hop, addresses)
        had = count_of(hop)
        tap.check(had == dict.fromkeys(addresses, 1), "each comes once", log[-3000:])
        tap.check(hop.most <= most, "at most %d connections at a time" % most, hop.most)
        tap.check(hop.sessions <= 2 * most, "a hundred messages by few connections", hop.sessions)


def limited(tap, setting):
    """LIMITS (RFC 9422): no more recipients, no more messages than the hop says."""
    to = ["user%d@hop.test" % number for number in range(7)]
    for limits, transactions, sessions in (("RCPTMAX=3", 3, 1), ("RCPTMAX=3 MAILMAX=1", 3, 3),
                                           ("RCPTMAX=2 MAILMAX=2", 4, 2)):
        hop = Hop(NEAR, setting.port, offers=(*OFFERS, "LIMITS " + limits))
        with hop.running(), setting.relay() as relay:
            submit(relay, *to)
            drained(tap, relay, "LIMITS " + limits)
            had = len(hop.taken), hop.sessions, count_of(hop)
            wanted = transactions, sessions, dict.fromkeys(to, 1)
            tap.check(had == wanted, "%s: %d transactions, %d sessions, each recipient once" % (
                limits, transactions, sessions), "%s\n%s\n%s" % (had, hop.lines, relay.log()))
            tap.check(" later " not in relay.log(), limits + ": nobody waits", relay.log())
    addresses = ["user%d@hop.test" % number for number in range(9)]
    hop = Hop(NEAR, setting.port, offers=(*OFFERS, "LIMITS MAILMAX=3"))
    together(tap, setting, ("--lanes-each", "1"), hop, addresses)
    had = hop.sessions, count_of(hop)
    tap.check(had == (3, dict.fromkeys(addresses, 1)), "MAILMAX=3: nine messages by three sessions",
              had)


def leaving(tap, setting):
    """421 in the middle of a transaction: the others wait, and nobody gets two."""
    to = ["user%d@hop.test" % number for number in range(3)]
    for place, usual in (("RCPT", "250 2.1.5 ok"), ("DATA", "354 go"), ("END", "250 2.0.0 ok"),
                         ("MAIL", "250 2.1.0 ok")):
        hop = Hop(NEAR, setting.port, {place: ["421 4.3.2 going down", usual]})
        if place == "RCPT":
            hop.answers[place].insert(0, usual)
        with hop.running(), setting.relay() as relay:
            submit(relay, *to)
            drained(tap, relay, "421 to " + place)
            had = count_of(hop)
            tap.check(had == dict.fromkeys(to, 1), "421 to %s: each comes once" % place, had)
            tap.check("going down" in relay.log(), "421 to %s: the log says so" % place)
            tap.check(not relay.stored("sender@client.test"), "421 to %s: nobody is told" % place)


# -- fairness -------------------------------------------------------------------------------------


def attempts(log):
    return len(re.findall(r" to=<u\S+@dead.test> later ", log))


def dead(tap, setting, count):
    """Many messages for a destination that is dead: one for a live one does not wait for them."""
    with setting.relay("--lanes", "4", "--lanes-each", "2", *SLOW, quick=False) as relay:
        senders = [
            threading.Thread(target=submit_many, args=(
                relay, ["u%d-%d@dead.test" % (each, number) for number in range(count // 8)]))
            for each in range(8)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        relay.until(lambda: attempts(relay.log()) >= count, 120)
        relay.manage("retry", "all")  # all is due now, and was before the one that comes
        hop = Hop(FAR, setting.port)
        with hop.running():
            before = attempts(relay.log())
            submit(relay, "user@live.test")
            relay.until(lambda: hop.taken, 120)
            log = relay.log()
            at = log.find("to=<user@live.test> delivered")
            made = attempts(log[:at]) - before
            tap.check(at > 0, "%d messages for a dead destination, one for a live one" % count)
            tap.say("%d attempts for the dead one were made before it" % made)
            tap.check(made < count // 4, "it does not wait for all of them", made)


def slow(tap, setting):
    """A destination that takes its time has no more lanes than it may, even if that were all."""
    for lanes, each in ((4, 2), (3, 5), (2, 2)):
        stuck = Raw(NEAR, setting.port, lambda hop, connection: hop.stay(connection))
        hop = Hop(FAR, setting.port)
        options = ("--lanes", str(lanes), "--lanes-each", str(each), *SLOW)
        with stuck.running(), hop.running(), setting.relay(*options, quick=False) as relay:
            submit_many(relay, ["user%d@hop.test" % number for number in range(10)])
            relay.until(lambda: stuck.open > 0)
            submit(relay, "user@live.test")
            relay.until(lambda: hop.taken)
            name = "lanes %d, lanes-each %d, a slow destination" % (lanes, each)
            tap.check(len(hop.taken) == 1, name + ": the other one has its mail", relay.log())
            most = min(each, lanes - 1)
            tap.check(0 < stuck.most <= most, "%s: at most %d lanes" % (name, most), stuck.most)


def test(tap, here):
    port = relaying.common_port((NEAR, FAR, DEAD))
    dns = scripted_dns.Dns(RECORDS)
    with dns.running():
        setting = Setting(here, dns, port)
        for case in (reused, limited, leaving, slow):
            begun = time.monotonic()
            case(tap, setting)
            tap.say("%s: %.1f s" % (case.__name__, time.monotonic() - begun))
        dead(tap, setting, 10000)


support.main(test)
