"""sansmtp-receive and the extensions: what it offers, what its log says of each parameter, what a
client may be that is trusted, and PRDR, where each recipient answers.

Exactly what the replies are is for tests/transcripts; here is what the program does about them.
"""

import support
from connection import Wire, attempt, stuffed

SMALL = support.message("small")
LARGE = support.message("large", "x" * 70 + "\r\n" * 40)


def offered(wire):
    lines = wire.command("EHLO client.example.test").decode("ascii").splitlines()[1:]
    return {line[4:].split()[0]: line[4:].split()[1:] for line in lines}


def events(receiver):
    """The log without time and peer."""
    return [line.split(" ", 2)[2] for line in receiver.log().splitlines()]


USUAL = {"PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME"}
USUAL |= {"ENHANCEDSTATUSCODES", "HELP"}
LOGGED = {"DSN", "DELIVERBY", "MT-PRIORITY", "RRVS", "LIMITS", "CHECKPOINT", "NO-SOLICITING"}
LOGGED |= {"MTRK", "CONPERM", "CONNEG", "PRDR", "PIPECONNECT"}


def offers(tap, here):
    for options, wanted in (
        ([], USUAL),
        (["--extensions", "dsn,ETRN"], USUAL | {"DSN", "ETRN"}),
        (["--extensions", "all"], USUAL | LOGGED | {"ETRN"}),
        (["--extensions", "all", "--submission"], USUAL | LOGGED | {"FUTURERELEASE"}),
        (["--extensions", "all,-8BITMIME,-CHUNKING"],
         (USUAL | LOGGED | {"ETRN"}) - {"8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME"}),
        (["--trust", "127.0.0.0/8"], USUAL | {"XCLIENT", "XFORWARD"}),
        (["--trust", "192.0.2.0/24"], USUAL),
    ):
        with support.Receiver(here, *options, store=False) as receiver:
            with Wire(receiver.port) as wire:
                found = set(offered(wire))
        tap.check(found == wanted, "offered: %s" % " ".join(options), found ^ wanted)
    limits = ["--extensions", "LIMITS", "--max-recipients", "3", "--max-messages", "2"]
    with support.Receiver(here, *limits, store=False) as receiver:
        with Wire(receiver.port) as wire:
            found = offered(wire)["LIMITS"]
            tap.check(sorted(found) == ["MAILMAX=2", "RCPTMAX=3"], "LIMITS are what holds", found)
            to = ["r%d@example.test" % i for i in range(3)]
            attempt(tap, "three recipients", lambda: wire.envelope(*to, hello=False))
            attempt(tap, "and no fourth", wire.command, "RCPT TO:<r3@example.test>", 452)


PARAMETERS = (
    ("MAIL", "BODY=8BITMIME", "BODY=8BITMIME 2"),
    ("MAIL", "SMTPUTF8", "SMTPUTF8 0"),
    ("MAIL", "RET=HDRS", "RET=HDRS 2"),
    ("MAIL", "ENVID=a+2Bb", "ENVID=a+b 0"),
    ("MAIL", "BY=-120;NT", "BY=-120;NT -120"),
    ("MAIL", "HOLDFOR=60", "HOLDFOR=60 60"),
    ("MAIL", "MT-PRIORITY=-3", "MT-PRIORITY=-3 -3"),
    ("MAIL", "TRANSID=<1@a.example>", "TRANSID=<1@a.example> 0"),
    ("MAIL", "SOLICIT=org.example:ADV", "SOLICIT=org.example:ADV 0"),
    ("MAIL", "ENVID=x@a.example MTRK=YWJj:600", "MTRK=YWJj:600 600"),
    ("MAIL", "CONPERM", "CONPERM 0"),
    ("MAIL", "PRDR", "PRDR 0"),
    ("RCPT", "NOTIFY=SUCCESS,DELAY", "NOTIFY=SUCCESS,DELAY 10"),
    ("RCPT", "ORCPT=rfc822;a+2Bb@example.test", "ORCPT=a+b@example.test 0"),
    ("RCPT", "RRVS=1970-01-02T00:00:00Z", "RRVS=1970-01-02T00:00:00Z 86400"),
    ("RCPT", "CONNEG", "CONNEG 0"),
)


def parameters(tap, here):
    options = ["--extensions", "all", "--submission"]
    with support.Receiver(here, *options, store=False) as receiver, Wire(receiver.port) as wire:
        offered(wire)
        for verb, parameter, line in PARAMETERS:
            mail = parameter if verb == "MAIL" else "CONPERM" if parameter == "CONNEG" else ""
            rcpt = parameter if verb == "RCPT" else ""
            before = len(events(receiver))
            wire.command("MAIL FROM:<a@client.example.test> " + mail if mail
                         else "MAIL FROM:<a@client.example.test>")
            wire.command("RCPT TO:<b@example.test>" + (rcpt and " " + rcpt))
            wire.command("RSET")
            found = events(receiver)[before:]
            tap.check("%s %s" % (verb, line) in found, "the log tells of %s" % parameter, found)


def etrn(tap, here):
    with support.Receiver(here, "--extensions", "ETRN", store=False) as receiver:
        with Wire(receiver.port) as wire:
            offered(wire)
            attempt(tap, "ETRN", wire.command, "ETRN #queue", 250)
        tap.check("ETRN QUEUE=#queue 0" in events(receiver), "the log tells of it", events(receiver))


# -- who the client is ----------------------------------------------------------------------------


def deliver(wire, *to, mail="", octets=SMALL, codes=(250,)):
    wire.envelope(*to, mail=mail, hello=False)
    wire.command("DATA", 354)
    wire.send(stuffed(octets))
    return [wire.expect(code) for code in codes]


def trusted(tap, here):
    with support.Receiver(here, "--trust", "127.0.0.1") as receiver:
        with Wire(receiver.port) as wire:
            offered(wire)
            wire.command("XFORWARD NAME=far.example ADDR=192.0.2.77 HELO=a+2Bb", 250)
            deliver(wire, "forwarded@example.test")
            wire.command("XCLIENT NAME=away.example ADDR=IPV6:2001:db8::9 LOGIN=ada PORT=4711 HELO=a.example", 220)
            wire.command("EHLO proxy.example.test")
            deliver(wire, "become@example.test")
        log = receiver.log()
        for line in ("XFORWARD NAME=far.example 0", "XFORWARD ADDR=192.0.2.77 0",
                     "XFORWARD HELO=a+b 0", "XCLIENT NAME=away.example 0", "XCLIENT LOGIN=ada 0"):
            tap.check(line in log, "the log tells: %s" % line, log)
        tap.check("[2001:db8::9]:4711 MAIL 250" in log, "the client is another one now", log)
        head = receiver.stored("become@example.test")[0].split(b"\r\n\r\n")[0]
        tap.check(b"a.example ([IPv6:2001:db8::9])" in head and b" with ESMTPA " in head,
                  "and so says Received", head)
        head = receiver.stored("forwarded@example.test")[0].split(b"\r\n\r\n")[0]
        tap.check(b"[127.0.0.1]" in head, "but not for XFORWARD", head)
        support.check_end(tap, receiver)
    with support.Receiver(here, "--trust", "192.0.2.0/24", store=False) as receiver:
        with Wire(receiver.port) as wire:
            offered(wire)
            attempt(tap, "XCLIENT of anybody", wire.command, "XCLIENT NAME=a.example", 550)


# -- each for himself -----------------------------------------------------------------------------


def verdicts(tap, here):
    options = ["--extensions", "PRDR", "--max-size-for", "small@example.test=%d" % len(SMALL)]
    to = ["large@example.test", "small@example.test"]
    with support.Receiver(here, *options) as receiver, Wire(receiver.port) as wire:
        offered(wire)
        attempt(tap, "PRDR: all take it", lambda: deliver(
            wire, *to, mail="PRDR", codes=(353, 250, 250, 250)))
        attempt(tap, "PRDR: one refuses it", lambda: deliver(
            wire, *to, mail="PRDR", octets=LARGE, codes=(353, 250, 552, 250)))
        attempt(tap, "PRDR: the first of three refuses it", lambda: deliver(
            wire, to[1], to[0], "third@example.test", mail="PRDR", octets=LARGE,
            codes=(353, 552, 250, 250, 250)))
        attempt(tap, "PRDR: all refuse it", lambda: deliver(
            wire, to[1], to[1], mail="PRDR", octets=LARGE, codes=(353, 552, 552, 552)))
        attempt(tap, "without PRDR it is refused for all", lambda: deliver(
            wire, *to, octets=LARGE, codes=(552,)))
        wire.command("QUIT", 221)
        stored = [len(receiver.stored(who)) for who in (*to, "third@example.test")]
        tap.check(stored == [3, 1, 1], "who has how many", stored)
        support.check_end(tap, receiver)
    options = ["--lmtp", "--max-size-for", "small@example.test=%d" % len(SMALL)]
    with support.Receiver(here, *options) as receiver, Wire(receiver.port) as wire:
        wire.command("LHLO client.example.test")
        attempt(tap, "LMTP: one refuses it", lambda: deliver(
            wire, *to, octets=LARGE, codes=(250, 552)))
        stored = [len(receiver.stored(who)) for who in to]
        tap.check(stored == [1, 0], "LMTP: who has it", stored)


def test(tap, here):
    offers(tap, here)
    parameters(tap, here)
    etrn(tap, here)
    trusted(tap, here)
    verdicts(tap, here)


support.main(test)
