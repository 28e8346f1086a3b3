"""Next hops that do what none should: silence at each place, replies without an end, lies about
TLS. The relay waits no longer than it must, says in its log what was wrong, keeps the message, and
brings it when the hop is well again."""

import re
import select
import ssl

import relaying
import support
from certificates import Certificates
from delivering import QUICK, drained, submit
from relay import Relay
from scripted_hop import OFFERS, Hop, Raw

NEAR = "127.0.0.2"
TO = "user@hop.test"
EHLO = b"250-hop\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
LARGE = support.message("large", ("x" * 70 + "\r\n") * 80000)  # no socket holds it


def relaying_to(here, port, *options):
    usual = ("--network", "127.0.0.0/8", "--loopback", "yes", "--trace", "yes", *QUICK)
    smart = ("--smart-host", "[%s]:%d" % (NEAR, port))
    return Relay(here, *usual, *smart, *options, local=("client.test",))


# -- what such a hop says -------------------------------------------------------------------------


def answering(*answers):
    """Says each in turn, the greeting first, then one a line; then nothing any more."""

    def talk(hop, connection):
        file = connection.makefile("rb")
        for number, answer in enumerate(answers):
            if number > 0 and not hop.hear(file):
                return
            connection.sendall(answer)
        hop.stay(connection)

    return talk


def endless(octets):
    """Greets, and answers the first line for ever."""

    def talk(hop, connection):
        connection.sendall(b"220 hop\r\n")
        hop.hear(connection.makefile("rb"))
        while True:
            connection.sendall(octets * 1000)

    return talk


def deaf(hop, connection):
    """Takes no more than the beginning of a message, and reads no further."""
    connection.sendall(b"220 hop\r\n")
    file = connection.makefile("rb")
    hop.hear(file)
    connection.sendall(EHLO)
    for answer in (b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
        hop.hear(file)
        connection.sendall(answer)
    file.read(100000)
    gone = select.poll()
    gone.register(connection, select.POLLRDHUP)
    gone.poll(1000 * support.PATIENCE)


class Gone:
    """Hangs up when it sees a handshake."""

    def wrap_socket(self, connection, **_):
        connection.recv(65536)
        raise ssl.SSLError("no")


class Mute:
    """Says 220 to STARTTLS, and nothing of a handshake."""

    def wrap_socket(self, connection, **_):
        while connection.recv(65536):
            pass
        raise ssl.SSLError("no")


BEGINNING = "the host is silent, at the greeting, hello or AUTH"
ENVELOPE = "the host is silent, at MAIL, RCPT or DATA"
STRANGE = "what the host says is no SMTP, at the greeting, hello or AUTH"
HELLO = (b"220 hop\r\n", EHLO)
OK = b"250 2.0.0 ok\r\n"

MUTE = {
    "no greeting": (answering(), BEGINNING),
    "half a greeting": (answering(b"220-hop\r\n220"), BEGINNING),
    "no answer to EHLO": (answering(b"220 hop\r\n"), BEGINNING),
    "half an answer to EHLO": (answering(b"220 hop\r\n", b"250-hop\r\n250-PIPE"), BEGINNING),
    "no answer to MAIL": (answering(*HELLO), ENVELOPE),
    "half an answer to MAIL": (answering(*HELLO, b"250 2.1."), ENVELOPE),
    "no answer to RCPT": (answering(*HELLO, OK), ENVELOPE),
    "no answer to DATA": (answering(*HELLO, OK, OK), ENVELOPE),
    "no answer to the dot": (
        answering(*HELLO, OK, OK, b"354 go\r\n"),
        "all was sent, no answer came: it may be delivered or not"),
}
WRONG = {
    "an endless line": (endless(b"x" * 1000), STRANGE),
    "an endless reply": (endless(b"250-x\r\n"), STRANGE),
    "another protocol": (answering(b"HTTP/1.1 400 Bad Request\r\n"), STRANGE),
    "an SSH server": (answering(b"SSH-2.0-OpenSSH_9.2\r\n"), STRANGE),
    "a greeting that is none": (answering(b"354 go ahead\r\n"), "code=354"),
    "354 to EHLO": (answering(b"220 hop\r\n", b"354 go\r\n"), "code=354"),
}


def put_off(relay):
    """The first line that says so, or ""."""
    found = re.search(r".* to=<\S+> (later|authenticate) .*", relay.log())
    return found.group() if found else ""


def kept(tap, here, name, hop, port, reason, *options, sent=None):
    """It waits, for this reason, and comes through when a good hop is there."""
    with relaying_to(here, port, "--timeout", "2", *options) as relay:
        with hop.running():
            submit(relay, TO, sent=sent)
            relay.until(lambda: put_off(relay) or not relay.listed())
        waits = [row["recipient"] for row in relay.listed()] == ["<%s>" % TO]
        why = "%s\n%s\n%s" % (hop.lines[:20], relay.log(), relay.errors()[-2000:])
        tap.check(waits and put_off(relay), name + ": it waits", why)
        tap.check(reason in put_off(relay), "%s: %s" % (name, reason), why)
        if not options:
            good = Hop(NEAR, port)
            with good.running():
                drained(tap, relay, name)
                tap.check(len(good.taken) == 1, name + ": then it goes, once")


def test_mute(tap, here, port):
    for name, (talk, reason) in {**MUTE, **WRONG}.items():
        kept(tap, here, name, Raw(NEAR, port, talk), port, reason)


# -- what it says of TLS --------------------------------------------------------------------------


def secured(tap, here, port, certificates):
    """Whatever a hop does to STARTTLS: in clear goes only what may go in clear."""
    good, trust = certificates.server, ("--tls-ca", certificates.authority)
    lies = "octets came in clear behind the yes to STARTTLS"
    absent = "TLS is required, and the host does not offer it"
    closed = "the host has closed the connection, in the TLS handshake"
    injected = {"STARTTLS": "220 go\r\n250-hop\r\n250 8BITMIME"}
    refused = {"STARTTLS": "454 4.7.0 not now"}
    unknown = {"STARTTLS": "502 5.5.1 what?"}
    unnamed = "the host's certificate is not good: "
    cases = (
        ("must", "is not offered", {}, None, absent),
        ("verify", "is not offered", {}, None, absent),
        ("must", "is refused", refused, good, "not now"),
        ("verify", "is refused", refused, good, "not now"),
        ("must", "is not known", unknown, good, "what?"),
        ("verify", "is not known", unknown, good, "what?"),
        ("must", "has octets behind its 220", injected, good, lies),
        ("verify", "has octets behind its 220", injected, good, lies),
        ("may", "has octets behind its 220", injected, good, lies),
        ("must", "ends in a connection that is closed", {}, Gone(), closed),
        ("verify", "ends in a connection that is closed", {}, Gone(), closed),
        ("must", "ends in silence", {}, Mute(), "the host is silent, in the TLS handshake"),
        ("verify", "shows another's certificate", {}, certificates.other, unnamed),
        ("may", "ends in a connection that is closed", {}, Gone(), None),
        ("may", "ends in silence", {}, Mute(), None),
        ("may", "is refused", refused, good, None),
        ("may", "is not known", unknown, good, None),
    )
    for tls, what, answers, context, reason in cases:
        hop = Hop(NEAR, port, answers, tls=context)
        name = "tls %s, STARTTLS %s" % (tls, what)
        if reason:
            kept(tap, here, name, hop, port, reason, "--tls", tls, *trust)
            tap.check(not hop.said("^MAIL"), name + ": no MAIL in clear", hop.lines)
        else:
            with hop.running(), relaying_to(here, port, "--timeout", "2", "--tls", tls) as relay:
                submit(relay, TO)
                drained(tap, relay, name)
                tap.check(len(hop.taken) == 1, name + ": it goes in clear", relay.log())


def passwords(tap, here, port, certificates):
    """Why a smart host gets no password, in the words of whom it is about."""
    secret = support.written(here, "secret", support.PASSWORD.encode() + b"\n")
    usual = ("--smart-user", support.USER, "--smart-password-file", secret)
    trust = ("--tls-ca", certificates.authority)
    offers = (*OFFERS, "AUTH PLAIN")
    cases = (
        ("another's certificate", offers, certificates.other, (),
         "the host's certificate is not good, so it does not get the password: "),
        ("no TLS", offers, None, (),
         "the host is not reached by TLS, so it does not get the password"),
        ("TLS that fails", offers, Gone(), (),
         "the host has closed the connection, in the TLS handshake"),
        ("no AUTH", OFFERS, certificates.server, (),
         "the host offers no AUTH mechanism that we know"),
        ("a wrong password", offers, certificates.server, {"AUTH": "535 5.7.8 bad credentials"},
         "bad credentials"),
    )
    for name, offered, context, answers, reason in cases:
        hop = Hop(NEAR, port, dict(answers), offers=offered, tls=context)
        kept(tap, here, "a smart host with " + name, hop, port, reason, *usual, *trust)
        spoken = [line for line in hop.lines if line.startswith(("MAIL", "AUTH"))]
        right = len(spoken) == (1 if answers else 0)
        tap.check(right, "a smart host with %s: it hears no more than it may" % name, spoken)


def test(tap, here):
    port = relaying.common_port((NEAR,))
    test_mute(tap, here, port)
    kept(tap, here, "stops reading", Raw(NEAR, port, deaf), port,
         "the host is silent, in the middle of the message", sent=LARGE)
    certificates = Certificates(here, NEAR)
    secured(tap, here, port, certificates)
    passwords(tap, here, port, certificates)


support.main(test)
