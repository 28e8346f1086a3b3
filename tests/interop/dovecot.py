"""A Dovecot of our own, which needs root: what all have in common; LMTP into Maildirs, SASL for
Postfix, and mailboxes that are filled by LMTP and read over IMAP and POP3."""

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

COMMON = """
base_dir = {here}/run
state_dir = {here}/state
log_path = {here}/log
instance_name = interop-{name}
listen = {host}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
auth_mechanisms = plain login
auth_failure_delay = 0
hostname = mx.example.test
mail_location = maildir:{here}/mail/%u
mail_save_crlf = yes
first_valid_uid = 1
first_valid_gid = 1
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""

# A service listens on a port of ours, and on no other.
LISTENER = """
service {service} {{
  inet_listener {usual} {{
    port = 0
  }}
  inet_listener {usual}s {{
    port = 0
  }}
  inet_listener tests {{
    address = {host}
    port = {port}
  }}
}}
"""

# Those who are in the file have a mailbox, or a login.
USERS = """
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {here}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={here}/mail/%u
}}
"""

# Everyone has a mailbox but REFUSED, and that of FULL is.
MAILBOXES = """
protocols = lmtp
mailbox_list_index = no
recipient_delimiter =
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
mailbox_list_index = no
recipient_delimiter =
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={here}/mail/%u
}}
"""


class Dovecot:
    """services: {service: its usual listener}; each gets a port of ours, and the first is looked at.
    text is its configuration behind what all have in common, with these values."""

    def __init__(self, here, program, name, tls, text, services, **values):
        self.here = os.path.join(here, "dovecot-" + name)
        self.program = program
        for folder in "", "state", "mail":
            os.mkdir(os.path.join(self.here, folder))
        os.chmod(os.path.join(self.here, "mail"), 0o777)
        self.ports = {service: foreign.free_port() for service in services}
        self.port = next(iter(self.ports.values()))
        values.update(here=self.here, host=HOST, name=name, certificate=tls[1], key=tls[3])
        values.update(self.ports)
        text = (COMMON + text).format(**values)
        for service, usual in services.items():
            values.update(service=service, usual=usual, port=self.ports[service])
            text += LISTENER.format(**values)
        self.path = support.written(self.here, "dovecot.conf", text.encode("ascii"))
        support.written(self.here, "users", ("%s:%s\n" % (USER, PASSWORD)).encode("ascii"))

    @contextlib.contextmanager
    def running(self):
        """Yields the port."""
        with foreign.running([self.program, "-F", "-c", self.path], self.port, cwd=self.here):
            yield self.port

    def stored(self, address):
        """The messages of a user."""
        return foreign.files_in(os.path.join(self.here, "mail", address, "new"))

    def log(self):
        return support.slurp(os.path.join(self.here, "log")).decode(errors="replace")


class Login(Dovecot):
    """SASL, for Postfix."""

    def __init__(self, here, program, tls):
        super().__init__(here, program, "auth", tls, "protocols =\n" + USERS, {"auth": "auth"})


class Lmtp(Dovecot):
    """Mailboxes."""

    def __init__(self, here, program, tls):
        super().__init__(here, program, "lmtp", tls, MAILBOXES, {"lmtp": "lmtp"})
        support.written(self.here, "refused", REFUSED.encode("ascii") + b"\n")
        full = "%s:::::::userdb_quota_rule=*:bytes=100\n" % FULL
        support.written(self.here, "full", full.encode("ascii"))


class Mailboxes(Dovecot):
    """They are filled by LMTP; curl fetches from them over IMAP and POP3, under TLS."""

    def __init__(self, here, program, curl, tls):
        services = {"lmtp": "lmtp", "imap-login": "imap", "pop3-login": "pop3"}
        values = {"password": RETRIEVAL_PASSWORD}
        super().__init__(here, program, "mailboxes", tls, RETRIEVAL, services, **values)
        self.curl = [curl, "--silent", "--show-error", "--ssl-reqd", "--cacert", tls[1]]

    def ask(self, protocol, user, path="", *options):
        """What curl fetches; what it complains of is an error."""
        login = "%s:%s" % (user, RETRIEVAL_PASSWORD)
        where = "%s://%s:%d/%s" % (protocol, HOST, self.ports[protocol + "-login"], path)
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
