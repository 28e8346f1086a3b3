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
            "from": "sender@client.example.test",
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

    def deliver(self, name, body=support.AWKWARD, to=None, also=(), **more):
        sent = support.message("nodemailer " + name, body)
        recipients = [to or name + "@example.test", *also]
        result = self.send(name, sent, recipients, **more)
        self.tap.check(result.get("accepted") == recipients, "%s is accepted" % name, result)
        for address in recipients:
            text = "%s: %s arrived unchanged" % (name, address)
            support.check_stored(self.tap, self.receiver, address, sent, text)

    def traced(self, name, *parts):
        """Was there one command that held all of these?"""
        lines = self.receiver.traced().split(b"\n")
        found = any(all(part.encode("utf-8") in line for part in parts) for line in lines)
        name = "%s: %s was sent" % (name, " ".join(parts))
        self.tap.check(found, name, self.receiver.errors()[-3000:])


def submission(tap, here, node, tls):
    options = [*tls, *support.passwords(here), "--trace"]
    with support.Receiver(here, *options) as receiver:
        client = Nodemailer(tap, here, node, receiver)
        client.deliver("plain")
        client.deliver("first", also=["second@example.test", "third@example.test"])
        with open(tls[1], encoding="ascii") as file:
            trusted = {"ca": file.read(), "servername": "localhost"}
        secure = {"ignoreTLS": False, "requireTLS": True, "tls": trusted}
        client.deliver("starttls", transport=secure)
        for method in ("PLAIN", "LOGIN"):
            login = {"user": support.USER, "pass": support.PASSWORD}
            authenticated = {**secure, "auth": login, "authMethod": method}
            client.deliver("auth-" + method.lower(), transport=authenticated)
        traced = receiver.traced()
        tap.check(traced.count(b"235 ") == 2, "two of them were authenticated", traced[-2000:])
        wrong = {**secure, "auth": {"user": support.USER, "pass": "wrong"}}
        result = client.send("a wrong password", b"x\r\n", ["nobody@example.test"], transport=wrong)
        tap.check(result.get("code") == 535, "a wrong password is answered 535", result)
        extensions(client)
        support.check_end(tap, receiver)


def extensions(client):
    client.deliver("eight-bit", body=EIGHT_BIT, envelope={"use8BitMime": True})
    client.traced("eight-bit", "MAIL FROM:<sender@client.example.test>", "BODY=8BITMIME")

    client.deliver("utf8", body=EIGHT_BIT, to="użytkownik@example.test")
    client.traced("utf8", "MAIL FROM:<sender@client.example.test>", "SMTPUTF8")

    dsn = {"id": "envelope+1", "return": "headers", "notify": ["success", "delay"]}
    dsn["recipient"] = "origin@example.test"
    client.deliver("dsn", dsn=dsn)
    client.traced("dsn", "MAIL FROM:", "RET=HDRS", "ENVID=")
    origin = "ORCPT=rfc822;origin@example.test"
    client.traced("dsn", "RCPT TO:<dsn@example.test>", "NOTIFY=SUCCESS,DELAY", origin)


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
        client.deliver("tls-first", transport={"secure": True, "tls": trusted})
        support.check_end(tap, receiver)
    with support.Receiver(here, "--lmtp") as receiver:
        client = Nodemailer(tap, here, node, receiver)
        client.deliver("lmtp", transport={"lmtp": True}, also=["lmtp-two@example.test"])
        support.check_end(tap, receiver)


support.main(test)
