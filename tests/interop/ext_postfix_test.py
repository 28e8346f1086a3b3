"""Postfix and the extensions that it has: XCLIENT, XFORWARD, CHUNKING and the PROXY protocol. As a
server it takes them from sansmtp-send; as a client it sends XFORWARD to sansmtp-receive. Postfix is
an instance of its own and needs root.
"""

import os
import re

import foreign
import postfix
import support
from connection import Wire
from sender import check, send
from support import HOST

MAIN = """
compatibility_level = 3.6
config_directory = {here}
queue_directory = {here}/queue
data_directory = {here}/data
maillog_file = {here}/maillog
maillog_file_prefixes = {here}
myhostname = mx.example.test
mydestination =
mynetworks =
inet_interfaces = {host}
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_peername_lookup = no
alias_maps =
local_recipient_maps =
default_transport = error:only example.test is served
virtual_mailbox_domains = example.test
virtual_mailbox_base = {here}/mail
virtual_mailbox_maps = regexp:{here}/mailboxes
virtual_uid_maps = static:{user}
virtual_gid_maps = static:{group}
virtual_mailbox_limit = 0
relay_domains = away.example
relay_transport = smtp:[{host}]:{receiver}
relay_recipient_maps =
smtp_send_xforward_command = yes
smtputf8_enable = yes
smtpd_error_sleep_time = 0
smtpd_relay_restrictions = reject_unauth_destination
"""

MASTER = """
{host}:{port} inet n - n - - smtpd
{host}:{trusting_port} inet n - n - - smtpd
  -o smtpd_authorized_xclient_hosts={host} -o smtpd_authorized_xforward_hosts={host}
{host}:{proxied_port} inet n - n - - smtpd -o smtpd_upstream_proxy_protocol=haproxy
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

PORTS = ("port", "trusting_port", "proxied_port")
AWAY = "NAME=away.example.net ADDR=192.0.2.77 PORT=4711 HELO=away.helo.example PROTO=SMTP"


class Postfix(postfix.Postfix):
    def __init__(self, here, programs, receiver):
        super().__init__(here, programs)
        self.ports = {name: foreign.free_port() for name in PORTS}
        self.configure(MAIN, MASTER, self.ports["port"], receiver=receiver, **self.ports)
        support.written(self.here, "mailboxes", b"/^/ all/\n")

    def stored(self, address):
        """The messages for an address; all are in one mailbox."""
        line = b"\nDelivered-To: %s\n" % address.encode()
        found = foreign.files_in(os.path.join(self.here, "mail", "all", "new"))
        return [text for text in found if line in text[:2000]]

    def says(self, *words):
        """A line of its log has all these words."""
        def found():
            lines = self.log().splitlines()
            return any(all(word in line for word in words) for line in lines)

        return foreign.eventually(found, True)


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
    os.chmod(here, 0o755)
    with support.Receiver(here, "--trust", HOST) as receiver:
        server = Postfix(here, programs, receiver.port)
        deliveries = foreign.Deliveries(tap, here, "postfix", server.stored)
        with server.running():
            offers(tap, server)
            xclient(tap, deliveries, server)
            xforward(tap, deliveries, server)
            proxy(tap, deliveries, server)
            forwards(tap, here, server, receiver)
        support.check_end(tap, receiver)


support.main(test)
