"""Python drives the client engine: pulled, and through callbacks, some of which raise.

    python_client_test.py LIBRARY
"""

import support
import abi
import sansmtp

TURNS = support.dialogue("client.txt")
CLIENT = support.said_by("C", TURNS)
SENDER = "ada@client.example"
RECIPIENTS = ("bob@mx.example", "eve@elsewhere.example", "joe@mx.example")
BODY = (b"Subject: hello\r\n\r\n.one", b" dot\r\n..two dots\r\n")
FATES = [(0, 250, 2001005, b"Recipient ok"), (1, 550, 5001001, b"No such\nuser here"),
         (2, 250, 0, b"Recipient ok")]
OUTCOME = (abi.SANSMTP_OUTCOME_DELIVERED, 250, b"queued as 4711", 3, 3, 2)


class Trouble(Exception):
    pass


class Letter:
    """One message and what became of it. Its methods are the callbacks; `bad` is one
    that raises."""

    def __init__(self, bad=None):
        self.bad = bad
        self.recipients, self.pieces = list(RECIPIENTS), list(BODY)
        self.submitted, self.fates, self.outcomes = False, [], []

    def trouble(self, name):
        if self.bad == name:
            raise Trouble(name)

    def ready(self, _client, event):
        self.trouble("ready")
        self.offered = event.parameters, event.number

    def sender(self, _client, _event):
        self.trouble("sender")

    def result(self, _client, event):
        self.trouble("result")
        self.fates.append((event.recipient, event.code, event.enhanced, event.text))

    def outcome(self, _client, event):
        self.trouble("outcome")
        self.outcomes.append((event.reason, event.code, event.text, event.taken, event.answered,
                              event.accepted))

    def wants_message(self, client, _event):
        self.trouble("wants_message")
        if self.submitted:
            client.quit()
        else:
            self.submitted = True
            client.submit(SENDER)

    def wants_recipient(self, client, _event):
        self.trouble("wants_recipient")
        if self.recipients:
            client.recipient(self.recipients.pop(0))
        else:
            client.recipients_end()

    def wants_body(self, client, _event):
        self.trouble("wants_body")
        piece = self.pieces.pop(0)
        client.body(piece, not self.pieces)


WANTS = ((abi.SANSMTP_IDLE, "wants_message"), (abi.SANSMTP_RECIPIENT, "wants_recipient"),
         (abi.SANSMTP_BODY, "wants_body"))


def pull(client, letter):
    """One turn, pulled: all that the engine has to say and to ask."""
    said = b""
    while True:
        event = client.next()
        name = event and event.name
        if not event:
            name = next((name for bit, name in WANTS if client.wants() & bit), None)
        if name:
            handler = getattr(letter, name, None)
            if handler:
                handler(client, event)
            continue
        octets = client.take()
        if not octets:
            return said
        said += octets


def call_back(client, letter):
    """One turn by run(), however often a callback raises."""
    said = b""
    while True:
        try:
            client.run(letter)
        except Trouble:
            letter.raised = True
            continue
        octets = client.take()
        if not octets:
            return said
        said += octets


def converse(turn, letter, step):
    """The whole dialogue, `step` octets at a time (0: a turn at a time). The peer answers only what
    it has heard: all that the client should have said by then."""
    client = sansmtp.Client("client.example", tls=abi.SANSMTP_CLIENT_TLS_NONE)
    said, due = turn(client, letter), b""
    for who, octets in TURNS:
        if who == "C":
            due += octets
            if said != due:
                break
            continue
        for start in range(0, len(octets), step or len(octets)):
            client.receive(octets[start : start + (step or len(octets))])
            said += turn(client, letter)
    return client, said


def check_whole(tap, name, turn, step):
    letter = Letter()
    client, said = converse(turn, letter, step)
    tap.check(said == CLIENT, "%s: says what it should" % name, said.decode())
    tap.check(letter.fates == FATES, "%s: each recipient's fate" % name, letter.fates)
    tap.check(letter.outcomes == [OUTCOME], "%s: the outcome" % name, letter.outcomes)
    offered = (abi.SANSMTP_EXTENSION_PIPELINING | abi.SANSMTP_EXTENSION_8BITMIME
               | abi.SANSMTP_EXTENSION_ENHANCEDSTATUSCODES | abi.SANSMTP_EXTENSION_SIZE)
    tap.check(letter.offered == (offered, 1000), "%s: what the peer offers" % name, letter.offered)
    tap.check(client.wants() == abi.SANSMTP_CLOSE and client.error() == 0, "%s: ends well" % name,
              "wants %d, error %d" % (client.wants(), client.error()))


def check_raising(tap):
    """A callback that raises ends the session; the message never ends."""
    for bad in ("ready", "wants_message", "wants_recipient", "wants_body", "sender", "result"):
        letter = Letter(bad)
        client, said = converse(call_back, letter, 0)
        tap.check(letter.raised and CLIENT.startswith(said) and b"\r\n.\r\n" not in said,
                  "%s raises: the message never ends" % bad, said.decode())
        tap.check(client.wants() == abi.SANSMTP_CLOSE, "%s raises: close" % bad, client.wants())
        lost = [outcome[0] for outcome in letter.outcomes]
        began = bad not in ("ready", "wants_message")
        tap.check(lost == [abi.SANSMTP_OUTCOME_LATER] * began,
                  "%s raises: never delivered" % bad, letter.outcomes)


def check_refused(tap):
    """What the host may not say is an error, and nothing is sent."""
    client, letter = sansmtp.Client("client.example", tls=0), Letter()
    letter.wants_message = None
    said = call_back(client, letter)
    client.receive(b"220 mx.example\r\n")
    said += call_back(client, letter)
    client.receive(b"250 mx.example\r\n")
    said += call_back(client, letter)
    for name, number, call in (
        ("a sender with a line end", abi.SANSMTP_ERR_TEXT,
         lambda: client.submit("a\r\nb@c.example")),
        ("a body before its time", abi.SANSMTP_ERR_STATE, lambda: client.body(b"x", 1)),
        ("8 bits to a peer of 7", abi.SANSMTP_ERR_NEEDS_8BITMIME,
         lambda: client.submit("a@b.example", body=abi.SANSMTP_BODY_8BITMIME)),
    ):
        try:
            call()
            tap.check(False, "refused: " + name, "it was not")
        except sansmtp.Error as error:
            tap.check(error.number == number, "refused: " + name, error)
    tap.check(call_back(client, letter) == b"", "refused: nothing is sent")


def test(tap):
    check_whole(tap, "pulled", pull, 0)
    check_whole(tap, "pulled by octets", pull, 1)
    check_whole(tap, "callbacks", call_back, 0)
    check_whole(tap, "callbacks by octets", call_back, 1)
    check_raising(tap)
    check_refused(tap)


support.main(test)
