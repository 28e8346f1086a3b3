"""A sansmtp-relay whose way out is under test: names by dnsmasq, next hops on addresses of
127.0.0.0/8, all on one port, as all have port 25 elsewhere."""

import contextlib
import email
import re

import foreign
import relaying
import support
import zones
from relay import Relay
from support import HOST, Wire, stuffed

FROM = "sender@client.test"  # delivered to the relay's Maildir
QUICK = ("--retry-first", "1", "--retry-greylisted", "1", "--retry-longest", "2")


class Setting:
    """here, DNS and a port for all hops; relay() runs one with usual options."""

    def __init__(self, here, dns, port):
        self.here, self.dns, self.port = here, dns, port

    def relay(self, *options, quick=True, dns=None, **more):
        usual = ["--network", "127.0.0.0/8", "--loopback", "yes", "--port", str(self.port)]
        usual += ["--trace", "yes", *(QUICK if quick else ())]
        more.setdefault("local", ("client.test",))
        return Relay(self.here, *usual, *options, dns=dns or self.dns.where(), **more)


@contextlib.contextmanager
def setting(here, program, addresses, **records):
    dns = zones.Zones(here, program, **records)
    with dns.running():
        yield Setting(here, dns, relaying.common_port(addresses))


def submit(relay, *recipients, sent=None, mail="", rcpt="", sender=FROM):
    """Hands a message in by DATA; returns its id in the queue."""
    with Wire(relay.port) as wire:
        wire.command("EHLO client.test")
        wire.command("MAIL FROM:<%s>%s" % (sender, mail and " " + mail))
        for recipient in recipients:
            wire.command("RCPT TO:<%s>%s" % (recipient, rcpt and " " + rcpt))
        wire.command("DATA", 354)
        wire.send(stuffed(sent or support.message("one")))
        said = wire.expect(250)
        return re.search(rb"Queued as (\w+)", said).group(1).decode()


def submit_chunk(relay, recipient, octets, mail=""):
    """The same by BDAT, as it is."""
    with Wire(relay.port) as wire:
        wire.command("EHLO client.test")
        wire.command("MAIL FROM:<%s>%s" % (FROM, mail and " " + mail))
        wire.command("RCPT TO:<%s>" % recipient)
        wire.send(b"BDAT %d LAST\r\n" % len(octets) + octets)
        wire.expect(250)


class Report:
    """A report that was delivered to the sender."""

    def __init__(self, octets):
        whole = email.message_from_bytes(octets)
        self.text = octets.decode("utf-8", "backslashreplace")
        self.null = whole["Return-Path"] == "<>"
        self.kind = whole.get_param("report-type")
        self.fields = []
        self.original = ""
        for part in whole.walk():
            if part.get_content_type() == "message/delivery-status":
                self.fields = [dict(group.items()) for group in part.get_payload()][1:]
            elif part.get_content_type() == "message/global-delivery-status":
                groups = part.as_bytes().decode("utf-8").replace("\r\n", "\n").strip().split("\n\n")
                self.fields = [dict(email.message_from_string(each).items()) for each in groups[2:]]
            elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
                self.original = part.get_payload()

    def of(self, recipient):
        """(action, status) of a recipient."""
        for group in self.fields:
            if group.get("Final-Recipient", "").endswith(";" + recipient):
                return group["Action"], group["Status"]
        return None, None


def reports(relay, address=FROM):
    return [Report(octets) for octets in relay.stored(address)]


def reported(tap, relay, name, recipient, action, status, seconds=30):
    """One report comes, and says this of the recipient. Returns it."""
    relay.until(lambda: reports(relay), seconds)
    found = reports(relay)
    good = (
        len(found) == 1
        and found[0].null
        and found[0].kind == "delivery-status"
        and found[0].of(recipient) == (action, status)
    )
    why = [report.text for report in found], relay.log(), relay.errors()[-3000:]
    tap.check(good, "%s: %s %s" % (name, action, status), "\n".join(map(str, why)))
    return found[0] if found else None


def empty(relay):
    return not relay.listed()


def drained(tap, relay, name, seconds=30):
    """Nothing is left in the queue."""
    done = relay.until(lambda: empty(relay), seconds)
    return tap.check(done, name + ": nothing is left", "%s\n%s" % (relay.listed(), relay.log()))
