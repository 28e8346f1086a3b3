"""What others say of a client, and how much one client may send: a DNS blocklist, rates, ETRN, hops,
connections, and the end by SIGTERM in the middle of a message."""

import contextlib
import time

import foreign
import scripted_dns
import support
from ports import free_port
from relay import Relay
from support import HOST, Wire, stuffed

LISTED = "list.example.test"


def greeting(relay, code):
    with Wire(relay.port, greet=False) as wire:
        return wire.expect(code)


def send(relay, to="user@example.test", sent=None, code=250):
    with Wire(relay.port) as wire:
        wire.envelope(to)
        wire.command("DATA", 354)
        wire.send(stuffed(sent or support.message("one")))
        wire.expect(code)


def listed(tap, here, dnsmasq):
    """The clients of loopback are listed in one list, and in another not."""
    port = free_port(datagrams=True)
    command = [dnsmasq, "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null",
               "--port=%d" % port, "--listen-address=" + HOST, "--bind-interfaces", "--user=root",
               "--pid-file=", "--local=/test/", "--address=/1.0.0.127.%s/127.0.0.2" % LISTED]
    with foreign.running(command, port, cwd=here):
        dns = "%s:%d" % (HOST, port)
        with Relay(here, "--dnsbl", "clean.example.test", "--dnsbl", LISTED, dns=dns) as relay:
            said = support.attempt(tap, "who is listed is greeted by 554", greeting, relay, 554)
            tap.check(said and LISTED.encode() in said, "and told by which list", said)
        with Relay(here, "--dnsbl", "clean.example.test", dns=dns) as relay:
            support.attempt(tap, "who is not listed is greeted", greeting, relay, 220)


# What a list says of a client (RFC 5782 2.1), and what it is greeted by. A zone that has been given up
# is often somebody's who answers every question; 127.255.255.0/24 is said to who may not ask.
ENTRIES = (
    (["127.0.0.2"], 554), (["127.0.0.11"], 554), (["127.200.1.1"], 554),
    (["203.0.113.7"], 220), (["127.255.255.254"], 220), (["127.255.255.1"], 220), ([], 220),
    (["203.0.113.7", "127.0.0.4"], 554), (["127.255.255.252", "127.0.0.10"], 554),
)


def read(tap, here):
    for addresses, code in ENTRIES:
        entry = {("1.0.0.127." + LISTED, scripted_dns.A): [scripted_dns.address(each)
                                                           for each in addresses]}
        with scripted_dns.Dns(entry).running() as dns:
            with Relay(here, "--dnsbl", LISTED, dns=dns.where()) as relay:
                name = "of whom a list says %s is greeted by %d" % (addresses, code)
                support.attempt(tap, name, greeting, relay, code)


def silent(tap, here):
    with Relay(here, "--dnsbl", LISTED) as relay:
        name = "a list that does not answer refuses nobody"
        support.attempt(tap, name, greeting, relay, 220)


def limited(tap, here):
    with Relay(here, "--rate-messages", "2/3600") as relay:
        for number in (1, 2):
            support.attempt(tap, "message %d is taken" % number, send, relay)
        with Wire(relay.port) as wire:
            wire.command("EHLO client.example.test")
            name = "the third has to wait"
            support.attempt(tap, name, wire.command, "MAIL FROM:<a@example.com>", 451)
    with Relay(here, "--rate-connections", "2/3600") as relay:
        for number in (1, 2):
            support.attempt(tap, "connection %d is taken" % number, greeting, relay, 220)
        support.attempt(tap, "the third is told to come later", greeting, relay, 421)
    with Relay(here, "--rate-recipients", "1/3600") as relay:
        with Wire(relay.port) as wire:
            wire.envelope("one@example.test")
            name = "the second recipient has to wait"
            support.attempt(tap, name, wire.command, "RCPT TO:<two@example.test>", 451)
    with Relay(here, "--max-connections", "1") as relay, Wire(relay.port):
        support.attempt(tap, "one connection too many is told so", greeting, relay, 421)
        tap.check(" LIMIT max-connections 1\n" in relay.log(), "and the log says why", relay.log())


def crowd(relay, role, source, code):
    """A connection that stays open, if its greeting is this one; and that greeting."""
    wire = Wire(relay.ports[role], greet=False, source=source)
    try:
        return wire, wire.expect(code)
    except AssertionError:
        wire.socket.close()
        raise


def come_in(relay, *who):
    """The same, as soon as there is room: it is a moment before it knows that somebody has left."""
    found = []

    def comes():
        with contextlib.suppress(AssertionError):
            found.append(crowd(relay, *who, 220))
        return found

    relay.until(comes)
    return found[0] if found else crowd(relay, *who, 220)


def crowded(tap, here):
    """One client can keep itself out, but nobody else; and all other servers no user."""
    users = (*support.passwords(here), "--auth-without-tls", "yes")
    options = ("--max-connections-each", "3", "--max-connections", "5", "--network", "127.0.0.9")
    with Relay(here, *options, *users, listen=("relay", "submission")) as relay:
        kept = []
        for role, source, code in [
            *[("relay", "127.0.0.2", 220)] * 2, ("submission", "127.0.0.2", 220),
            *[("relay", "127.0.0.2", 421)] * 7, ("submission", "127.0.0.2", 421),
            ("relay", "127.0.0.3", 220), *[("relay", "127.0.0.9", 220)] * 2,
            ("relay", "127.0.0.4", 421), ("relay", "127.0.0.9", 421),
            *[("submission", "127.0.0.9", 220)] * 4, ("submission", "127.0.0.9", 421),
        ]:
            name = "%s from %s is answered %d" % (role, source, code)
            kept.append(support.attempt(tap, name, crowd, relay, role, source, code))
        said = kept[3] and kept[3][1]
        tap.check(said and b" Too many connections of your address" in said, "it is told why", said)
        tap.check(" LIMIT max-connections-each 3\n" in relay.log(), "so is the log", relay.log())
        kept[0][0].command("QUIT", 221)
        kept[1][0].socket.close()
        who = "relay", "127.0.0.2"
        for _ in range(2):
            kept.append(support.attempt(tap, "who leaves makes room: 220", come_in, relay, *who))
        name = "who leaves makes room: 421"
        kept.append(support.attempt(tap, name, crowd, relay, *who, 421))
        for wire, _ in kept:
            wire.socket.close()


def etrn(wire, domain, code):
    wire.command("EHLO client.example.test")
    return wire.command("ETRN " + domain, code)


FRIEND, STRANGER = "127.0.0.2", "127.0.0.3"


def ask(tap, relay, domain, code, source=FRIEND, why=""):
    with Wire(relay.port, source=source) as wire:
        name = "ETRN %s is answered %d%s" % (domain, code, why)
        return support.attempt(tap, name, etrn, wire, domain, code)


def attempts(relay, count):
    return relay.until(lambda: relay.listed()[0]["attempts"] == str(count))


def hastened(tap, here):
    """RFC 1985 5.1. What a friend asks for is done, once in retry-greylisted seconds."""
    domains = ["--relay-domain", "away.example", "--relay-domain", ".away.example"]
    with Relay(here, *domains, "--etrn-network", FRIEND) as relay:
        send(relay, "user@sub.away.example")
        attempts(relay, 1)
        ask(tap, relay, "other.example", 459, why=": it is not ours to relay")
        for _ in range(2):
            ask(tap, relay, "away.example", 251, why=": nothing waits there")
        ask(tap, relay, "sub.away.example", 253)
        tap.check(attempts(relay, 2), "that was an attempt", relay.listed())
        ask(tap, relay, "SUB.away.example", 458, why=": it was a moment ago")
        ask(tap, relay, "@away.example", 253, why=": all below it")
        tap.check(attempts(relay, 3), "that was one, too", relay.listed())
        ask(tap, relay, "@away.example", 458, why=": and not again")
        said = ask(tap, relay, "sub.away.example", 459, STRANGER, ": a stranger")
        tap.check(said and b"pending" not in said, "who is told nothing of the queue", said)
        time.sleep(0.5)
        tap.check(relay.listed()[0]["attempts"] == "3", "no attempt but these", relay.listed())
    options = ("--network", FRIEND, "--retry-greylisted", "2", "--retry-first", "1000")
    with Relay(here, *domains, *options) as relay:
        send(relay, "user@away.example")
        attempts(relay, 1)
        ask(tap, relay, "away.example", 253, why=": a client of our network")
        ask(tap, relay, "away.example", 458)
        time.sleep(2.5)
        ask(tap, relay, "away.example", 253, why=", some time later")
        ask(tap, relay, "away.example", 459, STRANGER)


def looped(tap, here):
    hop = "Received: from a.example by b.example; Sat, 21 Nov 2026 10:00:00 +0000\r\n"
    with Relay(here, "--max-hops", "3") as relay:
        many, few = ((hop * count).encode() + support.message("loop") for count in (4, 3))
        support.attempt(tap, "a message with too many hops is refused", send, relay,
                        "user@example.test", many, 554)
        support.attempt(tap, "one with fewer is not", send, relay, "user@example.test", few)


def finish(relay):
    """Half of the message has come when SIGTERM does."""
    sent = stuffed(support.message("half", support.AWKWARD))
    with Wire(relay.port) as idle, Wire(relay.port) as wire:
        wire.envelope("user@away.example")
        wire.command("DATA", 354)
        wire.send(sent[:99])
        relay.process.terminate()
        idle.expect(421)
        wire.send(sent[99:])
        wire.expect(250)
    return relay.process.wait(timeout=support.PATIENCE)


def stopped(tap, here):
    with Relay(here, "--relay-domain", "away.example") as relay:
        status = support.attempt(tap, "a message is finished behind SIGTERM", finish, relay)
        tap.check(status == 0, "then it leaves with 0", relay.errors())
        tap.check(len(relay.listed()) == 1, "and the message is in the queue")


def managed(tap, here):
    with Relay(here, "--relay-domain", "away.example") as relay:
        for user in ("a", "b", "c"):
            send(relay, user + "@away.example")
        first, second, third = (row["id"] for row in relay.listed())
        relay.manage("hold", first)
        tap.check(relay.listed()[0]["state"] == "held", "hold holds", relay.listed())
        relay.manage("release", first)
        tap.check(relay.listed()[0]["state"] == "waiting", "release releases", relay.listed())
        relay.manage("delete", second)
        left = [row["id"] for row in relay.listed()]
        tap.check(left == [first, third], "delete deletes one", left)
        tap.check("recipient: <c@away.example>" in relay.manage("show", third), "show shows")
        page = [row["id"] for row in relay.listed("--after", first, "--limit", "1")]
        tap.check(page == [third], "list goes on behind an id", page)
        said = relay.manage("show", second, status=66)
        tap.check(not said, "what was deleted cannot be shown", said)


def test(tap, here):
    read(tap, here)
    silent(tap, here)
    limited(tap, here)
    crowded(tap, here)
    hastened(tap, here)
    looped(tap, here)
    stopped(tap, here)
    managed(tap, here)
    dnsmasq = support.peer(tap, "dnsmasq", "--version")
    if dnsmasq:
        listed(tap, here, dnsmasq)


support.main(test)
