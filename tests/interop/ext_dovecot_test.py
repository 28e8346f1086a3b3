"""Dovecot's submission server, which has BURL (RFC 4468): it fetches a message of its own IMAP
server, by a URL that IMAP made (GENURLAUTH), and relays it to sansmtp-receive.

    sansmtp-send --burl  ->  Dovecot submission  ->  sansmtp-receive --trust

Dovecot is an instance of its own and needs root.
"""

import base64
import imaplib
import os

import dovecot
import foreign
import support
from connection import Wire
from sender import check, send
from support import HOST, PASSWORD, USER

SUBMISSION = "/usr/lib/dovecot/submission"

CONFIGURATION = """
protocols = imap submission
disable_plaintext_auth = no
mail_attribute_dict = file:{here}/mail/%u/attributes
imap_urlauth_host = localhost
imap_urlauth_port = {imap-login}
submission_relay_host = {host}
submission_relay_port = {relay}
submission_relay_trusted = yes
submission_relay_ssl = no
""" + dovecot.USERS

SERVICES = {"submission-login": "submission", "imap-login": "imap"}


class Submission(dovecot.Dovecot):
    def __init__(self, here, program, tls, relay):
        super().__init__(here, program, "submission", tls, CONFIGURATION, SERVICES, relay=relay)
        self.imap = self.ports["imap-login"]

    def url_of(self, sent):
        """Puts a message into the mailbox; a URL by which the submission server may have it."""
        with imaplib.IMAP4(HOST, self.imap) as imap:
            imap.login(USER, PASSWORD)
            _, uid = imap.append("INBOX", None, None, sent)
            number = uid[0].decode().split()[2].rstrip("]")  # [APPENDUID VALIDITY UID]
            imaplib.Commands.setdefault("GENURLAUTH", ("AUTH", "SELECTED"))
            rump = "imap://%s@localhost:%d/INBOX/;uid=%s;urlauth=submit+%s" % (
                USER, self.imap, number, USER)
            told, _ = imap._simple_command("GENURLAUTH", '"%s"' % rump, "INTERNAL")
            _, made = imap._untagged_response(told, [None], "GENURLAUTH")
            return made[0].decode().strip('"')


class Through:
    """Runs of sansmtp-send to the submission server, and what comes out behind it."""

    def __init__(self, tap, here, server, receiver):
        self.tap, self.here, self.server, self.receiver = tap, here, server, receiver
        self.login = ["--auth-without-tls", *foreign.login(here)]

    def send(self, path, name, *options, result="ok", login=True):
        to = name.replace(" ", "-") + "@example.test"
        trace = os.path.join(self.here, "trace")
        options = [*options, "--trace", trace, *(self.login if login else [])]
        run = send(self.server.port, path, *options, to=[to])
        check(self.tap, name, run, result)
        return run, support.slurp(trace).decode(), self.receiver.stored(to)

    def sends(self, path, name, wanted, verbs, *options):
        """wanted is what comes out; verbs are those that go in between RCPT and QUIT."""
        _, said, stored = self.send(path, name, *options)
        whole = len(stored) == 1 and stored[0].endswith(b"\r\n" + wanted)
        self.tap.check(whole, name + ": it arrived unchanged", stored)
        lines = [line[3:].split()[0] for line in said.splitlines() if line.startswith("C: ")]
        lines = [line for line in lines if line[0] != "("]
        told = lines[lines.index("RCPT") + 1 : lines.index("QUIT")]
        self.tap.check(told == verbs, "%s: %s" % (name, " ".join(verbs)), said)

    def fails(self, name, result, *options, code=None, **more):
        run, said, stored = self.send(None, name, *options, result=result, **more)
        told = run.recipients and run.recipients[0][1]
        self.tap.check(not code or told == code, "%s: %s is told" % (name, code), said)
        self.tap.check(not stored, name + ": nothing came", stored)


def offers(tap, server):
    with Wire(server.port) as wire:
        said = wire.command("EHLO client.example.test").decode("ascii")
        login = base64.b64encode(("\0%s\0%s" % (USER, PASSWORD)).encode()).decode()
        wire.command("AUTH PLAIN " + login, 235)
        behind = wire.command("EHLO client.example.test").decode("ascii")
    tap.say("peer: dovecot offers: %s; behind AUTH: %s" % tuple(
        " ".join(text.split()) for text in (said, behind)))
    tap.check("BURL imap" in behind, "it offers BURL to who is authenticated", behind)


def urls(tap, through, server):
    sent = support.message("burl", support.AWKWARD)
    url = server.url_of(sent)
    through.sends(None, "burl", sent, ["BURL"], "--burl", url)
    large = support.message("large", ("x" * 70 + "\r\n") * 20000)
    through.sends(None, "large burl", large, ["BURL"], "--burl", server.url_of(large))
    head = support.message("burl behind bdat", "")
    path = support.written(through.here, "head", head)
    through.sends(path, "burl behind bdat", head + sent, ["BDAT", "BURL"], "--burl", url)
    both = head + sent + sent
    through.sends(path, "two urls", both, ["BDAT", "BURL", "BURL"], "--burl", url, "--burl", url)
    through.fails("a wrong token", "perm", "--burl", url[:-4] + "0000", code="554")
    through.fails("no url", "refused", "--burl", "INBOX")
    through.fails("not authenticated", "perm", "--burl", url, login=False)


def xclient(tap, receiver):
    """Dovecot tells the relay, which trusts it, who its client is."""
    log = receiver.log()
    for word in "HELO=client.example.test", "LOGIN=" + USER, "PROTO=ESMTP", "ADDR=" + HOST:
        tap.check("XCLIENT %s 0\n" % word in log, "Dovecot says by XCLIENT: " + word, log[-1500:])
    head = receiver.stored("burl@example.test")[0].split(b"\r\n\r\n")[0]
    known = b"from client.example.test (" in head and b" with ESMTPA " in head
    tap.check(known, "and Received says so", head)


def test(tap, here):
    program = dovecot.provided(tap)
    if not program:
        return
    if not os.path.exists(SUBMISSION):
        support.missing(tap, "dovecot", "%s is not installed" % SUBMISSION)
        return
    tls, _ = support.certificate(here)
    with support.Receiver(here, "--trust", HOST) as receiver:
        server = Submission(here, program, tls, receiver.port)
        with server.running():
            offers(tap, server)
            urls(tap, Through(tap, here, server, receiver), server)
            xclient(tap, receiver)
        support.check_end(tap, receiver)


support.main(test)
