"""sansmtp-send into Postfix, which listens: BDAT and DATA, STARTTLS, AUTH PLAIN and LOGIN by
Dovecot, SMTPUTF8, DSN, a recipient refused. Postfix is an instance of its own and needs root.
"""

import os

import dovecot
import foreign
import postfix
import support
from support import HOST, PASSWORD, USER

MAIN = """
compatibility_level = 3.6
config_directory = {here}
queue_directory = {here}/queue
data_directory = {here}/data
maillog_file = {here}/maillog
maillog_file_prefixes = {here}
myhostname = mx.example.test
mydestination =
mynetworks =
inet_interfaces = {host}
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
alias_maps =
local_recipient_maps =
default_transport = error:only example.test is served
virtual_mailbox_domains = example.test
virtual_mailbox_base = {here}/mail
virtual_mailbox_maps = regexp:{here}/mailboxes
virtual_uid_maps = static:{user}
virtual_gid_maps = static:{group}
virtual_mailbox_limit = 0
message_size_limit = 67108864
smtputf8_enable = yes
smtpd_error_sleep_time = 0
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{host}:{sasl}
smtpd_sasl_authenticated_header = yes
"""

MASTER = """
{host}:{port} inet n - n - - smtpd
{host}:{data_port} inet n - n - - smtpd
  -o smtpd_discard_ehlo_keywords=chunking,pipelining
{host}:{auth_port} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject
{host}:{login_port} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject
  -o smtpd_sasl_mechanism_filter=login
{host}:{few_port} inet n - n - - smtpd -o smtpd_recipient_limit=5
{host}:{reject_port} inet n - n - - smtpd -o smtpd_end_of_data_restrictions=reject
{host}:{defer_port} inet n - n - - smtpd -o smtpd_end_of_data_restrictions=defer
{host}:{small_port} inet n - n - - smtpd -o message_size_limit=2000
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

PORTS = ("port", "data_port", "auth_port", "login_port")
PORTS += ("few_port", "reject_port", "defer_port", "small_port")


class Postfix(postfix.Postfix):
    def __init__(self, here, daemons, tls, sasl):
        super().__init__(here, daemons)
        self.ports = {name: foreign.free_port() for name in PORTS}
        values = {"sasl": sasl, "certificate": tls[1], "key": tls[3], **self.ports}
        self.configure(MAIN, MASTER, self.ports["port"], **values)
        support.written(self.here, "mailboxes", b"!/^refused@/ all/\n")

    def stored(self, address):
        """The messages for an address; all are in one mailbox."""
        line = b"\nDelivered-To: %s\n" % address.encode()
        found = foreign.files_in(os.path.join(self.here, "mail", "all", "new"))
        return [text for text in found if line in text[:2000]]


def in_clear(tap, server, deliveries):
    port, data_port = server.ports["port"], server.ports["data_port"]
    deliveries.bodies(port, "bdat")
    deliveries.bodies(port, "data", "--chunking", "off")
    deliveries.bodies(data_port, "data one by one")
    deliveries.several(port, "several by bdat")
    deliveries.several(port, "several by data", "--chunking", "off")
    deliveries.several(data_port, "several one by one")
    deliveries.one(port, "long lines", body=("." + "x" * 5000 + "\r\n") * 100)
    deliveries.one(port, "no end", body="no end", end=b"\r\n")
    deliveries.one(port, "many short lines", body=".\r\n" * 100000)


def refusals(tap, server, deliveries):
    """At the end of the message, by DATA and BDAT; for its size; for too many recipients at once."""
    for name, options in ("bdat", ()), ("data", ("--chunking", "off")):
        for port, result, code in ("reject_port", "perm", "554"), ("defer_port", "temp", "450"):
            at = server.ports[port]
            deliveries.fails(at, "%s at the end of %s" % (result, name), result, *options, code=code)
    deliveries.fails(server.ports["small_port"], "too large", "refused")
    to = ["few-%d@example.test" % i for i in range(12)]
    to[6] = dovecot.REFUSED
    sent = foreign.message("few at a time", support.AWKWARD)
    port = server.ports["few_port"]
    run = deliveries.send(port, "few at a time", sent, result="perm", to=to)
    wanted = {who: "550" if who == dovecot.REFUSED else "250" for who in to}
    told = {who: code for who, code, _, _ in run.recipients}
    right = told == wanted and len(run.recipients) == len(to)
    tap.check(right, "few at a time: each is told of once", run)
    for address in to[:6] + to[7:]:
        deliveries.arrived("few at a time", address, sent)


def log_tells(tap, server, name, *words):
    """A connection ended with all these words in the line that sums it up."""

    def told():
        lines = [line for line in server.log().splitlines() if ": disconnect from " in line]
        return any(all(word in line for word in words) for line in lines)

    tap.check(foreign.eventually(told, True), name, server.log()[-3000:])


def secure(tap, here, server, deliveries, tls):
    trust = ("--ca", tls[1])
    port, _, auth_port, login_port = (server.ports[name] for name in PORTS[:4])
    password = support.written(here, "password", PASSWORD.encode() + b"\n")
    wrong = support.written(here, "wrong", b"guess\n")
    login = (*trust, "--auth-user", USER, "--auth-password-file")
    deliveries.bodies(port, "tls bdat", *trust, tls="required")
    options = ("--chunking", "off", *trust)
    deliveries.one(port, "tls data", *options, body=foreign.LARGE, tls="required")
    deliveries.several(port, "several by tls", *trust, tls="required")
    deliveries.fails(port, "nobody vouches", "refused", tls="required")
    log_tells(tap, server, "STARTTLS was used", "starttls=1", "bdat=1", "quit=1")
    deliveries.one(auth_port, "auth plain", *login, password, tls="required")
    deliveries.one(login_port, "auth login", *login, password, tls="required")
    deliveries.several(auth_port, "several with auth", *login, password, tls="required")
    deliveries.fails(auth_port, "no auth", "perm", *trust, code="554", tls="required")
    for name, at in ("plain", auth_port), ("login", login_port):
        refused = "wrong password by " + name
        deliveries.fails(at, refused, "refused", *login, wrong, code="535", tls="required")
    log_tells(tap, server, "AUTH was used", "starttls=1", "auth=1", "mail=1", "quit=1")
    log_tells(tap, server, "AUTH was refused", "auth=0/1", "quit=1")


def utf8(tap, server, deliveries):
    text = "Gr\u00fc\u00dfe\r\n"
    deliveries.one(server.ports["port"], "utf8", "--smtputf8", body=text)
    address = "gr\u00fc\u00dfe@example.test"
    deliveries.one(server.ports["port"], "utf8 to", body=text, to=address)
    stored = server.stored(address)
    tap.check(stored and b" with UTF8SMTP " in stored[0], "utf8: it came by SMTPUTF8", stored)


def dsn(tap, server, deliveries):
    """Postfix reports to the sender, whom it serves too."""
    options = ("--dsn-notify", "success", "--dsn-ret", "hdrs", "--envid", "a+b=c")
    sender = "dsn-sender@example.test"
    port = server.ports["port"]
    deliveries.one(port, "dsn", *options, sender=sender)
    foreign.eventually(lambda: len(server.stored(sender)), 1)
    reports = server.stored(sender)
    wanted = (
        b"\nOriginal-Envelope-Id: a+b=c\n",
        b"\nOriginal-Recipient: rfc822;postfix-dsn@example.test\n",
        b"\nAction: delivered\n",
        b"\nContent-Type: text/rfc822-headers",
    )
    right = len(reports) == 1 and all(line in reports[0] for line in wanted)
    tap.check(right, "dsn: the report is what was asked for", reports)
    deliveries.one(port, "dsn never", "--dsn-notify", "never", sender="never@example.test")
    tap.check(not server.stored("never@example.test"), "dsn never: no report")


def test(tap, here):
    programs = postfix.daemons(tap)
    sasl = dovecot.provided(tap)
    if not programs or not sasl:
        return
    os.chmod(here, 0o755)
    tls, _ = support.certificate(here)
    login = dovecot.Dovecot(here, sasl, "auth", tls)
    server = Postfix(here, programs, tls, login.port)
    deliveries = foreign.Deliveries(tap, here, "postfix", server.stored)
    with login.running(), server.running():
        in_clear(tap, server, deliveries)
        refusals(tap, server, deliveries)
        secure(tap, here, server, deliveries, tls)
        utf8(tap, server, deliveries)
        dsn(tap, server, deliveries)


support.main(test)
