"""sansmtp-send into OpenSMTPD, which has neither PIPELINING nor CHUNKING: STARTTLS, AUTH, DSN, a
recipient refused.

OpenSMTPD has its paths compiled in: it runs in a root folder of its own, to where what
tests/support/peers.sh unpacked is copied, and which wants root. Debian 12's version cannot do TLS:
with it there is neither STARTTLS nor AUTH.
"""

import os
import re
import shutil
import subprocess

import foreign
import support
from support import HOST, PASSWORD, USER

UNPACKED = os.path.join(support.PEERS, "opensmtpd")

CONFIGURATION = """
smtp max-message-size 64M
pki own cert "/etc/cert.pem"
pki own key "/etc/key.pem"
table logins file:/etc/logins
table everyone {{ "@" = "nobody" }}
listen on {host} port {port} hostname mx.example.test
listen on {host} port {tls_port} hostname mx.example.test tls pki own
listen on {host} port {auth_port} hostname mx.example.test tls-require pki own auth <logins>
action "store" maildir "/mail/%{{rcpt}}" user nobody virtual <everyone>
match from any for rcpt-to "refused@example.test" reject
match from any for domain "example.test" action "store"
"""

USERS = """root:x:0:0::/:/bin/sh
opensmtpd:x:{daemon}:{daemon}::/var/lib/opensmtpd/empty:/bin/false
opensmtpq:x:{queue}:{queue}::/var/lib/opensmtpd/empty:/bin/false
nobody:x:65534:65534::/:/bin/sh
"""

GROUPS = """root:x:0:
opensmtpd:x:{daemon}:
opensmtpq:x:{queue}:
nogroup:x:65534:
"""

IDS = {"daemon": 64001, "queue": 64002}  # any that nobody has
FOLDERS = "etc/ssl/certs mail tmp var/run var/mail var/spool/smtpd var/lib/opensmtpd/empty".split()
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
PORTS = ("port", "tls_port", "auth_port")
BARE = ("550", "-")  # it refuses without an enhanced code


class OpenSmtpd:
    def __init__(self, here, tls):
        self.root = os.path.join(here, "root")
        self.ports = {name: foreign.free_port() for name in PORTS}
        shutil.copytree(UNPACKED, self.root, symlinks=True)
        for name in FOLDERS:
            os.makedirs(os.path.join(self.root, name), exist_ok=True)
        os.chmod(os.path.join(self.root, "var/spool/smtpd"), 0o711)
        for name in "tmp", "mail":
            os.chmod(os.path.join(self.root, name), 0o1777)
        self.settings(tls)

    def settings(self, tls):
        hashed = subprocess.run(
            ["openssl", "passwd", "-6", "-salt", "interop", PASSWORD],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        texts = {
            "smtpd.conf": CONFIGURATION.format(host=HOST, **self.ports),
            "passwd": USERS.format(**IDS),
            "group": GROUPS.format(**IDS),
            "hosts": "127.0.0.1 localhost\n",
            "resolv.conf": "lookup file\n",
            "logins": "%s %s\n" % (USER, hashed),
            "cert.pem": support.slurp(tls[1]).decode("ascii"),
            "ssl/certs/ca-certificates.crt": support.slurp(tls[1]).decode("ascii"),
            "key.pem": support.slurp(tls[3]).decode("ascii"),
        }
        for name, text in texts.items():
            support.written(os.path.join(self.root, "etc"), name, text.encode("ascii"))
            os.chmod(os.path.join(self.root, "etc", name), 0o600 if "key" in name else 0o644)

    def running(self):
        command = ["chroot", self.root, "/usr/sbin/smtpd", "-d"]
        return foreign.running(command, self.ports["port"], cwd=self.root, env={"PATH": PATH})

    def stored(self, address):
        return foreign.files_in(os.path.join(self.root, "mail", address, "new"))

    def said(self):
        return support.slurp(os.path.join(self.root, "said")).decode(errors="replace")


def speaks_tls(smtpd):
    """Not with OpenSSL 3 before 7.3, for its keys are in another process (OpenSMTPD #1171)."""
    said = subprocess.run([smtpd, "-h"], capture_output=True, text=True).stderr
    version = re.search(r"OpenSMTPD ([0-9]+)\.([0-9]+)", said)
    return not version or tuple(map(int, version.groups())) >= (7, 3)


def in_clear(tap, server, deliveries):
    port = server.ports["port"]
    deliveries.bodies(port, "data")
    deliveries.several(port, "several", refusal=BARE)
    deliveries.one(port, "long lines", body=("." + "x" * 5000 + "\r\n") * 100)
    deliveries.one(port, "no end", body="no end", end=b"\r\n")
    deliveries.one(port, "null sender", sender="")
    deliveries.fails(port, "no STARTTLS", "refused", tls="required")
    deliveries.fails(port, "no SMTPUTF8", "refused", "--smtputf8")
    deliveries.fails(port, "refused", "perm", code="550", to="refused@example.test")
    deliveries.fails(port, "elsewhere", "perm", code="550", to="user@elsewhere.test")


def secure(tap, here, server, deliveries, trust):
    port, auth_port = server.ports["tls_port"], server.ports["auth_port"]
    known = (*trust, *foreign.login(here))
    wrong = (*trust, *foreign.login(here, "guess"))
    deliveries.bodies(port, "tls", *trust, tls="required")
    deliveries.several(port, "several by tls", *trust, refusal=BARE, tls="required")
    deliveries.fails(port, "nobody vouches", "refused", tls="required")
    deliveries.one(auth_port, "auth", *known, tls="required")
    deliveries.several(auth_port, "several with auth", *known, refusal=BARE, tls="required")
    tap.check("authentication user=%s result=ok" % USER in server.said(), "it was authenticated")
    run = deliveries.fails(auth_port, "no auth", "perm", *trust, code="530", tls="required")
    tap.check(run.recipients[0][2] == "5.5.1", "no auth: its enhanced code is told", run)
    deliveries.fails(auth_port, "wrong", "refused", *wrong, code="535", tls="required")


def dsn(tap, server, deliveries):
    final = b"\nFinal-Recipient: rfc822; opensmtpd-dsn@example.test\n"
    deliveries.reported(server.ports["port"], final)


def test(tap, here):
    smtpd = support.peer(tap, "smtpd", "-h")
    if not smtpd:
        return
    if os.getuid() != 0:
        support.missing(tap, "opensmtpd", "only root can run it")
        return
    tls, _ = support.certificate(here)
    server = OpenSmtpd(here, tls)
    deliveries = foreign.Deliveries(tap, here, "opensmtpd", server.stored)
    with server.running():
        in_clear(tap, server, deliveries)
        if speaks_tls(smtpd):
            secure(tap, here, server, deliveries, ("--ca", tls[1]))
        else:
            tap.say("STARTTLS and AUTH are not run: this version cannot do TLS (OpenSMTPD #1171)")
        dsn(tap, server, deliveries)


support.main(test)
