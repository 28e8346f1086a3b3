"""MT-PRIORITY (RFC 6710) orders what leaves the queue: the higher first, then what has been due for
longer. Strangers cannot raise it."""

import base64
import re

import delivering
import relaying
import scripted_dns
import support
from delivering import drained
from relay import Relay
from scripted_dns import A, MX
from scripted_hop import OFFERS, Hop
from support import PASSWORD, USER, Wire, message, stuffed

NEAR = "127.0.0.2"
ALL = (*OFFERS, "MT-PRIORITY")
DOMAINS = ("one.test", "two.test", "three.test")
RECORDS = {("mx.hop.test", A): [scripted_dns.address(NEAR)]}
RECORDS.update({(domain, MX): [scripted_dns.exchange("mx.hop.test")] for domain in DOMAINS})
SLOW = ("--retry-first", "600", "--retry-greylisted", "600", "--retry-longest", "600")
ONE = ("--lanes", "1", "--lanes-each", "1", *SLOW)
PRIORITIES = (0, 3, -9, 9, 0, -2, 3, 9, 1)


def relay_for(setting):
    """One whose users may say what is urgent."""
    users = (*support.passwords(setting.here), "--auth-without-tls", "yes")
    return setting.relay(*ONE, *users, quick=False, listen=("relay", "submission"))


def submit(relay, to, priority, sent=None, sender=delivering.FROM):
    secret = base64.b64encode(("\0%s\0%s" % (USER, PASSWORD)).encode()).decode()
    with Wire(relay.ports["submission"]) as wire:
        wire.command("EHLO client.test")
        wire.command("AUTH PLAIN " + secret, 235)
        wire.command("MAIL FROM:<%s> MT-PRIORITY=%d" % (sender, priority))
        wire.command("RCPT TO:<%s>" % to)
        wire.command("DATA", 354)
        wire.send(stuffed(sent or message("one")))
        return re.search(rb"Queued as (\w+)", wire.expect(250)).group(1).decode()


def refusing(whom, how):
    return lambda line: how if whom in line else "250 2.1.5 ok"


def priorities(hop):
    found = [re.search(r"MT-PRIORITY=(-?\d+)", each.mail) for each in hop.taken]
    return [int(each.group(1)) if each else None for each in found]  # 6710-4.2-a: 0, too


def subjects(hop):
    return [re.search(rb"Subject: (\S+)", each.octets).group(1).decode() for each in hop.taken]


def wait(relay, count):
    """All that is queued was tried once, in vain."""
    relay.until(lambda: sum(int(row["attempts"]) > 0 for row in relay.listed()) >= count)


def ordered(tap, setting, domains, name):
    hop = Hop(NEAR, setting.port, offers=ALL)
    wanted = []
    with relay_for(setting) as relay:
        for number, priority in enumerate(PRIORITIES):
            to = "user@" + domains[number % len(domains)]
            submit(relay, to, priority, message("n%d" % number))
            wanted.append((-priority, number))
        wait(relay, len(PRIORITIES))
        with hop.running():
            relay.manage("retry", "all")
            relay.until(lambda: len(hop.taken) == len(PRIORITIES))
            # RFC 6710 5: priorities affect the order in which messages are transferred
            found = priorities(hop)
            tap.check(found == sorted(PRIORITIES, reverse=True), name + ": the higher first", found)
            clauses = [re.search(rb"(?s)^Received:.*?PRIORITY (-?\d+);", each.octets)
                       for each in hop.taken]
            # 6710-4.1-e: Received carries the clause PRIORITY and the value, before the date
            clauses = [int(each.group(1)) if each else 0 for each in clauses]
            tap.check(clauses == found, name + ": Received says so", hop.taken[0].octets)
            if len(domains) == 1:
                order = ["n%d" % number for _, number in sorted(wanted)]
                tap.check(subjects(hop) == order, name + ": then the older", subjects(hop))
            drained(tap, relay, name)


def later(tap, setting):
    """One that is not due holds nothing up, however high."""
    hop = Hop(NEAR, setting.port, {"RCPT": refusing(b"<slow@", "450 no")}, offers=ALL)
    with hop.running(), relay_for(setting) as relay:
        submit(relay, "slow@one.test", 9)
        wait(relay, 1)
        submit(relay, "user@one.test", -9)
        relay.until(lambda: hop.taken)
        tap.check(len(hop.taken) == 1, "what is not due holds nothing up", relay.log())


def held(tap, setting):
    """A message that comes for a destination where all others are held is delivered."""
    hop = Hop(NEAR, setting.port, offers=ALL)
    with relay_for(setting) as relay:
        first = submit(relay, "user@one.test", 0, message("held"))
        wait(relay, 1)
        relay.manage("hold", first)
        with hop.running():
            second = submit(relay, "user@one.test", 0, message("free"))
            relay.until(lambda: second + " to=" in relay.log())
            relay.manage("retry", "all")
            relay.until(lambda: hop.taken)
            tap.check(subjects(hop) == ["free"], "beside one that is held, another goes",
                      (relay.listed(), relay.log()))


def strangers(tap, setting):
    """6710-4.1-b, -c: no positive priority of strangers; they are told by X.3.6. Lower they may."""
    hop = Hop(NEAR, setting.port, offers=ALL)
    options = ("--relay-domain", "one.test", "--loopback", "yes", "--port", str(setting.port))
    with hop.running(), Relay(setting.here, *options, dns=setting.dns.where()) as relay:
        cases = (("9", rb"250 2\.3\.6 0 "), ("1", rb"250 2\.3\.6 0 "), ("0", rb"250 2\.1\.0 "),
                 ("-4", rb"250 2\.1\.0 "))
        for number, (priority, said) in enumerate(cases):
            with Wire(relay.port) as wire:
                wire.command("EHLO client.test")
                answer = wire.command("MAIL FROM:<a@b.test> MT-PRIORITY=" + priority)
                tap.check(re.match(said, answer), "a stranger's %s: %s" % (priority, said), answer)
                wire.command("RCPT TO:<user@one.test>")
                wire.command("DATA", 354)
                wire.send(message("x") + b".\r\n")
                wire.expect(250)
            relay.until(lambda: len(hop.taken) > number)
        tap.check(sorted(priorities(hop)) == [-4, 0, 0, 0], "and so they go", priorities(hop))


def told(tap, setting):
    """RFC 6710 4.6: a report has the priority of its message."""
    hop = Hop(NEAR, setting.port, {"RCPT": refusing(b"<user@", "550 no")}, offers=ALL)
    with hop.running(), relay_for(setting) as relay:
        submit(relay, "user@one.test", 4, sender="me@two.test")
        relay.until(lambda: hop.taken)
        tap.check(priorities(hop) == [4], "a report is as urgent as its message", relay.log())


def test(tap, here):
    dns = scripted_dns.Dns(RECORDS)
    with dns.running():
        setting = delivering.Setting(here, dns, relaying.common_port((NEAR,)))
        ordered(tap, setting, DOMAINS[:1], "one destination")
        ordered(tap, setting, DOMAINS, "three destinations")
        for case in (later, held, strangers, told):
            case(tap, setting)


support.main(test)
