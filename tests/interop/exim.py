"""An Exim of our own: what it is configured with, running it, its log and what it stored.

Run by root, Exim becomes its own user; run by anyone else it stays who it is. The user that Debian
compiled in (Debian-exim) must be known in both cases: tests/support/peers.sh adds it.
"""

import contextlib
import os
import pwd

import foreign
import support
from support import HOST

USER = "Debian-exim"

COMMON = """
exim_path = {program}
exim_user = {user}
exim_group = {group}
deliver_drop_privilege = {unprivileged}
primary_hostname = {hostname}
spool_directory = {spool}
log_file_path = {spool}/%slog
local_from_check = false
keep_environment =
never_users =
message_logs = false
split_spool_directory = false
timezone = UTC
"""

# Of a server: it stores all that comes.
STORE = """
begin routers
all:
  driver = accept
  transport = store

begin transports
store:
  driver = appendfile
  directory = {spool}/stored
  maildir_format
  envelope_to_add
  user = {user}
  group = {group}
"""

# Of a client: all goes to one host.
OUT = """
daemon_smtp_ports = 0

begin routers
all:
  driver = manualroute
  route_list = * {host} byname
  self = send
  transport = out

begin transports
out:
  driver = smtp
  port = {port}
"""


def provided(tap):
    """The program, or None, and said so."""
    program = support.peer(tap, "exim", "-C", "/dev/null", "-bV")
    if not program:
        return None
    try:
        pwd.getpwnam(USER)
    except KeyError:
        support.missing(tap, "exim", "there is no user %s; root can add it" % USER)
        return None
    return program


class Exim:
    """One configuration, in a folder of its own; values are those of its text."""

    def __init__(self, here, program, name, text, hostname="mx.example.test", host=HOST, **values):
        self.program = program
        self.here = self.spool = os.path.join(here, "exim-" + name)
        os.mkdir(self.spool)
        user, group = os.getuid(), os.getgid()
        if user == 0:
            user, group = pwd.getpwnam(USER)[2:4]
            os.chown(self.spool, user, group)
        values.update(program=program, spool=self.spool, user=user, group=group)
        values.update(hostname=hostname, host=host)
        values.update(unprivileged="false" if os.getuid() == 0 else "true")
        text = (COMMON + text).format(**values)
        self.path = support.written(here, name + ".exim", text.encode("ascii"))

    @contextlib.contextmanager
    def running(self):
        """As a server. Yields the port."""
        port = foreign.free_port()
        command = [self.program, "-C", self.path, "-bdf", "-oX", "%s.%d" % (HOST, port)]
        with foreign.running(command, port, cwd=self.here):
            yield port
            self.settled()

    def send(self, tap, name, sender, sent, *to):
        """As sendmail: takes lines that end in LF, and leaves when the delivery is over (-odf)."""
        command = [self.program, "-C", self.path, "-odf", "-oi", "-f", sender, "--", *to]
        support.run(tap, name, command, self.here, sent.replace(b"\r\n", b"\n"))

    def stored(self, address):
        """All messages for an address, or for a user at any."""
        line = b"Envelope-to: %s" % address.encode() + (b"" if "@" in address else b"@")
        folder = os.path.join(self.spool, "stored", "new")
        return [text for text in foreign.files_in(folder) if line in text]

    def log(self):
        return support.slurp(os.path.join(self.spool, "mainlog")).decode(errors="replace")

    def says(self, *words):
        """A line of its log has all these words."""
        return foreign.tells(self.log, *words)

    def settled(self):
        """Waits until its processes have done with all messages, and with our folder."""

        def left():
            log = self.log()
            return log.count(" <= ") - log.count(" Completed\n")

        foreign.eventually(left, 0)
