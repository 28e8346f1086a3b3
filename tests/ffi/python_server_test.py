"""Python drives the server engine: pulled, and through callbacks, some of which raise.

    python_server_test.py LIBRARY
"""

import sys

import support
import abi
import sansmtp

TURNS = support.dialogue("server.txt")
CLIENT = support.said_by("C", TURNS)
SERVER = support.said_by("S", TURNS)
BY_DATA = b"Subject: by DATA\r\n\r\n.one dot\r\n..two dots\r\n"
BY_BDAT = b"Subject: by BDAT\r\n\r\n.a dot\r\n"
ACCEPTED = b"250 2.0.0 Message accepted\r\n"


class Trouble(Exception):
    pass


class Host:
    """One domain, messages in memory. Its methods are the callbacks; `bad` is one that raises."""

    def __init__(self, bad=None):
        self.bad = bad
        self.stored = []
        self.coming = b""

    def yes(self, server, event):
        if event.name == self.bad:
            raise Trouble(self.bad)
        server.accept()

    connect = hello = data = chunk = yes

    def mail(self, server, event):
        self.coming = b""
        self.yes(server, event)

    def recipient(self, server, event):
        if event.domain == b"mx.example":
            self.yes(server, event)
        else:
            server.reply(550, 5001001, b"No such user here")

    def body(self, _server, event):
        if self.bad == "body":
            raise Trouble(self.bad)
        self.coming += event.data

    def end(self, server, event):
        self.yes(server, event)
        self.stored.append(self.coming)


def pull(server, host):
    """One turn, pulled: all that the engine has to say and to ask."""
    said = b""
    while True:
        event = server.next()
        if event:
            handler = getattr(host, event.name, None)
            if handler:
                handler(server, event)
            continue
        octets = server.take()
        if not octets:
            return said
        said += octets


def call_back(server, host):
    """One turn by run(), however often a callback raises."""
    said, raised = b"", 0
    while True:
        try:
            server.run(host)
        except Trouble:
            raised += 1
            continue
        octets = server.take()
        if not octets:
            host.raised = getattr(host, "raised", 0) + raised
            return said
        said += octets


def converse(turn, host, step):
    """The whole dialogue, `step` octets at a time (0: a turn at a time)."""
    server = sansmtp.Server("mx.example")
    said = turn(server, host)
    for who, octets in TURNS:
        if who == "C":
            for start in range(0, len(octets), step or len(octets)):
                server.receive(octets[start : start + (step or len(octets))])
                said += turn(server, host)
    return server, said


def check_whole(tap, name, turn, step):
    host = Host()
    server, said = converse(turn, host, step)
    tap.check(said == SERVER, "%s: says what it should" % name, said.decode())
    tap.check(host.stored == [BY_DATA, BY_BDAT], "%s: both messages, octet for octet" % name,
              host.stored)
    tap.check(server.wants() == abi.SANSMTP_CLOSE and server.error() == 0, "%s: ends well" % name,
              "wants %d, error %d" % (server.wants(), server.error()))


# A callback that raises: how many of the two messages may be accepted nevertheless.
RAISING = {"connect": 0, "hello": 0, "mail": 0, "recipient": 0, "data": 1, "body": 0, "chunk": 1,
           "end": 0}


def check_raising(tap):
    for bad, count in RAISING.items():
        host = Host(bad)
        server, said = converse(call_back, host, 0)
        tap.check(said.count(ACCEPTED) == len(host.stored) == count and host.raised,
                  "%s raises: %d accepted" % (bad, count),
                  "%d raised, %d stored\n%s" % (host.raised, len(host.stored), said.decode()))


def until_end(server, host):
    """To where END is asked, and maybe answered; what the server said."""
    said = call_back(server, host)
    for octets in (b"EHLO c\r\n", b"MAIL FROM:<a@b.c>\r\n", b"RCPT TO:<bob@mx.example>\r\n",
                   b"DATA\r\n", b"x\r\n.\r\n"):
        server.receive(octets)
        said += call_back(server, host)
    return said


class Borderless(sansmtp.Server):
    def at_border(self, handler):
        return lambda _engine, event, _user: handler(self, sansmtp.event_of(event))


def check_uncaught(tap):
    """ctypes drops what a callback raises: to C it has returned, and was silent."""
    dropped = []
    hook, sys.unraisablehook = sys.unraisablehook, lambda what: dropped.append(what.exc_type)
    try:
        host = Host("end")
        server = Borderless("mx.example")
        said = until_end(server, host)
    finally:
        sys.unraisablehook = hook
    tap.check(dropped == [Trouble] and server.wants() == abi.SANSMTP_REPLY,
              "uncaught in END: the question stays open", "wants %d" % server.wants())
    server.eof()
    said += call_back(server, host)
    tap.check(ACCEPTED not in said and not host.stored, "uncaught in END: nothing is accepted",
              said.decode())
    server.begin()
    tap.check(call_back(server, host).startswith(b"220 "), "uncaught in END: init begins anew")


def check_late(tap):
    """Silence leaves a question open; the answer comes by the same call, later."""
    host = Host()
    host.end = lambda server, event: None
    server = sansmtp.Server("mx.example")
    said = until_end(server, host)
    tap.check(server.wants() == abi.SANSMTP_REPLY and ACCEPTED not in said, "late: END is open")
    server.accept()
    tap.check(call_back(server, host) == ACCEPTED, "late: and is answered")


def check_inside(tap):
    """What a callback may not do is refused, and changes nothing."""
    seen = []

    def hello(server, _event):
        seen.append(server.next())
        try:
            server.run(None)
        except sansmtp.Error as error:
            seen.append(error.number)
        server.accept()

    host = Host()
    host.hello = hello
    _server, said = converse(call_back, host, 0)
    tap.check(seen == [None, abi.SANSMTP_ERR_BUSY], "inside: no next, no run", seen)
    tap.check(said == SERVER, "inside: nothing has changed", said.decode())


def test(tap):
    check_whole(tap, "pulled", pull, 0)
    check_whole(tap, "pulled by octets", pull, 1)
    check_whole(tap, "callbacks", call_back, 0)
    check_whole(tap, "callbacks by octets", call_back, 1)
    check_raising(tap)
    check_uncaught(tap)
    check_late(tap)
    check_inside(tap)


support.main(test)
