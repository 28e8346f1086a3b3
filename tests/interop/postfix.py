"""A Postfix of our own: its folders, its configuration, running it, and what it stored. It needs
root."""

import grp
import os
import pwd
import subprocess

import foreign
import support
from support import HOST

# Who may write to it: the user postfix, or postfix and the group postdrop.
PRIVATE = (
    "active bounce corrupt defer deferred flush hold incoming private saved trace".split(),
    "maildrop public".split(),
)


MAIN = """
compatibility_level = 3.6
config_directory = {here}
queue_directory = {here}/queue
data_directory = {here}/data
maillog_file = {here}/maillog
maillog_file_prefixes = {here}
myhostname = {hostname}
mydestination =
inet_interfaces = {host}
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
alias_maps =
local_recipient_maps =
"""

# All for example.test comes into one mailbox, but for those who are refused.
MAILBOX = """
mynetworks =
default_transport = error:only example.test is served
virtual_mailbox_domains = example.test
virtual_mailbox_base = {here}/mail
virtual_mailbox_maps = regexp:{here}/mailboxes
virtual_uid_maps = static:{user}
virtual_gid_maps = static:{group}
virtual_mailbox_limit = 0
smtputf8_enable = yes
smtpd_error_sleep_time = 0
smtpd_relay_restrictions = reject_unauth_destination
"""

MASTER = """
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def daemons(tap):
    """Where Postfix has its programs, or None, and said so."""
    program = support.peer(tap, "postfix")
    if not program:
        return None
    if os.getuid() != 0:
        support.missing(tap, "postfix", "only root can run it")
        return None
    postconf = support.peer(tap, "postconf", "-d", "mail_version")
    said = subprocess.run(
        [postconf, "-d", "-h", "daemon_directory"], capture_output=True, text=True, check=True
    )
    return said.stdout.strip()


class Postfix:
    """listeners: {port: options of smtpd}, all on one address. values are those of main."""

    def __init__(self, here, programs, main, listeners, address=HOST, hostname="mx.example.test",
                 **values):
        self.here = os.path.join(here, "postfix")
        self.master = os.path.join(programs, "master")
        self.address, self.port = address, next(iter(listeners))
        nobody = pwd.getpwnam("nobody")
        self.folders(pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid, nobody.pw_uid)
        values.update(here=self.here, host=HOST, hostname=hostname)
        values.update(user=nobody.pw_uid, group=nobody.pw_gid)
        services = ["%s:%d inet n - n - - smtpd %s" % (address, port, options)
                    for port, options in listeners.items()]
        for name, text in ("main.cf", MAIN + main), ("master.cf", "\n".join(services) + MASTER):
            text = text.format(**values)
            support.written(self.here, name, text.encode("ascii"))

    def folders(self, owner, group, nobody):
        queue = os.path.join(self.here, "queue")
        for name in self.here, queue, os.path.join(queue, "pid"):
            os.mkdir(name)
        for name in PRIVATE[0] + PRIVATE[1]:
            os.mkdir(os.path.join(queue, name), 0o700)
            os.chown(os.path.join(queue, name), owner, -1)
        for name, mode in ("maildrop", 0o1730), ("public", 0o2710):
            os.chown(os.path.join(queue, name), owner, group)
            os.chmod(os.path.join(queue, name), mode)
        for name, user in ("data", owner), ("mail", nobody):
            os.mkdir(os.path.join(self.here, name), 0o700)
            os.chown(os.path.join(self.here, name), user, -1)

    def running(self):
        """In a session of its own: master ends all that it started."""
        command = [self.master, "-c", self.here, "-s"]
        more = {"cwd": self.here, "start_new_session": True}
        return foreign.running(command, self.port, self.address, **more)

    def log(self):
        return support.slurp(os.path.join(self.here, "maillog")).decode(errors="replace")

    def says(self, *words):
        """A line of its log has all these words."""
        return foreign.tells(self.log, *words)


class Mailbox(Postfix):
    """services: {name: options of smtpd}, each on a port of its own; the first is the one to look
    at. refused: a regexp of who is."""

    def __init__(self, here, programs, main, services, refused="^$", **values):
        self.ports = {name: foreign.free_port() for name in services}
        listeners = {self.ports[name]: options for name, options in services.items()}
        super().__init__(here, programs, MAILBOX + main, listeners, **values)
        support.written(self.here, "mailboxes", b"!/%s/ all/\n" % refused.encode())

    def stored(self, address):
        """The messages for an address."""
        line = b"\nDelivered-To: %s\n" % address.encode()
        found = foreign.files_in(os.path.join(self.here, "mail", "all", "new"))
        return [text for text in found if line in text[:2000]]
