"""No way round a closed relay: every trick of the catalogue is refused from outside, and what is
meant to be taken is taken."""

import support
from relay import Relay
from support import Wire

OURS = "example.test"

# RFC 5321 F.2, RFC 2505 2.1, and what testers of open relays have tried since 1998.
TRICKS = [
    "<user@other.example>",
    "<user%other.example@example.test>",
    "<user%other.example>",
    "<user%other.example@[127.0.0.1]>",
    "<other.example!user@example.test>",
    "<other.example!user>",
    "<example.test!other.example!user@example.test>",
    '<"user@other.example"@example.test>',
    '<"user%other.example"@example.test>',
    '<"other.example!user"@example.test>',
    '<"user@other.example">',
    "<@example.test:user@other.example>",
    "<@example.test,@third.example:user@other.example>",
    "<@[127.0.0.1]:user@other.example>",
    "<@other.example:user@example.test>",
    "<user@other.example@example.test>",
    "<user@[192.0.2.1]>",
    "<user@[IPv6:2001:db8::1]>",
    "<user@[127.0.0.1]>",
    "<user@example.test.other.example>",
    "<user@sub.example.test>",
    "<user@otherexample.test>",
    "<user@example.test%other.example>",
    "user@other.example",
    "<>",
]

SENDERS = ["<spam@other.example>", "<user@example.test>", "<>", "<postmaster@example.test>"]

TAKEN = ["<user@example.test>", "<USER@EXAMPLE.TEST>", "<Postmaster>", "<user@backup.example>"]


def refused(relay, trick):
    """Whoever the sender is; over one connection, in which errors have their budget."""
    with Wire(relay.port) as wire:
        wire.command("EHLO client.example.test")
        for sender in SENDERS:
            wire.command("MAIL FROM:" + sender)
            wire.command("RCPT TO:" + trick, 550, 501)
            wire.command("DATA", 503, 554)
            wire.command("RSET")


def taken(relay, recipient):
    with Wire(relay.port) as wire:
        wire.command("EHLO client.example.test")
        wire.command("MAIL FROM:<spam@other.example>")
        wire.command("RCPT TO:" + recipient)


def tells_nothing(relay):
    with Wire(relay.port) as wire:
        wire.command("EHLO client.example.test")
        for word in ("user@example.test", "nobody@example.test", "x@other.example"):
            wire.command("VRFY " + word, 252)
            wire.command("EXPN " + word, 252)


def test(tap, here):
    with Relay(here, "--relay-domain", "backup.example") as relay:
        for trick in TRICKS:
            support.attempt(tap, "RCPT TO:%s is refused" % trick, refused, relay, trick)
        for recipient in TAKEN:
            support.attempt(tap, "RCPT TO:%s is taken" % recipient, taken, relay, recipient)
        support.attempt(tap, "VRFY and EXPN tell nothing", tells_nothing, relay)
        tap.check(not relay.listed(), "nothing is in the queue", relay.listed())
        tap.check(relay.stop() == 0, "SIGTERM ends it with 0", relay.errors())
    with Relay(here, "--network", "127.0.0.0/8", "--own-address", "127.0.0.1") as relay:
        name = "a client of our network may send to anywhere"
        support.attempt(tap, name, taken, relay, "<user@other.example>")
        support.attempt(tap, "our own address is ours", taken, relay, "<user@[127.0.0.1]>")


support.main(test)
