"""sansmtp-receive as a program: its options, its complaints and exit codes, a full disk, and the
folders it makes of addresses."""

import base64
import os
import re
import resource
import socket
import subprocess
import time

import foreign
import support
from connection import Wire, attempt, stuffed

USAGE, NO_INPUT, UNAVAILABLE, CANNOT_CREATE, CONFIG = 64, 66, 69, 73, 78
SAFE = re.compile(r"(?=[^.-])(?:[A-Za-z0-9@._+-]|%(?:[0-9A-F]{2}|-))+")
HASH = b"$1$salt$qJH7.N4xYta3aEG/dfqo/0"  # of "password"
SMALL = support.message("small")


class Limited(support.Receiver):
    """A receiver whose files cannot grow over a limit: a disk that is soon full, without root."""

    def __init__(self, here, limit, *options):
        super().__init__(here, *options)
        self.command = [
            "sh",
            "-c",
            'ulimit -f %d && exec "$@"' % (limit // 512),
            "sh",
            *self.command,
        ]


def ends(tap, name, arguments, status, *words, **more):
    support.ends(tap, name, [support.program(), *arguments], status, *words, **more)


# -- options and complaints -----------------------------------------------------------------------


def usage(tap):
    ends(tap, "--help", ["--help"], 0, out=b"--bare-newline")
    ends(tap, "--version", ["--version"], 0, out=b"sansmtp-receive ")
    store = ["--store", "none"]
    where = ["--domain", "*", *store]
    ends(tap, "no --domain", store, USAGE, "--domain")
    ends(tap, "no store", ["--domain", "*"], USAGE, "--maildir", "--store")
    ends(tap, "two stores", [*where, "--maildir", "x"], USAGE, "--maildir", "--store")
    ends(tap, "an unknown store", ["--domain", "*", "--store", "tape"], USAGE, "tape")
    ends(tap, "an unknown option", [*where, "--frobnicate"], USAGE, "frobnicate")
    ends(tap, "an argument too many", [*where, "surplus"], USAGE, "surplus")
    ends(tap, "--listen without port", [*where, "--listen", "127.0.0.1"], USAGE, "--listen")
    ends(tap, "--listen without []", [*where, "--listen", "::1:25"], USAGE, "brackets")
    ends(tap, "--bare-newline", [*where, "--bare-newline", "eat"], USAGE, "eat")
    for number in "--max-size", "--max-recipients", "--timeout":
        for value in "many", "-1", "", "99999999999999999999999":
            ends(tap, "%s '%s'" % (number, value), [*where, number, value], USAGE, number)
    ends(tap, "a key alone", [*where, "--tls-key", "x"], USAGE, "--tls-cert")
    ends(tap, "implicit TLS alone", [*where, "--tls-implicit"], USAGE, "--tls-cert")
    ends(tap, "users without TLS", [*where, "--auth-file", "x"], USAGE, "--auth-without-tls")


def start(tap, here, tls):
    """What stops it before it listens."""
    where = ["--domain", "*", "--listen", "127.0.0.1:0"]
    none = [*where, "--store", "none"]
    gone = os.path.join(here, "gone")
    junk = support.written(here, "junk", b"no:hash of mine\n")
    cert, key = tls[1], tls[3]
    ends(tap, "no certificate", [*none, "--tls-cert", gone], NO_INPUT, gone, "No such file")
    ends(tap, "a broken certificate", [*none, "--tls-cert", junk], NO_INPUT, junk)
    ends(tap, "no key", [*none, *tls[:2], "--tls-key", gone], NO_INPUT, gone, "No such file")
    ends(tap, "no key inside", [*none, *tls[:2]], NO_INPUT, cert)
    other = os.path.join(here, "other")
    os.mkdir(other)
    other_key = support.certificate(other)[0][3]
    ends(tap, "another's key", [*none, *tls[:2], "--tls-key", other_key], CONFIG, other_key)
    auth = [*none, *tls, "--auth-file"]
    ends(tap, "no users", [*auth, gone], NO_INPUT, gone, "No such file")
    ends(tap, "a broken hash", [*auth, junk], CONFIG, junk + ":1")
    ends(tap, "an empty file of users", [*auth, os.devnull], CONFIG, os.devnull)
    for hashed in b"plaintext", b"ab", b"", HASH[:-1], HASH + b":19000:0":
        users = support.written(here, "users", b"# who\n\nyou:" + HASH + b"\nme:" + hashed + b"\n")
        ends(tap, "the hash %r" % hashed, [*auth, users], CONFIG, users + ":4", "hash")
    unlike(tap, here, auth)
    ends(tap, "a folder that cannot be", [*where, "--maildir", junk + "/x"], CANNOT_CREATE, junk)
    ends(tap, "a file for a folder", [*where, "--maildir", key], CANNOT_CREATE, key)
    ends(tap, "a log that cannot be", [*none, "--log", junk + "/x"], CANNOT_CREATE, junk)
    ends(tap, "a hostname that is none", [*none, "--hostname", "a b"], CONFIG, "a b", "--hostname")
    with socket.socket() as taken:
        taken.bind((support.HOST, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        listen = ["--domain", "*", "--store", "none", "--listen", "127.0.0.1:" + port]
        ends(tap, "a port in use", listen, UNAVAILABLE, port, "in use")
    listen = ["--domain", "*", "--store", "none", "--listen", "192.0.2.1:0"]
    ends(tap, "an address that is not ours", listen, UNAVAILABLE, "192.0.2.1")


def listens_on_ipv6(tap, here):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as problem:
        support.missing(tap, "it listens on ::1", problem)
        return
    command = [support.program(), "--domain", "*", "--store", "none", "--listen", "[::1]:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            line = process.stdout.readline()
            found = re.fullmatch(rb"listening on \[::1\]:([0-9]+)\n", line)
            tap.check(found, "the first line says [::1]:PORT", line)
            with socket.create_connection(("::1", int(found.group(1))), 30) as client:
                greeting = client.recv(64)
            tap.check(greeting.startswith(b"220 "), "and it greets there", greeting)
        finally:
            process.kill()


# -- who is ours, and limits ----------------------------------------------------------------------


def recipients(tap, here):
    domains = ("example.test", "other.test", "[127.0.0.1]")
    options = ["--max-recipients", "3", "--max-size", "1000"]
    with support.Receiver(here, *options, domains=domains) as receiver, Wire(receiver.port) as wire:
        wire.command("EHLO client.example.test")

        def answer(to, code):
            wire.command("MAIL FROM:<>")
            said = wire.command("RCPT TO:<%s>" % to, code)
            wire.command("RSET")
            return said

        for ours in "a@Example.TEST", "b@other.test", "c@[127.0.0.1]":
            attempt(tap, "%s is ours" % ours, answer, ours, 250)
        for theirs in "a@x.test", "a@sub.example.test", "a@xample.test", "a@[127.0.0.2]":
            said = attempt(tap, "%s is not" % theirs, answer, theirs, 550)
            tap.check(said and b"5.7.1" in said, "%s: 5.7.1" % theirs, said)
        for master in "Postmaster", "postMASTER@example.test", "POSTMASTER@other.test":
            attempt(tap, "%s is ours" % master, answer, master, 250)

        def too_many():
            wire.envelope("a@other.test", "b@other.test", "c@other.test", hello=False)
            return wire.command("RCPT TO:<d@other.test>", 452)

        said = attempt(tap, "one recipient too many", too_many)
        tap.check(said and b"4.5.3" in said, "it is told 4.5.3", said)

        def too_large():
            wire.command("DATA", 354)
            wire.send(stuffed(support.message("large", "x" * 70 + "\r\n" * 1000)))
            return wire.expect(552)

        said = attempt(tap, "one octet too many", too_large)
        tap.check(said and b"5.3.4" in said, "it is told 5.3.4", said)
        wire.command("QUIT", 221)
        tap.check(not receiver.files("new"), "nothing was stored", receiver.files("new"))
        support.check_end(tap, receiver)


def bare_newlines(tap, here):
    # so many that the message more than doubles on its way into the store
    sent = support.message("bare", "one\rtwo\nthree\r\n" + "\n" * 300000 + "\r\n")
    wanted = {"refuse": None, "normalise": re.sub(rb"\r\n|\r|\n", b"\r\n", sent), "pass": sent}
    for how, stored in wanted.items():
        with support.Receiver(here, "--bare-newline", how) as receiver:
            with Wire(receiver.port) as wire:
                wire.envelope("a@example.test")
                wire.command("DATA", 354)
                wire.send(stuffed(sent))
                said = attempt(tap, "--bare-newline " + how, wire.expect, 250 if stored else 550)
            if stored:
                support.check_stored(tap, receiver, "a@example.test", stored, how + ": stored")
            else:
                tap.check(said and b"5.6.0" in said, "refused as 5.6.0", said)
                tap.check(not receiver.stored(), "and not stored")
            support.check_end(tap, receiver)


def waits(tap, here, tls):
    def end_of(port, *octets):
        with Wire(port, greet=False) as wire:
            for some in octets:
                wire.send(some)
            codes = []
            while (code := wire.reply()[0]) is not None:
                codes.append(code)
            return codes

    data = (b"EHLO x\r\nMAIL FROM:<>\r\n", b"RCPT TO:<a@b.test>\r\n", b"DATA\r\n", b"half a li")
    with support.Receiver(here, "--timeout", "1") as receiver:
        began = time.monotonic()
        said = attempt(tap, "--timeout 1: silence is ended", end_of, receiver.port)
        tap.check(said == [220, 421], "by 421", said)
        tap.check(time.monotonic() - began >= 0.9, "not before its time")
        said = attempt(tap, "in a body too", end_of, receiver.port, *data)
        tap.check(said and said[-2:] == [354, 421], "by 421", said)
        support.check_end(tap, receiver)
    with support.Receiver(here, "--timeout", "1", *tls, "--tls-implicit") as receiver:
        said = attempt(tap, "a handshake that does not come", end_of, receiver.port)
        tap.check(said == [], "is ended in silence", said)


# -- the store ------------------------------------------------------------------------------------


def deliver(port, *to, message=SMALL, mail="", codes=(250,)):
    with Wire(port) as wire:
        wire.envelope(*to, mail=mail)
        wire.command("DATA", 354)
        wire.send(stuffed(message))
        said = wire.expect(*codes)
        wire.command("QUIT", 221)
        return said


def folders(tap, here):
    with support.Receiver(here) as receiver:
        long = "x" * 64 + "@" + ".".join(["y" * 60] * 3) + ".test"
        names = {
            "a.b+c-d_e@example.test": "a.b+c-d_e@example.test",
            "MiXed@EXAMPLE.Test": "MiXed@example.test",
            '"quoted"@example.test': "quoted@example.test",
            '"../../etc/passwd"@example.test': "%2E.%2F..%2Fetc%2Fpasswd@example.test",
            '".."@example.test': "%2E.@example.test",
            '"a b\\"%2F\\\\"@example.test': "a%20b%22%252F%5C@example.test",
            "p%hack@example.test": "p%25hack@example.test",
            "-rf@example.test": "%2Drf@example.test",
            "a-@example.test": "a-@example.test",
            "user@[IPv6:::1]": "user@%5Bipv6%3A%3A%3A1%5D",
            "PostMaster": "postmaster",
            "PostMaster@EXAMPLE.test": "postmaster@example.test",
            long: None,
            long + "2": None,
        }
        for to, folder in names.items():
            before = {where for where, _ in receiver.files("new")}
            attempt(tap, "mail for %s" % to, deliver, receiver.port, to)
            made = {where for where, _ in receiver.files("new")} - before
            whole = len(made) == 1 and (folder is None or made == {folder})
            tap.check(whole, "is in the folder %s" % (folder or "of a long name"), made)
        attempt(tap, "mail for a UTF-8 address",
                lambda: deliver(receiver.port, "\u00fc@example.test", mail="SMTPUTF8"))
        tap.check(receiver.stored("\u00fc@example.test"), "is in a folder of its own")
        entries = os.listdir(receiver.maildir)
        tap.check(all(SAFE.fullmatch(name) and len(name) < 255 for name in entries),
                  "all names are safe", entries)
        beside = sorted(os.listdir(receiver.here))
        tap.check(beside == ["log", "mail", "stderr", "stdout"], "nothing is beside", beside)
        twice = ("t@example.test", '"t"@EXAMPLE.test', "t@example.test")
        attempt(tap, "one mailbox named three times", deliver, receiver.port, *twice)
        support.check_stored(tap, receiver, "t@example.test", SMALL, "gets one copy")
        attempt(tap, "two mailboxes", deliver, receiver.port, "u@example.test", "v@example.test")
        for to in "u@example.test", "v@example.test":
            support.check_stored(tap, receiver, to, SMALL, "%s gets a copy" % to)
        one = receiver.stored("a.b+c-d_e@example.test")[0]
        both = receiver.stored("u@example.test")[0]
        tap.check(b"for <a.b+c-d_e@example.test>" in one, "Received names a sole recipient", one)
        tap.check(b"u@example" not in both.split(b"\r\nFrom")[0], "but not one of two", both)
        attempt(tap, "an empty message",
                lambda: deliver(receiver.port, "e@example.test", message=b""))
        support.check_stored(tap, receiver, "e@example.test", b"", "is stored as it is")
        support.check_end(tap, receiver)


def blocked(tap, here):
    """A folder that cannot be written: not a full disk, so 451; and no other recipient's affair."""
    with support.Receiver(here, "--lmtp") as receiver, Wire(receiver.port) as wire:
        os.makedirs(receiver.maildir, exist_ok=True)
        support.written(receiver.maildir, "b@example.test", b"")

        def lmtp():
            wire.command("LHLO client.example.test")
            wire.envelope("a@example.test", "b@example.test", "c@example.test", hello=False)
            wire.command("DATA", 354)
            wire.send(stuffed(SMALL))
            return wire.expect(250), wire.expect(451), wire.expect(250)

        attempt(tap, "LMTP answers each recipient by itself", lmtp)
        for to in "a@example.test", "c@example.test":
            support.check_stored(tap, receiver, to, SMALL, "%s has it" % to)
        support.check_end(tap, receiver)
    with support.Receiver(here) as receiver:
        os.makedirs(receiver.maildir, exist_ok=True)
        support.written(receiver.maildir, "b@example.test", b"")
        to = ("a@example.test", "b@example.test")
        said = attempt(tap, "SMTP answers once", lambda: deliver(receiver.port, *to, codes=(451,)))
        tap.check(said and b"4.3.0" in said, "by 4.3.0", said)
        tap.check(not receiver.stored(), "and nobody has it", receiver.files("new"))
        errors = receiver.errors()
        tap.check("cannot store" in errors and receiver.maildir in errors, "it is told why", errors)
        support.check_end(tap, receiver)


def full_disk(tap, here):
    large = support.message("large", ("x" * 76 + "\r\n") * 10000)
    with Limited(here, 262144) as receiver:
        to = "a@example.test"
        said = attempt(tap, "a full disk",
                       lambda: deliver(receiver.port, to, message=large, codes=(452,)))
        tap.check(said and b"452 4.3.1" in said, "is 452 4.3.1", said)

        def by_chunks():
            with Wire(receiver.port) as wire:
                wire.envelope("a@example.test")
                while True:
                    wire.send(b"BDAT %d\r\n" % len(large) + large)
                    code, said = wire.reply()
                    if code != 250:
                        wire.command("NOOP")
                        return said

        said = attempt(tap, "a full disk, by BDAT", by_chunks)
        tap.check(said and b"452 4.3.1" in said, "is 452 4.3.1", said)
        left = foreign.eventually(lambda: receiver.files("tmp"), [])
        tap.check(not left, "what was written is removed at once", left)
        tap.check(not receiver.stored(), "nothing is stored")
        attempt(tap, "a small message still fits", deliver, receiver.port, "a@example.test")
        support.check_stored(tap, receiver, "a@example.test", SMALL, "and is stored")
        tap.check("File too large" in receiver.errors(), "it is told why", receiver.errors())
        support.check_end(tap, receiver)


# -- passwords ------------------------------------------------------------------------------------


def slow_names(receiver, names):
    """How long each takes to be refused, in time that the receiver has computed: what else this
    machine does in between is nothing to it."""
    clock = ~receiver.process.pid << 3 | 2  # as clock_getcpuclockid has it
    times = {}
    for name in names:
        with Wire(receiver.port) as wire:
            wire.command("EHLO client.example.test")
            word = base64.b64encode(b"\0" + name.encode("ascii") + b"\0wrong").decode("ascii")
            began = time.clock_gettime(clock)
            wire.command("AUTH PLAIN " + word, 535)
            times[name] = time.clock_gettime(clock) - began
    return times


def times(tap, here):
    """With hashes of two kinds, time does not tell who is a user."""
    slow = subprocess.run(
        ["openssl", "passwd", "-6", "-salt", "rounds=150000$interop", "other"],
        check=True, capture_output=True, timeout=support.PATIENCE,
    ).stdout
    users = support.written(here, "mixed", b"fast:" + HASH + b"\nslow:" + slow)
    with support.Receiver(here, "--auth-file", users, "--auth-without-tls") as receiver:
        names = ["nobody%d" % number for number in range(20)]
        found = attempt(tap, "wrong passwords", slow_names, receiver, ["slow", *names])
        slowly = [name for name in names if found and found[name] > found["slow"] / 2]
        tap.check(0 < len(slowly) < len(names), "unknown users are as slow as some user", found)
        again = attempt(tap, "once more", slow_names, receiver, ["slow", *names[:6]])
        same = again and all((again[name] > again["slow"] / 2) == (name in slowly)
                             for name in names[:6])
        tap.check(same, "and the same one each time", again)
        support.check_end(tap, receiver)


def unlike(tap, here, auth):
    """What an editor adds to a name without showing it would make another user."""
    for line, row, word in (
        (b"\xef\xbb\xbfyou:" + HASH, 1, "byte order mark"),
        (b"\xef\xbb\xbf# who\nyou:" + HASH, 1, "byte order mark"),
        (b"# who\n you:" + HASH, 2, "blank"),
        (b"# who\n\tyou:" + HASH, 2, "blank"),
        (b"# who\n\nyou :" + HASH, 3, "blank"),
    ):
        users = support.written(here, "unlike", line + b"\n")
        ends(tap, "the line %r" % line[:12], [*auth, users], CONFIG, "%s:%d: " % (users, row), word)


def raises_file_limit(tap, here):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with support.Receiver(here) as receiver:
        found = resource.prlimit(receiver.process.pid, resource.RLIMIT_NOFILE)
    tap.check(found[0] == hard, "its file limit is as high as it may be", (soft, hard, found))


def test(tap, here):
    tls, _ = support.certificate(here)
    usage(tap)
    start(tap, here, tls)
    listens_on_ipv6(tap, here)
    recipients(tap, here)
    bare_newlines(tap, here)
    waits(tap, here, tls)
    folders(tap, here)
    blocked(tap, here)
    full_disk(tap, here)
    times(tap, here)
    raises_file_limit(tap, here)


support.main(test)
