"""Exim delivers by BDAT (RFC 3030), one chunk and many, and by DATA where CHUNKING is off.

Run by root, Exim becomes its own user to deliver; run by anyone else it stays who it is. The user
that Debian compiled in (Debian-exim) must be known in both cases: tests/support/peers.sh adds it.
"""

import os
import pwd
import re

import support

EXIM_USER = "Debian-exim"

CONFIGURATION = """
exim_path = {program}
exim_user = {user}
exim_group = {group}
deliver_drop_privilege = {unprivileged}
primary_hostname = client.example.test
spool_directory = {spool}
log_file_path = {spool}/%slog
daemon_smtp_ports = 0
received_header_text =
local_from_check = false
keep_environment =
never_users =
message_logs = false
split_spool_directory = false
timezone = UTC

begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1 byname
  self = send
  transport = out

begin transports
out:
  driver = smtp
  port = {port}
  protocol = {mode}
  hosts_try_chunking = {chunking}
  hosts_avoid_tls = {avoid_tls}
  hosts_require_tls = {require_tls}
  tls_verify_certificates = {trust}
  tls_verify_hosts =
  command_timeout = 60s
  final_timeout = 60s
"""


class Exim:
    def __init__(self, tap, here, program, receiver):
        self.tap, self.here, self.program, self.receiver = tap, here, program, receiver

    def configured(self, name, **options):
        spool = os.path.join(self.here, "spool-" + name)
        os.mkdir(spool)
        user, group = os.getuid(), os.getgid()
        if user == 0:
            user, group = pwd.getpwnam(EXIM_USER)[2:4]
            os.chown(spool, user, group)
        settings = {"chunking": "*", "mode": "smtp", "trust": ""}
        settings.update(avoid_tls="*", require_tls="", user=user, group=group)
        settings.update(unprivileged="false" if os.getuid() == 0 else "true")
        settings.update(options, program=self.program, spool=spool, port=self.receiver.port)
        text = CONFIGURATION.format(**settings)
        return support.written(self.here, name + ".exim", text.encode("ascii")), spool

    def deliver(self, name, protocol, body=support.AWKWARD, also=(), **options):
        """Exim takes lines that end in LF, and leaves only when the delivery is over (-odf)."""
        sent = support.message("exim " + name, body)
        recipients = ["%s@example.test" % user for user in (name, *also)]
        path, spool = self.configured(name, **options)
        command = [self.program, "-C", path, "-odf", "-oi", "-f", support.SENDER]
        command += ["--", *recipients]
        support.run(self.tap, "exim, %s" % name, command, self.here, sent.replace(b"\r\n", b"\n"))
        for to in recipients:
            text = "%s: %s arrived unchanged" % (name, to)
            if not support.check_stored(
                self.tap, self.receiver, to, sent, text, protocol=protocol
            ):
                for log in ("mainlog", "paniclog"):
                    self.tap.say(support.slurp(os.path.join(spool, log)).decode(errors="replace"))


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
    program = support.peer(tap, "exim", "-C", "/dev/null", "-bV")
    if not program:
        return
    try:
        pwd.getpwnam(EXIM_USER)
    except KeyError:
        support.missing(tap, "exim", "there is no user %s; root can add it" % EXIM_USER)
        return
    os.chmod(here, 0o755)
    tls, _ = support.certificate(here)
    os.chmod(tls[1], 0o644)
    with support.Receiver(here, *tls, "--trace") as receiver:
        exim = Exim(tap, here, program, receiver)
        commands = Commands(receiver)
        exim.deliver("chunk", "ESMTP", also=["chunk-two"])
        bdat, data = commands.more()
        tap.check(bdat >= 1 and data == 0, "it was sent by BDAT", receiver.errors()[-3000:])
        exim.deliver("chunks", "ESMTP", body=support.AWKWARD * 100)
        bdat, data = commands.more()
        tap.check(bdat >= 2 and data == 0, "the long one was sent in several chunks", bdat)
        secure = {"avoid_tls": "", "require_tls": "*", "trust": tls[1]}
        exim.deliver("starttls", "ESMTPS", body=support.AWKWARD * 100, **secure)
        bdat, data = commands.more()
        tap.check(bdat >= 2 and data == 0, "under TLS in several chunks", bdat)
        exim.deliver("data", "ESMTP", body=support.AWKWARD * 100, chunking="")
        bdat, data = commands.more()
        tap.check(bdat == 0 and data == 1, "without CHUNKING it was sent by DATA", (bdat, data))
        support.check_end(tap, receiver)
    with support.Receiver(here, "--lmtp") as receiver:
        exim = Exim(tap, here, program, receiver)
        exim.deliver("lmtp", "LMTP", also=["lmtp-two"], mode="lmtp")
        support.check_end(tap, receiver)


support.main(test)
