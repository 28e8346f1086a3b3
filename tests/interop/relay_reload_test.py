"""SIGHUP: the log is opened anew, and certificates, users and senders are read again; what is bad
does not take the place of what is good."""

import base64
import os
import signal
import smtplib
import ssl
import subprocess

import support
from relay import Relay, program
from support import HOST, Wire

DONE, FAILED = "reload done", "reload failed"


def mode(path):
    return os.stat(path).st_mode & 0o777


def reload(relay, says=DONE):
    """Sends SIGHUP; returns whether it then says this once more."""
    before = relay.log().count(says)
    relay.process.send_signal(signal.SIGHUP)
    return relay.until(lambda: relay.log().count(says) > before)


def greeted(relay):
    with Wire(relay.port, greet=False) as wire:
        return wire.expect(220)


# -- the log --------------------------------------------------------------------------------------


def log_mode(tap, here):
    for umask in 0, 0o077:
        with Relay(here) as relay:
            relay.stop()
            os.remove(relay.log_path)
            relay.start(umask=umask)
            tap.check(mode(relay.log_path) == 0o640, "the log is 0640 with umask %03o" % umask,
                      oct(mode(relay.log_path)))
    with Relay(here) as relay:
        relay.stop()
        os.chmod(relay.log_path, 0o604)
        relay.start()
        tap.check(mode(relay.log_path) == 0o604, "a log that is there keeps its mode",
                  oct(mode(relay.log_path)))


def rotated(tap, here):
    with Relay(here) as relay:
        old = relay.log_path + ".1"
        os.rename(relay.log_path, old)
        greeted(relay)
        tap.check(relay.until(lambda: b"CONNECT" in support.slurp(old)) and
                  not os.path.exists(relay.log_path), "a log that is renamed goes on",
                  support.slurp(old))
        tap.check(reload(relay), "SIGHUP makes a new one", relay.log())
        size = os.path.getsize(old)
        greeted(relay)
        tap.check(relay.until(lambda: "CONNECT" in relay.log()) and
                  mode(relay.log_path) == 0o640 and os.path.getsize(old) == size, "which has all that follows", relay.log())
        os.rename(relay.log_path, old)
        os.mkdir(relay.log_path)
        relay.process.send_signal(signal.SIGHUP)
        kept = b"reload log: Is a directory; the old one stays"
        tap.check(relay.until(lambda: kept in support.slurp(old)), "or the old one stays",
                  support.slurp(old))
        os.rmdir(relay.log_path)
        tap.check(reload(relay) and greeted(relay), "and can still be left", relay.log())
    with Relay(here, "--log", "-") as relay:
        relay.process.send_signal(signal.SIGHUP)
        tap.check(relay.until(lambda: DONE in relay.errors()), "standard error stays",
                  relay.errors())


# -- certificates ---------------------------------------------------------------------------------


def shown(relay, role):
    """The certificate that a new connection is shown."""
    if role == "submissions":
        return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((HOST, relay.ports[role])))
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP(HOST, relay.ports[role]) as client:
        client.starttls(context=context)
        return client.sock.getpeercert(True)


def in_files(path):
    return ssl.PEM_cert_to_DER_cert(support.slurp(path).decode("ascii"))


def renewed(here, name):
    """The files of a certificate of its own."""
    folder = os.path.join(here, name)
    os.mkdir(folder)
    options, _ = support.certificate(folder)
    return options[1], options[3]


def certificates(tap, here):
    roles = ("relay", "submission", "submissions")
    first, second = renewed(here, "first"), renewed(here, "second")
    cert, key = os.path.join(here, "cert.pem"), os.path.join(here, "key.pem")

    def put(pair):
        for source, target in zip(pair, (cert, key)):
            octets = support.slurp(source)
            os.rename(support.written(here, "fresh", octets), target)

    put(first)
    options = ["--tls-cert", cert, "--tls-key", key, *support.passwords(here)]
    with Relay(here, *options, listen=roles) as relay:
        old = smtplib.SMTP(HOST, relay.port)
        context = ssl.create_default_context(cafile=first[0])
        old.starttls(context=context)
        put(second)
        tap.check(all(shown(relay, role) == in_files(first[0]) for role in roles),
                  "new files wait for SIGHUP", roles)
        tap.check(reload(relay), "it says that it has them", relay.log())
        tap.check(all(shown(relay, role) == in_files(second[0]) for role in roles),
                  "new connections are shown the new certificate", roles)
        tap.check(old.ehlo()[0] == 250, "one that is open goes on", relay.log())
        old.close()
        for name, pair in (("another one's key", (first[0], second[1])),
                           ("an empty certificate", ("/dev/null", second[1])),
                           ("a file that is no key", (second[0], "/dev/null"))):
            put(pair)
            tap.check(reload(relay, FAILED) and
                      all(shown(relay, role) == in_files(second[0]) for role in roles),
                      "%s changes nothing" % name, relay.log() + relay.errors())
        os.remove(key)
        tap.check(reload(relay, FAILED) and "No such file" in relay.errors(),
                  "nor does one that is gone", relay.errors())
        put(first)
        tap.check(reload(relay) and shown(relay, "relay") == in_files(first[0]),
                  "until all is well again", relay.log())


# -- users ----------------------------------------------------------------------------------------


def hashed(password, kind="-6"):
    done = subprocess.run(["openssl", "passwd", kind, password], check=True, capture_output=True)
    return done.stdout.strip()


def enters(relay, name, password):
    """Whether this user may submit."""
    text = base64.b64encode(b"\0%s\0%s" % (name, password)).decode("ascii")
    with Wire(relay.ports["submission"]) as wire:
        wire.command("EHLO client.example.test")
        wire.send(b"AUTH PLAIN %s\r\n" % text.encode("ascii"))
        return wire.reply()[0] == 235


def users(tap, here):
    file = os.path.join(here, "users")

    def put(*lines):
        os.rename(support.written(here, "fresh", b"".join(each + b"\n" for each in lines)), file)

    put(b"ada:" + hashed("one"), b"eve:" + hashed("two"))
    options = ["--auth-file", file, "--auth-without-tls", "yes"]
    with Relay(here, *options, listen=("submission",)) as relay:
        tap.check(enters(relay, b"ada", b"one") and enters(relay, b"eve", b"two"), "two users")
        put(b"ada:" + hashed("three"), b"bob:" + hashed("four"))
        tap.check(reload(relay), "there are others", relay.log())
        tap.check(enters(relay, b"ada", b"three") and not enters(relay, b"ada", b"one"),
                  "a new password is the only one")
        tap.check(enters(relay, b"bob", b"four"), "a new user may enter")
        tap.check(not enters(relay, b"eve", b"two"), "one that is gone may not")
        put(b"# by another system\r", b"\r", b"bob:" + hashed("four") + b"\r")
        tap.check(reload(relay) and enters(relay, b"bob", b"four"), "lines may end in CR LF",
                  relay.errors())
        put(b"ada:secret")
        tap.check(reload(relay, FAILED) and enters(relay, b"bob", b"four"),
                  "a bad file changes nothing", relay.log())
        linked = subprocess.run(["ldd", program()], capture_output=True, text=True).stdout
        if "gsasl" in linked:
            put(b"ada:{SCRAM-SHA-256}4096,c2FsdA==,a2V5,a2V5")
            tap.check(reload(relay, FAILED) and "other mechanisms" in relay.errors() and
                      enters(relay, b"bob", b"four"), "nor do other mechanisms", relay.log())
        at_once(tap, relay, put)


def at_once(tap, relay, put):
    """Many signals while passwords are being tried by the table that they replace."""
    put(*(b"user%d:" % i + hashed("four") for i in range(8)), b"bob:" + hashed("four"))
    text = base64.b64encode(b"\0bob\0four").decode("ascii")
    wires = [Wire(relay.ports["submission"]).__enter__() for _ in range(16)]
    for wire in wires:
        wire.command("EHLO client.example.test")
    for wire in wires:
        wire.send(b"AUTH PLAIN %s\r\n" % text.encode("ascii"))
        relay.process.send_signal(signal.SIGHUP)
    good = sum(wire.reply()[0] == 235 for wire in wires)
    for wire in wires:
        wire.__exit__(None, None, None)
    tap.check(good == len(wires), "who is at it when they are replaced is not hurt", good)
    tap.check(relay.stop() == 0, "it ends well", relay.errors())


# -- senders --------------------------------------------------------------------------------------


def may_send(relay, sender):
    text = base64.b64encode(b"\0ada\0one").decode("ascii")
    with Wire(relay.ports["submission"]) as wire:
        wire.command("EHLO client.example.test")
        wire.command("AUTH PLAIN " + text, 235)
        wire.send(b"MAIL FROM:<%s>\r\n" % sender.encode("ascii"))
        return wire.reply()[0] == 250


def senders(tap, here):
    users_file = support.written(here, "known", b"ada:" + hashed("one") + b"\n")
    file = support.written(here, "senders", b"ada:ada@example.test\n")
    options = ["--auth-file", users_file, "--auth-without-tls", "yes", "--senders", file]
    with Relay(here, *options, listen=("submission",)) as relay:
        may = [may_send(relay, sender) for sender in ("ada@example.test", "info@example.test")]
        support.written(here, "senders", b"ada:info@example.test\n")
        taken = reload(relay)
        now = [may_send(relay, sender) for sender in ("ada@example.test", "info@example.test")]
        tap.check(may == [True, False] and taken and now == [False, True],
                  "whom a user may send as", (may, now, relay.log()))


# -- pipes ----------------------------------------------------------------------------------------


def pipes(tap, here):
    """Nobody writes to them, nor reads them: that is to keep nobody waiting."""
    file, pipe = support.written(here, "piped", b"ada:ada@example.test\n"), here + "/pipe"
    users_file = support.written(here, "known", b"ada:" + hashed("one") + b"\n")
    options = ["--auth-file", users_file, "--auth-without-tls", "yes", "--senders", file]
    os.mkfifo(pipe)
    with Relay(here, *options, listen=("submission",)) as relay:
        os.replace(pipe, file)
        tap.check(reload(relay, FAILED), "a pipe is no list of senders", relay.log())
        tap.check("is a pipe" in relay.errors(), "and it says why", relay.errors())
        tap.check(may_send(relay, "ada@example.test"), "the old one stays", relay.log())
        os.remove(file)
        support.written(here, "piped", b"ada:info@example.test\n")
        tap.check(reload(relay) and may_send(relay, "info@example.test"), "until there is another",
                  relay.log())
        old = relay.log_path + ".2"
        os.rename(relay.log_path, old)
        os.mkfifo(relay.log_path)
        relay.process.send_signal(signal.SIGHUP)
        kept = b"the old one stays"
        tap.check(relay.until(lambda: kept in support.slurp(old)), "a pipe that nobody reads is "
                  "no log", support.slurp(old))
        tap.check(relay.stop() == 0, "and it can be ended", relay.errors())
        os.remove(relay.log_path)


def test(tap, here):
    pipes(tap, here)
    log_mode(tap, here)
    rotated(tap, here)
    certificates(tap, here)
    users(tap, here)
    senders(tap, here)


support.main(test)
