"""sansmtp-receive knows a user by SCRAM only: sansmtp-send and the client of GNU SASL log in, and
whoever has another password or name does not, in the same words.

    receive_sasl_test.py SANSMTP_RECEIVE SANSMTP_SEND
"""

import re
import subprocess

import foreign
import support
from connection import HOST, Wire, attempt
from scram import ITERATIONS, SALT, decode, encode, keys
from sender import TO, check, send

MECHANISM = "SCRAM-SHA-256"


def record(password):
    """What gsasl --mkpasswd would write."""
    fields = SALT, *keys(password, "sha256")
    return "{%s}%d,%s" % (MECHANISM, ITERATIONS, ",".join(map(encode, fields)))


def first_reply(receiver, name):
    """What the server says to the first message of such a user, the nonce left out."""
    with Wire(receiver.port) as wire:
        wire.command("EHLO client.example.test")
        first = encode("n,,n=%s,r=abcdef" % name)
        said = wire.command("AUTH %s %s" % (MECHANISM, first), 334)
        wire.command("*", 501)
    return re.sub(r"r=[^,]*", "r=", decode(said[4:]))


def by_sender(tap, here, receiver, path):
    def run(name, user, password, result):
        login = foreign.login(here, password, user)
        done = send(receiver.port, path, *login, "--auth-mechanism", MECHANISM)
        check(tap, name, done, result)

    run("sansmtp-send", support.USER, support.PASSWORD, "ok")
    run("sansmtp-send, a wrong password", support.USER, "wrong", "refused")
    run("sansmtp-send, nobody", "nobody", support.PASSWORD, "refused")
    stored = receiver.stored(TO)
    tap.check(len(stored) == 1 and b"with ESMTPA id" in stored[0], "Received says ESMTPA", stored)


def by_gsasl(tap, here, receiver):
    program = support.peer(tap, "gsasl", "--version")
    if not program:
        return
    for password, right in ((support.PASSWORD, True), ("wrong", False)):
        command = [program, "--smtp", "--connect", "%s:%d" % (HOST, receiver.port), "--no-starttls"]
        command += ["-m", MECHANISM, "-a", support.USER, "-p", password, "-z", "", "--quiet"]
        done = subprocess.run(command, input=b"", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              cwd=here, timeout=support.PATIENCE, check=False)
        said = b"\n235 " in done.stdout or done.stdout.startswith(b"235 ")
        tap.check(said == right, "gsasl, %s password" % ("the right" if right else "a wrong"),
                  done.stdout[-2000:])


def dialogue(tap, receiver):
    with Wire(receiver.port) as wire:
        offered = wire.command("EHLO client.example.test")
        tap.check(b"AUTH SCRAM-SHA-256\r\n" in offered, "it is offered, and PLAIN is not", offered)
        attempt(tap, "a message that is none", wire.command, "AUTH %s bm8=" % MECHANISM, 535)
        attempt(tap, "PLAIN is not known", wire.command, "AUTH PLAIN AHUAcA==", 504)
    known, nobody = first_reply(receiver, support.USER), first_reply(receiver, "nobody")
    shape = re.compile(r"r=,s=[A-Za-z0-9+/]+=*,i=4096")
    tap.check(shape.fullmatch(known) and shape.fullmatch(nobody), "nobody looks like somebody",
              (known, nobody))
    tap.check(nobody == first_reply(receiver, "nobody"), "and like the same one each time", nobody)


def test(tap, here):
    users = support.written(here, "users", ("%s:%s\n" % (support.USER, record(support.PASSWORD)))
                            .encode("ascii"))
    path = support.written(here, "letter", support.message("sasl"))
    with support.Receiver(here, "--auth-file", users, "--auth-without-tls") as receiver:
        with Wire(receiver.port) as wire:
            if b"SCRAM" not in wire.command("EHLO client.example.test"):
                support.missing(tap, MECHANISM, "sansmtp-receive was built without GNU SASL")
                return
        dialogue(tap, receiver)
        by_sender(tap, here, receiver, path)
        by_gsasl(tap, here, receiver)
        support.check_end(tap, receiver)


support.main(test)
