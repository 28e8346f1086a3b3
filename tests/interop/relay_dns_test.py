"""A DNS that lies: names and addresses that lead back to us or nowhere, answers that are broken,
too large, forged or empty. No host is called that must not be, nothing of it reaches the log raw, and
mail for a domain that is only broken waits."""

import contextlib
import re
import socket
import struct

import delivering
import relaying
import scripted_dns
import support
from delivering import reports, submit
from scripted_dns import A, AAAA, MX, address, exchange, name_of
from scripted_hop import Hop
from support import HOSTNAME

CNAME = 5
NEAR, FAR, OWN = "127.0.0.2", "127.0.0.3", "127.0.0.4"
TO = "user@hop.test"
SLOW = ("--retry-first", "600", "--retry-greylisted", "600", "--retry-longest", "600")
GOOD = {("hop.test", MX): [exchange("mx.hop.test")], ("mx.hop.test", A): [address(NEAR)]}


def outcome(relay, *hops):
    """"taken", "waits" or "told STATUS"."""
    submit(relay, TO)
    taken = lambda: any(hop.taken for hop in hops)
    relay.until(lambda: taken() or reports(relay) or " later " in relay.log())
    if taken():
        return "taken"
    told = [group.get("Status") for report in reports(relay) for group in report.fields]
    return "told %s" % told[0] if told else "waits"


def printable(relay):
    return re.fullmatch(r"[\n -~]*", relay.log()) is not None


class World:
    def __init__(self, here):
        self.here = here
        self.port = relaying.common_port((NEAR, FAR, OWN, "127.0.0.1"))

    def found(self, records, *options, lie=None):
        """The outcome, the lines that the near hop heard, and the log; FAR and 127.0.0.1 must not
        be called."""
        dns = scripted_dns.Dns(records, signed=False)
        dns.lie = lie
        near = Hop(NEAR, self.port)
        wrong = [Hop(each, self.port) for each in (FAR, "127.0.0.1")]
        with contextlib.ExitStack() as stack:
            for each in (dns, near, *wrong):
                stack.enter_context(each.running())
            setting = delivering.Setting(self.here, dns, self.port)
            relay = stack.enter_context(setting.relay(*SLOW, *options, quick=False))
            result = outcome(relay, near, *wrong)
            sessions = sum(each.sessions for each in wrong)
            why = "%s\n%s" % (relay.log(), relay.errors()[-1500:])
            clean = printable(relay) and relay.process.poll() is None
            return result, near.sessions, sessions, clean, why


    def everywhere(self, records):
        """The outcome where the relay listens on all addresses, at the port of other servers."""
        port = relaying.common_port(("127.0.0.1",))
        dns = scripted_dns.Dns(records, signed=False)
        listen = "--relay-listen", "0.0.0.0:%d" % port
        with dns.running(), delivering.Setting(self.here, dns, port).relay(
                *SLOW, *listen, quick=False) as relay:
            return outcome(relay)


def check(tap, name, found, wanted, near=None):
    result, sessions, wrong, clean, why = found
    good = result == wanted and wrong == 0 and clean and near in (None, sessions)
    tap.check(good, "%s: %s" % (name, wanted), (result, sessions, wrong, clean, why))


# -- where it leads -------------------------------------------------------------------------------


def crowds(tap, world):
    """A thousand mail hosts: the best is found among them, wherever it stands."""
    # RFC 5321 5.1: "MUST be sorted", and the best is tried first
    many = {("hop.test", MX): [exchange("m%d.hop.test" % n, 20) for n in range(999)]}
    many["hop.test", MX].append(exchange("mx.hop.test", 10))
    many["mx.hop.test", A] = [address(NEAR)]
    check(tap, "1000 mail hosts", world.found(many), "taken", 1)
    every = {("hop.test", MX): [exchange("mx.hop.test")]}
    every["mx.hop.test", A] = [address("127.0.1.%d" % n) for n in range(1, 200)]
    check(tap, "200 addresses, nobody there", world.found(every), "waits", 0)


def back_to_us(tap, world):
    """What leads back to us, to nowhere, or to no host: nobody is called, the sender is told."""
    for target in ("127.0.0.1", "192.0.2.1", "localhost", "a_b.test", "-.test"):
        records = {("hop.test", MX): [exchange(target)], ("hop.test", A): [address("127.0.0.1")],
                   (target, A): [address("127.0.0.1")]}
        found = world.found(records, "--loopback", "no")
        told = found[0].startswith("told 5.")
        tap.check(told and found[2] == 0 and found[3], "an MX %s: it comes back" % target, found)
    places = ("127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.1.1", "255.255.255.255", "224.0.0.1")
    for place in places:
        records = {**GOOD, ("mx.hop.test", A): [address(place)]}
        found = world.found(records, "--loopback", "no")
        told = found[0].startswith("told 5.")
        tap.check(told and found[2] == 0, "an MX at %s: it comes back" % place, found)
    for place in ("::1", "::", "::ffff:127.0.0.1", "fe80::1", "ff02::1", "::127.0.0.1"):
        records = {("hop.test", MX): [exchange("mx.hop.test")],
                   ("mx.hop.test", AAAA): [socket.inet_pton(socket.AF_INET6, place)]}
        found = world.found(records, "--loopback", "no")
        told = found[0].startswith("told 5.")
        tap.check(told and found[2] == 0, "an MX at %s: it comes back" % place, found)
    ours = {("hop.test", MX): [exchange(HOSTNAME)], (HOSTNAME, A): [address(FAR)]}
    check(tap, "an MX that is our name", world.found(ours), "told 5.4.6", 0)
    ours = {("hop.test", MX): [exchange("mx.hop.test")], ("mx.hop.test", A): [address(FAR)]}
    found = world.found(ours, "--own-address", FAR)
    check(tap, "an MX that is our address", found, "told 5.4.6", 0)
    ours["mx.hop.test", A] = [address(OWN)]
    found = world.found(ours, "--relay-listen", "%s:%d" % (OWN, world.port))
    check(tap, "an MX that is where we listen", found, "told 5.4.6", 0)
    ours["mx.hop.test", A] = [address("127.0.0.1")]
    found = world.everywhere(ours)
    tap.check(found == "told 5.4.6", "the same, listening everywhere", found)
    worse = {("hop.test", MX): [exchange(HOSTNAME, 10), exchange("mx.hop.test", 20)],
             ("mx.hop.test", A): [address(FAR)], (HOSTNAME, A): [address(FAR)]}
    check(tap, "one that is worse than we are", world.found(worse), "told 5.4.6", 0)


def rings(tap, world):
    """CNAMEs in a ring."""

    def lie(query, answer, tcp):
        ring = b"".join(
            name_of(one) + struct.pack(">HHIH", CNAME, 1, 60, len(name_of(other))) + name_of(other)
            for one, other in (("hop.test", "pot.test"), ("pot.test", "hop.test")) * 5)
        end = query.index(b"\0", 12) + 5
        return [query[:2] + b"\x85\x80" + struct.pack(">HHHH", 1, 10, 0, 0) + query[12:end] + ring]

    found = world.found({}, lie=lie)
    tap.check(found[0] != "taken" and found[3], "a ring of CNAMEs: it ends", found)

    def chain(query, answer, tcp):
        """To another name, which has the records."""
        end = query.index(b"\0", 12) + 5
        if query[12:].startswith(name_of("hop.test")):
            target = name_of("real.test")
            rows = b"\xc0\x0c" + struct.pack(">HHIH", CNAME, 1, 60, len(target)) + target
            (kind,) = struct.unpack(">H", query[end - 4 : end - 2])
            if kind == MX:
                data = exchange("mx.hop.test")
                rows += target + struct.pack(">HHIH", MX, 1, 60, len(data)) + data
            count = 2 if kind == MX else 1
            head = query[:2] + b"\x85\x80" + struct.pack(">HHHH", 1, count, 0, 0)
            return [head + query[12:end] + rows]
        return [answer]

    # RFC 5321 5.1: a CNAME is followed
    check(tap, "a CNAME with its MX", world.found(GOOD, lie=chain), "taken", 1)


# -- answers that are none ------------------------------------------------------------------------


def forged(tap, world):
    """What answers another question, or has another number, does not count."""
    evil = scripted_dns.Dns({("hop.test", MX): [exchange("mx.evil.test")],
                             ("mx.hop.test", A): [address(FAR)],
                             ("mx.evil.test", A): [address(FAR)]}, signed=False)

    def other_number(query, answer, tcp):
        wrong = evil.answer(query)
        return [bytes([wrong[0] ^ 1]) + wrong[1:], wrong[:1] + bytes([wrong[1] ^ 255]) + wrong[2:],
                answer]

    def other_name(query, answer, tcp):
        end = query.index(b"\0", 12)
        wrong = evil.answer(query)
        renamed = wrong[:13] + bytes([wrong[13] ^ 1]) + wrong[14:]
        return [renamed, answer] if end > 13 else [answer]

    def a_query(query, answer, tcp):
        return [query]

    for name, lie in (("another number", other_number), ("another name", other_name)):
        check(tap, "an answer with " + name, world.found(GOOD, lie=lie), "taken", 1)
    check(tap, "the query for an answer", world.found(GOOD, lie=a_query), "waits", 0)


def broken(tap, world):
    """An answer that cannot be read is none: the message waits, or goes by the next answer; it goes
    nowhere else, and does not come back."""
    records = {**GOOD, ("hop.test", A): [address(FAR)]}

    def of(kind, change):
        def lie(query, answer, tcp):
            end = query.index(b"\0", 12) + 5
            asked = struct.unpack(">H", query[end - 4 : end - 2])[0]
            return [change(query, answer, end)] if asked == kind else [answer]

        return lie

    def cut(query, answer, end):
        return answer[:-3] if len(answer) > end else answer

    def counted(query, answer, end):
        return answer[:6] + b"\0\x09" + answer[8:]

    def looped(query, answer, end):
        head = query[:2] + b"\x85\x80" + struct.pack(">HHHH", 1, 1, 0, 0) + query[12:end]
        at = struct.pack(">H", 0xC000 | len(head))
        return head + at + struct.pack(">HHIH", MX, 1, 60, 4) + b"\0\x0a" + at

    def longer(query, answer, end):
        return answer[:end] + answer[end : end + 10] + b"\xff\xff" + answer[end + 12 :]

    for name, change in (("cut", cut), ("with a number that is wrong", counted),
                         ("with a pointer to itself", looped), ("with a length that is", longer)):
        check(tap, "an MX answer " + name, world.found(records, lie=of(MX, change)), "waits", 0)
    for name, change in (("cut", cut), ("with a number that is wrong", counted)):
        check(tap, "addresses " + name, world.found(GOOD, lie=of(A, change)), "waits", 0)

    def refused(query, answer, end):
        return query[:2] + b"\x85\x85" + answer[4:]

    check(tap, "REFUSED", world.found(records, lie=of(MX, refused)), "waits", 0)

    def empty(query, answer, tcp):
        return [b"", b"\0", query[:11], answer]

    check(tap, "datagrams of nothing, then an answer", world.found(GOOD, lie=empty), "taken", 1)


def large(tap, world):
    """TC: the same by TCP (RFC 7766 5)."""
    seen = []

    def truncated(query, answer, tcp):
        seen.append(tcp)
        end = query.index(b"\0", 12) + 5
        short = answer[:2] + bytes([answer[2] | 2]) + answer[3:6] + bytes(6) + query[12:end]
        return [answer] if tcp else [short]

    check(tap, "truncated: by TCP", world.found(GOOD, lie=truncated), "taken", 1)
    tap.check(True in seen, "it was asked by TCP", seen)

    def never(query, answer, tcp):
        end = query.index(b"\0", 12) + 5
        return [] if tcp else [answer[:2] + bytes([answer[2] | 2]) + answer[3:6] + bytes(6)
                               + query[12:end]]

    check(tap, "truncated, and nothing by TCP", world.found(GOOD, lie=never), "waits", 0)


# -- what it says ---------------------------------------------------------------------------------


def dirty(tap, world):
    """Octets in names that no name has: they are in no log and no command."""
    labels = (b"a\r\nRCPT TO:<x@y.test>", b"a\0b", b"\x1b[2J", b"a b", b"a>b", b'a"b', b"a.b",
              b"\xff\xfe", "ü".encode(), b"%s%n", b"a/../b", b"-oProxy")
    for label in labels:
        name = bytes([len(label)]) + label + name_of("hop.test")
        data = b"\0\x0a" + name

        def lie(query, answer, tcp, data=data):
            end = query.index(b"\0", 12) + 5
            asked = struct.unpack(">H", query[end - 4 : end - 2])[0]
            row = data if asked == MX else address(NEAR)
            count = 1 if asked in (MX, A) else 0
            rows = b"\xc0\x0c" + struct.pack(">HHIH", asked, 1, 60, len(row)) + row
            head = query[:2] + b"\x85\x80" + struct.pack(">HHHH", 1, count, 0, 0)
            return [head + query[12:end] + (rows if count else b"")]

        result, _, wrong, clean, why = world.found({}, lie=lie)
        good = result != "taken" and wrong == 0 and clean
        tap.check(good, "an MX %r is no host" % label, (result, why))


def test(tap, here):
    world = World(here)
    for case in (crowds, back_to_us, rings, forged, broken, large, dirty):
        case(tap, world)


support.main(test)
