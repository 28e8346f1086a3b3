"""Which local recipients there are: those whose Maildir exists, those that a file lists, or all.
Nobody else is taken, so nothing has to be sent back; but Postmaster always is."""

import os
import signal
import subprocess

import support
from relay import Relay, program
from support import HOST, Wire

USAGE, NO_INPUT, CONFIG = 64, 66, 78


def rcpt(tap, relay, *rows, source=None):
    """(address, code) each, with MAIL of its own."""
    for address, code in rows:
        with Wire(relay.port, source=source) as wire:
            wire.command("EHLO client.example.test")
            wire.command("MAIL FROM:<a@example.com> SMTPUTF8")
            name = "RCPT TO:<%s> is answered %d" % (address, code)
            said = support.attempt(tap, name, wire.command, "RCPT TO:<%s>" % address, code)
            if code == 550:
                tap.check(said and b" 5.1.1 " in said, "by 5.1.1", said)


def send(relay, *to):
    with Wire(relay.port) as wire:
        wire.envelope(*to)
        wire.command("DATA", 354)
        wire.send(support.stuffed(support.message("one")))
        wire.expect(250)


def folder(relay, name):
    os.makedirs(os.path.join(relay.maildir, name))


def folders(relay):
    return sorted(os.listdir(relay.maildir))


def existing(tap, here):
    options = ("--local-recipients", "existing", "--relay-domain", "backup.example")
    with Relay(here, *options, "--network", "127.0.0.2", "--own-address", "127.0.0.1") as relay:
        for name in ("bob@example.test", "o%22dd@example.test", "tim@%5B127.0.0.1%5D"):
            folder(relay, name)
        support.written(relay.maildir, "file@example.test", b"")
        rcpt(tap, relay, ("bob@example.test", 250), ("BOB@Example.TEST", 250),
             ('"bob"@example.test', 250), ('"o\\"dd"@example.test', 250), ("tim@[127.0.0.1]", 250),
             ("bo@example.test", 550), ("bobb@example.test", 550), ("file@example.test", 550),
             ('"../bob"@example.test', 550), ("b\u00f6b@example.test", 550), ("bob@[127.0.0.1]", 550),
             ("bob@backup.example", 250), ("POSTmaster@example.test", 250), ("postMASTER", 250),
             ('"Post\\Master"@example.test', 250), ("postmaster1@example.test", 550))
        rcpt(tap, relay, ("bo@example.test", 550), ("bo@other.example", 250), source="127.0.0.2")
        tap.check(len(folders(relay)) == 4, "nothing was made for them", folders(relay))
        send(relay, "BOB@example.test")
        send(relay, "bob@example.test", "Postmaster", "postmaster@example.test")
        stored = relay.until(lambda: len(relay.stored()) == 4)
        tap.check(stored, "what was taken is delivered", (relay.log(), relay.errors()))
        tap.check(len(relay.stored("bob@example.test")) == 2, "one folder for BOB and bob",
                  folders(relay))
        for name in ("postmaster", "postmaster@example.test"):
            tap.check(len(relay.stored(name)) == 1, name + " has got a folder", folders(relay))


LISTED = """# Who has a mailbox here.
ada@example.test
  Bob\t

"o dd"@example.test
@all.example
tim@B\u00dcCHER.example
"""


def listed(tap, here):
    path = support.written(here, "recipients", LISTED.encode("utf-8"))
    domains = ("example.test", "all.example", "b\u00fccher.example")
    with Relay(here, "--recipient-file", path, local=domains) as relay:
        rcpt(tap, relay, ("ADA@example.test", 250), ("ada@all.example", 250),
             ("x@all.example", 250), ("bob@example.test", 250), ("BOB@b\u00fccher.example", 250),
             ('"o dd"@example.test', 250), ("tim@xn--bcher-kva.example", 250),
             ("tim@example.test", 550), ("ada@b\u00fccher.example", 550), ("odd@example.test", 550),
             ('"ada"@example.test', 250), ("postmaster@example.test", 250), ("Postmaster", 250))
        folder(relay, "eve@example.test")
        rcpt(tap, relay, ("eve@example.test", 550))
    with Relay(here, "--local-recipients", "any") as relay:
        rcpt(tap, relay, ("whoever@example.test", 250))


def renewed(tap, here):
    """SIGHUP reads the file again; if it is wrong all stays as it was."""
    path = support.written(here, "changing", b"ada\n")
    with Relay(here, "--recipient-file", path) as relay:
        for text, log, ada, bob in ((b"bob\n", "reload done", 550, 250),
                                    (b"ada\na b\n", "reload failed", 550, 250),
                                    (b"*\n", "reload done", 250, 250)):
            before = relay.log().count(log)
            support.written(here, "changing", text)
            relay.process.send_signal(signal.SIGHUP)
            done = relay.until(lambda: relay.log().count(log) > before)
            tap.check(done, "%r: %s" % (text, log), relay.log())
            rcpt(tap, relay, ("ada@example.test", ada), ("bob@example.test", bob))


def fails(tap, name, status, says, *words):
    command = [program(), "--queue", "/proc/nowhere", *words, "--relay-listen", HOST + ":0"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=support.PATIENCE)
    tap.check(done.returncode == status and says in done.stderr, name, done)


def mistakes(tap, here):
    lmtp = ("--local-domain", "example.test", "--lmtp", HOST + ":24")
    fails(tap, "lmtp does not know whom it has", USAGE, "recipient-file", *lmtp)
    fails(tap, "a file that is not there", NO_INPUT, "cannot read", *lmtp, "--recipient-file",
          here + "/no")
    for wrong in (b"two words", b"ada@example.test x", b"a@b@c.example", b"<ada@example.test>", b"@",
                  b"a\0b", b"@.example.test", b"@not_a domain", b"@a@b", b"..", b".ada", b"ada:",
                  b"a\1", b"a,b", b"x" * 5000):
        path = support.written(here, "wrong", b"# comment\n" + wrong + b"\n")
        fails(tap, "a line %r" % wrong, CONFIG, ":2: ", *lmtp, "--recipient-file", path)


def test(tap, here):
    existing(tap, here)
    listed(tap, here)
    renewed(tap, here)
    mistakes(tap, here)


support.main(test)
