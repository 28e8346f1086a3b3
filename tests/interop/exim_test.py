"""Exim delivers by BDAT (RFC 3030), one chunk and many, and by DATA where CHUNKING is off."""

import os
import re

import exim
import support

CONFIGURATION = "received_header_text =" + exim.OUT + """
  protocol = {mode}
  hosts_try_chunking = {chunking}
  hosts_avoid_tls = {avoid_tls}
  hosts_require_tls = {require_tls}
  tls_verify_certificates = {trust}
  tls_verify_hosts =
  command_timeout = 60s
  final_timeout = 60s
"""

USUAL = {"chunking": "*", "mode": "smtp", "trust": "", "avoid_tls": "*", "require_tls": ""}


class Client:
    def __init__(self, tap, here, program, receiver):
        self.tap, self.here, self.program, self.receiver = tap, here, program, receiver

    def deliver(self, name, protocol, body=support.AWKWARD, also=(), **options):
        sent = support.message("exim " + name, body)
        recipients = ["%s@example.test" % user for user in (name, *also)]
        values = {**USUAL, **options, "port": self.receiver.port}
        values["hostname"] = "client.example.test"
        one = exim.Exim(self.here, self.program, name, CONFIGURATION, **values)
        one.send(self.tap, "exim, %s" % name, support.SENDER, sent, *recipients)
        for to in recipients:
            text = "%s: %s arrived unchanged" % (name, to)
            if not support.check_stored(
                self.tap, self.receiver, to, sent, text, protocol=protocol
            ):
                self.tap.say(one.log())


class Commands:
    """How many BDAT and DATA commands the receiver has seen since the last look."""

    def __init__(self, receiver):
        self.receiver, self.seen = receiver, (0, 0)

    def more(self):
        traced = self.receiver.traced()
        seen = [len(re.findall(what, traced)) for what in (rb"C: BDAT [0-9]+", rb"C: DATA\b")]
        before, self.seen = self.seen, seen
        return [now - then for now, then in zip(seen, before)]


def test(tap, here):
    program = exim.provided(tap)
    if not program:
        return
    tls, _ = support.certificate(here)
    os.chmod(tls[1], 0o644)
    with support.Receiver(here, *tls, "--trace") as receiver:
        client = Client(tap, here, program, receiver)
        commands = Commands(receiver)
        client.deliver("chunk", "ESMTP", also=["chunk-two"])
        bdat, data = commands.more()
        tap.check(bdat >= 1 and data == 0, "it was sent by BDAT", receiver.errors()[-3000:])
        client.deliver("chunks", "ESMTP", body=support.AWKWARD * 100)
        bdat, data = commands.more()
        tap.check(bdat >= 2 and data == 0, "the long one was sent in several chunks", bdat)
        secure = {"avoid_tls": "", "require_tls": "*", "trust": tls[1]}
        client.deliver("starttls", "ESMTPS", body=support.AWKWARD * 100, **secure)
        bdat, data = commands.more()
        tap.check(bdat >= 2 and data == 0, "under TLS in several chunks", bdat)
        client.deliver("data", "ESMTP", body=support.AWKWARD * 100, chunking="")
        bdat, data = commands.more()
        tap.check(bdat == 0 and data == 1, "without CHUNKING it was sent by DATA", (bdat, data))
        support.check_end(tap, receiver)
    with support.Receiver(here, "--lmtp") as receiver:
        client = Client(tap, here, program, receiver)
        client.deliver("lmtp", "LMTP", also=["lmtp-two"], mode="lmtp")
        support.check_end(tap, receiver)


support.main(test)
