"""sansmtp-send into Exim, which listens: BDAT and DATA, STARTTLS, AUTH PLAIN and LOGIN, SMTPUTF8, DSN,
a recipient refused, more recipients than it takes at a time.

Run by root, Exim becomes its own user; run by anyone else it stays who it is.
"""

import os
import pwd

import foreign
import support
from sender import send
from support import HOST, PASSWORD, USER

EXIM_USER = "Debian-exim"

CONFIGURATION = """
exim_path = {program}
exim_user = {user}
exim_group = {group}
primary_hostname = mx.example.test
spool_directory = {spool}
log_file_path = {spool}/%slog
received_header_text =
keep_environment =
never_users =
timezone = UTC
message_size_limit = 64M
recipients_max = 5
pipelining_advertise_hosts = *
chunking_advertise_hosts = {chunking}
smtputf8_advertise_hosts = *
dsn_advertise_hosts = *
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
auth_advertise_hosts = ${{if def:tls_in_cipher{{*}}{{}}}}
acl_smtp_rcpt = rcpt
acl_smtp_data = accept

begin acl
rcpt:
  deny local_parts = refused
  accept

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

begin authenticators
one:
  driver = plaintext
  public_name = {mechanism}
  server_prompts = {prompts}
  server_condition = ${{if and{{{{eq{{$auth{name}}}{{{login}}}}}{{eq{{$auth{secret}}}{{{password}}}}}}}}}
  server_set_id = $auth{name}
"""


class Exim:
    def __init__(self, tap, here, program, tls):
        self.tap, self.here, self.program, self.tls = tap, here, program, tls
        self.ids = os.getuid(), os.getgid()
        if os.getuid() == 0:
            self.ids = pwd.getpwnam(EXIM_USER)[2:4]

    def configured(self, name, mechanism="PLAIN", chunking="*"):
        spool = os.path.join(self.here, "spool-" + name)
        os.mkdir(spool)
        os.chown(spool, *self.ids)
        login = {"mechanism": mechanism, "login": USER, "password": PASSWORD}
        if mechanism == "PLAIN":
            login.update(prompts=":", name=2, secret=3)
        else:
            login.update(prompts="<| Username: | Password:", name=1, secret=2)
        text = CONFIGURATION.format(
            program=self.program, user=self.ids[0], group=self.ids[1], spool=spool,
            certificate=self.tls[1], key=self.tls[3], chunking=chunking, **login
        )
        return support.written(self.here, name + ".exim", text.encode("ascii")), spool

    def running(self, name, **options):
        path, self.spool = self.configured(name, **options)
        port = foreign.free_port()
        command = [self.program, "-C", path, "-bdf", "-oX", "%s.%d" % (HOST, port)]
        return port, foreign.running(command, port, cwd=self.here)

    def deliver(self, port, name, *options, body=support.AWKWARD, tls="none"):
        """Exim stores newlines as LF, behind lines of its own."""
        sent = support.message("exim " + name, body)
        user = name.replace(" ", "-")
        foreign.deliver(
            self.tap, self.here, port, "exim, " + name, sent, *options,
            to=(user + "@example.test",), tls=tls,
        )
        foreign.eventually(lambda: len(self.stored(user)), 1)
        stored = self.stored(user)
        whole = len(stored) == 1 and stored[0].endswith(sent.replace(b"\r\n", b"\n"))
        why = stored[0][:500] if stored else self.log()
        self.tap.check(whole, "%s: it arrived unchanged" % name, why)

    def stored(self, user):
        """All messages for a user."""
        line = b"Envelope-to: %s@" % user.encode()
        folder = os.path.join(self.spool, "stored", "new")
        return [text for text in foreign.files_in(folder) if line in text]

    def log(self):
        return support.slurp(os.path.join(self.spool, "mainlog")).decode(errors="replace")


def several(tap, exim, port):
    path = support.written(exim.here, "several", support.message("exim several"))
    to = ["r%d@example.test" % i for i in range(12)] + ["refused@example.test"]
    run = send(port, path, to=to)
    codes = [run.code(address) for address in to]
    tap.check(codes == ["250"] * 12 + ["550"], "five at a time: each is told once", run)
    got = [foreign.eventually(lambda: len(exim.stored("r%d" % i)), 1) for i in range(12)]
    tap.check(got == [1] * 12, "five at a time: each has it once", got)


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
    os.chmod(tls[3], 0o644)
    password = support.written(here, "password", PASSWORD.encode() + b"\n")
    trust = ("--ca", tls[1])
    login = (*trust, "--auth-user", USER, "--auth-password-file", password)
    exim = Exim(tap, here, program, tls)
    port, server = exim.running("plain")
    with server:
        exim.deliver(port, "chunk")
        exim.deliver(port, "chunks", body=support.AWKWARD * 1000)
        tap.check(" K " in exim.log(), "it came by BDAT", exim.log()[-1000:])
        exim.deliver(port, "data", "--chunking", "off", body=support.AWKWARD * 1000)
        exim.deliver(port, "starttls", *trust, tls="required")
        exim.deliver(port, "auth plain", *login, tls="required")
        tap.check("A=one:" + USER in exim.log(), "it was authenticated", exim.log()[-1000:])
        exim.deliver(port, "utf8", "--smtputf8", body="Gr\u00fc\u00dfe\r\n")
        exim.deliver(port, "dsn", "--dsn-notify", "never", "--dsn-ret", "hdrs", "--envid", "x+y")
        several(tap, exim, port)
    port, server = exim.running("login", mechanism="LOGIN", chunking="")
    with server:
        exim.deliver(port, "auth login", *login, tls="required")
        tap.check("A=one:" + USER in exim.log(), "it was authenticated by LOGIN", exim.log()[-1000:])


support.main(test)
