"""Postfix and the extensions that it has: XCLIENT, XFORWARD, CHUNKING and the PROXY protocol. As a
server it takes them from sansmtp-send; as a client it sends XFORWARD to sansmtp-receive. Postfix is
an instance of its own and needs root.
"""

import re

import foreign
import postfix
import support
from connection import Wire
from sender import check, send
from support import HOST

MAIN = """
smtp_host_lookup = native
relay_domains = away.example
relay_transport = smtp:[{host}]:{receiver}
relay_recipient_maps =
smtp_send_xforward_command = yes
"""

TRUSTING = "-o smtpd_authorized_%s_hosts=" + HOST
SERVICES = {
    "port": "",
    "trusting_port": " ".join(TRUSTING % verb for verb in ("xclient", "xforward")),
    "proxied_port": "-o smtpd_upstream_proxy_protocol=haproxy",
}
AWAY = "NAME=away.example.net ADDR=192.0.2.77 PORT=4711 HELO=away.helo.example PROTO=SMTP"


def received(text):
    """The Received field that Postfix has written, unfolded."""
    head = text.partition(b"\n\n")[0].decode("latin-1")
    return re.sub(r"\s+", " ", head[head.index("Received:") :])


def offers(tap, server):
    for name, port, wanted in (("to anybody", "port", False), ("to us", "trusting_port", True)):
        with Wire(server.ports[port]) as wire:
            said = wire.command("EHLO client.example.test").decode("ascii")
        tap.say("peer: postfix offers %s: %s" % (name, " ".join(said.split())))
        for word in "XCLIENT NAME", "XFORWARD NAME":
            tap.check((word in said) == wanted, "%s %s: %s" % (word, name, wanted), said)
        tap.check("CHUNKING" in said, "CHUNKING %s" % name, said)


def xclient(tap, deliveries, server):
    port = server.ports["trusting_port"]
    deliveries.one(port, "xclient", "--xclient", AWAY + " LOGIN=ada")
    text = (server.stored("postfix-xclient@example.test") or [b"Received: none"])[0]
    said = received(text)
    tap.check("away.example.net [192.0.2.77]" in said, "XCLIENT: Received names the other", said)
    told = server.says("client=away.example.net[192.0.2.77]", "sasl_username=ada")
    tap.check(told, "XCLIENT: so does its log", server.log()[-2000:])
    deliveries.fails(server.ports["port"], "xclient of anybody", "refused", "--xclient", AWAY)


def xforward(tap, deliveries, server):
    port = server.ports["trusting_port"]
    deliveries.one(port, "xforward", "--xforward", AWAY + " SOURCE=REMOTE IDENT=q-1",
                   body=support.AWKWARD * 100)
    told = server.says("client=", "orig_client=away.example.net[192.0.2.77]")
    tap.check(told, "XFORWARD: its log names who it is for", server.log()[-2000:])
    tap.check(server.says("orig_queue_id=q-1"), "XFORWARD: and what it is called there")
    told = server.says("disconnect from", "xforward=", "bdat=1", "quit=1")
    tap.check(told, "XFORWARD and BDAT were used", server.log()[-2000:])
    deliveries.fails(server.ports["port"], "xforward of anybody", "refused", "--xforward", AWAY)


def proxy(tap, deliveries, server):
    for version, client in ("v1", "192.0.2.81"), ("v2", "192.0.2.82"):
        option = "%s,%s:4711,192.0.2.1:25" % (version, client)
        deliveries.one(server.ports["proxied_port"], "proxy " + version, "--proxy", option)
        told = server.says("client=", "[%s]" % client)
        tap.check(told, "PROXY %s: its log names the client" % version, server.log()[-2000:])
        stored = server.stored("postfix-proxy-%s@example.test" % version) or [b"Received: none"]
        said = received(stored[0])
        tap.check("[%s]" % client in said, "PROXY %s: so does Received" % version, said)
    deliveries.one(server.ports["proxied_port"], "proxy of itself", "--proxy", "v2")
    stored = server.stored("postfix-proxy-of-itself@example.test") or [b"Received: none"]
    tap.check("[%s]" % HOST in received(stored[0]), "PROXY: as of the connection", stored)


def forwards(tap, here, server, receiver):
    """A message for a domain that Postfix relays: it tells the receiver of its own client."""
    sent = support.message("postfix forwards", support.AWKWARD)
    path = support.written(here, "forward", sent)
    port = server.ports["trusting_port"]
    to = ["user@away.example"]
    check(tap, "a message to forward", send(port, path, "--xclient", AWAY, to=to), "ok")
    foreign.eventually(lambda: len(receiver.stored("user@away.example")), 1)
    stored = receiver.stored("user@away.example")
    tap.check(len(stored) == 1 and stored[0].endswith(sent), "it arrived unchanged", stored)
    log = receiver.log()
    for word in "NAME=away.example.net", "ADDR=192.0.2.77", "PORT=4711", "PROTO=ESMTP":
        tap.check("XFORWARD %s 0\n" % word in log, "Postfix tells by XFORWARD: %s" % word, log)
    found = re.search(r"XFORWARD IDENT=(\w+) 0\n", log)
    known = found and "%s: client=" % found.group(1) in server.log()
    tap.check(known, "and the name that the message has there", log)


def test(tap, here):
    programs = postfix.daemons(tap)
    if not programs:
        return
    with support.Receiver(here, "--trust", HOST) as receiver:
        server = postfix.Mailbox(here, programs, MAIN, SERVICES, receiver=receiver.port)
        deliveries = foreign.Deliveries(tap, here, "postfix", server.stored)
        with server.running():
            offers(tap, server)
            xclient(tap, deliveries, server)
            xforward(tap, deliveries, server)
            proxy(tap, deliveries, server)
            forwards(tap, here, server, receiver)
        support.check_end(tap, receiver)


support.main(test)
