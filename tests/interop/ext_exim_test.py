"""Exim and the extensions that it has: PRDR, ETRN, PIPECONNECT, CHUNKING. As a server it takes them
from sansmtp-send; as a client it uses PRDR and PIPECONNECT with sansmtp-receive.

Its keywords are those of its own EHLO, which is looked at first. Run by root, Exim becomes its own
user; run by anyone else it stays who it is.
"""

import os
import pwd

import foreign
import support
from connection import Wire
from sender import check, say, send
from support import HOST

EXIM_USER = "Debian-exim"

# What both sides have.
COMMON = """
exim_path = {program}
exim_user = {user}
exim_group = {group}
deliver_drop_privilege = {unprivileged}
primary_hostname = mx.example.test
spool_directory = {spool}
log_file_path = {spool}/%slog
log_selector = +pipelining +smtp_connection +received_recipients
received_header_text =
local_from_check = false
keep_environment =
never_users =
message_logs = false
timezone = UTC
prdr_enable = true
"""

SERVER = COMMON + """
pipelining_advertise_hosts = *
pipelining_connect_advertise_hosts = *
chunking_advertise_hosts = *
tls_advertise_hosts =
acl_smtp_connect = slow
acl_smtp_rcpt = accept
acl_smtp_data = accept
acl_smtp_data_prdr = prdr
acl_smtp_etrn = etrn
smtp_etrn_command = /bin/sh -c "echo ran >{spool}/etrn"

begin acl
# What is said early is there before the greeting, on a fast machine too.
slow:
  accept delay = 1s
prdr:
  deny local_parts = refused
       message = 5.7.1 not for me
  accept
etrn:
  deny condition = ${{if eq{{$smtp_command_argument}}{{foreign.example}}}}
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
"""

CLIENT = COMMON + """
daemon_smtp_ports = 0

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
  hosts_avoid_tls = *
  hosts_try_prdr = *
  hosts_pipe_connect = *
  command_timeout = 30s
  final_timeout = 30s
"""


class Exim:
    def __init__(self, tap, here, program):
        self.tap, self.here, self.program = tap, here, program
        self.ids = os.getuid(), os.getgid()
        if os.getuid() == 0:
            self.ids = pwd.getpwnam(EXIM_USER)[2:4]

    def configured(self, name, text, **values):
        self.spool = os.path.join(self.here, "spool-" + name)
        os.mkdir(self.spool)
        os.chown(self.spool, *self.ids)
        values.update(program=self.program, spool=self.spool, user=self.ids[0], group=self.ids[1])
        values.update(unprivileged="false" if os.getuid() == 0 else "true")
        text = text.format(**values)
        return support.written(self.here, name + ".exim", text.encode("ascii"))

    def serving(self):
        path = self.configured("server", SERVER)
        port = foreign.free_port()
        command = [self.program, "-C", path, "-bdf", "-oX", "%s.%d" % (HOST, port)]
        return port, foreign.running(command, port, cwd=self.here)

    def send(self, path, sent, *to):
        """Exim takes lines that end in LF, and leaves when the delivery is over (-odf)."""
        command = [self.program, "-C", path, "-odf", "-oi", "-f", support.SENDER, "--", *to]
        octets = sent.replace(b"\r\n", b"\n")
        support.run(self.tap, "exim sends to %s" % " ".join(to), command, self.here, octets)

    def stored(self, user):
        line = b"Envelope-to: %s@" % user.encode()
        folder = os.path.join(self.spool, "stored", "new")
        return [text for text in foreign.files_in(folder) if line in text]

    def log(self):
        return support.slurp(os.path.join(self.spool, "mainlog")).decode(errors="replace")

    def says(self, *words):
        """A line of its log has all these words."""
        def found():
            lines = self.log().splitlines()
            return any(all(word in line for word in words) for line in lines)

        return foreign.eventually(found, True)

    def settled(self):
        """Waits until its processes have done with all messages, and with our folder."""
        def left():
            log = self.log()
            return log.count(" <= ") - log.count(" Completed\n")

        foreign.eventually(left, 0)


def arrived(tap, exim, name, user, sent, count=1):
    foreign.eventually(lambda: len(exim.stored(user)), count)
    stored = exim.stored(user)
    whole = [text.endswith(sent.replace(b"\r\n", b"\n")) for text in stored]
    tap.check(whole == [True] * count, "%s: %s has it %d times" % (name, user, count), stored)


def prdr(tap, here, exim, port):
    sent = support.message("exim prdr", support.AWKWARD)
    path = support.written(here, "prdr", sent)
    to = ["one@example.test", "refused@example.test", "two@example.test"]
    for name, options in ("bdat", ()), ("data", ("--chunking", "off")):
        trace = os.path.join(here, "trace-" + name)
        run = send(port, path, "--prdr", "--trace", trace, *options, to=to)
        check(tap, "PRDR by %s: one says no at the end" % name, run, "perm")
        codes = [run.code(address) for address in to]
        tap.check(codes == ["250", "550", "250"], "PRDR by %s: each has his answer" % name, run)
        said = support.slurp(trace)
        tap.check(b" PRDR\n" in said and b"S: 353" in said, "PRDR by %s: it was used" % name, said)
    arrived(tap, exim, "PRDR", "one", sent, 2)
    arrived(tap, exim, "PRDR", "two", sent, 2)
    tap.check(not exim.stored("refused"), "PRDR: nothing came for who refused it")
    tap.check(exim.says(" <= ", " PRDR", " K ", "for one@"), "PRDR and BDAT are in its log", exim.log())


def etrn(tap, here, exim, port):
    run = say(port, "--etrn", "mx.example", "--etrn", "foreign.example")
    lines = run.out.splitlines()
    told = [line.split("> ")[1].split()[0] for line in lines[:-1]]
    tap.check(told == ["250", "458"], "ETRN: accepted, and not", run)
    said = os.path.join(exim.spool, "etrn")
    foreign.eventually(lambda: os.path.exists(said) and support.slurp(said) != b"", True)
    tap.check(support.slurp(said) == b"ran\n", "ETRN: it runs what it shall", exim.log())
    tap.check(exim.says("ETRN mx.example received"), "ETRN: its log says for whom", exim.log())


def pipeconnect(tap, here, exim, port):
    cache = os.path.join(here, "cache")
    options = ("--pipeconnect-cache", cache)
    first = support.message("exim pipeconnect first")
    path = support.written(here, "pipeconnect", first)
    to = ["early@example.test"]
    check(tap, "PIPECONNECT: the first time", send(port, path, *options, to=to), "ok")
    tap.check(os.path.exists(cache), "PIPECONNECT: what it offers is kept")
    second = support.message("exim pipeconnect second", support.AWKWARD)
    path = support.written(here, "pipeconnect", second)
    check(tap, "PIPECONNECT: early", send(port, path, *options, to=["early2@example.test"]), "ok")
    arrived(tap, exim, "PIPECONNECT", "early", first)
    arrived(tap, exim, "PIPECONNECT", "early2", second)
    tap.check(exim.says(" <= ", " L* ", "early2@"), "PIPECONNECT: its log says so", exim.log())
    tap.check(exim.says(" <= ", " L. ", "early@"), "and not of the first", exim.log())


def as_server(tap, here, exim):
    port, server = exim.serving()
    with server:
        with Wire(port) as wire:
            said = wire.command("EHLO client.example.test").decode("ascii")
        tap.say("peer: exim offers: " + " ".join(said.split()))
        for word in "PRDR", "ETRN", "PIPECONNECT", "CHUNKING":
            tap.check("-%s\r\n" % word in said or " %s\r\n" % word in said, "it offers " + word, said)
        prdr(tap, here, exim, port)
        etrn(tap, here, exim, port)
        pipeconnect(tap, here, exim, port)
        exim.settled()


def as_client(tap, here, exim):
    small, large = support.message("small"), support.message("large", "x" * 70 + "\r\n" * 99)
    options = ["--extensions", "PRDR,PIPECONNECT", "--trace"]
    options += ["--max-size-for", "little@example.test=%d" % len(small)]
    with support.Receiver(here, *options) as receiver:
        path = exim.configured("client", CLIENT, port=receiver.port)
        exim.send(path, small, "much@example.test", "little@example.test")
        support.check_stored(tap, receiver, "little@example.test", small, "PRDR: all take it")
        exim.send(path, large, "much@example.test", "little@example.test")
        said = receiver.errors()
        tap.check("PRDR\n" in said and "S: 353" in said, "PRDR: Exim uses it", said[-2000:])
        stored = [len(receiver.stored(who)) for who in ("much@example.test", "little@example.test")]
        tap.check(stored == [2, 1], "PRDR: who has how many", stored)
        log = exim.log()
        tap.check("** little@example.test" in log and "552" in log, "PRDR: it has heard 552", log)
        tap.check(exim.says("=> much@example.test", "PRDR"), "PRDR: and 250", log)
        tap.check(exim.says("=> much@example.test", " L* "), "PIPECONNECT: Exim uses it", log)
        exim.settled()
        support.check_end(tap, receiver)


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
    exim = Exim(tap, here, program)
    as_server(tap, here, exim)
    as_client(tap, here, exim)


support.main(test)
