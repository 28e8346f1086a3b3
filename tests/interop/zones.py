"""A DNS server of our own, with the records that a test wants and no others: dnsmasq."""

import os

import foreign
import ports
import support
from support import HOST


def provided(tap):
    """The program, or None, and said so."""
    return support.peer(tap, "dnsmasq", "--version")


class Zones:
    """Everything is below .test; what is not told does not exist.

    mx: {domain: [(preference, host)]}; hosts: {name: address}; null: domains that take no mail."""

    def __init__(self, here, program, mx=None, hosts=None, null=()):
        self.here = os.path.join(here, "dns")
        os.mkdir(self.here)
        self.port = ports.free_port(datagrams=True)
        self.command = [program, "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file="]
        self.command += ["--port=%d" % self.port, "--listen-address=" + HOST, "--bind-interfaces"]
        self.command += ["--no-resolv", "--no-hosts", "--local=/test/", "--log-queries"]
        self.command += ["--log-facility=" + os.path.join(self.here, "log"), "--user="]
        for domain, exchangers in (mx or {}).items():
            for preference, host in exchangers:
                self.command.append("--mx-host=%s,%s,%d" % (domain, host, preference))
        for name, address in (hosts or {}).items():
            self.command.append("--host-record=%s,%s" % (name, address))
        for domain in null:  # RFC 7505: preference 0, and the root
            self.command.append("--dns-rr=%s,15,000000" % domain)

    def running(self):
        return foreign.running(self.command, self.port, cwd=self.here)

    def where(self):
        return "%s:%d" % (HOST, self.port)

    def asked(self, kind, name):
        """Did somebody ask for this?"""
        said = support.slurp(os.path.join(self.here, "log")).decode(errors="replace")
        return "query[%s] %s from" % (kind, name) in said
