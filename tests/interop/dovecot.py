"""A Dovecot of our own, which needs root: LMTP into Maildirs, and SASL for Postfix."""

import contextlib
import os

import foreign
import support
from support import HOST, PASSWORD, USER

LMTP = "/usr/lib/dovecot/lmtp"  # where the package has it, and dovecot looks for it
REFUSED = "refused@example.test"
FULL = "full@example.test"

CONFIGURATION = """
base_dir = {here}/run
state_dir = {here}/state
log_path = {here}/log
instance_name = interop
listen = {host}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
auth_mechanisms = plain login
hostname = mx.example.test
mail_location = maildir:{here}/mail/%u
mail_save_crlf = yes
mailbox_list_index = no
first_valid_uid = 1
first_valid_gid = 1
recipient_delimiter =
service {service} {{
  inet_listener tests {{
    address = {host}
    port = {port}
  }}
}}
"""

# Everyone has a mailbox but REFUSED, and that of FULL is.
MAILBOXES = """
protocols = lmtp
passdb {{
  driver = passwd-file
  args = {here}/refused
  deny = yes
}}
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = passwd-file
  args = {here}/full
  default_fields = uid=nobody gid=nogroup home={here}/mail/%u
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={here}/mail/%u
}}
protocol lmtp {{
  mail_plugins = quota
}}
plugin {{
  quota = maildir:interop
}}
"""

LOGIN = """
protocols =
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {here}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={here}
}}
"""


def provided(tap):
    """The program, or None, and said so."""
    if os.getuid() != 0:
        support.missing(tap, "dovecot", "only root can run it")
        return None
    if not os.path.exists(LMTP):
        support.missing(tap, "dovecot", "%s is not installed" % LMTP)
        return None
    return support.peer(tap, "dovecot", "--version")


class Dovecot:
    """service: lmtp, or auth, which speaks with Postfix."""

    def __init__(self, here, program, service, tls):
        self.here = os.path.join(here, "dovecot-" + service)
        self.program, self.service, self.tls = program, service, tls
        for name in "", "state", "mail":
            os.mkdir(os.path.join(self.here, name))
        os.chmod(os.path.join(self.here, "mail"), 0o777)
        self.port = foreign.free_port()
        lines = {"users": "%s:%s" % (USER, PASSWORD), "refused": REFUSED}
        lines["full"] = "%s:::::::userdb_quota_rule=*:bytes=100" % FULL
        for name, line in lines.items():
            support.written(self.here, name, line.encode("ascii") + b"\n")

    @contextlib.contextmanager
    def running(self):
        """Yields the port."""
        text = CONFIGURATION + (MAILBOXES if self.service == "lmtp" else LOGIN)
        text = text.format(
            here=self.here,
            host=HOST,
            port=self.port,
            service=self.service,
            certificate=self.tls[1],
            key=self.tls[3],
        )
        path = support.written(self.here, "dovecot.conf", text.encode("ascii"))
        with foreign.running([self.program, "-F", "-c", path], self.port, cwd=self.here):
            yield self.port

    def stored(self, address):
        """The messages of a user."""
        return foreign.files_in(os.path.join(self.here, "mail", address, "new"))

    def log(self):
        return support.slurp(os.path.join(self.here, "log")).decode(errors="replace")
