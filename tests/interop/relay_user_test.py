"""Our users: whom they may send as, what is added to what they submit, and what becomes of those who
guess at passwords."""

import base64
import os
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
    for wrong in (b"ada", b":a@b.example", b"ada:ada", b"ada:", b"ada:a@b@c", b"ada:@"):
        path = support.written(here, "wrong", b"\n" + wrong + b"\n")
        fails(tap, "a line %r" % wrong, CONFIG, ":2: ", "--senders", path)


def fails(tap, name, status, says, *words):
    command = [program(), "--queue", "/proc/nowhere", "--maildir", "/proc/none", *words, "--relay-listen", HOST + ":0"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=support.PATIENCE)
    tap.check(done.returncode == status and says in done.stderr, name, done)


def test(tap, here):
    users = passwords(here)
    owned(tap, here, users)


support.main(test)
