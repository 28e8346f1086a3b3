"""sansmtp-send into Nodemailer's smtp-server: STARTTLS, AUTH PLAIN and LOGIN, SMTPUTF8, 8BITMIME,
DSN, LMTP, a recipient refused."""

import json
import os

import foreign
import support
from support import PASSWORD, USER

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "smtp_server.js")
MODULES = os.path.join(support.PEERS, "nodemailer", "node_modules")
SPOKEN = "Gr\u00fc\u00dfe\r\n"


class Server:
    def __init__(self, here, node, tls, methods=("PLAIN", "LOGIN"), lmtp=False):
        self.port = foreign.free_port()
        self.here = os.path.join(here, "server-%d" % self.port)
        self.folder = os.path.join(self.here, "stored")
        os.makedirs(self.folder)
        options = {"port": self.port, "folder": self.folder, "lmtp": lmtp, "methods": methods}
        options.update(cert=tls[1], key=tls[3], user=USER, password=PASSWORD)
        self.command = [node, SCRIPT, json.dumps(options)]

    def running(self):
        environment = dict(os.environ, NODE_PATH=MODULES)
        return foreign.running(self.command, self.port, cwd=self.here, env=environment)

    def files(self, address):
        """(what was known of it, octets) of each message for an address."""
        for octets in foreign.files_in(self.folder):
            line, _, rest = octets.partition(b"\n")
            known = json.loads(line)
            if known["to"] == address:
                yield known, rest

    def stored(self, address):
        return [octets for _, octets in self.files(address)]

    def knew(self, tap, name, run, **wanted):
        """What the server knew of the one recipient of a run: a check."""
        known = [known for known, _ in self.files(run.recipients[0][0])]
        right = len(known) == 1 and all(known[0][key] == value for key, value in wanted.items())
        tap.check(right, "%s: the server knew" % name, known)


def in_clear(tap, server, deliveries):
    port = server.port
    deliveries.bodies(port, "plain")
    deliveries.several(port, "several")
    deliveries.one(port, "no end", body="no end", end=b"\r\n")
    deliveries.one(port, "long lines", body=("." + "x" * 5000 + "\r\n") * 100)
    run = deliveries.one(port, "seven bits", body="abc\r\n", sender="")
    size = str(len(foreign.message("nodemailer, seven bits", "abc\r\n")))
    server.knew(tap, "seven bits", run, mail={"SIZE": size}, secure=False, user=None)
    run = deliveries.one(port, "eight", body=foreign.EIGHT_BIT)
    size = str(len(foreign.message("nodemailer, eight", foreign.EIGHT_BIT)))
    server.knew(tap, "eight", run, mail={"SIZE": size, "BODY": "8BITMIME"})
    run = deliveries.one(port, "utf8", "--smtputf8", body=SPOKEN)
    size = str(len(foreign.message("nodemailer, utf8", SPOKEN)))
    server.knew(tap, "utf8", run, mail={"SIZE": size, "BODY": "8BITMIME", "SMTPUTF8": True})
    deliveries.one(port, "utf8 to", body=SPOKEN, to="gr\u00fc\u00dfe@example.test")
    options = ("--dsn-notify", "success,delay", "--dsn-ret", "hdrs", "--envid", "a+b=c")
    run = deliveries.one(port, "dsn", *options)
    known = [(known["mail"], known["dsn"]) for known, _ in server.files(run.recipients[0][0])]
    size = str(len(foreign.message("nodemailer, dsn", support.AWKWARD)))
    wanted = {"SIZE": size, "RET": "HDRS", "ENVID": "a+b=c"}, {"notify": ["SUCCESS", "DELAY"]}
    tap.check(known == [wanted], "dsn: the server knew", known)


def secure(tap, here, server, deliveries, name, trust):
    login = (*trust, *foreign.login(here))
    wrong = (*trust, *foreign.login(here, "guess"))
    port = server.port
    deliveries.bodies(port, name + " tls", *trust, tls="required")
    deliveries.several(port, name + " several by tls", *trust, tls="required")
    run = deliveries.one(port, name, *login, tls="required")
    server.knew(tap, name, run, secure=True, user=USER)
    deliveries.fails(port, name + " wrong", "refused", *wrong, code="535", tls="required")
    deliveries.fails(port, name + " nobody vouches", "refused", tls="required")


def lmtp(tap, server, deliveries):
    port = server.port
    deliveries.bodies(port, "lmtp")
    deliveries.several(port, "several by lmtp")
    deliveries.fails(port, "full", "perm", code="552", to="full@example.test")
    to = ["a@example.test", "full@example.test", "b@example.test", "refused@example.test"]
    sent = foreign.message("lmtp full", support.AWKWARD)
    run = deliveries.send(port, "lmtp full", sent, result="perm", to=to)
    codes = [run.code(address) for address in to]
    right = codes == ["250", "552", "250", "550"] and len(run.recipients) == 4
    tap.check(right, "lmtp full: each is told of", run)
    texts = {who: text for who, _, _, text in run.recipients}
    wanted = {to[0]: "stored for a@example.test", to[2]: "stored for b@example.test"}
    tap.check({**texts, **wanted} == texts, "lmtp full: each by his own reply", run)
    for address in to[0], to[2]:
        deliveries.arrived("lmtp full", address, sent)


def test(tap, here):
    node = support.peer(tap, "node", "--version")
    if not node:
        return
    if not os.path.isdir(os.path.join(MODULES, "smtp-server")):
        support.missing(tap, "smtp-server", "tests/support/peers.sh nodemailer provides it")
        return
    tls, _ = support.certificate(here)
    trust = ("--ca", tls[1])
    server = Server(here, node, tls, methods=["PLAIN"])
    with server.running():
        deliveries = foreign.Deliveries(tap, here, "nodemailer", server.stored, b"\r\n")
        in_clear(tap, server, deliveries)
        secure(tap, here, server, deliveries, "auth plain", trust)
    server = Server(here, node, tls, methods=["LOGIN"])
    with server.running():
        deliveries = foreign.Deliveries(tap, here, "nodemailer", server.stored, b"\r\n")
        secure(tap, here, server, deliveries, "auth login", trust)
    server = Server(here, node, tls, lmtp=True)
    with server.running():
        lmtp(tap, server, foreign.Lmtp(tap, here, "nodemailer", server.stored, b"\r\n"))


support.main(test)
