"""Foreign servers that pass mail on: a Postfix and an Exim, each an instance of its own."""

import os
import pwd

import postfix
import support

MAIN = """
compatibility_level = 3.6
config_directory = {here}
queue_directory = {here}/queue
data_directory = {here}/data
maillog_file = {here}/maillog
maillog_file_prefixes = {here}
myhostname = {name}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = {host}
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtp_tls_security_level = may
smtpd_peername_lookup = no
alias_maps =
local_recipient_maps =
relay_domains = {domain}
transport_maps = inline:{{ {transports} }}
default_transport = error:no such domain here
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
"""

MASTER = """
{address}:{port} inet n - n - - smtpd
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
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(postfix.Postfix):
    """The MX of a domain, which brings each domain where transports say: {domain: transport}."""

    def __init__(self, here, programs, tls, address, port, domain, transports):
        super().__init__(here, programs, address)
        table = ", ".join("{ %s = %s }" % pair for pair in transports.items())
        values = {"address": address, "port": port, "domain": domain, "transports": table}
        values.update(name="mx." + domain, certificate=tls[1], key=tls[3])
        self.configure(MAIN, MASTER, port, **values)


EXIM_USER = "Debian-exim"

CONFIGURATION = """
exim_path = {program}
exim_user = {user}
exim_group = {group}
primary_hostname = exim.test
spool_directory = {spool}
log_file_path = {spool}/%slog
daemon_smtp_ports = 0
local_from_check = false
keep_environment =
never_users =
message_logs = false
split_spool_directory = false
timezone = UTC

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
  hosts_require_tls = *
  tls_verify_hosts =
"""


def exim_provided(tap):
    """The program, or None, and said so."""
    program = support.peer(tap, "exim", "-C", "/dev/null", "-bV")
    try:
        pwd.getpwnam(EXIM_USER)
    except KeyError:
        support.missing(tap, "exim", "there is no user %s; root can add it" % EXIM_USER)
        return None
    return program


class Exim:
    """Takes a message as sendmail does, and hands it to one host, under TLS."""

    def __init__(self, here, program, host, port):
        self.here, self.program = here, program
        self.spool = os.path.join(here, "exim-spool")
        os.mkdir(self.spool)
        user, group = pwd.getpwnam(EXIM_USER)[2:4]
        os.chown(self.spool, user, group)
        text = CONFIGURATION.format(
            program=program, user=user, group=group, spool=self.spool, host=host, port=port
        )
        self.path = support.written(here, "hop.exim", text.encode("ascii"))

    def send(self, tap, name, sender, to, sent):
        """It takes lines that end in LF, and leaves only when the delivery is over (-odf)."""
        command = [self.program, "-C", self.path, "-odf", "-oi", "-f", sender, "--", to]
        support.run(tap, name, command, self.here, sent.replace(b"\r\n", b"\n"))

    def log(self):
        return support.slurp(os.path.join(self.spool, "mainlog")).decode(errors="replace")
