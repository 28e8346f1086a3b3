"""Exim and the extensions that it has: PRDR, ETRN, PIPECONNECT, CHUNKING. As a server it takes them
from sansmtp-send; as a client it uses PRDR and PIPECONNECT with sansmtp-receive.

Its keywords are those of its own EHLO, which is looked at first.
"""

import os

import exim
import foreign
import support
from connection import Wire
from sender import check, say, send

# What both sides have.
BOTH = """
log_selector = +pipelining +smtp_connection +received_recipients
received_header_text =
prdr_enable = true
"""

SERVER = BOTH + """
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

""" + exim.STORE

CLIENT = BOTH + exim.OUT + """
  hosts_avoid_tls = *
  hosts_try_prdr = *
  hosts_pipe_connect = *
  command_timeout = 30s
  final_timeout = 30s
"""


def arrived(tap, server, name, user, sent, count=1):
    foreign.eventually(lambda: len(server.stored(user)), count)
    stored = server.stored(user)
    whole = [text.endswith(sent.replace(b"\r\n", b"\n")) for text in stored]
    tap.check(whole == [True] * count, "%s: %s has it %d times" % (name, user, count), stored)


def prdr(tap, here, server, port):
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
    arrived(tap, server, "PRDR", "one", sent, 2)
    arrived(tap, server, "PRDR", "two", sent, 2)
    tap.check(not server.stored("refused"), "PRDR: nothing came for who refused it")
    told = server.says(" <= ", " PRDR", " K ", "for one@")
    tap.check(told, "PRDR and BDAT are in its log", server.log())


def etrn(tap, here, server, port):
    run = say(port, "--etrn", "mx.example", "--etrn", "foreign.example")
    lines = run.out.splitlines()
    told = [line.split("> ")[1].split()[0] for line in lines[:-1]]
    tap.check(told == ["250", "458"], "ETRN: accepted, and not", run)
    said = os.path.join(server.spool, "etrn")
    foreign.eventually(lambda: os.path.exists(said) and support.slurp(said) != b"", True)
    tap.check(support.slurp(said) == b"ran\n", "ETRN: it runs what it shall", server.log())
    tap.check(server.says("ETRN mx.example received"), "ETRN: its log says for whom", server.log())


def pipeconnect(tap, here, server, port):
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
    arrived(tap, server, "PIPECONNECT", "early", first)
    arrived(tap, server, "PIPECONNECT", "early2", second)
    tap.check(server.says(" <= ", " L* ", "early2@"), "PIPECONNECT: its log says so", server.log())
    tap.check(server.says(" <= ", " L. ", "early@"), "and not of the first", server.log())


def as_server(tap, here, program):
    server = exim.Exim(here, program, "server", SERVER)
    with server.running() as port:
        with Wire(port) as wire:
            said = wire.command("EHLO client.example.test").decode("ascii")
        tap.say("peer: exim offers: " + " ".join(said.split()))
        for word in "PRDR", "ETRN", "PIPECONNECT", "CHUNKING":
            told = "-%s\r\n" % word in said or " %s\r\n" % word in said
            tap.check(told, "it offers " + word, said)
        prdr(tap, here, server, port)
        etrn(tap, here, server, port)
        pipeconnect(tap, here, server, port)


def as_client(tap, here, program):
    small, large = support.message("small"), support.message("large", "x" * 70 + "\r\n" * 99)
    options = ["--extensions", "PRDR,PIPECONNECT", "--trace"]
    options += ["--max-size-for", "little@example.test=%d" % len(small)]
    with support.Receiver(here, *options) as receiver:
        client = exim.Exim(here, program, "client", CLIENT, port=receiver.port)
        to = ["much@example.test", "little@example.test"]
        client.send(tap, "exim sends what is small", support.SENDER, small, *to)
        support.check_stored(tap, receiver, "little@example.test", small, "PRDR: all take it")
        client.send(tap, "exim sends what is large", support.SENDER, large, *to)
        said = receiver.errors()
        tap.check("PRDR\n" in said and "S: 353" in said, "PRDR: Exim uses it", said[-2000:])
        stored = [len(receiver.stored(who)) for who in to]
        tap.check(stored == [2, 1], "PRDR: who has how many", stored)
        log = client.log()
        tap.check("** little@example.test" in log and "552" in log, "PRDR: it has heard 552", log)
        tap.check(client.says("=> much@example.test", "PRDR"), "PRDR: and 250", log)
        tap.check(client.says("=> much@example.test", " L* "), "PIPECONNECT: Exim uses it", log)
        client.settled()
        support.check_end(tap, receiver)


def test(tap, here):
    program = exim.provided(tap)
    if not program:
        return
    as_server(tap, here, program)
    as_client(tap, here, program)


support.main(test)
