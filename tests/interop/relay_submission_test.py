"""Users submit: behind STARTTLS and implicit TLS, by each mechanism, and not without; what they
submit is in the queue when it is answered 250."""

import support
from relay import Relay
from support import Wire

LOGIN = ["--auth-user", support.USER, "--auth-password", support.PASSWORD]
NO_AUTH = 28  # swaks: authentication was asked for and could not be done
NO_RCPT = 24  # swaks: no recipient was accepted
NO_MAIL = 23  # swaks: MAIL was refused


class Swaks:
    def __init__(self, tap, here, program, relay, role):
        self.tap, self.here, self.relay = tap, here, relay
        self.command = [program, "--server", support.HOST, "--port", str(relay.ports[role])]
        self.command += ["--from", support.SENDER, "--helo", "client.example.test"]

    def submit(self, name, protocol, *options):
        """Sends one message elsewhere and looks for it in the queue."""
        to = "%s@elsewhere.example" % name
        self.run("swaks, " + name, to, *options)
        rows = [row for row in self.relay.listed() if row["recipient"] == "<%s>" % to]
        self.tap.check(len(rows) == 1, name + " is queued", rows)
        if rows:
            shown = self.relay.manage("show", rows[0]["id"])
            said = " with %s id %s" % (protocol, rows[0]["id"]) in shown
            self.tap.check(said, "its Received says %s and its id" % protocol, shown)
            self.tap.check("user " + support.USER in shown, "and the queue who brought it", shown)

    def run(self, name, to, *options, status=0):
        command = self.command + ["--to", to, *options]
        return support.run(self.tap, name, command, self.here, status=status)


def refused(tap, swaks):
    wrong = ["--auth-user", support.USER, "--auth-password", "wrong"]
    said = swaks.run("a wrong password", "x@elsewhere.example", "--tls", "--auth", "PLAIN", *wrong,
                     status=NO_AUTH)
    tap.check(" 535 " in said, "a wrong password is answered 535", said)
    said = swaks.run("no password", "x@elsewhere.example", "--tls", status=NO_MAIL)
    tap.check(" 530 " in said, "who is not authenticated is answered 530", said)
    said = swaks.run("no TLS", "x@elsewhere.example", status=NO_MAIL)
    tap.check(" 530 " in said, "who speaks in clear is answered 530", said)
    offered = "250-AUTH" in said or "250 AUTH" in said
    tap.check(not offered, "AUTH is not offered in clear", said)


def future(wire):
    """FUTURERELEASE is for users only, and asks the queue to wait."""
    lines = wire.command("EHLO client.example.test")
    if b"FUTURERELEASE" in lines or b"AUTH" in lines:
        raise AssertionError("other servers are offered what is for users: %r" % lines)
    if b"ETRN" not in lines:
        raise AssertionError("no ETRN: %r" % lines)


def test(tap, here):
    program = support.peer(tap, "swaks", "--version")
    if not program:
        return
    tls, _ = support.certificate(here)
    users = support.passwords(here)
    roles = ("relay", "submission", "submissions")
    with Relay(here, *tls, *users, listen=roles) as relay:
        swaks = Swaks(tap, here, program, relay, "submission")
        swaks.submit("starttls-plain", "ESMTPSA", "--tls", "--auth", "PLAIN", *LOGIN)
        swaks.submit("starttls-login", "ESMTPSA", "--tls", "--auth", "LOGIN", *LOGIN)
        refused(tap, swaks)
        swaks = Swaks(tap, here, program, relay, "submissions")
        swaks.submit("implicit-plain", "ESMTPSA", "--tlsc", "--auth", "PLAIN", *LOGIN)
        swaks = Swaks(tap, here, program, relay, "relay")
        said = swaks.run("another server", "x@elsewhere.example", "--tls", status=NO_RCPT)
        tap.check(" 550 " in said, "other servers do not relay", said)
        with Wire(relay.port) as wire:
            support.attempt(tap, "each role has its extensions", future, wire)
        tap.check(relay.stop() == 0, "SIGTERM ends it with 0", relay.errors())


support.main(test)
