"""sansmtp-send delivers to sansmtp-receive, in every way both have, and every octet is compared; its
options, what it says of each recipient, and its exit codes."""

import os
import pty
import subprocess

import support
from ports import free_port
from sender import NAME, TO, check, program, send
from support import PASSWORD, SENDER, USER

LARGE = 10 << 20


def body(name, text=support.AWKWARD):
    return support.message("send " + name, text)


def deliver(tap, here, receiver, name, *options, sent=None, protocol=None, **more):
    """One message, and what is stored is what was sent."""
    to = name.replace(" ", "-").lower() + "@example.test"
    octets = body(name) if sent is None else sent
    path = support.written(here, "message", octets)
    check(tap, name, send(receiver.port, path, *options, to=(to,), **more), "ok")
    text = "%s: it arrived unchanged" % name
    support.check_stored(tap, receiver, to, octets, text, protocol=protocol)


class Commands:
    """What the receiver has seen of a command since the last look."""

    def __init__(self, receiver):
        self.receiver, self.seen = receiver, 0

    def more(self):
        traced = support.slurp(self.receiver.err_path)
        new, self.seen = traced[self.seen :], len(traced)
        return new


# -- ways -----------------------------------------------------------------------------------------


def plain(tap, here):
    with support.Receiver(here, "--trace") as receiver:
        commands = Commands(receiver)
        deliver(tap, here, receiver, "chunked", protocol="ESMTP")
        traced = commands.more()
        size = b" SIZE=%d" % len(body("chunked"))
        tap.check(b"BDAT" in traced and b"C: DATA" not in traced, "it went by BDAT", traced)
        tap.check(size in traced, "its size was declared", traced)
        deliver(tap, here, receiver, "data", "--chunking", "off", protocol="ESMTP")
        traced = commands.more()
        tap.check(b"BDAT" not in traced and b"C: DATA" in traced, "--chunking off: DATA", traced)
        eight = body("eight", "Gr\u00fc\u00dfe\r\n")
        deliver(tap, here, receiver, "eight", sent=eight)
        tap.check(b"BODY=8BITMIME" in commands.more(), "8-bit octets were declared")
        deliver(tap, here, receiver, "utf8", "--smtputf8", sent=eight, protocol="UTF8SMTP")
        tap.check(b" SMTPUTF8" in commands.more(), "SMTPUTF8 was declared")
        newlines(tap, here, receiver, commands)
        large = body("large") + (b"." + b"x" * 61 + b"\r\n") * (LARGE // 64)
        deliver(tap, here, receiver, "large", sent=large)
        deliver(tap, here, receiver, "large data", "--chunking", "off", sent=large)
        support.check_end(tap, receiver)


def newlines(tap, here, receiver, commands):
    """What is no CRLF, and a message without an end of line."""
    sent = body("bare")
    mixed = sent.replace(b"\r\nFrom here on\r\n", b"\rFrom here on\n") + b"no end"
    path = support.written(here, "bare", mixed)
    check(tap, "bare", send(receiver.port, path, to=("bare@example.test",)), "ok")
    name = "bare newlines are normalised, and a last one is added"
    support.check_stored(tap, receiver, "bare@example.test", sent + b"no end\r\n", name)
    size = b" SIZE=%d" % len(sent + b"no end\r\n")
    tap.check(size in commands.more(), "the size declared is that of what is sent")
    run = send(receiver.port, path, "--body-newlines", "refuse", to=("none@example.test",))
    check(tap, "bare newlines, refuse", run, "refused")
    tap.check(not commands.more(), "and nobody was asked")
    deliver(tap, here, receiver, "crlf", "--body-newlines", "refuse")
    path = support.written(here, "empty", b"")
    check(tap, "an empty message", send(receiver.port, path, to=("empty@example.test",)), "ok")
    support.check_stored(tap, receiver, "empty@example.test", b"", "it arrived empty")


def pipes(tap, here):
    """Standard input, as a pipe and as a file."""
    sent = body("pipe")
    with support.Receiver(here) as receiver:
        run = send(receiver.port, "-", to=("pipe@example.test",), octets=sent, TMPDIR=here)
        check(tap, "a pipe", run, "ok")
        support.check_stored(tap, receiver, "pipe@example.test", sent, "a pipe: it arrived")
        left = [name for name in os.listdir(here) if name.startswith("sansmtp-send")]
        tap.check(not left, "no temporary file is left", left)


def lmtp(tap, here):
    with support.Receiver(here, "--lmtp") as receiver:
        deliver(tap, here, receiver, "lmtp", "--lmtp", protocol="LMTP")
        deliver(tap, here, receiver, "lmtp data", "--lmtp", "--chunking", "off", protocol="LMTP")
        support.check_end(tap, receiver)


# -- recipients -----------------------------------------------------------------------------------


def refused_in_the_middle(tap, here, *options, receive=()):
    """The others get it; by BDAT, DATA, or LMTP."""
    sent = body("several")
    path = support.written(here, "several", sent)
    name = "several %s" % " ".join(options)
    to = ("a@example.test", "b@elsewhere.test", "c@example.test")
    with support.Receiver(here, *receive, domains=("example.test",)) as receiver:
        run = send(receiver.port, path, *options, to=to)
        check(tap, name, run, "perm")
        codes = [run.code(address) for address in to]
        tap.check(codes == ["250", "550", "250"], "%s: a code for each" % name, run)
        for address in to[::2]:
            support.check_stored(tap, receiver, address, sent, "%s: %s has it" % (name, address))
        support.check_end(tap, receiver)


def recipients(tap, here):
    refused_in_the_middle(tap, here)
    refused_in_the_middle(tap, here, "--chunking", "off")
    refused_in_the_middle(tap, here, "--lmtp", receive=("--lmtp",))
    sent = body("many")
    path = support.written(here, "many", sent)
    to = ["u%d@example.test" % i for i in range(250)]
    to[7] = "u7@elsewhere.test"
    with support.Receiver(here, "--max-recipients", "100", domains=("example.test",)) as receiver:
        run = send(receiver.port, path, to=to)
        check(tap, "more than the server takes at a time", run, "perm")
        told = sorted(who for who, code, _, _ in run.recipients if code == "250")
        wanted = sorted(set(to) - {to[7]})
        tap.check(told == wanted, "249 are told once", len(told))
        got = {who: [support.difference(m, sent) for m in receiver.stored(who)] for who in wanted}
        why = [(who, found) for who, found in got.items() if found != [""]]
        tap.check(not why, "249 have it once", why[:3])
        support.check_end(tap, receiver)


# -- TLS and AUTH ---------------------------------------------------------------------------------


def secure(tap, here):
    tls, _ = support.certificate(here)
    trust = ("--ca", tls[1])
    password = support.written(here, "password", PASSWORD.encode() + b"\n")
    wrong = support.written(here, "wrong", b"guess\n")
    login = ("--auth-user", USER, "--auth-password-file")
    path = support.written(here, "secure", body("secure"))
    with support.Receiver(here, *tls, *support.passwords(here), "--trace") as receiver:
        commands = Commands(receiver)
        deliver(tap, here, receiver, "starttls", *trust, tls="required", protocol="ESMTPS")
        deliver(tap, here, receiver, "auth", *trust, *login, password, tls="required",
                protocol="ESMTPSA")
        large = body("large tls") + (b"." + b"x" * 61 + b"\r\n") * (LARGE // 64)
        deliver(tap, here, receiver, "large tls", *trust, "--chunking", "off", sent=large,
                tls="required", protocol="ESMTPS")
        deliver(tap, here, receiver, "opportunistic", tls="opportunistic", protocol="ESMTPS")
        deliver(tap, here, receiver, "insecure", "--insecure", tls=None, protocol="ESMTPS")
        run = send(receiver.port, path, *trust, *login, wrong, tls="required")
        check(tap, "a wrong password", run, "refused")
        tap.check(run.code(TO) == "535", "and the server's reply is told", run)
        commands.more()
        run = send(receiver.port, path, *login, password, tls="opportunistic")
        check(tap, "AUTH to nobody known", run, "refused")
        tap.check(b"C: AUTH" not in commands.more(), "and the password was not sent")
        check(tap, "a certificate nobody vouches for", send(receiver.port, path, tls=None), "refused")
        # An address to the system, a name to TLS: one that the certificate has not.
        run = send("127.1:%d" % receiver.port, path, *trust, tls=None)
        check(tap, "another's certificate", run, "refused")
        trace = os.path.join(here, "trace")
        run = send(receiver.port, path, *trust, *login, password, "--trace", trace, tls="required")
        shown = support.slurp(trace)
        told = b"C: (hidden)" in shown and b"C: MAIL FROM:" in shown and b"S: 250" in shown
        secrets = [PASSWORD.encode(), b"AGNvcnJ", b"AUTH PLAIN A"]
        tap.check(told, "--trace shows the dialogue", shown[-2000:])
        tap.check(not any(s in shown for s in secrets), "and no credentials", shown[-2000:])
        support.check_end(tap, receiver)
    with support.Receiver(here, *tls, "--tls-implicit") as receiver:
        deliver(tap, here, receiver, "implicit", *trust, "--tls-implicit", tls=None,
                protocol="ESMTPS")
        support.check_end(tap, receiver)


def in_clear(tap, here):
    password = support.written(here, "password", PASSWORD.encode() + b"\n")
    login = ("--auth-user", USER, "--auth-password-file", password)
    path = support.written(here, "clear", body("clear"))
    options = [*support.passwords(here), "--auth-without-tls"]
    with support.Receiver(here, *options) as receiver:
        deliver(tap, here, receiver, "auth in clear", *login, "--auth-without-tls",
                protocol="ESMTPA")
        check(tap, "AUTH in clear, unasked", send(receiver.port, path, *login), "refused")
        check(tap, "no STARTTLS", send(receiver.port, path, tls=None), "refused")
        deliver(tap, here, receiver, "no starttls", tls="opportunistic", protocol="ESMTP")
        support.check_end(tap, receiver)


# -- the program ----------------------------------------------------------------------------------


def ends(tap, name, arguments, status, *words, **more):
    support.ends(tap, name, [program(), *arguments], status, *words, **more)


def usage(tap, here):
    ends(tap, "--help", ["--help"], 0, out=b"--body-newlines")
    ends(tap, "--version", ["--version"], 0, out=b"sansmtp-send ")
    path = support.written(here, "usage", body("usage"))
    whole = ["--server", "127.0.0.1:1", "--hello", NAME, "--from", SENDER, "--to", TO]
    ends(tap, "no message", whole, 64, "message")
    ends(tap, "two messages", [*whole, path, path], 64, "one")
    ends(tap, "no server", [*whole[2:], path], 64, "--server")
    ends(tap, "no sender", [*whole[:4], *whole[6:], path], 64, "--from")
    ends(tap, "no recipient", [*whole[:6], path], 64, "--to")
    for option, value in (
        ("--server", "mx"), ("--server", "::1:25"), ("--to", "nobody"), ("--to", "a@b\r\nDATA"),
        ("--from", "a b@c"), ("--hello", "a b"), ("--tls", "maybe"), ("--chunking", "on"),
        ("--body-newlines", "eat"), ("--dsn-notify", "never,delay"), ("--dsn-notify", ""),
        ("--dsn-ret", "half"), ("--timeout", "0"), ("--timeout", "soon"),
    ):
        ends(tap, "%s %r" % (option, value), [*whole, option, value, path], 64, value[:5].strip())
    lax = [*whole, "--insecure", "--requiretls", path]
    ends(tap, "--requiretls without a certificate", lax, 64, "--requiretls")
    ends(tap, "a user alone", [*whole, "--auth-user", USER, path], 64, "--auth-password-file")
    ends(tap, "no such message", [*whole, here + "/gone"], 66, "gone", "No such file")
    ends(tap, "a folder", [*whole, here], 66, here)
    ends(tap, "no such --ca", [*whole, "--ca", here + "/gone", path], 66, "gone")
    ends(tap, "a trace that cannot be", [*whole, "--trace", path + "/x", path], 73, path)
    check(tap, "nobody listens", send(free_port(), path), "temp")
    check(tap, "no such host", send("nosuch.invalid:25", path), "refused")


def progress(tap, here):
    """On a terminal, and nowhere else."""
    path = support.written(here, "long", body("long") + (b"x" * 62 + b"\r\n") * (LARGE // 64))
    with support.Receiver(here, store=False) as receiver:
        command = [program(), "--server", "127.0.0.1:%d" % receiver.port, "--hello", NAME]
        command += ["--from", SENDER, "--to", TO, "--tls", "none", path]
        master, slave = pty.openpty()
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=slave, timeout=60)
        os.close(slave)
        shown = os.read(master, 65536)
        os.close(master)
        tap.check(done.returncode == 0 and b"% of " in shown.replace(b" %", b"%"),
                  "a progress line on a terminal", shown)
        run = send(receiver.port, path)
        tap.check(run.status == 0 and not run.errors, "none elsewhere", run)


def test(tap, here):
    plain(tap, here)
    pipes(tap, here)
    lmtp(tap, here)
    recipients(tap, here)
    secure(tap, here)
    in_clear(tap, here)
    usage(tap, here)
    progress(tap, here)


support.main(test)
