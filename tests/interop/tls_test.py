"""TLS as a wall (RFC 3207): what is said before the handshake counts for nothing after it. And
deadlines: who is silent is told 421 and left.
"""

import smtplib
import socket
import ssl
import time

import support
from support import HOST, PASSWORD, USER, Wire, attempt

SOON = 30.0  # a wait of one second is over by then on any machine


def closes(wire):
    if not wire.ended():
        raise AssertionError("it does not close, or says more: %r" % wire.pending)


def injected(receiver, behind):
    """Plaintext behind STARTTLS in one packet: 220, and the end; no answer to it, ever."""
    with Wire(receiver.port) as wire:
        wire.command("EHLO client.example.test")
        wire.send(b"STARTTLS\r\n" + behind)
        wire.expect(220)
        closes(wire)


def early_handshake(context):
    """The first octets of a TLS handshake."""
    outgoing = ssl.MemoryBIO()
    handshake = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    try:
        handshake.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def plaintext_instead(receiver):
    """Commands where the handshake should be are no commands."""
    with Wire(receiver.port) as wire:
        wire.command("EHLO client.example.test")
        wire.command("STARTTLS", 220)
        wire.send(b"RSET\r\nNOOP\r\n")
        wire.socket.shutdown(socket.SHUT_WR)
        said = b""
        try:
            while more := wire.socket.recv(4096):
                said += more
        except ConnectionError:
            pass
        if b"250" in said or b"\r\n" in said[:80] and said[:3].isdigit():
            raise AssertionError("it answers: %r" % said)


def forgotten(receiver, context):
    """RFC 3207 4.2: back to the state behind the greeting."""
    with Wire(receiver.port) as wire:
        before = wire.command("EHLO client.example.test")
        if b"STARTTLS" not in before or b"AUTH" in before:
            raise AssertionError("before TLS: %r" % before)
        wire.command("STARTTLS", 220)
        wire.start_tls(context)
        wire.command("MAIL FROM:<sender@client.example.test>", 503)
        after = wire.command("EHLO client.example.test")
        if b"STARTTLS" in after or b"AUTH PLAIN LOGIN" not in after:
            raise AssertionError("under TLS: %r" % after)
        wire.command("STARTTLS", 503)
        wire.command("QUIT", 221)


def large_under_tls(receiver, context, message):
    with smtplib.SMTP(HOST, receiver.port, "client.example.test", timeout=120) as client:
        client._host = "localhost"  # the name that the certificate is for
        client.starttls(context=context)
        client.login(USER, PASSWORD)
        client.sendmail("sender@client.example.test", ["large@example.test"], message)


def wrong_password(receiver, context):
    with Wire(receiver.port) as wire:
        wire.command("EHLO client.example.test")
        wire.command("AUTH PLAIN AHRlc3RlcgB3cm9uZw==", 503, 504, 530, 538, 502)
        wire.command("STARTTLS", 220)
        wire.start_tls(context)
        wire.command("EHLO client.example.test")
        wire.command("AUTH PLAIN AHRlc3RlcgB3cm9uZw==", 535)
        wire.command("AUTH PLAIN", 334)
        wire.command("*", 501)
        wire.command("AUTH LOGIN", 334)
        wire.command("not base64!", 501)
        wire.command("QUIT", 221)


def truncated_under_tls(receiver, context):
    """A connection that is cut in a message, without the end of TLS."""
    with Wire(receiver.port) as wire:
        wire.command("EHLO client.example.test")
        wire.command("STARTTLS", 220)
        wire.start_tls(context)
        wire.envelope("truncated@example.test")
        wire.command("DATA", 354)
        wire.send(b"Subject: half\r\n\r\nhalf a message\r\n.")


def silent(receiver, feed, before=()):
    """421 and the end, however the time is spent."""
    with Wire(receiver.port, patience=SOON) as wire:
        for line, code in before:
            wire.command(line, code)
        begun = time.monotonic()
        wire.socket.settimeout(0.2)
        while time.monotonic() - begun < SOON:
            try:
                if feed:
                    wire.send(feed)
                wire.expect(421)
                closes(wire)
                return
            except TimeoutError:
                pass
        raise AssertionError("still open after %d s" % SOON)


def silent_handshake(receiver):
    with Wire(receiver.port, patience=SOON, greet=False) as wire:
        closes(wire)


DATA = [
    ("EHLO client.example.test", 250),
    ("MAIL FROM:<sender@client.example.test>", 250),
    ("RCPT TO:<slow@example.test>", 250),
    ("DATA", 354),
]


def deadlines(tap, here, tls):
    with support.Receiver(here, *tls, "--timeout", "1") as receiver:
        attempt(tap, "silence is answered 421", silent, receiver, b"")
        attempt(tap, "a command line an octet at a time too", silent, receiver, b"N")
        attempt(tap, "silence in a message too", silent, receiver, b"", DATA)
        attempt(tap, "a message an octet at a time too", silent, receiver, b"x", DATA)
        tap.check(not receiver.stored(), "nothing of it is stored")
        support.check_end(tap, receiver)
    with support.Receiver(here, *tls, "--tls-implicit", "--timeout", "1") as receiver:
        attempt(tap, "no handshake is waited for without end", silent_handshake, receiver)
        support.check_end(tap, receiver)


def test(tap, here):
    tls, context = support.certificate(here)
    message = support.message("large", support.AWKWARD * 5000)
    with support.Receiver(here, *tls, *support.passwords(here)) as receiver:
        attempt(tap, "STARTTLS, RSET in one packet", injected, receiver, b"RSET\r\n")
        attempt(tap, "STARTTLS and half a line", injected, receiver, b"RSE")
        hello = early_handshake(context)
        attempt(tap, "STARTTLS and a hasty handshake", injected, receiver, hello)
        attempt(tap, "plaintext instead of a handshake", plaintext_instead, receiver)
        attempt(tap, "all is forgotten under TLS", forgotten, receiver, context)
        attempt(tap, "AUTH that fails", wrong_password, receiver, context)
        attempt(tap, "a cut connection", truncated_under_tls, receiver, context)
        attempt(tap, "10 MiB under TLS", large_under_tls, receiver, context, message)
        to = "large@example.test"
        support.check_stored(tap, receiver, to, message, "10 MiB under TLS are unchanged")
        support.check_end(tap, receiver)
        half = receiver.stored("truncated@example.test")
        tap.check(not half, "what was cut is not stored", half)
    deadlines(tap, here, tls)


support.main(test)
