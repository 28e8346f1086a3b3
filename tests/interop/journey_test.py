"""A message's whole way: from a mail program by submission (AUTH under STARTTLS) to sansmtp-relay,
by the MX records of a DNS to the next server, by LMTP to the mailbox in Dovecot, and out of it over
IMAP and POP3; what comes out is, behind the trace fields, octet for octet what went in. The hops
are ours to ours, ours to Postfix, Postfix to ours, Exim to ours. And the way back: reports of what
could not be delivered, read by Python's email package.

Each host is an address of 127.0.0.0/8. It needs root, for Dovecot and Postfix.
"""

import base64
import contextlib
import email.policy
import json
import os
import re
import types

import dovecot
import exim
import foreign
import hops
import postfix
import relaying
import sender
import support
import zones
from support import HOST, PASSWORD, USER

FROM = "sender@client.test"
OURS, POSTFIX, OUT, DEAD = "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"
MAILDIR = "127.0.0.6"

MX = {
    "client.test": [(10, "out.client.test")],
    "ours.test": [(10, "mx.ours.test")],
    "postfix.test": [(10, "mx.postfix.test")],
    "second.test": [(20, "mx.ours.test"), (10, "dead.second.test")],
}
HOSTS = {
    "out.client.test": OUT,
    "mx.ours.test": OURS,
    "mx.postfix.test": POSTFIX,
    "dead.second.test": DEAD,
    "implicit.test": OURS,
    "maildir.test": MAILDIR,
}

SENDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nodemailer.js")
MODULES = os.path.join(support.PEERS, "nodemailer", "node_modules")

BODIES = {
    "awkward": support.AWKWARD,
    "eight bits": "Zażółć gęślą jaźń, ひらがな\r\n" + support.AWKWARD,
    "empty": "",
    "large": (b"." + b"x" * 61 + b"\r\n") * ((4 << 20) // 64),
}


def message(subject, to, body=support.AWKWARD):
    octets = body if isinstance(body, bytes) else body.encode("utf-8")
    head = (
        "From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
        "Message-ID: <%s@client.test>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return (head % (FROM, to, subject, subject.replace(" ", "-"))).encode("ascii") + octets


# -- mail programs: each submits one message, under STARTTLS and with a password -------------------


class MailPrograms:
    def __init__(self, tap, here, tls, port):
        self.tap, self.here, self.tls, self.port = tap, here, tls, port

    def swaks(self, name, to, sent):
        path = support.written(self.here, "submitted", sent[:-2])  # swaks adds the last CRLF
        command = ["swaks", "--server", HOST, "--port", str(self.port), "--from", FROM]
        command += ["--to", to, "--helo", "client.test", "--data", "@" + path, "--tls"]
        command += ["--auth", "PLAIN", "--auth-user", USER, "--auth-password", PASSWORD]
        support.run(self.tap, name, command, self.here)

    def msmtp(self, name, to, sent):
        lines = ["account default", "host " + HOST, "port %d" % self.port, "domain client.test"]
        lines += ["from " + FROM, "auth plain", "user " + USER, 'password "%s"' % PASSWORD]
        lines += ["tls on", "tls_trust_file " + self.tls[1], "tls_host_override localhost"]
        lines += ["set_from_header off", "set_date_header off", ""]
        path = support.written(self.here, "msmtp.conf", "\n".join(lines).encode("ascii"))
        octets = sent.replace(b"\r\n", b"\n")
        support.run(self.tap, name, ["msmtp", "-C", path, "--", to], self.here, octets)

    def nodemailer(self, name, to, sent):
        trusted = support.slurp(self.tls[1]).decode("ascii")
        transport = {"host": HOST, "port": self.port, "requireTLS": True, "name": "client.test"}
        transport.update(tls={"ca": trusted, "servername": "localhost"})
        transport.update(auth={"user": USER, "pass": PASSWORD})
        order = {"raw": base64.b64encode(sent).decode(), "envelope": {"from": FROM, "to": [to]}}
        line = json.dumps({"transport": transport, "message": order}).encode() + b"\n"
        said = support.run(self.tap, name, ["node", SENDS], self.here, line, NODE_PATH=MODULES)
        self.tap.check('"accepted":["%s"]' % to in said, "%s: it is accepted" % name, said)

    def curl(self, name, to, sent):
        path = support.written(self.here, "submitted", sent)
        command = ["curl", "--silent", "--show-error", "--ssl-reqd", "--cacert", self.tls[1]]
        command += ["--user", "%s:%s" % (USER, PASSWORD), "--mail-from", FROM, "--mail-rcpt", to]
        command += ["--upload-file", path, "smtp://%s:%d/client.test" % (HOST, self.port)]
        support.run(self.tap, name, command, self.here)

    def ours(self, name, to, sent, *more):
        path = support.written(self.here, "submitted", sent)
        password = support.written(self.here, "password", PASSWORD.encode() + b"\n")
        options = ("--ca", self.tls[1], "--auth-user", USER, "--auth-password-file", password)
        to = [to] if isinstance(to, str) else to
        run = sender.send(self.port, path, *options, *more, to=to, sender=FROM, tls="required")
        sender.check(self.tap, name, run, "ok")


# -- what came ------------------------------------------------------------------------------------


def trace_of(octets):
    """The Received fields, the last hop first."""
    head = foreign.ADDED.match(octets).group().replace(b"\r\n\t", b" ").replace(b"\r\n ", b" ")
    return [line for line in head.split(b"\r\n") if line.startswith(b"Received: ")]


def arrived(tap, world, name, to, sent, way, count=1):
    """It is in the mailbox once, unchanged, by IMAP and by POP3, and its trace fields tell the way:
    [(by, with), ...], the first hop first."""
    boxes = world.mailboxes
    found = foreign.eventually(lambda: boxes.count(to), count)
    if not tap.check(found == count, "%s: it is there, once" % name, world.told(found)):
        return
    for protocol, octets in boxes.fetched(to, count).items():
        why = foreign.difference(octets, sent)
        tap.check(not why, "%s: %s gives it unchanged" % (name, protocol), why)
    went = [re.search(rb" by (\S+) .*?with (\S+)", line) for line in reversed(trace_of(octets))]
    went = [(match[1].decode(), match[2].decode()) for match in went if match]
    tap.check(went == [*way, ("mx.example.test", "LMTP")], "%s: the way is told" % name, went)


class World:
    """All servers, and what to look at when something is wrong."""

    def __init__(self, here, tls, programs):
        self.port = relaying.common_port([OURS, POSTFIX, OUT, DEAD, MAILDIR])
        self.dns = zones.Zones(here, programs.dnsmasq, MX, HOSTS, null=["null.test"])
        self.mailboxes = dovecot.Mailboxes(here, programs.dovecot, programs.curl, tls)
        lmtp = "%s:%d" % (HOST, self.mailboxes.port)
        transports = {
            "postfix.test": "lmtp:inet:" + lmtp,
            "ours.test": "smtp:[%s]:%d" % (OURS, self.port),
            "client.test": "smtp:[%s]:%d" % (OUT, self.port),
        }
        self.postfix = hops.Postfix(
            here, programs.postfix, tls, POSTFIX, self.port, "postfix.test", transports
        )
        self.exim = hops.Exim(here, programs.exim, OURS, self.port)
        common = {"tls-cert": tls[1], "tls-key": tls[3], "lmtp": lmtp, "dns": self.dns.where()}
        common.update(port=self.port, loopback="yes")
        self.out = relaying.Host(here, "out.client.test", {
            **common,
            "submission-listen": HOST + ":0",
            "auth-file": support.passwords(here)[1],
            "relay-listen": "%s:%d" % (OUT, self.port),
            "local-domain": "client.test",
        })
        self.ours = relaying.Host(here, "mx.ours.test", {
            **common,
            "relay-listen": "%s:%d" % (OURS, self.port),
            "local-domain": ["ours.test", "second.test", "implicit.test"],
        })

    def told(self, found):
        parts = [str(found), "-- out.client.test", self.out.told(), "-- mx.ours.test"]
        parts += [self.ours.told(), "-- Postfix", self.postfix.log()[-3000:]]
        return "\n".join([*parts, "-- Dovecot", self.mailboxes.log()[-2000:]])


# -- the ways -------------------------------------------------------------------------------------

SUBMITTED = ("out.client.test", "ESMTPSA")
TAKEN = ("mx.ours.test", "ESMTPS")


def each_mail_program(tap, world, programs):
    """Mail program, submission, MX, ours, LMTP, mailbox."""
    for agent in "swaks", "msmtp", "nodemailer", "curl", "ours":
        name, to = agent + " to ours to ours", agent + "@ours.test"
        sent = message(name, to)
        getattr(programs, agent)(name, to, sent)
        arrived(tap, world, name, to, sent, [SUBMITTED, TAKEN])
    tap.check(world.dns.asked("MX", "ours.test"), "the DNS was asked for the MX")


def each_body(tap, world, programs):
    for what, body in BODIES.items():
        for domain, way in ("ours.test", TAKEN), ("postfix.test", ("mx.postfix.test", "ESMTPS")):
            name = "%s to %s" % (what, domain)
            to = what.replace(" ", "-") + "@" + domain
            sent = message(name, to, body)
            programs.ours(name, to, sent)
            arrived(tap, world, name, to, sent, [SUBMITTED, way])


def from_postfix(tap, here, world):
    """Postfix takes it, and brings it to ours."""
    for what, body in BODIES.items():
        name, to = "postfix to ours, " + what, "postfix-%s@ours.test" % what.replace(" ", "-")
        sent = message(name, to, body)
        path = support.written(here, "submitted", sent)
        run = sender.send("%s:%d" % (POSTFIX, world.port), path, to=(to,), sender=FROM)
        sender.check(tap, name, run, "ok")
        arrived(tap, world, name, to, sent, [("mx.postfix.test", "ESMTP"), TAKEN])


def from_exim(tap, world):
    for what, body in BODIES.items():
        name, to = "exim to ours, " + what, "exim-%s@ours.test" % what.replace(" ", "-")
        sent = message(name, to, body)
        world.exim.send(tap, name, FROM, sent, to)
        arrived(tap, world, name, to, sent, [("exim.test", "local"), TAKEN])


def other_routes(tap, world, programs):
    """The best MX is down: the next one. No MX, but an address: that (RFC 5321 5.1)."""
    for domain in "second.test", "implicit.test":
        name, to = "by the route to " + domain, "ada@" + domain
        sent = message(name, to)
        programs.ours(name, to, sent)
        arrived(tap, world, name, to, sent, [SUBMITTED, TAKEN])


def several(tap, world, programs):
    """One message to five recipients at three places: each has it once, and no other copies."""
    name = "several"
    to = ["ada@ours.test", "a@postfix.test", "b@ours.test", "b@postfix.test", "c@client.test"]
    sent = message(name, to[0])
    programs.ours(name, to, sent)
    for address in to[1:]:
        domain = address.partition("@")[2]
        way = [SUBMITTED]
        if domain != "client.test":
            way.append(("mx." + domain, "ESMTPS"))
        arrived(tap, world, "%s, %s" % (name, address), address, sent, way)
    arrived(tap, world, name + ", " + to[0], to[0], sent, [SUBMITTED, TAKEN])


def smart_host(tap, here, world, tls):
    """All by one host, that of the MX or not: here Postfix, which knows the way to ours."""
    options = {
        "submission-listen": HOST + ":0",
        "tls-cert": tls[1],
        "tls-key": tls[3],
        "auth-file": support.passwords(here)[1],
        "dns": world.dns.where(),
        "loopback": "yes",
        "smart-host": "%s:%d" % (POSTFIX, world.port),
    }
    with relaying.Host(here, "satellite.test", options) as satellite:
        name, to = "by a smart host", "smart@ours.test"
        sent = message(name, to)
        MailPrograms(tap, here, tls, satellite.ports["submission"]).ours(name, to, sent)
        way = [("satellite.test", "ESMTPSA"), ("mx.postfix.test", "ESMTPS"), TAKEN]
        arrived(tap, world, name, to, sent, way)
        ended(tap, satellite, "satellite.test")


def utf8(tap, here, world, programs, tls):
    """An address in UTF-8, which Dovecot's LMTP does not know: into a Maildir of ours."""
    options = {
        "relay-listen": "%s:%d" % (MAILDIR, world.port),
        "tls-cert": tls[1],
        "tls-key": tls[3],
        "local-domain": "maildir.test",
    }
    with relaying.Host(here, "mx.maildir.test", options) as last:
        for name, to in ("utf8", "grüße@maildir.test"), ("ascii", "ascii@maildir.test"):
            sent = message("maildir " + name, "x@maildir.test", BODIES["eight bits"])
            programs.ours("maildir, " + name, to, sent, *(["--smtputf8"] if name == "utf8" else []))
            found = foreign.eventually(lambda: len(last.stored(to)), 1)
            if tap.check(found == 1, "maildir, %s: it is there, once" % name, last.told()):
                why = foreign.difference(last.stored(to)[0], sent)
                tap.check(not why, "maildir, %s: unchanged" % name, why)
        ended(tap, last, "mx.maildir.test")


# -- the way back ---------------------------------------------------------------------------------


def report(tap, world, name, number):
    """The report that came back to the sender, taken apart."""
    boxes = world.mailboxes
    found = foreign.eventually(lambda: boxes.count(FROM), number)
    if not tap.check(found == number, "%s: a report comes back" % name, world.told(found)):
        return None
    octets = boxes.fetched(FROM, number)["imap"]
    parsed = email.message_from_bytes(octets, policy=email.policy.default)
    tap.check(parsed["Return-Path"] == "<>", "%s: it has no sender" % name, octets[:500])
    kind = parsed.get_content_type(), parsed.get_param("report-type")
    tap.check(kind == ("multipart/report", "delivery-status"), "%s: it is one" % name, kind)
    tap.check(not parsed.defects, "%s: it is well formed" % name, parsed.defects)
    return parsed


def status_of(parsed):
    """{field: value} of the one recipient that a report is about."""
    part = next(p for p in parsed.walk() if p.get_content_type() == "message/delivery-status")
    return dict(part.get_payload()[1].items())


def reports(tap, world, programs):
    """A domain that takes no mail, one that is nowhere, and a no from the mailbox itself."""
    cases = [
        ("null MX", "nobody@null.test", "5.1.10"),
        ("no such domain", "nobody@nowhere.test", "5."),
    ]
    for number, (name, to, status) in enumerate(cases, 1):
        sent = message(name, to)
        programs.ours(name, to, sent)
        parsed = report(tap, world, name, number)
        if parsed is None:
            return
        fields = status_of(parsed)
        told = fields.get("Action"), fields.get("Final-Recipient", "").replace(" ", "")
        wanted = ("failed", "rfc822;" + to)
        tap.check(told == wanted, "%s: it says of whom" % name, fields)
        right = fields.get("Status", "").startswith(status)
        tap.check(right, "%s: it says why" % name, fields)
        returned = b"Subject: %s" % name.encode("ascii") in parsed.as_bytes()
        tap.check(returned, "%s: it has the header of what was sent" % name, parsed)


def success(tap, world, programs):
    """Who asks to be told of success is told once, by the server that hands it to the mailbox."""
    name, to = "success", "success@ours.test"
    sent = message(name, to)
    options = ("--dsn-notify", "success", "--envid", "journey+1", "--dsn-ret", "hdrs")
    programs.ours(name, to, sent, *options)
    arrived(tap, world, name, to, sent, [SUBMITTED, TAKEN])
    parsed = report(tap, world, name, 3)
    if parsed is None:
        return
    fields = status_of(parsed)
    told = fields.get("Action"), fields.get("Status", "")[:2]
    tap.check(told == ("delivered", "2."), "%s: it was delivered" % name, fields)
    part = next(p for p in parsed.walk() if p.get_content_type() == "message/delivery-status")
    whole = dict(part.get_payload()[0].items())
    envid = whole.get("Original-Envelope-Id"), whole.get("Reporting-MTA", "").replace(" ", "")
    right = envid == ("journey+1", "dns;mx.ours.test")
    tap.check(right, "%s: it is known by its name, and by whom" % name, whole)
    kinds = [p.get_content_type() for p in parsed.iter_parts()]
    tap.check(kinds[-1:] == ["text/rfc822-headers"], "%s: only the header comes back" % name, kinds)


# -- all of it ------------------------------------------------------------------------------------


def provided(tap):
    """The programs, or None, and said which are missing."""
    programs = types.SimpleNamespace(
        dnsmasq=zones.provided(tap),
        dovecot=dovecot.provided(tap),
        curl=support.peer(tap, "curl", "--version"),
        postfix=postfix.daemons(tap),
        exim=exim.provided(tap),
    )
    for name, version in ("swaks", "--version"), ("msmtp", "--version"), ("node", "--version"):
        setattr(programs, name, support.peer(tap, name, version))
    return programs if all(vars(programs).values()) else None


def ended(tap, host, name):
    """Nothing is left in its queue, and it stops when it is told to."""
    empty = host.until(lambda: not host.listed())
    tap.check(empty, "%s: its queue is empty" % name, host.told())
    status = host.stop()
    tap.check(status == 0, "%s: SIGTERM ends it with 0" % name, host.told())


def test(tap, here):
    programs = provided(tap)
    if not programs:
        return
    os.environ["PATH"] = os.path.join(support.PEERS, "bin") + os.pathsep + os.environ["PATH"]
    tls, _ = support.certificate(here)
    world = World(here, tls, programs)
    with contextlib.ExitStack() as stack:
        for server in world.dns, world.mailboxes, world.postfix:
            stack.enter_context(server.running())
        stack.enter_context(world.ours)
        stack.enter_context(world.out)
        agents = MailPrograms(tap, here, tls, world.out.ports["submission"])
        each_mail_program(tap, world, agents)
        each_body(tap, world, agents)
        from_postfix(tap, here, world)
        from_exim(tap, world)
        other_routes(tap, world, agents)
        several(tap, world, agents)
        smart_host(tap, here, world, tls)
        utf8(tap, here, world, agents, tls)
        reports(tap, world, agents)
        success(tap, world, agents)
        ended(tap, world.ours, "mx.ours.test")
        ended(tap, world.out, "out.client.test")


if __name__ == "__main__":
    support.main(test)
