"""Nodemailer delivers: in clear, by STARTTLS, authenticated, 8-bit, SMTPUTF8, and with DSN."""

import base64
import json
import os

import support

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nodemailer.js")
MODULES = os.path.join(support.PEERS, "nodemailer", "node_modules")

EIGHT_BIT = "Zażółć gęślą jaźń, ひらがな, the end.\r\n" + support.AWKWARD


class Nodemailer:
    def __init__(self, tap, here, node, receiver):
        self.tap, self.here, self.receiver = tap, here, receiver
        self.command = [node, SCRIPT]
        self.transport = {"host": support.HOST, "port": receiver.port, "secure": False}
        self.transport.update(name="client.example.test", ignoreTLS=True)

    def send(self, name, sent, recipients, transport=None, **message):
        """Returns what Nodemailer makes of it."""
        message["raw"] = base64.b64encode(sent).decode("ascii")
        message["envelope"] = {
            "from": support.SENDER,
            "to": recipients,
            **message.get("envelope", {}),
        }
        order = {"transport": {**self.transport, **(transport or {})}, "message": message}
        octets = json.dumps(order).encode("utf-8") + b"\n"
        title = "nodemailer, %s" % name
        said = support.run(self.tap, title, self.command, self.here, octets, NODE_PATH=MODULES)
        try:
            return json.loads(said)
        except ValueError:
            return {"error": said}

    def deliver(self, name, protocol, body=support.AWKWARD, to=None, also=(), **more):
        sent = support.message("nodemailer " + name, body)
        recipients = [to or name + "@example.test", *also]
        result = self.send(name, sent, recipients, **more)
        self.tap.check(result.get("accepted") == recipients, "%s is accepted" % name, result)
        for address in recipients:
            text = "%s: %s arrived unchanged" % (name, address)
            support.check_stored(
                self.tap, self.receiver, address, sent, text, protocol=protocol
            )

    def commands(self, *parts):
        """The commands, as --trace shows them, that held all of these."""
        lines = self.receiver.errors().splitlines()
        return [line for line in lines if " C: " in line and all(part in line for part in parts)]


def submission(tap, here, node, tls):
    options = [*tls, *support.passwords(here), "--trace"]
    with support.Receiver(here, *options) as receiver:
        client = Nodemailer(tap, here, node, receiver)
        client.deliver("plain", "ESMTP")
        client.deliver("first", "ESMTP", also=["second@example.test", "third@example.test"])
        with open(tls[1], encoding="ascii") as file:
            trusted = {"ca": file.read(), "servername": "localhost"}
        secure = {"ignoreTLS": False, "requireTLS": True, "tls": trusted}
        client.deliver("starttls", "ESMTPS", transport=secure)
        for method in ("PLAIN", "LOGIN"):
            login = {"user": support.USER, "pass": support.PASSWORD}
            authenticated = {**secure, "auth": login, "authMethod": method}
            client.deliver("auth-" + method.lower(), "ESMTPSA", transport=authenticated)
        wrong = {**secure, "auth": {"user": support.USER, "pass": "wrong"}}
        result = client.send("a wrong password", b"x\r\n", ["nobody@example.test"], transport=wrong)
        tap.check(result.get("code") == 535, "a wrong password is answered 535", result)
        extensions(client)
        support.check_end(tap, receiver)


def extensions(client):
    client.deliver("eight-bit", "ESMTP", body=EIGHT_BIT, envelope={"use8BitMime": True})
    sent = client.commands("MAIL FROM:<%s>" % support.SENDER, "BODY=8BITMIME")
    client.tap.check(len(sent) == 1, "eight-bit: BODY=8BITMIME was sent", sent)

    client.deliver("utf8", "UTF8SMTP", body=EIGHT_BIT, to="użytkownik@example.test")
    sent = client.commands("MAIL FROM:<%s>" % support.SENDER, "SMTPUTF8")
    client.tap.check(len(sent) == 1, "utf8: SMTPUTF8 was sent", sent)

    # RFC 3461 4: who offers DSN promises reports, and this receiver sends none.
    dsn = {"id": "envelope+1", "return": "headers", "notify": ["success", "delay"]}
    dsn["recipient"] = "origin@example.test"
    client.deliver("dsn", "ESMTP", dsn=dsn)
    sent = client.commands("RET=") + client.commands("NOTIFY=")
    client.tap.check(not sent, "dsn: not offered, so nothing of it was sent", sent)


def test(tap, here):
    node = support.peer(tap, "node", "--version")
    package = os.path.join(MODULES, "nodemailer", "package.json")
    if not node:
        return
    if not os.path.exists(package):
        support.missing(tap, "nodemailer", "tests/support/peers.sh has not provided it")
        return
    with open(package, encoding="utf-8") as file:
        tap.say("peer: nodemailer: %s" % json.load(file)["version"])
    tls, _ = support.certificate(here)
    submission(tap, here, node, tls)
    with support.Receiver(here, *tls, "--tls-implicit") as receiver:
        with open(tls[1], encoding="ascii") as file:
            trusted = {"ca": file.read(), "servername": "localhost"}
        client = Nodemailer(tap, here, node, receiver)
        client.deliver("tls-first", "ESMTPS", transport={"secure": True, "tls": trusted})
        support.check_end(tap, receiver)
    with support.Receiver(here, "--lmtp") as receiver:
        client = Nodemailer(tap, here, node, receiver)
        client.deliver("lmtp", "LMTP", transport={"lmtp": True}, also=["lmtp-two@example.test"])
        support.check_end(tap, receiver)


support.main(test)
