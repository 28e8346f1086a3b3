"""A Dovecot of our own, which needs root: LMTP into Maildirs, SASL for Postfix, and mailboxes that
are filled by LMTP and read over IMAP and POP3."""

import contextlib
import os
import re
import subprocess

import foreign
import support
from support import HOST, PASSWORD, PATIENCE, USER

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


RETRIEVAL_PASSWORD = "open-sesame"

# Everyone has a mailbox, and this password.
RETRIEVAL = """
protocols = lmtp imap pop3
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={here}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
"""


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
        values = {"here": self.here, "host": HOST, "port": self.port, "service": self.service}
        values.update(certificate=self.tls[1], key=self.tls[3], **self.values())
        text = (CONFIGURATION + self.users()).format(**values)
        path = support.written(self.here, "dovecot.conf", text.encode("ascii"))
        with foreign.running([self.program, "-F", "-c", path], self.port, cwd=self.here):
            yield self.port

    def users(self):
        return MAILBOXES if self.service == "lmtp" else LOGIN

    def values(self):
        return {}

    def stored(self, address):
        """The messages of a user."""
        return foreign.files_in(os.path.join(self.here, "mail", address, "new"))

    def log(self):
        return support.slurp(os.path.join(self.here, "log")).decode(errors="replace")


class Mailboxes(Dovecot):
    """They are filled by LMTP; curl fetches from them over IMAP and POP3, under TLS."""

    def __init__(self, here, program, curl, tls):
        super().__init__(here, program, "lmtp", tls)
        self.curl = [curl, "--silent", "--show-error", "--ssl-reqd", "--cacert", tls[1]]
        self.ports = {"imap": foreign.free_port(), "pop3": foreign.free_port()}

    def users(self):
        return RETRIEVAL

    def values(self):
        return {"password": RETRIEVAL_PASSWORD, **self.ports}

    def ask(self, protocol, user, path="", *options):
        """What curl fetches; what it complains of is an error."""
        login = "%s:%s" % (user, RETRIEVAL_PASSWORD)
        where = "%s://%s:%d/%s" % (protocol, HOST, self.ports[protocol], path)
        run = [*self.curl, "--user", login, *options, where]
        done = subprocess.run(run, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise RuntimeError("%s: %d %r" % (" ".join(run), done.returncode, done.stderr))
        return done.stdout

    def count(self, user):
        """How many messages there are for a user."""
        said = self.ask("imap", user, "", "--request", "STATUS INBOX (MESSAGES)")
        return int(re.search(rb"MESSAGES ([0-9]+)", said).group(1))

    def fetched(self, user, number=1):
        """A message of a user, from 1, octet for octet, once by each protocol."""
        return {
            "imap": self.ask("imap", user, "INBOX;MAILINDEX=%d" % number),
            "pop3": self.ask("pop3", user, "%d" % number),
        }
