"""Addresses of next hops: IPv6 alone and beside IPv4, of which one is dead; by MX, as a literal, as
a smart host."""

import contextlib
import socket

import delivering
import relaying
import scripted_dns
import support
from delivering import drained, submit
from scripted_dns import A, AAAA, MX
from scripted_hop import Hop

FOUR, SIX = "127.0.0.2", "::1"


def zone(four, six):
    records = {("hop.test", MX): [scripted_dns.exchange("mx.hop.test")]}
    if four:
        records["mx.hop.test", A] = [scripted_dns.address(four)]
    if six:
        records["mx.hop.test", AAAA] = [socket.inet_pton(socket.AF_INET6, six)]
    return records


def by_name(tap, here):
    cases = (
        ("AAAA only", None, SIX, (SIX,)),
        ("A only", FOUR, None, (FOUR,)),
        ("A and AAAA", FOUR, SIX, (FOUR, SIX)),
        ("A and AAAA, IPv4 is dead", FOUR, SIX, (SIX,)),
        ("A and AAAA, IPv6 is dead", FOUR, SIX, (FOUR,)),
    )
    for name, four, six, alive in cases:
        port = relaying.common_port((FOUR, SIX))
        dns = scripted_dns.Dns(zone(four, six))
        hops = [Hop(address, port) for address in alive]
        with dns.running(), contextlib.ExitStack() as running:
            for hop in hops:
                running.enter_context(hop.running())
            with delivering.Setting(here, dns, port).relay() as relay:
                submit(relay, "user@hop.test")
                drained(tap, relay, name)
                taken = sum(len(hop.taken) for hop in hops)
                tap.check(taken == 1, name + ": it comes once", relay.log())
                tap.check(" later " not in relay.log(), name + ": at once", relay.log())


def by_literal(tap, here):
    port = relaying.common_port((FOUR, SIX))
    dns, hop, other = scripted_dns.Dns({}), Hop(SIX, port), Hop(FOUR, port)
    with dns.running(), hop.running(), other.running():
        setting = delivering.Setting(here, dns, port)
        with setting.relay() as relay:
            submit(relay, "user@[IPv6:::1]")
            submit(relay, "user@[%s]" % FOUR)
            drained(tap, relay, "address literals")
            told = [len(hop.taken), len(other.taken)]
            tap.check(told == [1, 1], "user@[IPv6:::1] and user@[%s]" % FOUR, relay.log())
        with setting.relay("--smart-host", "[IPv6:::1]:%d" % port) as relay:
            submit(relay, "user@anywhere.test")
            drained(tap, relay, "a smart host [IPv6:::1]:PORT")
            tap.check(len(hop.taken) == 2, "a smart host [IPv6:::1]:PORT has it", relay.log())


def test(tap, here):
    by_name(tap, here)
    by_literal(tap, here)


support.main(test)
