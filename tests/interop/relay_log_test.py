"""The log of sansmtp-relay, and its list of the queue: whatever an outsider is called, it is one field
of one line, and looks like no other."""

import re

import support
from relay import Relay
from support import Wire

STAMP = r"[0-9T:Z-]+ "
ARRIVAL = re.compile(STAMP + r"[0-9A-F]{13} from=<([^ <>]*)> octets=[0-9]+ recipients=([0-9]+) "
                     r"client=127\.0\.0\.1:[0-9]+ hello=([^ ]*) user=")
RESULT = re.compile(STAMP + r"[0-9A-F]{13} (?:attempt )?to=<([^ <>]*)> ([a-z]+(?: host)?) "
                    r"code=[0-9]+ host=[^ ]*: .*")

# Local parts, and how the log has them.
NAMES = {
    '"<>\\" delivered code=250 host=x"': '"\\x3C\\x3E\\x5C"\\x20delivered\\x20code=250\\x20host=x"',
    '"> delivered"': '"\\x3E\\x20delivered"',
    '"a\\\\x20b"': '"a\\x5C\\x5Cx20b"',
    "a=b+c": "a=b+c",
    "b\u00f6b": "b\\xC3\\xB6b",
}


def send(relay, sender, to):
    with Wire(relay.port) as wire:
        wire.command("EHLO client.example.test")
        wire.command("MAIL FROM:<%s@client.test> SMTPUTF8" % sender)
        wire.command("RCPT TO:<%s@example.test>" % to)
        wire.command("DATA", 354)
        wire.send(support.stuffed(support.message("one")))
        wire.expect(250)


def named(tap, here):
    # a DNS server that is not there: so what is brought elsewhere waits
    with Relay(here, "--network", "127.0.0.1", local=("other.test",)) as relay:
        for number, (name, shown) in enumerate(NAMES.items()):
            send(relay, name, name)
            wanted = "<%s@example.test>" % shown
            relay.until(lambda count=number: relay.log().count(" later code=") > count)
            lines = relay.log().splitlines()
            found = [ARRIVAL.match(line) for line in lines if " from=" in line]
            tap.check(found[-1] and found[-1].group(1, 2, 3) ==
                      ("%s@client.test" % shown, "1", "client.example.test"),
                      "%s has sent" % name, lines[-4:])
            found = [RESULT.fullmatch(line) for line in lines if " to=" in line]
            tap.check(found and found[-1] and found[-1].group(1) == wanted[1:-1] and
                      found[-1].group(2) == "later", "to %s" % name, lines[-4:])
            rows = [row["recipient"] for row in relay.listed()]
            tap.check(rows[-1:] == [wanted], "queue list", rows)
        wrong = [line for line in relay.log().splitlines() if re.search(r" (delivered|250) ?code", line)]
        tap.check(not wrong, "no line says delivered", wrong)


def refused(tap, here):
    """What the engine refuses by itself is in the log as the client was told it."""
    with Relay(here, "--max-size", "1000") as relay:
        for name, body, code in (("too large", b"x\r\n" * 600, 552), ("bare", b"a\nb\r\n", 550)):
            with Wire(relay.port) as wire:
                wire.envelope("user@example.test")
                wire.command("DATA", 354)
                wire.send(body + b".\r\n")
                support.attempt(tap, "%s is %d" % (name, code), wire.expect, code)
                wire.command("QUIT", 221)
            said = [line.split(" ", 2)[2] for line in relay.log().splitlines()]
            ended = [line for line in said if line.startswith(("RESET", "END"))][-2:]
            tap.check(ended[0].startswith("RESET ") and ended[1].startswith("END %d " % code),
                      "and so in the log", said[-6:])
        with Wire(relay.port) as wire:
            wire.envelope("user@example.test")
            wire.send(b"BDAT 2000 LAST\r\n" + b"x" * 2000)
            support.attempt(tap, "BDAT of too much is 552", wire.expect, 552)
        tap.check(relay.log().count(" END 552 ") == 2, "and so in the log", relay.log()[-500:])


def test(tap, here):
    refused(tap, here)
    named(tap, here)


support.main(test)
