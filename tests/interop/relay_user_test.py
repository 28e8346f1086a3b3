"""Our users: whom they may send as, what is added to what they submit, and what becomes of those
who guess at passwords."""

import base64
import calendar
import os
import re
import subprocess
import time

import support
from relay import Relay, program
from support import HOST, Wire

USAGE, NO_INPUT, CONFIG = 64, 66, 78
USERS = ("ada", "bob", "eve", "list+x")
WRONG = "wrong"


def passwords(here):
    """Each user's password is his name."""
    path = os.path.join(here, "users")
    with open(path, "w", encoding="ascii") as file:
        for user in USERS:
            command = ["openssl", "passwd", "-5", "-salt", "interop", user]
            made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=support.PATIENCE, check=True)
            file.write("%s:%s\n" % (user, made.stdout.strip()))
    os.chmod(path, 0o600)
    return ("--auth-file", path, "--auth-without-tls", "yes")


def plain(user, password):
    return base64.b64encode(("\0%s\0%s" % (user, password)).encode("utf-8")).decode("ascii")


def login(relay, user, password=None, code=235, source=None):
    wire = Wire(relay.ports["submission"], source=source)
    wire.command("EHLO client.example.test")
    wire.command("AUTH PLAIN " + plain(user, password or user), code)
    return wire


# -- whom they may send as ------------------------------------------------------------------------

SENDERS = """# Who is who.
ada: ada@example.test
ada:@ada.example
bob:"b o"@B\u00dcCHER.example
eve:*
"""

ROWS = (
    ("ada", "ada@example.test", 250), ("ada", "ADA@Example.TEST", 250), ("ada", "", 250),
    ("ada", "x@ada.example", 250), ("ada", "x@ADA.example", 250), ("ada", "x@sub.ada.example", 553),
    ("ada", "bob@example.test", 553), ("ada", "ada@example.test.other", 553),
    ("ada", '"b o"@b\u00fccher.example', 553),
    ("ada", '"ada@example.test"@\u0300a.example', 553),
    ("ada", '"ada@example.test"@other.example', 553),
    ("eve", "x@\u0300a.example", 553),
    ("bob", '"b o"@b\u00fccher.example', 250), ("bob", '"B O"@xn--bcher-kva.example', 250),
    ("bob", "bob@example.test", 553), ("bob", "", 250),
    ("eve", "ada@example.test", 250), ("eve", "x@other.example", 250),
    ("list+x", "list+x@example.test", 553), ("list+x", "", 250),
)


def owned(tap, here, users):
    path = support.written(here, "senders", SENDERS.encode("utf-8"))
    with Relay(here, *users, "--senders", path, listen=("relay", "submission")) as relay:
        for user, sender, code in ROWS:
            with login(relay, user) as wire:
                name = "%s as <%s> is answered %d" % (user, sender, code)
                command = "MAIL FROM:<%s> SMTPUTF8" % sender
                said = support.attempt(tap, name, wire.command, command, code)
                if code == 553:
                    tap.check(said and b" 5.7.1 " in said, "by 5.7.1", said)
        with Wire(relay.port) as wire:
            wire.command("EHLO client.example.test")
            name = "another server may say what it likes"
            support.attempt(tap, name, wire.command, "MAIL FROM:<ada@example.test>")
    with Relay(here, *users, listen=("submission",)) as relay, login(relay, "ada") as wire:
        name = "without such a file a user may, too"
        support.attempt(tap, name, wire.command, "MAIL FROM:<bob@example.test>")
    fails(tap, "no file", NO_INPUT, "cannot read", "--senders", here + "/none")
    for wrong in (b"ada", b":a@b.example", b"ada:ada", b"ada:", b"ada:a@b@c", b"ada:@", b"ada:@.b.example",
                  b"ada:@a@b.example", b"ada:a@b.example,c@d.example"):
        path = support.written(here, "wrong", b"\n" + wrong + b"\n")
        fails(tap, "a line %r" % wrong, CONFIG, ":2: ", "--senders", path)


# -- what is added to what they submit (RFC 6409 8) -----------------------------------------------

DATE = rb"Date: [A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}\r\n"
MESSAGE_ID = rb"Message-ID: <[0-9A-F]{13}\.[0-9A-F]{16}@mx\.example\.test>\r\n"
BOTH = DATE + MESSAGE_ID
NONE = rb""
SUBJECT = b"Subject: x\r\n"
LONG = b"X-Long: " + b"x" * 900 + b"\r\n"

# name, chunks in front of what is added, what that is, chunks behind it
SUBMITTED = (
    ("neither", [SUBJECT], BOTH, [b"\r\nbody\r\n"]),
    ("no Date", [b"message-ID : <a@b>\r\n" + SUBJECT], DATE, [b"\r\nbody\r\n"]),
    ("no Message-ID", [SUBJECT + b"DATE: now\r\n"], MESSAGE_ID, [b"\r\nDate: no field\r\n"]),
    ("both", [SUBJECT + b"Date: now\r\nMessage-Id: <a@b>\r\n"], NONE, [b"\r\nbody\r\n"]),
    ("a fold and another name", [b"Subject: x\r\n Date: y\r\nX-Date: z\r\n"], BOTH, [b"\r\nb\r\n"]),
    ("a signature", [SUBJECT + b"DKIM-Signature: v=1\r\n"], NONE, [b"\r\nbody\r\n"]),
    ("a header only", [SUBJECT], BOTH, [b""]),
    ("no header", [b""], BOTH, [b"\r\nbody\r\n"]),
    ("a body at once", [b""], BOTH, [b"this is no field\r\n"]),
    ("no empty line", [SUBJECT], BOTH, [b"this is no field\r\nDate: x\r\n"]),
    ("nothing", [b""], BOTH, [b""]),
    ("much behind it", [SUBJECT], BOTH, [b"\r\n" + b"line of the body\r\n" * 30000]),
    ("much in it", [SUBJECT + LONG * 300], BOTH, [b"\r\n" + b"line of the body\r\n" * 30000]),
)

# By BDAT as well, cut there.
CUT = (
    ("in the empty line", [SUBJECT], BOTH, [b"\r", b"\nbody\r\n"]),
    ("in front of it", [SUBJECT], BOTH, [b"\r\n", b"body\r\n"]),
    ("in the first line", [b"Sub", b"ject: x\r", b"\n"], BOTH, [b"", b"\r\nbody"]),
    ("in a line that is no field", [SUBJECT], BOTH, [b"no", b"t a field\r\n"]),
    ("no newline at the end", [b"Subject: x"], NONE, [b""]),
    ("a bare newline", [b"Subject: x\n"], BOTH, [b"\nbody\n"]),
)


def data(wire, chunks):
    wire.command("DATA", 354)
    wire.send(support.stuffed(b"".join(chunks)))
    wire.expect(250)


def bdat(wire, chunks):
    for chunk in chunks[:-1]:
        wire.send(b"BDAT %d\r\n" % len(chunk) + chunk)
        wire.expect(250)
    wire.send(b"BDAT %d LAST\r\n" % len(chunks[-1]) + chunks[-1])
    wire.expect(250)


def stored(relay):
    """The one message, without our trace; and it is gone."""
    relay.until(relay.stored)
    octets = relay.stored()[0]
    name = os.path.join(relay.maildir, "user@example.test", "new")
    for file in os.listdir(name):
        os.remove(os.path.join(name, file))
    return support.TRACE.sub(b"", octets, count=1)


def completed(tap, relay, row, send, users=True):
    name, front, added, behind = row
    with login(relay, "ada") if users else Wire(relay.port) as wire:
        wire.command("EHLO client.example.test")
        wire.command("MAIL FROM:<%s>" % support.SENDER)
        wire.command("RCPT TO:<user@example.test>")
        send(wire, front + behind)
    found = stored(relay)
    above, below = b"".join(front), b"".join(behind)
    middle = found[len(above) : len(found) - len(below)]
    same = found == above + middle + below and re.fullmatch(added, middle)
    name = "%s: %s by %s" % (name, "completed" if added else "left alone", send.__name__)
    tap.check(same, name, found[:300] + found[-99:])


def complete(tap, here, users):
    with Relay(here, *users, listen=("relay", "submission")) as relay:
        for row in SUBMITTED:
            completed(tap, relay, row, data)
        for row in (*SUBMITTED, *CUT):
            completed(tap, relay, row, bdat)
        for name, front, _, behind in (*SUBMITTED[:3], SUBMITTED[-1]):
            completed(tap, relay, ("of a server: " + name, front, NONE, behind), data, False)
        tap.check(relay.stop() == 0, "SIGTERM ends it with 0", relay.errors())


# -- who guesses at passwords ---------------------------------------------------------------------

STRANGER, ANOTHER, OURS = "127.0.0.2", "127.0.0.3", "127.0.0.4"


def guess(wire, codes):
    """Guesses on; returns how long each took."""
    took = []
    for code in codes:
        begun = time.monotonic()
        wire.command("AUTH PLAIN " + plain("ada", WRONG), code)
        took.append(time.monotonic() - begun)
    return took


def guessed(tap, here, users):
    options = ("--rate-wrong-passwords", "3/3600", "--network", OURS)
    with Relay(here, *users, *options, listen=("submission",)) as relay:
        with login(relay, "ada", source=STRANGER) as wire:
            wire.command("QUIT", 221)
        wires = [Wire(relay.ports["submission"], source=source) for source in (STRANGER, OURS)]
        for wire in wires:
            wire.command("EHLO client.example.test")
        took = support.attempt(tap, "three guesses", guess, wires[0], [535] * 3)
        tap.check(took and min(took) > 1.5, "each takes its time", took)
        took = support.attempt(tap, "the fourth is 421", guess, wires[0], [421])
        tap.check(took and took[0] < 1, "at once", took)
        tap.check(wires[0].ended(), "and the connection is closed")
        tap.check(" LIMIT rate-wrong-passwords 3\n" in relay.log(), "the log says why", relay.log())
        support.attempt(tap, "nor is a right one taken", login, relay, "ada", "ada", 421, STRANGER)
        support.attempt(tap, "of others it is", login, relay, "ada", "ada", 235, ANOTHER)
        support.attempt(tap, "in our networks they are not counted by address", guess, wires[1],
                        [535] * 4)
        support.attempt(tap, "but a connection has no more than five", guess, wires[1], [535, 421])


def together(tap, here, users):
    """Guesses that were all begun before the first was wrong."""
    with Relay(here, *users, "--rate-wrong-passwords", "3/3600", listen=("submission",)) as relay:
        wires = [Wire(relay.ports["submission"]) for _ in range(8)]
        for wire in wires:
            wire.command("EHLO client.example.test")
            wire.command("AUTH LOGIN " + base64.b64encode(b"ada").decode("ascii"), 334)
        for number, wire in enumerate(wires):
            name = "guess %d of those that are made together" % number
            password, code = (b"ada", 421) if number > 5 else (b"wrong", 535 if number < 3 else 421)
            support.attempt(tap, name, wire.command, base64.b64encode(password).decode("ascii"),
                            code)


def impatient(tap, here, users):
    """They go away, or we do, while the answer waits."""
    with Relay(here, *users, listen=("submission",)) as relay:
        wires = [Wire(relay.ports["submission"]) for _ in range(3)]
        for wire in wires:
            wire.command("EHLO client.example.test")
            wire.send(b"AUTH PLAIN %s\r\n" % plain("ada", WRONG).encode("ascii"))
        wires[0].socket.close()
        time.sleep(0.3)
        support.attempt(tap, "others need not wait", login, relay, "ada")
        begun = time.monotonic()
        tap.check(relay.stop() == 0 and time.monotonic() - begun < 10, "SIGTERM ends it with 0",
                  relay.errors())


def held_until(relay):
    """The latest moment that it says a message may be held until (RFC 4865 3)."""
    with login(relay, "ada") as wire:
        said = wire.command("EHLO client.example.test")
    found = re.search(rb"250[- ]FUTURERELEASE ([0-9]+) ([0-9TZ:-]+)", said)
    moment = calendar.timegm(time.strptime(found.group(2).decode("ascii"), "%Y-%m-%dT%H:%M:%SZ"))
    return int(found.group(1)), moment


def later(tap, here, users):
    with Relay(here, *users, listen=("submission",)) as relay:
        time.sleep(2.5)
        now = int(time.time())
        seconds, moment = held_until(relay)
        tap.check(moment >= now + seconds, "that it was started a while ago makes no difference",
                  (now, seconds, moment))


def fails(tap, name, status, says, *words):
    command = [program(), "--queue", "/proc/nowhere", "--maildir", "/proc/none", *words]
    command += ["--relay-listen", HOST + ":0"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=support.PATIENCE)
    tap.check(done.returncode == status and says in done.stderr, name, done)


def test(tap, here):
    users = passwords(here)
    owned(tap, here, users)
    complete(tap, here, users)
    guessed(tap, here, users)
    together(tap, here, users)
    impatient(tap, here, users)
    later(tap, here, users)


support.main(test)
